"""Bursts of messages in SQL, so that no change that was heard of is lost with the listener.

A row lives from the first message until a good backup that began after the last one. It is filed as
a job once; where that job gave no good backup it is filed again, later and later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from netwb.health.syslog.records import MOST_NAMES, Burst, Said
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.jobs import Job, Jobs
from netwb.store.models import JobRow, SyslogBurstRow, SyslogCountRow

RETRY_S = 60.0  # before the second try; each further wait is twice as long
MOST_TRIES = 6  # then it is left to the next night, whose revision still gets the names
KEPT = timedelta(days=7)  # no good backup in so long: who changed it then is no news any more
_PIECE = 200  # ids in one statement
_ENDED = ("done", "failed", "interrupted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One job that was filed for some devices of one tenant."""

    job: Job
    tenant_id: str
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One burst that no backup answered yet, and how often a job was filed for it."""

    burst: Burst
    tries: int


class KeptBursts:
    """The bursts of one database."""

    def __init__(self, database: Database, jobs: Jobs, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock

    def keep(self, bursts: Sequence[Burst]) -> None:
        """Write new ones and what changed of others."""
        if not bursts:
            return
        rows = [{**_values(burst), "job_id": "", "filed_at": None, "tries": 0} for burst in bursts]
        with self._database.writing(ALL_TENANTS) as session:
            insert = upsert(session, SyslogBurstRow)
            changed = {name: insert.excluded[name] for name in ("last_at", "complete", "said")}
            grown = insert.on_conflict_do_update(index_elements=[SyslogBurstRow.id], set_=changed)
            session.execute(grown.execution_options(dml_strategy="raw"), rows)

    def waiting(self) -> tuple[Burst, ...]:
        """Those that no job was filed for yet."""
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.scalars(select(SyslogBurstRow).where(SyslogBurstRow.job_id == ""))
            return tuple(map(_burst, rows))

    def unanswered(self) -> tuple[Kept, ...]:
        """All that are there, the one that waits longest first."""
        oldest = select(SyslogBurstRow).order_by(SyslogBurstRow.first_at, SyslogBurstRow.id)
        with self._database.reading(ALL_TENANTS) as session:
            rows = session.scalars(oldest)
            return tuple(Kept(burst=_burst(row), tries=row.tries) for row in rows)

    def file(self, ids: Collection[str], *, actor: str) -> tuple[Filed, ...]:
        """File a job a tenant for these; those that a backup answered meanwhile are gone.

        What waits of the same devices from before goes with them: one backup answers all of it.
        """
        unfiled = SyslogBurstRow.job_id == ""
        with self._database.writing_durably(ALL_TENANTS) as session:
            rows = [
                row
                for piece in _pieces(ids)
                for row in session.scalars(
                    select(SyslogBurstRow).where(unfiled, SyslogBurstRow.id.in_(piece))
                )
            ]
            for row in rows:
                _absorb(session, row)
            return self._file(session, rows, actor)

    def file_again(
        self, *, actor: str, is_held: Callable[[str], bool] = lambda _: False
    ) -> tuple[Filed, ...]:
        """File those again whose job ended, and which are there still; drop what is old.

        is_held   whether the device of that id is to be left alone now
        """
        self._jobs.settle_interrupted()
        now = self._clock()
        with self._database.writing(ALL_TENANTS) as session:
            session.execute(delete(SyslogBurstRow).where(SyslogBurstRow.first_at < now - KEPT))
            rows = session.scalars(
                select(SyslogBurstRow)
                .outerjoin(JobRow, JobRow.id == SyslogBurstRow.job_id)
                .where(
                    SyslogBurstRow.job_id != "",
                    SyslogBurstRow.tries < MOST_TRIES,
                    or_(JobRow.id.is_(None), JobRow.status.in_(_ENDED)),
                )
            )
            due = [row for row in rows if _is_due(row, now) and not is_held(row.device_id)]
            return self._file(session, due, actor)

    def under_way(self) -> frozenset[str]:
        """Devices for which a filed job waits or runs."""
        lively = (
            select(SyslogBurstRow.device_id)
            .join(JobRow, JobRow.id == SyslogBurstRow.job_id)
            .where(JobRow.status.not_in(_ENDED))
        )
        with self._database.reading(ALL_TENANTS) as session:
            return frozenset(session.scalars(lively))

    def has_filed(self) -> bool:
        """Whether a filed one is there still; asked often, and it writes nothing."""
        filed = select(SyslogBurstRow.id).where(SyslogBurstRow.job_id != "").limit(1)
        with self._database.reading(ALL_TENANTS) as session:
            return session.scalar(filed) is not None

    def of(self, device_ids: Iterable[str]) -> Mapping[str, tuple[Said, ...]]:
        """What was said of these devices and is not answered yet, oldest first."""
        found: dict[str, list[Said]] = defaultdict(list)
        with self._database.reading(ALL_TENANTS) as session:
            for piece in _pieces(device_ids):
                rows = session.scalars(
                    select(SyslogBurstRow).where(SyslogBurstRow.device_id.in_(piece))
                )
                for row in rows:
                    found[row.device_id].extend(_burst(row).said)
        return {
            device_id: tuple(sorted(said, key=lambda one: one.at))
            for device_id, said in found.items()
        }

    def answered(self, device_ids: Iterable[str], *, before: datetime) -> None:
        """A good backup of these devices began then: what was heard until then is answered."""
        with self._database.writing(ALL_TENANTS) as session:
            for piece in _pieces(device_ids):
                session.execute(
                    delete(SyslogBurstRow).where(
                        SyslogBurstRow.device_id.in_(piece), SyslogBurstRow.last_at <= before
                    )
                )

    def count(self, more: Mapping[Any, int]) -> None:
        """Add to the counts."""
        now = self._clock()
        with self._database.writing(NO_TENANT) as session:
            for fate, number in sorted(more.items()):
                insert = upsert(session, SyslogCountRow).values(fate=fate, count=number, at=now)
                session.execute(
                    insert.on_conflict_do_update(
                        index_elements=[SyslogCountRow.fate],
                        set_={"count": SyslogCountRow.count + number, "at": now},
                    )
                )

    def counts(self) -> Mapping[str, int]:
        """Messages by their fate, since the home was made."""
        with self._database.reading(NO_TENANT) as session:
            return dict(session.execute(select(SyslogCountRow.fate, SyslogCountRow.count)).all())

    def _file(
        self, session: Session, rows: Sequence[SyslogBurstRow], actor: str
    ) -> tuple[Filed, ...]:
        by_tenant: dict[str, list[SyslogBurstRow]] = defaultdict(list)
        for row in rows:
            by_tenant[row.tenant_id].append(row)
        filed = []
        for tenant_id, mine in sorted(by_tenant.items()):
            devices = tuple(dict.fromkeys(row.device_id for row in mine))
            params = {"as": actor, "devices": list(devices), "note": "", "cause": "syslog"}
            job = self._jobs.file_in(
                session, "backup", actor=actor, tenant_id=tenant_id, params=params
            )
            for row in mine:
                row.job_id, row.filed_at, row.tries = job.id, self._clock(), row.tries + 1
            filed.append(Filed(job=job, tenant_id=tenant_id, devices=devices))
        session.flush()
        return tuple(filed)


def _absorb(session: Session, row: SyslogBurstRow) -> None:
    """Take over what an older burst of the device told, and let that one go."""
    older = session.scalars(
        select(SyslogBurstRow).where(
            SyslogBurstRow.device_id == row.device_id,
            SyslogBurstRow.id != row.id,
            SyslogBurstRow.last_at <= row.last_at,
        )
    )
    for one in older:
        row.said = [*one.said, *row.said][-MOST_NAMES:]
        row.first_at = min(row.first_at, one.first_at)
        session.delete(one)


def _pieces(ids: Iterable[str]) -> Iterator[list[str]]:
    known = sorted(set(ids))
    for start in range(0, len(known), _PIECE):
        yield known[start : start + _PIECE]


def _is_due(row: SyslogBurstRow, now: datetime) -> bool:
    wait = timedelta(seconds=RETRY_S * 2 ** (row.tries - 1))
    return row.filed_at is None or row.filed_at + wait <= now


def _values(burst: Burst) -> dict[str, object]:
    return {
        "id": burst.id,
        "tenant_id": burst.tenant_id,
        "device_id": burst.device_id,
        "first_at": burst.first_at,
        "last_at": burst.last_at,
        "complete": burst.complete,
        "said": [[one.by, one.at.isoformat(), one.note] for one in burst.said],
    }


def _burst(row: SyslogBurstRow) -> Burst:
    return Burst(
        id=row.id,
        device_id=row.device_id,
        tenant_id=row.tenant_id,
        first_at=row.first_at,
        last_at=row.last_at,
        said=tuple(
            Said(by=by, at=datetime.fromisoformat(at).astimezone(UTC), note=note)
            for by, at, note in row.said
        ),
        complete=row.complete,
    )
