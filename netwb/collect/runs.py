"""Backup runs in SQL: what is planned, what is under way, what came of it.

A run plans its devices durably before it touches one, so that a run that died shows as such, and
a device is never in two runs at once. Alive is a run whose lease is alive (design D9).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ScalarSelect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from netwb import errors
from netwb.collect.outcome import BackupOutcome, OutcomeStatus, worst_first
from netwb.collect.tallying import tally_end
from netwb.collect.telling import tell_end
from netwb.errors import NetwbError, RunInterruptedError, RunUnderWayError, StoreError
from netwb.inventory.records import Target
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.holders import is_dead
from netwb.store.ids import new_id
from netwb.store.inserting import insert_many
from netwb.store.leases import Lease, Leases
from netwb.store.models import BackupOutcomeRow, BackupRunRow, DeviceRow, LeaseRow, TenantRow
from netwb.store.notices import Notices

RUNNING = "running"
LEASE_S = 120.0  # a run renews it at each written batch; a dead one frees its devices after this
LEASE_NAME = "backup-run/{}"
ROWS = 500  # bound parameters in one statement stay far below SQLite's limit


class Runs:
    """Writes and reads backup runs."""

    def __init__(
        self,
        database: Database,
        leases: Leases,
        notices: Notices,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._leases = leases
        self._notices = notices
        self._clock = clock
        self._left: dict[str, Lease] = {}  # over, and not written so: the database was away

    def start(self, targets: Sequence[Target], *, actor: str, note: str) -> tuple[str, Lease]:
        """Plan a run over the targets; raises RunUnderWayError when one of them is in a live run."""
        self._end_left()
        run_id = new_id()
        lease = self._leases.acquire(LEASE_NAME.format(run_id), LEASE_S)
        if lease is None:  # the id is random: this is a fault of the lease table
            msg = f"run {run_id} could not take its lease; try again"
            raise RunUnderWayError(msg)
        try:
            with self._database.writing(ALL_TENANTS) as session:
                self._close_dead_runs(session)
                self._refuse_busy(session, targets)
                self._plan(session, run_id, targets, actor, note)
        except BaseException:
            self._leases.release(lease)
            raise
        return run_id, lease

    def keep_alive(self, lease: Lease) -> Lease:
        """Renew the run's lease; raises LeaseLostError when another process took over."""
        return self._leases.renew(lease)

    def settle(self, run_id: str, outcomes: Sequence[BackupOutcome]) -> None:
        """Write what came of some devices."""
        now = self._clock()
        rows = [
            {
                "run_id": run_id,
                "device_id": outcome.device_id,
                "status": outcome.status,
                "revision": outcome.revision,
                "cause_kind": type(outcome.cause).__name__ if outcome.cause else None,
                "cause_message": str(outcome.cause) if outcome.cause else None,
                "ended_at": now,
            }
            for outcome in outcomes
        ]
        if rows:
            with self._database.writing(ALL_TENANTS) as session:
                session.execute(update(BackupOutcomeRow), rows)

    def end(self, run_id: str, lease: Lease) -> datetime:
        """Close the run and free its lease; a device without an outcome was interrupted.

        What cannot be written now is written before this process's next run.
        """
        now = self._clock()
        try:
            with self._database.writing(ALL_TENANTS) as session:
                self._close(session, run_id, now)
            self._leases.release(lease)
        except StoreError:
            self._left[run_id] = lease
            raise
        return now

    def _end_left(self) -> None:
        for run_id in tuple(self._left):
            lease = self._left.pop(run_id, None)
            if lease is not None:
                self.end(run_id, lease)

    def outcomes(self, scope: Scope, run_id: str) -> tuple[BackupOutcome, ...]:
        """What the scope's devices gave in that run, worst first; open ones are left out."""
        query = (
            select(BackupOutcomeRow, TenantRow.slug, DeviceRow.hostname)
            .join(DeviceRow, DeviceRow.id == BackupOutcomeRow.device_id)
            .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
            .where(BackupOutcomeRow.run_id == run_id, BackupOutcomeRow.status != RUNNING)
        )
        with self._database.reading(scope) as session:
            found = [
                _outcome(row, slug, hostname) for row, slug, hostname in session.execute(query)
            ]
        return worst_first(found)

    def failed_last_time(self, scope: Scope) -> frozenset[str]:
        """Ids of the devices whose newest settled outcome is rejected or failed.

        Newest by our clock, as runs carry no other order: after the clock was set back, an outcome
        from before it counts until the clock has passed it again.
        """
        return frozenset(self.causes_last_time(scope))

    def causes_last_time(self, scope: Scope) -> Mapping[str, str]:
        """The same devices with the class of their error's cause."""
        status, cause = _newest(BackupOutcomeRow.status), _newest(BackupOutcomeRow.cause_kind)
        query = select(DeviceRow.id, cause).where(status.in_(("rejected", "failed")))
        with self._database.reading(scope) as session:
            return {device_id: kind or "" for device_id, kind in session.execute(query)}

    def good_since(self, scope: Scope, since: datetime) -> frozenset[str]:
        """Ids of the devices that gave a good configuration in a run that began since then."""
        begun = select(BackupRunRow.id).where(BackupRunRow.started_at >= since)
        good = BackupOutcomeRow.status.in_(("changed", "unchanged"))
        query = select(BackupOutcomeRow.device_id).where(good, BackupOutcomeRow.run_id.in_(begun))
        with self._database.reading(scope) as session:
            return frozenset(session.scalars(query))

    def under_way(self, device_ids: Collection[str]) -> bool:
        """Whether a live run has one of these devices still."""
        with self._database.reading(ALL_TENANTS) as session:
            alive = self._alive(session)
            return any(
                LEASE_NAME.format(run_id) in alive
                for part in _parts(tuple(device_ids))
                for run_id in session.scalars(
                    select(BackupOutcomeRow.run_id)
                    .where(BackupOutcomeRow.status == RUNNING, BackupOutcomeRow.device_id.in_(part))
                    .distinct()
                )
            )

    def _plan(
        self, session: Session, run_id: str, targets: Sequence[Target], actor: str, note: str
    ) -> None:
        session.add(
            BackupRunRow(
                id=run_id,
                started_at=self._clock(),
                actor=actor,
                note=note,
                planned=len(targets),
            )
        )
        session.flush()
        rows = [
            {
                "run_id": run_id,
                "device_id": target.device_id,
                "tenant_id": target.tenant_id,
                "status": RUNNING,
            }
            for target in targets
        ]
        insert_many(session, BackupOutcomeRow, rows)

    def _close_dead_runs(self, session: Session) -> None:
        """Runs that neither ended nor live: their open devices were interrupted."""
        alive = self._alive(session)
        open_runs = session.scalars(select(BackupRunRow.id).where(BackupRunRow.ended_at.is_(None)))
        dead = [run for run in open_runs if LEASE_NAME.format(run) not in alive]
        for run in dead:
            self._close(session, run, self._clock())

    def _alive(self, session: Session) -> set[str]:
        """The leases that somebody living holds."""
        held = session.execute(
            select(LeaseRow.name, LeaseRow.holder).where(LeaseRow.until > self._clock())
        )
        return {name for name, holder in held if not is_dead(holder)}

    def _close(self, session: Session, run_id: str, now: datetime) -> None:
        """End the run, and tell of it in the same transaction."""
        cause = RunInterruptedError("the run ended without a word; back the device up again")
        session.execute(
            update(BackupOutcomeRow)
            .where(BackupOutcomeRow.run_id == run_id, BackupOutcomeRow.status == RUNNING)
            .values(
                status="failed",
                cause_kind=type(cause).__name__,
                cause_message=str(cause),
                ended_at=now,
            )
        )
        run = session.get(BackupRunRow, run_id, populate_existing=True)
        if run is not None and run.ended_at is None:  # a run that slept may have been closed before
            run.ended_at = now
            session.flush()
            tally_end(session, run)
            tell_end(session, self._notices, run)

    def _refuse_busy(self, session: Session, targets: Sequence[Target]) -> None:
        names = {target.device_id: f"{target.tenant}/{target.hostname}" for target in targets}
        for part in _parts(tuple(names)):
            row = session.execute(
                select(BackupOutcomeRow.device_id, BackupRunRow.started_at, BackupRunRow.actor)
                .join(BackupRunRow, BackupRunRow.id == BackupOutcomeRow.run_id)
                .where(BackupOutcomeRow.status == RUNNING, BackupOutcomeRow.device_id.in_(part))
            ).first()
            if row is not None:
                msg = (
                    f"{names[row.device_id]} is in a backup run of {row.actor} since "
                    f"{row.started_at:%Y-%m-%d %H:%M:%S} UTC; wait for it to end, as "
                    "`netwb backup --wait` does"
                )
                raise RunUnderWayError(msg)


def _newest(column: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """That of the device's newest settled outcome."""
    return (  # the end of an index, once a device: a grouping would read the years of all
        select(column)
        .where(
            BackupOutcomeRow.device_id == DeviceRow.id,
            BackupOutcomeRow.ended_at.is_not(None),
            BackupOutcomeRow.status != RUNNING,
        )
        .order_by(BackupOutcomeRow.ended_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def _outcome(row: BackupOutcomeRow, tenant: str, hostname: str) -> BackupOutcome:
    cause = None
    if row.cause_kind is not None:
        kind = getattr(errors, row.cause_kind, NetwbError)  # of another version, perhaps
        cause = kind(row.cause_message or "")
    return BackupOutcome(
        tenant=tenant,
        hostname=hostname,
        device_id=row.device_id,
        status=cast("OutcomeStatus", row.status),
        revision=row.revision,
        cause=cause,
    )


def _parts(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[start : start + ROWS] for start in range(0, len(items), ROWS))
