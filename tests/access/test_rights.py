"""The laws of rights: nothing holds more than what it comes from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.access.records import TotpState, UserSource
from netwb.access.rights import as_staff_of, lower, narrowed, require_authority, totp_state
from netwb.errors import NotPermittedError
from netwb.roles import ALL_TENANTS, MATRIX, VIEWS, Actor, Permission, Role, Scope

TENANTS = ("t-a", "t-b", "t-c")
tenant_sets = st.frozensets(st.sampled_from(TENANTS))
scopes = st.one_of(st.just(ALL_TENANTS), tenant_sets.map(Scope))
roles = st.sampled_from(Role)
rights = st.frozensets(st.sampled_from(Permission))
actors = st.builds(
    Actor,
    name=st.just("ana"),
    role=st.one_of(st.none(), roles),
    scope=scopes,
    only=st.one_of(st.none(), rights),
)


def holds(scope: Scope) -> frozenset[str]:
    return frozenset(tenant for tenant in (*TENANTS, "t-later") if scope.holds(tenant))


@given(
    owner=actors,
    role=st.one_of(st.none(), roles),
    tenants=st.one_of(st.none(), tenant_sets),
    allow=st.one_of(st.none(), rights),
)
def test_a_token_never_holds_more_than_its_owner_nor_than_itself(
    owner: Actor,
    role: Role | None,
    tenants: frozenset[str] | None,
    allow: frozenset[Permission] | None,
) -> None:
    held = narrowed(owner, name="ana/t", role=role, tenants=tenants, allow=allow)

    assert held.permissions <= owner.permissions
    assert holds(held.scope) <= holds(owner.scope)
    assert held.means == "none"
    if role is not None:
        assert held.permissions <= MATRIX[role]
    if tenants is not None:
        assert holds(held.scope) <= tenants
    if allow is not None:
        assert held.permissions <= allow


@given(owner=actors)
def test_a_token_that_narrows_nothing_holds_what_its_owner_holds(owner: Actor) -> None:
    held = narrowed(owner, name="ana/t", role=None, tenants=None, allow=None)

    assert held.permissions == owner.permissions
    assert held.scope == owner.scope


@given(actor=actors, tenant=st.sampled_from(TENANTS))
def test_a_view_of_a_tenant_looks_at_that_tenant_and_changes_nothing(
    actor: Actor, tenant: str
) -> None:
    view = as_staff_of(actor, tenant)

    assert view.permissions <= VIEWS & actor.permissions
    assert holds(view.scope) <= {tenant} & holds(actor.scope)


@given(actor=actors, role=roles, scope=scopes)
def test_who_is_given_something_never_holds_more_than_the_giver(
    actor: Actor, role: Role, scope: Scope
) -> None:
    try:
        require_authority(actor, MATRIX[role], scope, over="give", thing="user ben")
    except NotPermittedError:
        return

    given_to = Actor(name="ben", role=role, scope=scope)
    assert given_to.permissions <= actor.permissions
    assert holds(given_to.scope) <= holds(actor.scope)


@given(one=roles, other=roles)
def test_the_lower_role_is_one_of_both(one: Role, other: Role) -> None:
    assert lower(one, other) in {one, other}
    assert lower(one, other) == lower(other, one)


@pytest.mark.parametrize(
    ("stored", "role", "source", "wanted_for", "expected"),
    [
        ("off", Role.ADMIN, "local", "nobody", "off"),
        ("off", Role.ADMIN, "local", "admin", "required"),
        ("off", Role.ENGINEER, "local", "admin", "off"),
        ("off", Role.ENGINEER, "local", "engineer", "required"),
        ("off", Role.CUSTOMER, "local", "everybody", "required"),
        ("required", Role.CUSTOMER, "local", "nobody", "required"),
        ("on", Role.CUSTOMER, "local", "nobody", "on"),
        ("required", Role.ADMIN, "oidc", "everybody", "off"),
    ],
)
def test_who_needs_a_code(
    stored: TotpState, role: Role, source: UserSource, wanted_for: str, expected: TotpState
) -> None:
    assert totp_state(stored, role=role, source=source, wanted_for=wanted_for) == expected
