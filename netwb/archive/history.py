"""Read the archive: revisions, texts, differences, changes across devices, restored texts.

Lists come from the SQL index, texts and differences from Git, secrets from the vault. Every read takes the actor's
scope first; a device or revision outside of it is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, select

from netwb.archive.beside import compare_unstored
from netwb.archive.listing import COLUMNS, revision_of
from netwb.archive.matching import Match
from netwb.archive.records import NO_CHANGE, Change, ChangePlace, Hit, Revision
from netwb.archive.repository import Repository
from netwb.archive.revisions import AsOf, Back, CommitId, parse_revision
from netwb.archive.search import LineSearch, Sought
from netwb.archive.vault import Vault
from netwb.configs.diff import ConfigDiff, parse_diff
from netwb.configs.records import Placed
from netwb.configs.redact import restore
from netwb.configs.sections import Style
from netwb.configs.tokens import TOKEN
from netwb.errors import ArchiveDamagedError, ArchiveError, UnknownRevisionError
from netwb.inventory.records import AnyDevice, ConfigKind, Device
from netwb.platforms.record import BlockRule
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import RevisionRow

Side = tuple[Device, Revision]
Statement = Select[*tuple[Any, ...]]
_ROWS_AT_ONCE = 500  # a page ends long before the year that was asked for
# Histogram took 1.0 s for 4,000 edits of repetitive lines among 20,000, patience 0.065 s; both keep a
# moved block whole, and both say the same of ordinary edits.
_LONG_LINES = 5_000
_LABEL_DIGITS = 12  # of a commit id: enough for any repository, short enough for a heading


class History:
    """The reading side; it opens a repository for each text and closes it again."""

    def __init__(self, folder: Path, database: Database, keyring: Keyring) -> None:
        self._folder = folder
        self._database = database
        self._vault = Vault(database, keyring)
        self._lines = LineSearch(database)

    def revisions(
        self,
        scope: Scope,
        device: Device,
        *,
        kind: ConfigKind = "running",
        limit: int = 50,
        before: int | None = None,
    ) -> tuple[Revision, ...]:
        """The device's revisions, newest first; `before` is the number of the last one seen."""
        statement = _of(device, kind).order_by(RevisionRow.number.desc()).limit(limit)
        if before is not None:
            statement = statement.where(RevisionRow.number < before)
        return self._read(scope, statement)

    def resolve(
        self, scope: Scope, device: Device, rev: str, *, kind: ConfigKind = "running"
    ) -> Revision:
        """The one revision that REV names. Raises UnknownRevisionError.

        A time asks what was in force then: the newest revision whose change (`Revision.at`) was made
        by then. No device can date a change before the fetch that did not show it yet, so one
        with a wrong clock moves its changes by less than the time between two fetches.
        """
        statement = _of(device, kind).order_by(RevisionRow.number.desc())
        match parse_revision(rev):
            case Back(steps):
                found = self._read(scope, statement.offset(steps).limit(1))
            case AsOf(at):
                found = self._read(scope, statement.where(RevisionRow.at <= at).limit(1))
            case CommitId(start):
                named = RevisionRow.commit.startswith(start, autoescape=True)
                found = self._read(scope, statement.where(named).limit(2))
        if len(found) != 1:
            how_many = "several revisions; give more digits" if found else "no revision"
            msg = f"{device.tenant}/{device.hostname}@{rev} names {how_many} of its {kind} text"
            if not found:
                options = "" if kind == "running" else f" --{kind}"
                msg += f"; `netwb history {device.tenant}/{device.hostname}{options}` lists them"
            raise UnknownRevisionError(msg)
        return found[0]

    def text(self, scope: Scope, device: Device, revision: Revision) -> bytes:
        """The stored text, without its secrets."""
        self._require_own(scope, device, revision)
        return self._repository(device).text(revision.blob)

    def restore(self, scope: Scope, device: Device, revision: Revision) -> bytes:
        """The text byte for byte as the device sent it, with its secrets at their recorded places.

        Raises SecretMissingError when the vault lacks one of them; then nothing is given.
        """
        if revision.cause == "foreign":
            raise ArchiveError(self._by_hand(scope, device, revision))
        text = self.text(scope, device, revision)
        placed = _placed(text, self._offsets(scope, revision))
        tokens = {place.token for place in placed}
        values = self._vault.values(scope, device.tenant_id, tokens)
        return restore(text, placed, values)

    def diff(  # noqa: PLR0913 - two sides, and by keyword how to read them
        self,
        scope: Scope,
        *,
        old: Side,
        new: Side,
        words: Literal["lines", "words"] = "lines",
        style: Style,
        blocks: Sequence[BlockRule] = (),
    ) -> ConfigDiff:
        """What differs between any two revisions, of one device or two, of one tenant or two.

        words           "words": also say what changed within a line
        style, blocks   how the newer side's platform writes its sections
        """
        for device, revision in (old, new):
            self._require_own(scope, device, revision)
        old_repository, new_repository = self._repository(old[0]), self._repository(new[0])
        long = min(old[1].lines, new[1].lines) > _LONG_LINES
        printed = old_repository.compare(
            old[1].blob,
            new[1].blob,
            beside=new_repository,
            algorithm="patience" if long else "histogram",
        )
        return parse_diff(
            printed,
            old_text=old_repository.text(old[1].blob),
            new_text=new_repository.text(new[1].blob),
            style=style,
            blocks=blocks,
            old=_label(*old),
            new=_label(*new),
            words="yes" if words == "words" else "no",
        )

    def changes(  # noqa: PLR0913 - each narrows the list, by its name
        self,
        scope: Scope,
        *,
        since: datetime,
        until: datetime | None = None,
        by: str | None = None,
        devices: Sequence[AnyDevice],
        limit: int | None = None,
        after: ChangePlace | None = None,
    ) -> tuple[Change, ...]:
        """What changed on those devices, newest first; netwb's own rewriting and moving is not.

        after          only what stands behind that place
        since, until   when netwb stored the change, by its own clock: what came tonight is shown,
                       whenever the device says it was made (`Change.at`)
        """
        known = {device.id: device for device in devices}
        statement = (
            select(*COLUMNS)
            .where(RevisionRow.stored_at >= since, RevisionRow.cause.not_in(NO_CHANGE))
            .order_by(RevisionRow.at.desc(), RevisionRow.device_id, RevisionRow.number.desc())
        )
        if until is not None:
            statement = statement.where(RevisionRow.stored_at <= until)
        if by is not None:
            statement = statement.where(RevisionRow.author == by)
        if after is not None:
            statement = statement.where(_behind(*after))
        with self._database.reading(scope) as session:
            rows = session.execute(statement.execution_options(yield_per=_ROWS_AT_ONCE))
            meant = (revision_of(row) for row in rows if row.device_id in known)
            return tuple(change_of(found, known[found.device_id]) for found in islice(meant, limit))

    def search(  # noqa: PLR0913 - each narrows the search, by its name
        self,
        scope: Scope,
        text: str,
        *,
        when: Literal["now", "ever"] = "now",
        since: datetime | None = None,
        until: datetime | None = None,
        author: str | None = None,
        match: Match = "text",
        most: int | None = None,
        devices: Sequence[AnyDevice],
    ) -> tuple[Hit, ...]:
        """Lines of those devices that hold the text, by tenant, hostname and place.

        since, until   only lines that stood at some time between them
        match          the text as it is, as whole words, or as a pattern (RE2)
        most           end after so many lines
        """
        sought = Sought(
            text=text,
            when=when,
            since=since,
            until=until,
            author=author,
            match=match,
            most=most,
        )
        return self._lines.find(scope, sought, devices)

    def carriers(self, scope: Scope, line: bytes, devices: Sequence[AnyDevice]) -> frozenset[str]:
        """Ids of those devices whose newest running text has that very line, however indented."""
        return self._lines.carriers(scope, line, devices)

    def compare(  # noqa: PLR0913 - the two sides, and by keyword how to read them
        self,
        scope: Scope,
        *,
        old: Side,
        text: bytes,
        label: str,
        style: Style,
        blocks: Sequence[BlockRule] = (),
    ) -> ConfigDiff:
        """What a redacted text that is not stored would change of a revision of the same device."""
        device, revision = old
        self._require_own(scope, device, revision)
        repository = self._repository(device)
        return parse_diff(
            compare_unstored(repository, revision.blob, text),
            old_text=repository.text(revision.blob),
            new_text=text,
            style=style,
            blocks=blocks,
            old=_label(*old),
            new=label,
            words="yes",
        )

    def _read(self, scope: Scope, statement: Statement) -> tuple[Revision, ...]:
        with self._database.reading(scope) as session:
            return tuple(revision_of(row) for row in session.execute(statement))

    def _by_hand(self, scope: Scope, device: Device, revision: Revision) -> str:
        statement = _of(device, revision.kind).where(
            RevisionRow.number < revision.number, RevisionRow.cause != "foreign"
        )
        newest_first = statement.order_by(RevisionRow.number.desc())
        named = "".join(
            f"; the newest one before it that the device sent is {_label(device, stored)}"
            for stored in self._read(scope, newest_first.limit(1))
        )
        return (
            f"{_label(device, revision)} was committed by hand, so where its secrets stood is not"
            f" recorded{named}; --redacted restores it as it was committed"
        )

    def _offsets(self, scope: Scope, revision: Revision) -> list[int]:
        with self._database.reading(scope) as session:
            found = session.scalar(
                select(RevisionRow.placed).where(
                    RevisionRow.device_id == revision.device_id,
                    RevisionRow.kind == revision.kind,
                    RevisionRow.number == revision.number,
                )
            )
        if found is None:
            msg = f"revision {revision.id[:12]} left the index meanwhile; try again"
            raise UnknownRevisionError(msg)
        return [int(offset) for offset in found]

    def _repository(self, device: Device) -> Repository:
        return Repository(self._folder / f"{device.tenant}.git")

    def _require_own(self, scope: Scope, device: Device, revision: Revision) -> None:
        if not scope.holds(device.tenant_id) or revision.device_id != device.id:
            msg = f"{device.hostname} has no revision {revision.id[:12]}"
            raise UnknownRevisionError(msg)


def _label(device: Device, revision: Revision) -> str:
    return f"{device.tenant}/{device.hostname}@{revision.id[:_LABEL_DIGITS]}"


def _of(device: Device, kind: ConfigKind) -> Statement:
    return select(*COLUMNS).where(
        RevisionRow.tenant_id == device.tenant_id,
        RevisionRow.device_id == device.id,
        RevisionRow.kind == kind,
    )


def change_of(revision: Revision, device: AnyDevice) -> Change:
    """That revision among those of many devices."""
    return Change(
        at=revision.at,
        tenant=device.tenant,
        site=device.site,
        hostname=device.hostname,
        device_id=device.id,
        kind=revision.kind,
        author=revision.author,
        message=revision.message,
        added=revision.added,
        removed=revision.removed,
        id=revision.id,
        number=revision.number,
    )


def _behind(at: datetime, device_id: str, number: int) -> ColumnElement[bool]:
    """What the order of `changes` puts behind one of them."""
    same_device = (RevisionRow.device_id == device_id) & (RevisionRow.number < number)
    same_time = (RevisionRow.at == at) & ((RevisionRow.device_id > device_id) | same_device)
    return (RevisionRow.at < at) | same_time


def _placed(text: bytes, offsets: Sequence[int]) -> tuple[Placed, ...]:
    """The tokens at the recorded offsets, and at no other place."""
    placed = []
    for offset in offsets:
        match = TOKEN.match(text, offset)
        if match is None:
            msg = f"no token stands at byte {offset} of the stored text; rebuild the index"
            raise ArchiveDamagedError(msg)
        placed.append(Placed(offset=offset, token=match.group().decode()))
    return tuple(placed)
