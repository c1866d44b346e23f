"""What the ledger tells: lists for people, and what there is to do for the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_

from netwb.blackhole.ledger.rows import entries_of, network_of, pieces
from netwb.blackhole.records import (
    STANDING,
    STATES,
    Blackhole,
    Entry,
    IPNetwork,
    Standing,
    State,
)
from netwb.errors import UnknownNameError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import BlackholeRow

Place = tuple[datetime, str]  # of one in a list: requested_at, id


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which blackholes a list is of. What is not given narrows nothing.

    since, until   those that were open at some time in between
    """

    states: Collection[State] = ()
    network: IPNetwork | None = None
    alarm: bool | None = None
    site_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


ANY = Wanted()


class Reading:
    """Scoped reads, and those of the engine, which are of all tenants."""

    _database: Database
    _clock: Callable[[], datetime]

    def list(
        self, scope: Scope, wanted: Wanted = ANY, *, limit: int = 50, after: Place | None = None
    ) -> tuple[Blackhole, ...]:
        """Newest first. `after`: the place of the last one of the page before."""
        statement = _select(*_conditions(wanted)).limit(limit)
        if after is not None:
            place = tuple_(BlackholeRow.requested_at, BlackholeRow.id)
            statement = statement.where(place < tuple_(*after))
        with self._database.reading(scope) as session:
            return tuple(one.blackhole for one in entries_of(session, statement, scope))

    def get(self, scope: Scope, blackhole_id: str) -> Blackhole:
        """One by its id; UnknownNameError, also for another tenant's."""
        statement = _select(BlackholeRow.id == blackhole_id)
        with self._database.reading(scope) as session:
            found = entries_of(session, statement, scope)
        if not found:
            raise unknown_blackhole(blackhole_id)
        return found[0].blackhole

    def entry(self, blackhole_id: str) -> Entry:
        """The same with its request, for the engine."""
        found = self._entries(BlackholeRow.id == blackhole_id)
        if not found:
            raise unknown_blackhole(blackhole_id)
        return found[0]

    def entries(self, states: Iterable[State]) -> tuple[Entry, ...]:
        """All in those states, oldest first."""
        return self._entries(BlackholeRow.state.in_(sorted(states)))

    def those(self, scope: Scope, ids: Sequence[str]) -> tuple[Blackhole, ...]:
        """Those of them that are in scope, in that order."""
        with self._database.reading(scope) as session:
            found = {
                one.blackhole.id: one.blackhole
                for some in pieces(ids)
                for one in entries_of(session, _select(BlackholeRow.id.in_(some)), scope)
            }
        return tuple(found[one] for one in ids if one in found)

    def ids_in(self, states: Collection[State], ids: Iterable[str]) -> frozenset[str]:
        """Those of them that are in one of those states."""
        with self._database.reading(ALL_TENANTS) as session:
            return frozenset(
                found
                for some in pieces(sorted(ids))
                for found in session.scalars(
                    select(BlackholeRow.id).where(
                        BlackholeRow.id.in_(some), BlackholeRow.state.in_(sorted(states))
                    )
                )
            )

    def open_for(self, network: IPNetwork) -> Entry | None:
        """The one that is held or stands for exactly that network."""
        among = BlackholeRow.state.in_(sorted(STANDING | {"held"}))
        found = self._entries(BlackholeRow.network == str(network), among)
        return found[0] if found else None

    def due(self, now: datetime) -> tuple[Entry, ...]:
        """Those that stand and whose time is up, the one that is latest first."""
        found = self._entries(
            BlackholeRow.state.in_(("intended", "announced")), BlackholeRow.expires_at <= now
        )
        return tuple(sorted(found, key=lambda one: (one.blackhole.expires_at, one.blackhole.id)))

    def standing(self, within: timedelta) -> tuple[Standing, ...]:
        """What counts for the guard: what stands, and what ended so lately. One statement."""
        with self._database.reading(ALL_TENANTS) as session:
            return tuple(
                map(standing_of, session.execute(standing_statement(self._clock() - within)))
            )

    def counts(self, scope: Scope) -> dict[State, int]:
        """How many there are by state, in scope."""
        statement = select(BlackholeRow.state, func.count()).group_by(BlackholeRow.state)
        with self._database.reading(scope) as session:
            found = dict(session.execute(statement).all())
        return {state: found.get(state, 0) for state in STATES}

    def _entries(self, *conditions: ColumnElement[bool]) -> tuple[Entry, ...]:
        statement = (
            _select(*conditions).order_by(None).order_by(BlackholeRow.requested_at, BlackholeRow.id)
        )
        with self._database.reading(ALL_TENANTS) as session:
            return entries_of(session, statement, ALL_TENANTS)


def unknown_blackhole(blackhole_id: str) -> UnknownNameError:
    """The same for one that is not, and another tenant's."""
    msg = (
        f"blackhole {blackhole_id[:60]!r} is not known; `netwb blackhole list` shows those that are"
    )
    return UnknownNameError(msg, wanted=blackhole_id)


def standing_statement(since: datetime) -> Select[*tuple[Any, ...]]:
    """Columns of what stands, or was announced and ended after `since`."""
    return select(
        BlackholeRow.id,
        BlackholeRow.network,
        BlackholeRow.tenant_id,
        BlackholeRow.announced_at,
        BlackholeRow.intended_at,
        BlackholeRow.expires_at,
        BlackholeRow.ended_at,
        BlackholeRow.reach,
        BlackholeRow.state,
    ).where(
        or_(
            BlackholeRow.state.in_(sorted(STANDING)),
            and_(BlackholeRow.ended_at > since, BlackholeRow.announced_at.is_not(None)),
        ),
    )


def counts_since(row: BlackholeRow, since: datetime) -> bool:
    """Whether it is one of those."""
    if row.state in STANDING:
        return True
    return row.ended_at is not None and row.ended_at > since and row.announced_at is not None


def standing_of(row: Any) -> Standing:
    """One of them, from a row of either kind. What is intended counts as announced: it will be in a moment."""
    return Standing(
        network=network_of(row.network),
        tenant_id=row.tenant_id or "",
        announced_at=row.announced_at or row.intended_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        reach=row.reach,
        withdrawing=row.state == "withdrawing",
    )


def _select(*conditions: ColumnElement[bool]) -> Select[BlackholeRow]:
    newest = (BlackholeRow.requested_at.desc(), BlackholeRow.id.desc())
    return select(BlackholeRow).where(*conditions).order_by(*newest)


def _conditions(wanted: Wanted) -> Iterable[ColumnElement[bool]]:
    if wanted.states:
        yield BlackholeRow.state.in_(sorted(wanted.states))
    if wanted.network is not None:
        yield BlackholeRow.network == str(wanted.network)
    if wanted.alarm is not None:
        yield BlackholeRow.alarm == wanted.alarm
    if wanted.site_id is not None:
        yield BlackholeRow.site_id == wanted.site_id
    if wanted.since is not None:
        yield or_(BlackholeRow.ended_at.is_(None), BlackholeRow.ended_at >= wanted.since)
    if wanted.until is not None:
        yield BlackholeRow.requested_at <= wanted.until
