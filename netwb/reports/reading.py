"""The facts of the coverage report, read from SQL: a statement for all devices, never one a device."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.archive.records import NO_CHANGE
from netwb.collect.causes import words_of
from netwb.reports.coverage import GOOD, DeviceFacts, StatusChange, Try, Window
from netwb.reports.records import Bounds, HeldText
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import (
    BackupOutcomeRow,
    BackupRunRow,
    DeviceEventRow,
    DeviceRow,
    QuarantineRow,
    RevisionRow,
    SiteRow,
    TenantRow,
)

Told = Callable[[str, float], None]  # what is read, and how much of all is read
Windows = Callable[[str, str], tuple[Window, ...]]  # by the ids of tenant and site
CONFIG = "running"  # the kind that every device has
_NEAR = timedelta(days=3)  # before the month: where the last copy nearly always is
_BAD = ("rejected", "failed")  # what still runs is neither these nor good
_APART = ","  # no id holds one
_STATUS_KINDS = ("changed", "retired", "activated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is read, and for whom.

    windows   nights of a place; the last of them may end behind the month
    ids       only of these devices; None: of all in scope
    """

    database: Database
    scope: Scope
    month: Bounds
    windows: Windows
    ids: Collection[str] | None = None


def read_coverage(reading: Reading, told: Told = lambda _what, _share: None) -> list[DeviceFacts]:
    """Facts of each device that was added before the month's end, by tenant and hostname."""
    with reading.database.reading(reading.scope) as session:
        told("devices", 0.05)
        rows = _devices(session, reading)
        changes = _changes(session, reading.month)
        told("backup runs", 0.15)
        places = {row.id: reading.windows(row.tenant_id, row.site_id) for row in rows}
        until = max((one[-1].end for one in places.values() if one), default=reading.month.until)
        tries = _tries(session, reading.month.since, max(until, reading.month.until))
        told("copies before the month", 0.6)
        before = _copies_before(session, reading.month.since, [row.id for row in rows])
        told("revisions", 0.75)
        revised = _revised(session, reading.month)
        told("quarantine", 0.85)
        held = _held(session, reading.month)
    told("figures", 0.9)
    return [
        DeviceFacts(
            device_id=row.id,
            tenant=row.tenant,
            site=row.site,
            hostname=row.hostname,
            platform=row.platform,
            status=row.status,
            created_at=row.created_at,
            changes=tuple(changes.get(row.id, ())),
            windows=places[row.id],
            tries=tuple(tries.get(row.id, ())),
            copy_before=before.get(row.id),
            revised_at=revised.last.get(row.id),
            revisions=revised.counts.get(row.id, 0),
            held=tuple(held.get(row.id, ())),
        )
        for row in rows
    ]


def first_run(database: Database, scope: Scope) -> datetime | None:
    """When the oldest run began that netwb still knows; None where it knows none."""
    with database.reading(scope) as session:
        return session.scalar(select(func.min(BackupRunRow.started_at)))


def _devices(session: Session, reading: Reading) -> Sequence[Any]:
    query = (
        select(
            DeviceRow.id,
            DeviceRow.tenant_id,
            DeviceRow.site_id,
            DeviceRow.hostname,
            DeviceRow.platform,
            DeviceRow.status,
            DeviceRow.created_at,
            TenantRow.slug.label("tenant"),
            SiteRow.slug.label("site"),
        )
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(DeviceRow.created_at < reading.month.until)
        .order_by(TenantRow.slug, DeviceRow.hostname, DeviceRow.created_at)
    )
    rows = session.execute(query).all()
    return rows if reading.ids is None else [row for row in rows if row.id in reading.ids]


def _changes(session: Session, month: Bounds) -> dict[str, list[StatusChange]]:
    """Of all devices since the month began, also behind it: they lead back from today."""
    query = (
        select(DeviceEventRow.device_id, DeviceEventRow.at, DeviceEventRow.detail)
        .where(DeviceEventRow.at >= month.since, DeviceEventRow.kind.in_(_STATUS_KINDS))
        .order_by(DeviceEventRow.id)
    )
    found: dict[str, list[StatusChange]] = {}
    for device_id, at, detail in session.execute(query):
        if "status" in detail:
            change = StatusChange(at=at, old=str(detail["status"][0]))
            found.setdefault(device_id, []).append(change)
    return found


def _tries(session: Session, since: datetime, until: datetime) -> dict[str, list[Try]]:
    """What was saved comes as one text a run and status, as there is much of it; what was not
    saved by itself, with its cause.
    """
    runs = session.execute(
        select(BackupRunRow.id, BackupRunRow.started_at)
        .where(BackupRunRow.started_at >= since, BackupRunRow.started_at < until)
        .order_by(BackupRunRow.started_at, BackupRunRow.id)
    ).all()
    found: dict[str, list[Try]] = {}
    starts = {row.id: row.started_at for row in runs}
    for part in chunks(list(starts)):
        for device_id, one in _of_runs(session, part, starts):
            found.setdefault(device_id, []).append(one)
    for tries in found.values():
        tries.sort(key=lambda one: one.at)
    return found


def _of_runs(
    session: Session, runs: Sequence[str], starts: Mapping[str, datetime]
) -> Iterator[tuple[str, Try]]:
    owners = func.aggregate_strings(BackupOutcomeRow.device_id, _APART)
    of_these = BackupOutcomeRow.run_id.in_(runs)
    saved = (
        select(BackupOutcomeRow.run_id, BackupOutcomeRow.status, owners)
        .where(of_these, BackupOutcomeRow.status.in_(GOOD))
        .group_by(BackupOutcomeRow.run_id, BackupOutcomeRow.status)
    )
    for run, status, text in session.execute(saved):
        one = Try(starts[run], status)
        yield from ((device_id, one) for device_id in text.split(_APART))
    others = select(
        BackupOutcomeRow.run_id,
        BackupOutcomeRow.device_id,
        BackupOutcomeRow.status,
        BackupOutcomeRow.cause_kind,
    ).where(of_these, BackupOutcomeRow.status.in_(_BAD))
    for run, device_id, status, cause in session.execute(others):
        yield device_id, Try(starts[run], status, _told_cause(cause or ""))


def _told_cause(kind: str) -> str:
    """In words, and by the class that the manual lists."""
    return f"{words_of(kind)} ({kind})" if kind else ""


def _copies_before(
    session: Session, since: datetime, device_ids: Sequence[str]
) -> dict[str, datetime]:
    """The last good copy of each before that; nearly all of them are of the last nights."""
    found: dict[str, datetime] = {}
    for device_id, tries in _tries(session, since - _NEAR, since).items():
        saved = [one.at for one in tries if one.status in GOOD]
        if saved:
            found[device_id] = saved[-1]
    for part in chunks([one for one in device_ids if one not in found]):
        older = (
            select(BackupOutcomeRow.device_id, func.max(BackupRunRow.started_at))
            .join(BackupRunRow, BackupRunRow.id == BackupOutcomeRow.run_id)
            .where(
                BackupOutcomeRow.device_id.in_(part),
                BackupOutcomeRow.status.in_(GOOD),
                BackupRunRow.started_at < since,
            )
            .group_by(BackupOutcomeRow.device_id)
        )
        found.update((device_id, at) for device_id, at in session.execute(older))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Revised:
    counts: Mapping[str, int]  # stored within the month, without what no change is behind
    last: Mapping[str, datetime]  # up to its end


def _revised(session: Session, month: Bounds) -> _Revised:
    own = (RevisionRow.kind == CONFIG) & (RevisionRow.stored_at < month.until)
    changed = own & RevisionRow.cause.not_in(NO_CHANGE) & (RevisionRow.stored_at >= month.since)
    counts = select(RevisionRow.device_id, func.count()).where(changed)
    last = select(RevisionRow.device_id, func.max(RevisionRow.stored_at)).where(own)
    return _Revised(
        counts=_pairs(session.execute(counts.group_by(RevisionRow.device_id))),
        last=_pairs(session.execute(last.group_by(RevisionRow.device_id))),
    )


def _pairs(rows: Iterable[Any]) -> dict[str, Any]:
    return {row[0]: row[1] for row in rows}


def _held(session: Session, month: Bounds) -> dict[str, list[HeldText]]:
    """Texts that came in the month and were not believed, oldest first."""
    columns = (
        QuarantineRow.device_id,
        QuarantineRow.at,
        QuarantineRow.cause_kind,
        QuarantineRow.status,
        QuarantineRow.settled_at,
        QuarantineRow.settled_by,
    )
    query = (
        select(*columns)
        .where(QuarantineRow.kind == CONFIG)
        .where(QuarantineRow.at >= month.since, QuarantineRow.at < month.until)
        .order_by(QuarantineRow.at, QuarantineRow.id)
    )
    found: dict[str, list[HeldText]] = {}
    for device_id, at, cause, status, settled_at, settled_by in session.execute(query):
        text = HeldText(
            at=at,
            cause=_told_cause(cause),
            status=status,
            settled_at=settled_at,
            settled_by=settled_by or "",
        )
        found.setdefault(device_id, []).append(text)
    return found
