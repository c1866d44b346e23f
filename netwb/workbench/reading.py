"""Reading the archive on the facade: history, changes, show, diff, search, restore, quarantine."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from netwb.errors import (
    InputError,
    NotPermittedError,
    StoreUnavailableError,
    UnknownRevisionError,
    WrongDeviceError,
)
from netwb.inventory.records import EVERYWHERE, ConfigKind, Device, NamedDevice
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.marks import MarksFace
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.archive import listing as _listing
    from netwb.archive import records as _records
    from netwb.archive.matching import Match
    from netwb.archive.records import ChangePlace
    from netwb.configs.diff import ConfigDiff
    from netwb.store import ids as _ids
    from netwb.workbench import shown_diff as _shown_diff
    from netwb.workbench import telling as _telling
else:
    _shown_diff = lazy("netwb.workbench.shown_diff")
    _telling = lazy("netwb.workbench.telling")
    _listing = lazy("netwb.archive.listing")
    _records = lazy("netwb.archive.records")
    _ids = lazy("netwb.store.ids")

Side: TypeAlias = "tuple[Device, _records.Revision]"
LATEST = "latest"
logger = logging.getLogger(__name__)


class ReadingFace(MarksFace):
    """`history`, `changes`, `show`, `diff`, `search`, `restore`, `quarantine`."""

    def history(
        self,
        reference: str,
        *,
        limit: int = 50,
        before: int | None = None,
        kind: ConfigKind = "running",
    ) -> Records[_records.Revision]:
        """Revisions of one device, newest first; `before` is the `number` of the last one seen."""
        self._require(Permission.CONFIG_VIEW)
        by_id = self._history_by_id(reference, limit, before, kind)
        if by_id:
            return records_of(by_id, _records.Revision)
        device = self._device(reference)
        found = self._parts.history.revisions(
            self._scope, device, kind=kind, limit=limit, before=before
        )
        return records_of(found, _records.Revision)

    def changes(  # noqa: PLR0913 - each narrows the list, by its name
        self,
        *,
        since: datetime | str,
        until: datetime | str | None = None,
        by: str | None = None,
        device: str | None = None,
        limit: int | None = None,
        after: ChangePlace | None = None,
    ) -> Records[_records.Change]:
        """What changed across the devices that this Workbench is narrowed to, newest first.

        device         only this one's: a hostname, tenant/hostname or id
        after          `(at, device_id, number)` of the last one seen
        since, until   aware, or as people write times: "2026-11-01", "7d", "yesterday"
        """
        self._require(Permission.CONFIG_VIEW)
        begin, end = parse_moment(since, self._parts.clock()), self._moment(until)
        _refuse_backwards(begin, end)
        found = self._parts.history.changes(
            self._scope,
            since=begin,
            until=end,
            by=by,
            devices=self._narrowed() if device is None else (self._device(device),),
            limit=limit,
            after=after,
        )
        return records_of(found, _records.Change)

    def revision(self, reference: str, *, kind: ConfigKind = "running") -> _records.Revision:
        """The one revision that `DEVICE@REV` names; `DEVICE` is its newest."""
        self._require(Permission.CONFIG_VIEW)
        return self._revision(reference, kind)[1]

    def show(self, reference: str, *, kind: ConfigKind = "running") -> bytes:
        """The redacted text of `DEVICE` or `DEVICE@REV`, byte for byte as stored."""
        self._require(Permission.CONFIG_VIEW)
        device, revision = self._revision(reference, kind)
        return self._parts.history.text(self._scope, device, revision)

    def diff(
        self,
        reference: str,
        *,
        old: str | None = None,
        new: str = LATEST,
        words: Literal["words", "lines"] = "words",
        kind: ConfigKind = "running",
    ) -> ConfigDiff:
        """What differs between two revisions; `diff("edge1")` is its last change.

        old, new   a REV of that device, or DEVICE@REV of any device, of this tenant or another;
                   without `old`: the revision before `new`
        words      also mark the words that differ within a changed line
        """
        self._require(Permission.CONFIG_VIEW)
        newer = self._revision(_side(reference, new), kind)
        older = self._before(newer) if old is None else self._revision(_side(reference, old), kind)
        return self._diff(older, newer, words)

    def change_diff(self, change: _records.Change) -> ConfigDiff:
        """What one change did; raises UnknownRevisionError for a device's first revision."""
        self._require(Permission.CONFIG_VIEW)
        device = self._device(change.device_id)
        new = self._parts.history.resolve(self._scope, device, change.id, kind=change.kind)
        return self._diff(self._before((device, new)), (device, new), "words")

    def search(  # noqa: PLR0913 - each narrows the search, by its name
        self,
        text: str,
        *,
        when: Literal["now", "ever"] = "now",
        since: datetime | str | None = None,
        until: datetime | str | None = None,
        author: str | None = None,
        match: Match = "text",
        most: int | None = None,
    ) -> Records[_records.Hit]:
        """Lines that hold the text: who carries it now, or who ever did, from when to when.

        match   the text as it is, as whole words, or as a pattern (a regular expression of RE2)
        most    end after so many lines, whichever come first
        """
        self._require(Permission.CONFIG_VIEW)
        begin, end = self._moment(since), self._moment(until)
        _refuse_backwards(begin, end)
        found = self._parts.history.search(
            self._scope,
            text,
            when=when,
            since=begin,
            until=end,
            author=author,
            match=match,
            most=most,
            devices=self._narrowed(),
        )
        return records_of(found, _records.Hit)

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
        _require_reason(reason)
        device, revision = self._revision(reference, kind)
        read = self._parts.history.restore if reveal else self._parts.history.text
        text = read(self._scope, device, revision)
        with self._in_need(f"{device.tenant}/{device.hostname} was restored"):
            self._audit_taken("config.restore", device, revision, reason=reason, secrets=secrets)
            if reveal:
                self._tell_revealed(device, reason)
        return text

    def reveal(self, reference: str, *, reason: str, kind: ConfigKind = "running") -> bytes:
        """The text of `DEVICE@REV` with its secrets, to be looked at; audited with the reason.

        Raises SecretMissingError, and gives nothing, when one secret is not in the vault.
        """
        self._require(Permission.CONFIG_REVEAL)
        _require_reason(reason)
        device, revision = self._revision(reference, kind)
        text = self._parts.history.restore(self._scope, device, revision)
        self._audit_taken("config.reveal", device, revision, reason=reason)
        self._tell_revealed(device, reason)
        return text

    @contextmanager
    def _in_need(self, what: str) -> Iterator[None]:
        """Where the disk takes no writes, its owner gets what is stored all the same; the log has it."""
        try:
            yield
        except StoreUnavailableError:
            if self._actor.means != "local" or self._parts.database.takes_writes():
                raise
            logger.warning("%s, which the audit has not: its database takes no writes", what)

    def _audit_taken(
        self, action: str, device: Device, revision: _records.Revision, **detail: str
    ) -> None:
        self._audit(
            action,
            f"{device.tenant}/{device.hostname}@{revision.id[:12]}",
            tenant_id=device.tenant_id,
            detail=detail,
        )

    def _tell_revealed(self, device: Device, reason: str) -> None:
        _telling.tell_revealed(self._parts.notices, device, who=self._actor.name, reason=reason)

    def quarantine(self) -> Records[_records.QuarantineItem]:
        """Texts of the devices meant that wait for a person, newest first."""
        self._require(Permission.CONFIG_VIEW)
        held = self._parts.quarantine.list(self._scope)
        meant = self._meant_ids() if held else ()
        return records_of(
            (item for item in held if item.device_id in meant), _records.QuarantineItem
        )

    def quarantined_text(self, reference: str, *, kind: ConfigKind = "running") -> bytes:
        """The held text of one device, with its secrets: it was never redacted.

        Raises NotPermittedError where it names another device, which may be another tenant's, and the
        actor's scope is not all tenants.
        """
        self._require(Permission.CONFIG_REVEAL)
        device = self._device(reference)
        item = self._parts.quarantine.get(self._scope, device, kind=kind)
        self._require_own_text(item)
        self._audit_quarantine("quarantine.show", device, kind)
        self._tell_revealed(device, "a held text was looked at")
        return self._parts.quarantine.text(self._scope, item.id)

    def accept_quarantined(
        self, reference: str, *, reason: str, kind: ConfigKind = "running"
    ) -> str:
        """Store the held text as the device's newest revision, and give that revision."""
        self._require(Permission.BACKUP_ACCEPT)
        _require_reason(reason)
        device = self._device(reference)
        revision = self._parts.acceptance.accept(
            self._scope, device, reason=reason, actor=self._actor, kind=kind
        )
        self._audit_quarantine("quarantine.accept", device, kind, reason)
        stored = self._parts.history.resolve(self._scope, device, revision, kind=kind)
        _telling.tell_accepted(self._parts.notices, device, stored)
        kinds: tuple[ConfigKind, ...] = ("running", "startup")
        if not any(self._parts.quarantine.find(self._scope, device, kind=one) for one in kinds):
            _telling.tell_believed(self._parts.notices, device)
        return revision

    def discard_quarantined(
        self, reference: str, *, reason: str, kind: ConfigKind = "running"
    ) -> None:
        """Drop the held text; the last good configuration stays in force."""
        self._require(Permission.BACKUP_ACCEPT)
        _require_reason(reason)
        device = self._device(reference)
        item = self._parts.quarantine.get(self._scope, device, kind=kind)
        self._parts.quarantine.settle(self._scope, item.id, "discarded", self._actor)
        self._audit_quarantine("quarantine.discard", device, kind, reason)

    def _require_own_text(self, item: _records.QuarantineItem) -> None:
        if item.cause_kind == WrongDeviceError.__name__ and self._scope.tenants is not None:
            msg = (
                f"the text held of {item.tenant}/{item.hostname} names another device, which may be"
                " another tenant's; who acts for all tenants can look at it"
            )
            raise NotPermittedError(msg)

    def _audit_quarantine(
        self, action: str, device: Device, kind: ConfigKind, reason: str | None = None
    ) -> None:
        self._audit(
            action,
            f"{device.tenant}/{device.hostname}",
            tenant_id=device.tenant_id,
            detail={"kind": kind} | ({} if reason is None else {"reason": reason}),
        )

    def _history_by_id(
        self, reference: str, limit: int, before: int | None, kind: ConfigKind
    ) -> tuple[_records.Revision, ...]:
        """By one statement, where a device's id was given and every device is meant."""
        if self._where != EVERYWHERE or not _ids.is_id(reference):
            return ()
        return _listing.newest_revisions(
            self._parts.database, self._scope, reference, kind=kind, limit=limit, before=before
        )

    def _revision(self, reference: str, kind: ConfigKind) -> Side:
        name, _, revision = reference.partition("@")
        device = self._device(name)
        found = self._parts.history.resolve(self._scope, device, revision or LATEST, kind=kind)
        return device, found

    def _before(self, side: Side) -> Side:
        """The revision before one; raises UnknownRevisionError where it is the first."""
        device, revision = side
        found = self._parts.history.revisions(
            self._scope, device, kind=revision.kind, limit=2, before=revision.number + 1
        )
        if len(found) > 1:
            return device, found[1]
        name = f"{device.tenant}/{device.hostname}"
        newest = self._parts.history.resolve(self._scope, device, LATEST, kind=revision.kind)
        if newest.id == revision.id:
            msg = f"{name} has one revision only; `netwb show {name}` prints it"
        else:
            name = f"{name}@{revision.id[:12]}"
            msg = f"{name} is the first revision; `netwb show {name}` prints it"
        raise UnknownRevisionError(msg)

    def _diff(self, old: Side, new: Side, words: Literal["words", "lines"]) -> ConfigDiff:
        platform = self._parts.platforms.get(new[0].platform)
        found = self._parts.history.diff(
            self._scope,
            old=old,
            new=new,
            words=words,
            style=platform.sections if platform else "indent",
            blocks=platform.blocks if platform else (),
        )
        return _shown_diff.ShownDiff.of(found, old=old, new=new)

    def _moment(self, value: datetime | str | None) -> datetime | None:
        return None if value is None else parse_moment(value, self._parts.clock())

    def _narrowed(self) -> Sequence[NamedDevice]:
        return self._parts.devices.named(self._scope, self._where)


def _side(reference: str, rev: str) -> str:
    return rev if "@" in rev else f"{reference}@{rev}"


def _require_reason(reason: str) -> None:
    if not reason.strip():
        msg = "the reason is empty; say why in a few words, for it stands in the audit"
        raise InputError(msg)


def _refuse_backwards(since: datetime | None, until: datetime | None) -> None:
    if since is not None and until is not None and until < since:
        msg = f"until ({until:%Y-%m-%d %H:%M}) is before since ({since:%Y-%m-%d %H:%M}); swap them"
        raise InputError(msg)
