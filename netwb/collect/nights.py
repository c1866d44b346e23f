"""The last night's backup over the devices of a scope, as one line says it: how many, how many good.

A night is a day of time and not one run: all wide runs that began in the last 24 hours belong to it,
so that a backup of everything at noon hides nothing of what the night brought. Where none began in
that time it is the newest wide run, however old. Runs of a few devices are no night, but what they
gave its devices counts for it, so that a repeat of the failed ones mends the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from netwb.archive.chunks import chunks
from netwb.collect.runs import RUNNING
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import BackupOutcomeRow, BackupRunRow, CurrentRow

DAY = timedelta(hours=24)
LOOK_BACK = timedelta(
    hours=26
)  # before the newest run there is a nightly one, an hour late perhaps
WIDE = 0.8  # of the widest one: a night that lost some devices is a night still
GOOD = ("changed", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastNight:
    """Sums over the devices in scope that the night's runs planned.

    runs        ids of its wide runs, oldest first
    started_at  when the first of them began; ended_at: when the last one ended, None: it still runs
    not_saved  rejected and failed; together with `good` it is less than `planned` while it runs
    changed    devices with a new revision; they are among the good
    """

    runs: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None
    planned: int
    good: int
    not_saved: int
    changed: int


def find_last_night(database: Database, scope: Scope, *, now: datetime) -> LastNight | None:
    """The newest night with a device of that scope; None: no backup yet."""
    with database.reading(scope) as session:
        wide = _wide_runs(session)
        if not wide:
            return None
        return _summed(session, [run for run in wide if run.started_at > now - DAY] or wide[-1:])


def _wide_runs(session: Session) -> list[BackupRunRow]:
    """Those of the newest day that there was a backup in, oldest first."""
    newest = session.scalar(
        select(BackupRunRow.started_at)
        .where(exists().where(BackupOutcomeRow.run_id == BackupRunRow.id))
        .order_by(BackupRunRow.started_at.desc())
        .limit(1)
    )
    if newest is None:
        return []
    recent = session.scalars(
        select(BackupRunRow)
        .where(BackupRunRow.started_at > newest - LOOK_BACK)
        .order_by(BackupRunRow.started_at)
    ).all()
    devices = func.count(BackupOutcomeRow.device_id)
    counts: dict[str, int] = {}
    for piece in chunks([run.id for run in recent]):
        wanted = BackupOutcomeRow.run_id.in_(piece)
        query = select(BackupOutcomeRow.run_id, devices).where(wanted)
        rows = session.execute(query.group_by(BackupOutcomeRow.run_id))
        counts.update((row[0], row[1]) for row in rows)
    widest = max(counts.values())
    return [run for run in recent if counts.get(run.id, 0) >= WIDE * widest]


def _summed(session: Session, night: Sequence[BackupRunRow]) -> LastNight:
    runs = tuple(run.id for run in night)
    ended = [run.ended_at for run in night if run.ended_at is not None]
    rows = _outcomes(session, night[0].started_at)
    planned = {row.device_id for row in rows if row.run_id in runs}
    settled = [row for row in rows if row.device_id in planned and row.status != RUNNING]
    newest = {row.device_id: row for row in settled}
    good = sum(_is_good(row) for row in newest.values())
    return LastNight(
        runs=runs,
        started_at=night[0].started_at,
        ended_at=max(ended) if len(ended) == len(night) else None,
        planned=len(planned),
        good=good,
        not_saved=len(newest) - good,
        changed=len({row.device_id for row in settled if row.status == "changed"}),
    )


def _is_good(row: Row[*tuple[Any, ...]]) -> bool:
    """Whether the device's text is believed since: the run's own, or one that a person accepted."""
    if row.status in GOOD:
        return True
    return (
        row.checked_at is not None and row.ended_at is not None and row.checked_at >= row.ended_at
    )


def _outcomes(session: Session, since: datetime) -> list[Row[*tuple[Any, ...]]]:
    """What was given since then, with when a good text was seen last, in the order of the runs.

    The runs are found first and named: joined, SQLite looked through the outcomes of all years.
    """
    runs = session.scalars(
        select(BackupRunRow.id)
        .where(BackupRunRow.started_at >= since)
        .order_by(BackupRunRow.started_at)
    ).all()
    given = select(
        BackupOutcomeRow.run_id,
        BackupOutcomeRow.device_id,
        BackupOutcomeRow.status,
        BackupOutcomeRow.ended_at,
        CurrentRow.checked_at,
    ).outerjoin(
        CurrentRow,
        (CurrentRow.device_id == BackupOutcomeRow.device_id) & (CurrentRow.kind == "running"),
    )
    rows = [
        row
        for piece in chunks(runs)
        for row in session.execute(given.where(BackupOutcomeRow.run_id.in_(piece)))
    ]
    places = {run: place for place, run in enumerate(runs)}
    return sorted(rows, key=lambda row: places[row.run_id])
