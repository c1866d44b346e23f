"""The last backup over the devices of a scope, as one line says it: how many, how many good.

Runs of a few devices are no night: the newest wide run of about a day counts, and what later runs
gave its devices counts for it, so that a repeat of the failed ones mends the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from netwb.collect.runs import RUNNING
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import BackupOutcomeRow, BackupRunRow

LOOK_BACK = timedelta(
    hours=26
)  # before the newest run there is a nightly one, an hour late perhaps
WIDE = 0.8  # of the widest one: a night that lost some devices is a night still
GOOD = ("changed", "unchanged")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastNight:
    """Sums over the devices in scope that the night's run planned.

    ended_at   None: it is still running
    not_saved  rejected and failed; together with `good` it is less than `planned` while it runs
    changed    devices with a new revision; they are among the good
    """

    run_id: str
    started_at: datetime
    ended_at: datetime | None
    planned: int
    good: int
    not_saved: int
    changed: int


def find_last_night(database: Database, scope: Scope) -> LastNight | None:
    """The newest night with a device of that scope; None: no backup yet."""
    with database.reading(scope) as session:
        run = _newest_wide(session)
        return None if run is None else _summed(session, run)


def _newest_wide(session: Session) -> BackupRunRow | None:
    newest = session.scalar(
        select(BackupRunRow.started_at)
        .where(exists().where(BackupOutcomeRow.run_id == BackupRunRow.id))
        .order_by(BackupRunRow.started_at.desc())
        .limit(1)
    )
    if newest is None:
        return None
    devices = func.count(BackupOutcomeRow.device_id)
    runs = session.execute(
        select(BackupRunRow, devices)
        .join(BackupOutcomeRow, BackupOutcomeRow.run_id == BackupRunRow.id)
        .where(BackupRunRow.started_at > newest - LOOK_BACK)
        .group_by(BackupRunRow.id)
        .order_by(BackupRunRow.started_at.desc())
    ).all()
    widest = max(count for _, count in runs)
    return next(run for run, count in runs if count >= WIDE * widest)


def _summed(session: Session, run: BackupRunRow) -> LastNight:
    rows = session.execute(
        select(BackupOutcomeRow.run_id, BackupOutcomeRow.device_id, BackupOutcomeRow.status)
        .join(BackupRunRow, BackupOutcomeRow.run_id == BackupRunRow.id)
        .where(BackupRunRow.started_at >= run.started_at)
        .order_by(BackupRunRow.started_at)
    ).all()
    planned = {row.device_id for row in rows if row.run_id == run.id}
    settled = [row for row in rows if row.device_id in planned and row.status != RUNNING]
    newest = {row.device_id: row.status for row in settled}
    good = sum(status in GOOD for status in newest.values())
    return LastNight(
        run_id=run.id,
        started_at=run.started_at,
        ended_at=run.ended_at,
        planned=len(planned),
        good=good,
        not_saved=len(newest) - good,
        changed=len({row.device_id for row in settled if row.status == "changed"}),
    )
