"""Whether this machine's clock can be believed: by the database's, and by what was written before.

Leases, tokens, one-time codes and nights all go by it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from netwb.health.diagnosis import Diagnosis, advice, ok, wrong
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.database import Database
from netwb.store.models import AuditRow, BackupRunRow

APART_S = 2.0  # far below the shortest lease
FAR_APART_S = 15.0
AHEAD = timedelta(minutes=2)
_CURE = "let NTP set the clock (`timedatectl`), on both machines"


def check_clock(database: Database, *, now: datetime) -> Diagnosis:
    """Against the database server's, and against the newest thing that was written."""
    written = _newest(database)
    if written is not None and written > now + AHEAD:
        ahead = (written - now).total_seconds() / 60
        return wrong(
            "clock",
            f"the newest entry of the database is {ahead:,.0f} min ahead of this machine's clock",
            "set the clock right (`timedatectl`); if it ran ahead before, wait until it is there",
        )
    if database.path is not None:
        return ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC, after all that was written")
    return judge_apart(_apart_s(database, now))


def judge_apart(apart_s: float) -> Diagnosis:
    """By how many seconds this clock is ahead of the server's."""
    said = f"this machine's clock and the database server's are {abs(apart_s):,.1f} s apart"
    if abs(apart_s) >= FAR_APART_S:
        return wrong("clock", said, _CURE)
    if abs(apart_s) >= APART_S:
        return advice("clock", said, _CURE)
    return ok("clock", said)


def _apart_s(database: Database, now: datetime) -> float:
    with database.reading(NO_TENANT) as session:
        there = session.scalar(select(func.clock_timestamp()))
    assert isinstance(there, datetime)
    return (now - there.astimezone(UTC)).total_seconds()


def _newest(database: Database) -> datetime | None:
    """When the newest link of the audit chain was made, or the newest run began."""
    with database.reading(ALL_TENANTS) as session:
        found = (
            session.scalar(select(AuditRow.at).order_by(AuditRow.seq.desc()).limit(1)),
            session.scalar(select(func.max(BackupRunRow.started_at))),
        )
    return max((at for at in found if at is not None), default=None)
