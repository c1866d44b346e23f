"""Schedules: a job's time at a place, where a person set one. Where nobody did, no row stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, true
from sqlalchemy.orm import Session

from netwb.roles import NO_TENANT, Scope
from netwb.schedules.records import Place, Schedule
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.models import BlackoutRow, FiringRow, ScheduleRow


class Schedules:
    """The schedules of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope) -> tuple[Schedule, ...]:
        """Those of the scope's tenants, by job and place; those for all are everybody's to see."""
        rows = select(ScheduleRow).where(of_scope(scope, ScheduleRow))
        ordered = rows.order_by(ScheduleRow.job, ScheduleRow.tenant_id, ScheduleRow.site_id)
        with self._database.reading(NO_TENANT) as session:
            return tuple(_schedule(row) for row in session.scalars(ordered))

    def set(  # noqa: PLR0913 - the schedule's fields
        self,
        job: str,
        place: Place,
        *,
        trigger: str,
        time_zone: str,
        jitter_s: int | None,
        actor: str,
    ) -> Schedule:
        """Give the job that time at the place; the one that it had there is replaced."""
        values = {
            "trigger": trigger,
            "time_zone": time_zone,
            "jitter_s": jitter_s,
            "set_by": actor,
            "set_at": self._clock(),
        }
        with self._database.writing(NO_TENANT) as session:
            insert = upsert(session, ScheduleRow).values(
                job=job, tenant_id=place.tenant_id, site_id=place.site_id, **values
            )
            key = [ScheduleRow.job, ScheduleRow.tenant_id, ScheduleRow.site_id]
            session.execute(insert.on_conflict_do_update(index_elements=key, set_=values))
            return _schedule(_row(session, job, place))

    def reset(self, job: str, place: Place) -> bool:
        """Take the place's own time away; False where it had none."""
        gone = delete(ScheduleRow).where(
            ScheduleRow.job == job,
            ScheduleRow.tenant_id == place.tenant_id,
            ScheduleRow.site_id == place.site_id,
        )
        with self._database.writing(NO_TENANT) as session:
            return session.scalar(gone.returning(ScheduleRow.job)) is not None


def of_scope(
    scope: Scope, table: type[ScheduleRow | BlackoutRow | FiringRow]
) -> ColumnElement[bool]:
    """Rows of the scope's tenants, and those for all, which hold for it too."""
    if scope.tenants is None:
        return true()
    return table.tenant_id.in_(sorted(scope.tenants | {""}))


def _row(session: Session, job: str, place: Place) -> ScheduleRow:
    row = session.get(ScheduleRow, (job, place.tenant_id, place.site_id), populate_existing=True)
    assert row is not None
    return row


def _schedule(row: ScheduleRow) -> Schedule:
    return Schedule(
        job=row.job,
        place=Place(tenant_id=row.tenant_id, site_id=row.site_id),
        trigger=row.trigger,
        time_zone=row.time_zone,
        jitter_s=row.jitter_s,
        set_by=row.set_by,
        set_at=row.set_at,
    )
