"""Logins and tokens that ended long ago go; what lives and what ended lately stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from netwb.access.cleaning import AccessCleaned, AccessCleaning
from netwb.access.denials import Denials
from netwb.roles import ALL_TENANTS
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.masterkey import MasterKey
from netwb.store.models import (
    LoginFlowRow,
    LoginSessionRow,
    LoginThrottleRow,
    TokenRow,
    TokenTenantRow,
    UserRow,
    WallRow,
    WallTenantRow,
)
from tests.store.conftest import NOON, Clock
from tests.store.rows import new_tenant

KEPT = timedelta(days=30)
NOTHING = AccessCleaned(sessions=0, tokens=0, login_flows=0, throttles=0, denials=0)


@pytest.fixture
def audit(database: Database, clock: Clock) -> Audit:
    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), clock)
    return Audit(database, lambda: keyring.key("audit"), clock)


@pytest.fixture
def denials(database: Database, audit: Audit, clock: Clock) -> Denials:
    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), clock)
    return Denials(database, audit, keyring, clock)


@pytest.fixture
def cleaning(database: Database, denials: Denials, clock: Clock) -> AccessCleaning:
    with database.writing(ALL_TENANTS) as session:
        session.add(new_tenant("t-a"))
        session.add(
            UserRow(
                id="u",
                name="ana",
                folded="ana",
                full_name="",
                role="admin",
                wide=True,
                source="local",
                status="active",
                totp="off",
                totp_step=0,
                time_zone="",
                created_at=NOON,
            )
        )
    return AccessCleaning(database=database, denials=denials, clock=clock)


def add_session(database: Database, id_: str, *, expires: float, ended: float | None) -> None:
    """Days from noon."""
    with database.writing(ALL_TENANTS) as session:
        session.add(
            LoginSessionRow(
                id=id_,
                user_id="u",
                digest=id_,
                means="password",
                opened_at=NOON,
                seen_at=NOON,
                expires_at=NOON + timedelta(days=expires),
                ended_at=None if ended is None else NOON + timedelta(days=ended),
                address="192.0.2.1",
                browser="",
            )
        )


def add_token(database: Database, id_: str, *, expires: float, revoked: float | None) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.add(
            TokenRow(
                id=id_,
                user_id="u",
                mac=id_,
                note="",
                narrowed=True,
                networks=[],
                created_at=NOON,
                created_by="ana",
                expires_at=NOON + timedelta(days=expires),
                revoked_at=None if revoked is None else NOON + timedelta(days=revoked),
            )
        )
        session.flush()
        session.add(TokenTenantRow(token_id=id_, tenant_id="t-a"))


def add_wall(
    database: Database, id_: str, *, code: float, enrolled: float | None, revoked: float | None
) -> None:
    """Days from noon: until when its code holds, since when it is one, and since when it is none."""

    def days(number: float | None) -> datetime | None:
        return None if number is None else NOON + timedelta(days=number)

    with database.writing(ALL_TENANTS) as session:
        session.add(
            WallRow(
                id=id_,
                name=id_,
                page="wall",
                wide=False,
                networks=[],
                time_zone="",
                code=id_ if enrolled is None else None,
                code_until_at=NOON + timedelta(days=code),
                created_at=NOON,
                created_by="ana",
                enrolled_at=days(enrolled),
                revoked_at=days(revoked),
                address="",
                browser="",
            )
        )
        session.flush()
        session.add(WallTenantRow(wall_id=id_, tenant_id="t-a"))


def ids(database: Database, row: type[LoginSessionRow | TokenRow | WallRow]) -> set[str]:
    with database.reading(ALL_TENANTS) as session:
        return set(session.scalars(select(row.id)))


def test_long_ended_logins_go(database: Database, cleaning: AccessCleaning) -> None:
    add_session(database, "expired", expires=-31, ended=None)
    add_session(database, "ended", expires=3, ended=-31)
    add_session(database, "lately", expires=-29, ended=-29)
    add_session(database, "open", expires=1, ended=None)

    counted = cleaning.clean(KEPT, "count")
    removed = cleaning.clean(KEPT, "remove")

    assert counted == removed
    assert removed.sessions == 2
    assert ids(database, LoginSessionRow) == {"lately", "open"}


def test_long_ended_tokens_go_with_their_tenants(
    database: Database, cleaning: AccessCleaning
) -> None:
    add_token(database, "expired", expires=-31, revoked=None)
    add_token(database, "revoked", expires=300, revoked=-31)
    add_token(database, "lately", expires=-29, revoked=None)
    add_token(database, "good", expires=300, revoked=None)

    removed = cleaning.clean(KEPT, "remove")

    assert removed.tokens == 2
    assert ids(database, TokenRow) == {"lately", "good"}
    with database.reading(ALL_TENANTS) as session:
        assert set(session.scalars(select(TokenTenantRow.token_id))) == {"lately", "good"}


def test_nothing_ended_goes_where_it_is_kept_for_ever(
    database: Database, cleaning: AccessCleaning
) -> None:
    add_session(database, "expired", expires=-3000, ended=None)
    add_token(database, "expired", expires=-3000, revoked=None)

    assert cleaning.clean(None, "remove") == NOTHING
    assert ids(database, TokenRow) == {"expired"}


def test_what_lives_for_minutes_goes_when_it_is_over(
    database: Database, cleaning: AccessCleaning
) -> None:
    hour = timedelta(hours=1)
    with database.writing(ALL_TENANTS) as session:
        for n, at in enumerate((-hour, hour)):
            session.add(
                LoginFlowRow(digest=f"f{n}", kind="code", sealed=b"x", expires_at=NOON + at)
            )
        for n, (tried, until) in enumerate(((-2 * hour, -hour), (-2 * hour, hour), (hour, hour))):
            session.add(
                LoginThrottleRow(key=f"k{n}", tries=9, tried_at=NOON + tried, until=NOON + until)
            )

    removed = cleaning.clean(None, "remove")

    assert (removed.login_flows, removed.throttles) == (1, 1)
    with database.reading(ALL_TENANTS) as session:
        assert session.scalars(select(LoginFlowRow.digest)).all() == ["f1"]
        assert set(session.scalars(select(LoginThrottleRow.key))) == {"k1", "k2"}


def test_denials_are_audited_before_they_go(
    cleaning: AccessCleaning, denials: Denials, audit: Audit, clock: Clock
) -> None:
    for n in range(3):
        for _ in range(4):
            denials.note(f"eve{n}", "denied.x", "acme")
    clock.pass_s(3600)

    removed = cleaning.clean(KEPT, "remove")

    assert removed.denials >= 1
    assert cleaning.clean(KEPT, "count").denials == 0
    told = [event.detail.get("repeats") for event in audit.events(ALL_TENANTS)]
    assert told.count(3) == 3


def test_walls_that_were_revoked_or_never_enrolled_go_and_those_that_hang_stay(
    database: Database, cleaning: AccessCleaning
) -> None:
    add_wall(database, "revoked", code=-99, enrolled=-99, revoked=-31)
    add_wall(database, "unused", code=-31, enrolled=None, revoked=None)
    add_wall(database, "hangs", code=-999, enrolled=-999, revoked=None)
    add_wall(database, "lately", code=-29, enrolled=None, revoked=-29)

    counted = cleaning.clean(KEPT, "count")
    removed = cleaning.clean(KEPT, "remove")

    assert (counted.walls, removed.walls) == (2, 2)
    assert ids(database, WallRow) == {"hangs", "lately"}
    assert cleaning.clean(None, "remove").walls == 0
