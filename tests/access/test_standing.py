"""What SQL says of people and tokens: never more than either, whatever stands in the rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from netwb.access.standing import MOST_SHOWN, Standings, within
from netwb.errors import NotAuthenticatedError
from netwb.roles import ALL_TENANTS, MATRIX, Permission, Role
from netwb.settings import AccessSettings
from netwb.store import schema
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import TokenRow, TokenTenantRow, UserRow, UserTenantRow
from tests.store.conftest import NOON, Clock
from tests.store.rows import new_tenant

TENANTS = ("t-a", "t-b", "t-c")
tenant_sets = st.frozensets(st.sampled_from(TENANTS))
rights = st.frozensets(st.sampled_from(Permission))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Three tenants; each example adds a user and a token of its own."""
    folder: Path = tmp_path_factory.mktemp("standing")
    with closing(Database(f"sqlite:///{folder}/netwb.db")) as database:
        schema.create(database)
        with database.writing(ALL_TENANTS) as session:
            session.add_all(new_tenant(tenant) for tenant in TENANTS)
        yield database


def add_user(database: Database, role: Role, scope: frozenset[str] | None) -> str:
    user_id = new_id()
    row = UserRow(
        id=user_id,
        name=user_id,
        folded=user_id,
        full_name="",
        role=role,
        wide=scope is None,
        source="local",
        status="active",
        totp="off",
        totp_step=0,
        time_zone="",
        created_at=NOON,
    )
    with database.writing(ALL_TENANTS) as session:
        session.add(row)
        session.flush()
        session.add_all(UserTenantRow(user_id=user_id, tenant_id=one) for one in scope or ())
    return user_id


def add_token(
    database: Database,
    user_id: str,
    role: Role | None,
    tenants: frozenset[str] | None,
    allow: frozenset[Permission] | None,
) -> str:
    token_id = new_id()
    row = TokenRow(
        id=token_id,
        user_id=user_id,
        mac="",
        note="",
        role=role,
        narrowed=tenants is not None,
        allow=None if allow is None else sorted(map(str, allow)),
        networks=[],
        created_at=NOON,
        created_by="",
        expires_at=NOON + timedelta(days=1),
    )
    with database.writing(ALL_TENANTS) as session:
        session.add(row)
        session.flush()
        session.add_all(TokenTenantRow(token_id=token_id, tenant_id=one) for one in tenants or ())
    return token_id


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    role=st.sampled_from(Role),
    scope=st.one_of(st.none(), tenant_sets),
    least=st.one_of(st.none(), st.sampled_from(Role)),
    tenants=st.one_of(st.none(), tenant_sets),
    allow=st.one_of(st.none(), rights),
)
def test_the_rights_of_a_token_are_those_of_both_together(
    ground: Database,
    *,
    role: Role,
    scope: frozenset[str] | None,
    least: Role | None,
    tenants: frozenset[str] | None,
    allow: frozenset[Permission] | None,
) -> None:
    standings = Standings(ground, AccessSettings(), Clock())
    user_id = add_user(ground, role, scope)
    token_id = add_token(ground, user_id, least, tenants, allow)

    actor = standings.of_token(token_id).actor

    given_role = MATRIX[role] if least is None else MATRIX[role] & MATRIX[least]
    assert actor.permissions == (given_role if allow is None else given_role & allow)
    for tenant in (*TENANTS, "t-later"):
        of_owner = scope is None or tenant in scope
        of_token = tenants is None or tenant in tenants
        assert actor.scope.holds(tenant) is (of_owner and of_token)
    owner = standings.of_user(user_id).actor
    assert (owner.role, owner.permissions) == (role, MATRIX[role])


def test_a_right_that_this_netwb_does_not_know_gives_nothing(ground: Database) -> None:
    user_id = add_user(ground, Role.ADMIN, None)
    token_id = add_token(ground, user_id, None, None, frozenset())
    with ground.writing(ALL_TENANTS) as session:
        session.get_one(TokenRow, token_id).allow = ["moon.land", "config.view"]

    actor = Standings(ground, AccessSettings(), Clock()).of_token(token_id).actor

    assert actor.permissions == {Permission.CONFIG_VIEW}


def test_nobody_stands_for_an_unknown_id(ground: Database) -> None:
    standings = Standings(ground, AccessSettings(), Clock())

    for ask in (standings.of_user, standings.of_session, standings.of_token):
        with pytest.raises(NotAuthenticatedError):
            ask("nobody")


def test_requests_of_one_instant_share_what_was_found_for_their_token(ground: Database) -> None:
    clock = Clock()
    standings = Standings(ground, AccessSettings(), clock)
    token_id = add_token(ground, add_user(ground, Role.VIEWER, None), None, None, None)
    with ground.writing(ALL_TENANTS) as session:
        session.get_one(TokenRow, token_id).used_at = NOON
    asked: list[object] = []
    event.listen(ground._engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def show(mac: str = "", address: str = "192.0.2.1") -> bool:
        """Whether the token opens; it was asked for in `asked`."""
        del asked[:]
        try:
            standings.of_token_text(token_id, mac, address)
        except NotAuthenticatedError:
            return False
        return True

    assert show()
    assert asked
    assert any(show() and not asked for _ in range(100)), "of one instant: 50 ms"
    assert not show(mac="another secret")
    assert show(address="192.0.2.2")
    assert asked, "another address is another question"
    clock.now += timedelta(seconds=1)
    assert show()
    assert asked, "another process may have revoked it meanwhile"
    with ground.writing(ALL_TENANTS) as session:
        session.get_one(TokenRow, token_id).revoked_at = NOON
    assert not show(), "this process knows at once"


def test_the_tokens_that_are_kept_are_bounded(ground: Database) -> None:
    standings = Standings(ground, AccessSettings(), Clock())
    token_id = add_token(ground, add_user(ground, Role.VIEWER, None), None, None, None)

    for number in range(MOST_SHOWN + 10):
        standings.of_token_text(token_id, "", f"2001:db8::{number:x}")

    assert len(standings._shown) <= MOST_SHOWN


@pytest.mark.parametrize(
    ("address", "networks", "expected"),
    [
        ("192.0.2.1", [], True),
        ("192.0.2.1", ["192.0.2.0/24"], True),
        ("192.0.2.1", ["198.51.100.0/24", "192.0.2.1/32"], True),
        ("192.0.2.1", ["2001:db8::/32"], False),
        ("::ffff:192.0.2.1", ["192.0.2.0/24"], True),
        ("2001:db8::1%eth0", ["2001:db8::/32"], True),
        ("", ["0.0.0.0/0"], False),
        ("nonsense", ["0.0.0.0/0", "::/0"], False),
    ],
)
def test_an_address_lies_within_networks(
    address: str,
    networks: list[str],
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    assert within(address, networks) is expected
