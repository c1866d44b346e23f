"""Take away rows that are older than anybody asks for; a batch a transaction, never a whole table.

What a device gave last is kept however old it is. Revisions and the audit are nobody's to take away:
no function here touches them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import (
    AttackEventRow,
    BackupOutcomeRow,
    BackupRunRow,
    ComplianceChangeRow,
    ComplianceDayRow,
    JobRow,
    WaiverRow,
)

Act = Literal["count", "remove"]
BATCH = 500  # rows of one transaction: others write between two of them
_ENDED = ("done", "failed", "interrupted")


def swept(
    database: Database, key: InstrumentedAttribute[Any], old: ColumnElement[bool], act: Act
) -> int:
    """How many rows are old, by the column that tells them apart; they are gone after `remove`."""
    count = select(func.count(key)).where(old)
    with database.reading(ALL_TENANTS) as session:
        found = session.scalar(count) or 0
    if act == "count" or not found:
        return found
    return sum(_batches(database, key, old))


def _batches(
    database: Database, key: InstrumentedAttribute[Any], old: ColumnElement[bool]
) -> Iterator[int]:
    some = select(key).where(old).limit(BATCH)
    while True:
        with database.writing(ALL_TENANTS) as session:
            keys = session.scalars(some).all()
            if not keys:
                return
            # Asked again: PostgreSQL may have let another writer in since.
            gone: Any = session.execute(delete(key.class_).where(key.in_(keys), old))
            yield int(gone.rowcount)


def sweep_jobs(database: Database, before: datetime, act: Act) -> int:
    """Jobs that ended before that."""
    return swept(database, JobRow.id, JobRow.status.in_(_ENDED) & (JobRow.ended_at < before), act)


def sweep_attacks(database: Database, before: datetime, act: Act) -> int:
    """What detectors said before that, once something came of it; blackholes are kept."""
    old = (AttackEventRow.state == "settled") & (AttackEventRow.received_at < before)
    return swept(database, AttackEventRow.id, old, act)


def sweep_compliance(database: Database, before: datetime, act: Act) -> int:
    """What cells were before that, sums of days before it, and waivers that were over by then.

    What a device is by a rule, and since when, is kept however long ago it became so.
    """
    told = ComplianceChangeRow.told_at.is_not(None) & (ComplianceChangeRow.at < before)
    days = ComplianceDayRow.day < f"{before:%Y-%m-%d}"
    over = WaiverRow.settled_at.is_not(None) & (WaiverRow.until < before)
    return (
        swept(database, ComplianceChangeRow.id, told, act)
        + swept(database, ComplianceDayRow.day, days, act)
        + swept(database, WaiverRow.id, over, act)
    )


def sweep_runs(database: Database, before: datetime, act: Act) -> tuple[int, int]:
    """Outcomes and runs that ended before that, but for what each device gave last of all.

    A run goes with its last outcome.
    """
    outcomes = sum(_outcomes(database, run, before, act) for run in _runs(database, before))
    empty = ~exists().where(BackupOutcomeRow.run_id == BackupRunRow.id)
    if act == "count":
        left = exists().where(BackupOutcomeRow.run_id == BackupRunRow.id, ~_is_old(before))
        empty = ~left
    return outcomes, swept(database, BackupRunRow.id, (BackupRunRow.ended_at < before) & empty, act)


def _runs(database: Database, before: datetime) -> Iterator[str]:
    """Ids of runs that ended before that, some at a time, oldest first."""
    place: tuple[datetime, str] | None = None
    columns = (BackupRunRow.started_at, BackupRunRow.id)
    while True:
        some = select(*columns).where(BackupRunRow.ended_at < before).order_by(*columns)
        if place is not None:
            at, run = place
            later = and_(BackupRunRow.started_at == at, BackupRunRow.id > run)
            some = some.where(or_(BackupRunRow.started_at > at, later))
        with database.reading(ALL_TENANTS) as session:
            found = session.execute(some.limit(BATCH)).all()
        if not found:
            return
        yield from (run for _, run in found)
        place = found[-1][0], found[-1][1]


def _outcomes(database: Database, run: str, before: datetime, act: Act) -> int:
    old = (BackupOutcomeRow.run_id == run) & _is_old(before)
    return swept(database, BackupOutcomeRow.device_id, old, act)


def _is_old(before: datetime) -> ColumnElement[bool]:
    later = aliased(BackupOutcomeRow)
    is_last = ~exists().where(
        later.device_id == BackupOutcomeRow.device_id,
        later.ended_at > BackupOutcomeRow.ended_at,
    )
    return (BackupOutcomeRow.ended_at < before) & ~is_last
