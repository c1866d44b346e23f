"""Roles and scopes: the design's table of rights, cell by cell, and a scope that never widens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import NotPermittedError
from netwb.roles import (
    ALL_TENANTS,
    MATRIX,
    NO_TENANT,
    Actor,
    Permission,
    Role,
    Scope,
    allowed,
    require,
)

TABLE = """
permission          customer viewer operator engineer admin
inventory.view      y        y      y        y        y
monitoring.view     y        y      y        y        y
traffic.view        y        y      y        y        y
compliance.view     y        y      y        y        y
blackhole.view      y        y      y        y        y
config.view         y        y      y        y        y
billing.view        y        y      y        y        y
backup.run          -        -      y        y        y
health.view         -        -      y        y        y
telegraf.fetch      -        -      y        y        y
inventory.address   -        -      y        y        y
blackhole.request   y        -      y        y        y
blackhole.approve   -        -      y        y        y
backup.accept       -        -      -        y        y
inventory.edit      -        -      -        y        y
compliance.edit     -        -      -        y        y
billing.edit        -        -      -        y        y
reference.edit      -        -      -        y        y
config.reveal       -        -      -        y        y
audit.view          -        -      -        y        y
access.manage       -        -      -        -        y
system.manage       -        -      -        -        y
"""
HEADER, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (Permission(row[0]), Role(role), cell == "y")
    for row in ROWS
    for role, cell in zip(HEADER[1:], row[1:], strict=True)
]
TENANTS = st.sampled_from(["t-a", "t-b", "t-c"])
SCOPES = st.one_of(st.just(ALL_TENANTS), st.frozensets(TENANTS).map(Scope))


def actor(role: Role | None, only: frozenset[Permission] | None = None) -> Actor:
    return Actor(name="ana", role=role, scope=ALL_TENANTS, only=only)


def test_the_table_names_every_permission_and_role() -> None:
    assert {row[0] for row in ROWS} == set(Permission)
    assert tuple(HEADER[1:]) == tuple(Role)
    assert set(MATRIX) == set(Role)


@pytest.mark.parametrize(
    ("permission", "role", "expected"),
    CELLS,
    ids=[f"{role}-{permission}" for permission, role, _ in CELLS],
)
def test_a_role_holds_what_the_table_says(
    permission: Permission,
    role: Role,
    expected: bool,  # noqa: FBT001 - a cell of the table
) -> None:
    assert allowed(actor(role), permission) is expected


def test_whoever_lacks_a_right_is_told_which_and_who_can_help() -> None:
    with pytest.raises(NotPermittedError, match=r"ana \(viewer\) lacks backup\.run; ask an admin"):
        require(actor(Role.VIEWER), Permission.BACKUP_RUN)

    require(actor(Role.OPERATOR), Permission.BACKUP_RUN)


@pytest.mark.parametrize("permission", Permission)
def test_without_a_role_there_is_no_right(permission: Permission) -> None:
    with pytest.raises(NotPermittedError, match=r"ana \(no role\) lacks"):
        require(actor(None), permission)


@given(st.sampled_from(Role), st.frozensets(st.sampled_from(Permission)))
def test_a_token_leaves_of_its_role_what_it_names_and_adds_nothing(
    role: Role, only: frozenset[Permission]
) -> None:
    assert actor(role, only).permissions == MATRIX[role] & only


def test_an_empty_scope_holds_nothing_and_the_widest_all() -> None:
    assert not NO_TENANT.holds("t-a")
    assert not NO_TENANT.holds("")
    assert ALL_TENANTS.holds("t-a")


@given(SCOPES, st.frozensets(TENANTS), TENANTS)
def test_a_narrowed_scope_is_both_and_never_wider(
    scope: Scope, tenants: frozenset[str], tenant: str
) -> None:
    assert scope.narrowed(tenants).holds(tenant) == (scope.holds(tenant) and tenant in tenants)
