"""Black-outs: times in which the daemon logs in to no device of a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from netwb.errors import UnknownNameError
from netwb.roles import NO_TENANT, Scope
from netwb.schedules.records import Blackout, Place
from netwb.store.database import Database
from netwb.store.models import BlackoutRow
from netwb.store.schedules import of_scope

KEPT = timedelta(days=31)  # what is over is listed, and told from a mistake, for so long


class Blackouts:
    """The black-outs of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope) -> tuple[Blackout, ...]:
        """Those for the scope's tenants and for all, also those that were over a while ago."""
        since = self._clock() - KEPT
        recent = (
            or_(BlackoutRow.until_at.is_(None), BlackoutRow.until_at > since),
            or_(
                BlackoutRow.starts != "",
                BlackoutRow.ended_at.is_(None),
                BlackoutRow.ended_at > since,
            ),
        )
        rows = select(BlackoutRow).where(of_scope(scope, BlackoutRow), *recent)
        with self._database.reading(NO_TENANT) as session:
            ordered = rows.order_by(BlackoutRow.set_at, BlackoutRow.id)
            return tuple(_blackout(row) for row in session.scalars(ordered))

    def get(self, scope: Scope, blackout_id: str) -> Blackout:
        """One by its id, or by as much of it as only one has; UnknownNameError."""
        found = [one for one in self.list(scope) if one.id.startswith(blackout_id)]
        if len(found) != 1 or not blackout_id:
            which = "several black-outs begin with" if found and blackout_id else "no black-out"
            msg = f"{which} {blackout_id[:40]!r}; `netwb blackout list` shows their ids"
            raise UnknownNameError(msg)
        return found[0]

    def add(self, new: Blackout) -> None:
        """Store it as it is."""
        values = {
            item.name: getattr(new, item.name) for item in fields(new) if item.name != "place"
        }
        place = {"tenant_id": new.place.tenant_id, "site_id": new.place.site_id}
        with self._database.writing(NO_TENANT) as session:
            session.add(BlackoutRow(**values, **place))

    def end(self, blackout_id: str) -> Blackout:
        """What holds of it ends now; one that comes once and was ended before stays as it is."""
        with self._database.writing(NO_TENANT) as session:
            row = _get(session, blackout_id)
            if row.starts or row.ended_at is None:
                row.ended_at = self._clock()
            return _blackout(row)

    def remove(self, blackout_id: str) -> None:
        """As if it had never been."""
        with self._database.writing(NO_TENANT) as session:
            session.execute(delete(BlackoutRow).where(BlackoutRow.id == blackout_id))


def _get(session: Session, blackout_id: str) -> BlackoutRow:
    row = session.get(BlackoutRow, blackout_id, populate_existing=True)
    if row is None:
        msg = f"black-out {blackout_id[:40]} is gone meanwhile; `netwb blackout list` shows all"
        raise UnknownNameError(msg)
    return row


def _blackout(row: BlackoutRow) -> Blackout:
    values = {
        item.name: getattr(row, item.name) for item in fields(Blackout) if item.name != "place"
    }
    return Blackout(place=Place(tenant_id=row.tenant_id, site_id=row.site_id), **values)
