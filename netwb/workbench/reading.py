"""Reading the archive on the facade: history, changes, show, diff, search, restore, quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from netwb.archive.records import Change, Hit, QuarantineItem, Revision
from netwb.configs.diff import ConfigDiff
from netwb.errors import UnknownRevisionError
from netwb.inventory.records import ConfigKind, Device
from netwb.roles import Permission
from netwb.workbench.face import Face
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

Side = tuple[Device, Revision]
LATEST = "latest"
BEFORE_LATEST = "latest~1"


class ReadingFace(Face):
    """`history`, `changes`, `show`, `diff`, `search`, `restore`, `quarantine`."""

    def history(
        self, reference: str, *, limit: int = 50, kind: ConfigKind = "running"
    ) -> Records[Revision]:
        """Revisions of one device, newest first."""
        self._require(Permission.CONFIG_VIEW)
        device = self._device(reference)
        found = self._parts.history.revisions(self._scope, device, kind=kind, limit=limit)
        return records_of(found, Revision)

    def changes(
        self,
        *,
        since: datetime | str,
        until: datetime | str | None = None,
        by: str | None = None,
    ) -> Records[Change]:
        """What changed across the devices that this Workbench is narrowed to, newest first.

        since, until   aware, or as people write times: "2026-11-01", "7d", "yesterday"
        """
        self._require(Permission.CONFIG_VIEW)
        found = self._parts.history.changes(
            self._scope,
            since=parse_moment(since, self._parts.clock()),
            until=self._moment(until),
            by=by,
            devices=self._narrowed(),
        )
        return records_of(found, Change)

    def show(self, reference: str, *, kind: ConfigKind = "running") -> bytes:
        """The redacted text of `DEVICE` or `DEVICE@REV`, byte for byte as stored."""
        self._require(Permission.CONFIG_VIEW)
        device, revision = self._revision(reference, kind)
        return self._parts.history.text(self._scope, device, revision)

    def diff(
        self,
        reference: str,
        *,
        old: str = BEFORE_LATEST,
        new: str = LATEST,
        words: Literal["words", "lines"] = "words",
        kind: ConfigKind = "running",
    ) -> ConfigDiff:
        """What differs between two revisions; `diff("edge1")` is its last change.

        old, new   a REV of that device, or DEVICE@REV of any device, of this tenant or another
        words      also mark the words that differ within a changed line
        """
        self._require(Permission.CONFIG_VIEW)
        sides = [side if "@" in side else f"{reference}@{side}" for side in (old, new)]
        return self._diff(self._revision(sides[0], kind), self._revision(sides[1], kind), words)

    def change_diff(self, change: Change) -> ConfigDiff:
        """What one change did; raises UnknownRevisionError for a device's first revision."""
        self._require(Permission.CONFIG_VIEW)
        device = self._device(change.device_id)
        history = self._parts.history
        new = history.resolve(self._scope, device, change.id, kind=change.kind)
        before = history.revisions(
            self._scope, device, kind=change.kind, limit=1, before=new.number
        )
        if not before:
            msg = f"{change.hostname}@{new.id[:12]} is the first revision; `netwb show` prints it"
            raise UnknownRevisionError(msg)
        return self._diff((device, before[0]), (device, new), "words")

    def search(
        self,
        text: str,
        *,
        when: Literal["now", "ever"] = "now",
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        author: str | None = None,
    ) -> Records[Hit]:
        """Lines that hold the text: who carries it now, or who ever did, from when to when."""
        self._require(Permission.CONFIG_VIEW)
        found = self._parts.history.search(
            self._scope,
            text,
            when=when,
            since=self._moment(since),
            until=self._moment(until),
            author=author,
            devices=self._narrowed(),
        )
        return records_of(found, Hit)

    def restore(
        self,
        reference: str,
        *,
        reason: str,
        secrets: Literal["put back", "left out"] = "put back",
        kind: ConfigKind = "running",
    ) -> bytes:
        """The text of `DEVICE@REV` byte for byte as the device sent it, audited with the reason.

        secrets  "left out" gives the stored text and needs no right to reveal
        Raises SecretMissingError, and gives nothing, when one secret is not in the vault.
        """
        reveal = secrets == "put back"
        self._require(Permission.CONFIG_REVEAL if reveal else Permission.CONFIG_VIEW)
        device, revision = self._revision(reference, kind)
        read = self._parts.history.restore if reveal else self._parts.history.text
        text = read(self._scope, device, revision)
        self._audit(
            "config.restore",
            f"{device.tenant}/{device.hostname}@{revision.id[:12]}",
            tenant_id=device.tenant_id,
            detail={"reason": reason, "secrets": secrets},
        )
        return text

    def quarantine(self) -> Records[QuarantineItem]:
        """Texts of the devices meant that wait for a person, newest first."""
        self._require(Permission.CONFIG_VIEW)
        held = self._parts.quarantine.list(self._scope)
        meant = self._meant_ids() if held else ()
        return records_of((item for item in held if item.device_id in meant), QuarantineItem)

    def quarantined_text(self, reference: str, *, kind: ConfigKind = "running") -> bytes:
        """The held text of one device, with its secrets: it was never redacted."""
        self._require(Permission.CONFIG_REVEAL)
        device = self._device(reference)
        item = self._parts.quarantine.get(self._scope, device, kind=kind)
        self._audit_quarantine("quarantine.show", device, kind)
        return self._parts.quarantine.text(self._scope, item.id)

    def accept_quarantined(
        self, reference: str, *, reason: str, kind: ConfigKind = "running"
    ) -> str:
        """Store the held text as the device's newest revision, and give that revision."""
        self._require(Permission.BACKUP_ACCEPT)
        device = self._device(reference)
        revision = self._parts.acceptance.accept(
            self._scope, device, reason=reason, actor=self._actor, kind=kind
        )
        self._audit_quarantine("quarantine.accept", device, kind, reason)
        return revision

    def discard_quarantined(
        self, reference: str, *, reason: str, kind: ConfigKind = "running"
    ) -> None:
        """Drop the held text; the last good configuration stays in force."""
        self._require(Permission.BACKUP_ACCEPT)
        device = self._device(reference)
        item = self._parts.quarantine.get(self._scope, device, kind=kind)
        self._parts.quarantine.settle(self._scope, item.id, "discarded", self._actor)
        self._audit_quarantine("quarantine.discard", device, kind, reason)

    def _audit_quarantine(
        self, action: str, device: Device, kind: ConfigKind, reason: str | None = None
    ) -> None:
        self._audit(
            action,
            f"{device.tenant}/{device.hostname}",
            tenant_id=device.tenant_id,
            detail={"kind": kind} | ({} if reason is None else {"reason": reason}),
        )

    def _revision(self, reference: str, kind: ConfigKind) -> Side:
        name, _, revision = reference.partition("@")
        device = self._device(name)
        found = self._parts.history.resolve(self._scope, device, revision or LATEST, kind=kind)
        return device, found

    def _diff(self, old: Side, new: Side, words: Literal["words", "lines"]) -> ConfigDiff:
        platform = self._parts.platforms.get(new[0].platform)
        return self._parts.history.diff(
            self._scope,
            old=old,
            new=new,
            words=words,
            style=platform.sections if platform else "indent",
            blocks=platform.blocks if platform else (),
        )

    def _moment(self, value: datetime | str | None) -> datetime | None:
        return None if value is None else parse_moment(value, self._parts.clock())

    def _narrowed(self) -> Sequence[Device]:
        return self._parts.devices.list(self._scope, self._where)
