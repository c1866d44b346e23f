"""What a person, a login or a token may at this instant: one query each, asked at each use.

A call asks many times, once a device at worst, so that an answer holds for as long as a call takes:
until this process writes anything, or for KEPT_S where another one does. Rights that were taken, a
login that was ended and a token that was revoked are gone for the next call. A script's requests of
one instant share what was found for its token: that question was a fifth of what they cost.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from time import monotonic
from typing import Any, cast

from sqlalchemy import ColumnElement, bindparam, select

from netwb.access.records import TotpState, UserSource
from netwb.access.rights import SET_UP_FIRST, narrowed, totp_state
from netwb.access.rows import permissions
from netwb.access.secrets import same
from netwb.errors import NotAuthenticatedError
from netwb.roles import ALL_TENANTS, Actor, Permission, Rights, Role, Scope
from netwb.settings import AccessSettings
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.models import (
    LoginSessionRow,
    TokenRow,
    TokenTenantRow,
    UserRow,
    UserTenantRow,
    WallRow,
    WallTenantRow,
)
from netwb.store.prepared import Prepared

MOST_SHOWN = 1000  # tokens whose standing is kept at once
KEPT_S = 0.05  # no person sees it; a list of 2,000 devices asked 2,000 times without it
ENDED = "this login has ended, or never was; log in again"
NOT_VALID = "the token is not valid here: unknown, expired, revoked, or used from another network"
WALL_UNKNOWN = (
    "this screen is no wall of netwb any more: revoked, or moved to another network; enroll it anew"
)
WALL_RIGHTS = frozenset(
    {Permission.MONITORING_VIEW, Permission.TRAFFIC_VIEW, Permission.BLACKHOLE_VIEW}
)
NOT_ACTIVE = "that user may not act any more: disabled, retired or gone; ask an admin"

_PERSON = (
    UserRow.id,
    UserRow.name,
    UserRow.full_name,
    UserRow.role,
    UserRow.wide,
    UserRow.source,
    UserRow.totp,
    UserRow.time_zone,
    UserTenantRow.tenant_id,
)
USED_EVERY_S = 60.0  # one write a minute is enough to tell whether a token is in use
_OF_TOKEN = Prepared(  # each request of a script asks it
    select(
        *_PERSON,
        TokenRow.mac,
        TokenRow.used_at,
        TokenRow.created_by,
        TokenRow.role.label("least"),
        TokenRow.narrowed,
        TokenRow.allow,
        TokenRow.networks,
        TokenRow.expires_at,
        TokenTenantRow.tenant_id.label("narrowed_to"),
    )
    .join(TokenRow, TokenRow.user_id == UserRow.id)
    .outerjoin(UserTenantRow, UserTenantRow.user_id == UserRow.id)
    .outerjoin(TokenTenantRow, TokenTenantRow.token_id == TokenRow.id)
    .where(
        TokenRow.id == bindparam("token_id"),
        TokenRow.revoked_at.is_(None),
        TokenRow.expires_at > bindparam("now"),
        UserRow.status == "active",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person as SQL says now; `actor` is what it may, by the means that it came.

    expires_at   of the token that it came by
    """

    user_id: str
    full_name: str
    source: UserSource
    totp: TotpState
    time_zone: str
    actor: Actor
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was asked, by every clock that can make the answer stale."""

    writes: int
    at: datetime
    ticks_s: float


class Standings:
    """Reads standings; raises NotAuthenticatedError where there is none any more."""

    def __init__(
        self, database: Database, settings: AccessSettings, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._shown: dict[tuple[str, str, str], tuple[Moment, Standing]] = {}  # of tokens in use

    def moment(self) -> Moment:
        """Now; to be taken before the question."""
        return Moment(self._database.writes, self._clock(), monotonic())

    def is_fresh(self, asked: Moment) -> bool:
        """Whether an answer of that moment still holds."""
        now = self.moment()
        return (
            now.writes == asked.writes
            and now.ticks_s - asked.ticks_s < KEPT_S
            and abs((now.at - asked.at).total_seconds()) < KEPT_S
        )

    def of_user(self, user_id: str) -> Standing:
        """An active user."""
        query = select(*_PERSON).outerjoin(UserTenantRow, UserTenantRow.user_id == UserRow.id)
        rows = self._rows(query.where(UserRow.id == user_id, UserRow.status == "active"))
        if not rows:
            raise NotAuthenticatedError(NOT_ACTIVE)
        return self._standing(rows)

    def of_session(self, session_id: str) -> Standing:
        """The user of a live login. Until a code that is asked for is set up, it may nothing."""
        query = (
            select(*_PERSON)
            .join(LoginSessionRow, LoginSessionRow.user_id == UserRow.id)
            .outerjoin(UserTenantRow, UserTenantRow.user_id == UserRow.id)
            .where(LoginSessionRow.id == session_id, self.live(), UserRow.status == "active")
        )
        rows = self._rows(query)
        if not rows:
            raise NotAuthenticatedError(ENDED)
        return self._standing(rows, kept_back=True)

    def of_sessions(self, session_ids: Collection[str]) -> Mapping[str, Rights]:
        """Session id -> rights, of those that live; by one query for all open pages."""
        query = (
            select(LoginSessionRow.id.label("session_id"), *_PERSON)
            .select_from(UserRow)
            .join(LoginSessionRow, LoginSessionRow.user_id == UserRow.id)
            .outerjoin(UserTenantRow, UserTenantRow.user_id == UserRow.id)
            .where(
                LoginSessionRow.id.in_(sorted(map(storable, session_ids))),
                self.live(),
                UserRow.status == "active",
            )
        )
        rows: dict[str, list[Any]] = {}
        for row in self._rows(query):
            rows.setdefault(row.session_id, []).append(row)
        return {
            session_id: self._standing(own, kept_back=True).actor.rights
            for session_id, own in rows.items()
        }

    def of_token(self, token_id: str, address: str | None = None) -> Standing:
        """The owner of a token that is in force, as far as the token lets it.

        One that the owner issued itself may nothing while the owner's login may nothing, until a
        code that is asked for is set up. One that an admin issued, for a script, goes on.

        address    where it is used from; None: by netwb itself, for work that it was used to file
        """
        rows = self._token_rows(token_id, self._clock())
        return self._of_token(token_id, _valid(rows, address))

    def of_token_text(self, token_id: str, mac: str, address: str) -> tuple[Standing, bool]:
        """The same for whoever shows the token itself, and whether its use is to be noted.

        mac        keyed hash of the secret that was shown
        """
        kept = self._shown.get((token_id, mac, address))
        if kept is not None and self.is_fresh(kept[0]):
            return kept[1], False
        asked, now = self.moment(), self._clock()
        rows = _valid(self._token_rows(token_id, now), address)
        if not same(rows[0].mac, mac):
            raise NotAuthenticatedError(NOT_VALID)
        used_at = rows[0].used_at
        stale = used_at is None or used_at < now - timedelta(seconds=USED_EVERY_S)
        standing = self._of_token(token_id, rows)
        if len(self._shown) >= MOST_SHOWN:
            self._shown.clear()
        self._shown[token_id, mac, address] = (asked, standing)
        return standing, stale

    def of_wall(self, wall_id: str, address: str | None = None) -> Standing:
        """A wall that is enrolled and not revoked; `address` is where its screen is."""
        rows = self._wall_rows([wall_id])
        if not rows or (address is not None and not within(address, rows[0].networks)):
            raise NotAuthenticatedError(WALL_UNKNOWN)
        return _wall_standing(rows)

    def of_walls(self, wall_ids: Collection[str]) -> Mapping[str, Rights]:
        """Wall id -> rights, of those in force; by one query for all open walls."""
        rows: dict[str, list[Any]] = {}
        for row in self._wall_rows(wall_ids):
            rows.setdefault(row.id, []).append(row)
        return {wall_id: _wall_standing(own).actor.rights for wall_id, own in rows.items()}

    def _wall_rows(self, wall_ids: Collection[str]) -> Sequence[Any]:
        columns = (WallRow.id, WallRow.name, WallRow.wide, WallRow.networks, WallRow.time_zone)
        return self._rows(
            select(*columns, WallTenantRow.tenant_id)
            .outerjoin(WallTenantRow, WallTenantRow.wall_id == WallRow.id)
            .where(
                WallRow.id.in_(sorted(map(storable, wall_ids))),
                WallRow.enrolled_at.is_not(None),
                WallRow.revoked_at.is_(None),
            )
        )

    def live(self) -> ColumnElement[bool]:
        """Which LoginSessionRows are not over."""
        now = self._clock()
        idle = now - timedelta(seconds=self._settings.session_idle_s)
        return (
            LoginSessionRow.ended_at.is_(None)
            & (LoginSessionRow.expires_at > now)
            & (LoginSessionRow.seen_at > idle)
        )

    def _of_token(self, token_id: str, rows: Sequence[Any]) -> Standing:
        first = rows[0]
        is_own = first.created_by.partition("/")[0] == first.name
        standing = self._standing(rows, kept_back=is_own)
        tenants = frozenset(row.narrowed_to for row in rows if row.narrowed_to is not None)
        actor = narrowed(
            standing.actor,
            name=f"{standing.actor.name}/{token_id}",
            role=None if first.least is None else Role(first.least),
            tenants=tenants if first.narrowed else None,
            allow=permissions(first.allow),
        )
        return Standing(
            user_id=standing.user_id,
            full_name=standing.full_name,
            source=standing.source,
            totp=standing.totp,
            time_zone=standing.time_zone,
            actor=actor,
            expires_at=first.expires_at,
        )

    def _standing(self, rows: Sequence[Any], *, kept_back: bool = False) -> Standing:
        first = rows[0]
        role, source = Role(first.role), cast("UserSource", first.source)
        state = totp_state(first.totp, role=role, source=source, wanted_for=self._settings.totp_for)
        held = kept_back and state == "required"
        tenants = frozenset(row.tenant_id for row in rows if row.tenant_id is not None)
        return Standing(
            user_id=first.id,
            full_name=first.full_name,
            source=source,
            totp=state,
            time_zone=first.time_zone,
            actor=Actor(
                name=first.name,
                role=role,
                scope=ALL_TENANTS if first.wide else Scope(tenants),
                only=frozenset() if held else None,
                cure=SET_UP_FIRST if held else "",
            ),
        )

    def _token_rows(self, token_id: str, now: datetime) -> Sequence[Any]:
        return self._database.rows(ALL_TENANTS, _OF_TOKEN, token_id=token_id, now=now)

    def _rows(self, query: Any) -> Sequence[Any]:
        with self._database.reading(ALL_TENANTS) as session:
            return session.execute(query).all()


def _valid(rows: Sequence[Any], address: str | None) -> Sequence[Any]:
    """The rows of a token that is in force, and used from where it may be."""
    if not rows or (address is not None and not within(address, rows[0].networks)):
        raise NotAuthenticatedError(NOT_VALID)
    return rows


def _wall_standing(rows: Sequence[Any]) -> Standing:
    first = rows[0]
    tenants = frozenset(row.tenant_id for row in rows if row.tenant_id is not None)
    return Standing(
        user_id="",
        full_name=first.name,
        source="local",
        totp="off",
        time_zone=first.time_zone,
        actor=Actor(
            name=f"wall:{first.id}",
            role=Role.CUSTOMER,
            scope=ALL_TENANTS if first.wide else Scope(tenants),
            only=WALL_RIGHTS,
        ),
    )


def within(address: str, networks: Sequence[str]) -> bool:
    """Whether the address lies in one of the networks; no network at all means anywhere."""
    if not networks:
        return True
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:  # a socket file has no address
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return any((mapped or found) in ip_network(network) for network in networks)
