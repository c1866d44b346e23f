"""A screen becomes a wall by a code, shows its own tenants alone, and goes dark when it is revoked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.access.records import NewWall, Origin
from netwb.access.walls import CODE_MINUTES
from netwb.errors import (
    InputError,
    LoginThrottledError,
    NotAuthenticatedError,
    NotPermittedError,
    UnknownNameError,
)
from netwb.roles import Permission, Role
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.stores import EACH_STORE
from tests.views.people import log_in

pytestmark = EACH_STORE
HOSTS = {"acme": ("edge1",), "borealis": ("pe1",)}
SCREEN = Origin(address="192.0.2.7", browser="Mozilla/5.0 Chrome/1")
ELSEWHERE = Origin(address="198.51.100.7", browser="Mozilla/5.0 Chrome/1")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, HOSTS) as one:
        yield one


def enrolled(made: Rig, **fields: object) -> tuple[str, Workbench]:
    """Its cookie's secret, and what acts for it."""
    new = NewWall(name="noc", **fields)  # type: ignore[arg-type]  # by name
    code = made.bench.add_wall(new).secret
    secret = made.bench.enroll_wall(code, origin=SCREEN).secret
    return secret, made.bench.at_wall(secret, origin=SCREEN)


def test_a_wall_of_a_tenant_shows_nothing_of_others(made: Rig) -> None:
    _, wall = enrolled(made, tenants=("acme",))

    assert {one.tenant for one in wall.wall().sites} == {"acme"}
    assert {one.tenant for one in made.bench.wall().sites} == {"acme", "borealis"}
    with pytest.raises(UnknownNameError):
        wall.where(tenant="borealis").wall()


def test_a_wall_may_see_and_nothing_else(made: Rig) -> None:
    _, wall = enrolled(made)

    assert wall.me().permissions == {
        Permission.MONITORING_VIEW,
        Permission.TRAFFIC_VIEW,
        Permission.BLACKHOLE_VIEW,
    }
    for refused in (wall.devices, wall.last_night, wall.users, wall.walls):
        with pytest.raises(NotPermittedError):
            refused()


def test_a_code_opens_once_in_any_case_and_spelling(made: Rig) -> None:
    code = made.bench.add_wall(NewWall(name="noc")).secret

    made.bench.enroll_wall(f" {code.lower().replace('-', ' ')} ", origin=SCREEN)

    with pytest.raises(NotAuthenticatedError):
        made.bench.enroll_wall(code, origin=SCREEN)


def test_a_code_is_over_after_some_minutes(made: Rig) -> None:
    code = made.bench.add_wall(NewWall(name="noc")).secret
    made.clock.advance(seconds=60 * CODE_MINUTES)

    with pytest.raises(NotAuthenticatedError):
        made.bench.enroll_wall(code, origin=SCREEN)


def test_guessing_has_to_wait(made: Rig) -> None:
    for number in range(21):
        with pytest.raises(NotAuthenticatedError):
            made.bench.enroll_wall(f"AAAA-{number:04}", origin=SCREEN)

    with pytest.raises(LoginThrottledError):
        made.bench.enroll_wall("AAAA-9999", origin=SCREEN)


def test_a_wall_is_one_in_its_networks_alone(made: Rig) -> None:
    code = made.bench.add_wall(NewWall(name="noc", networks=("192.0.2.0/24",))).secret

    with pytest.raises(NotAuthenticatedError):
        made.bench.enroll_wall(code, origin=ELSEWHERE)
    secret = made.bench.enroll_wall(code, origin=SCREEN).secret
    with pytest.raises(NotAuthenticatedError):
        made.bench.at_wall(secret, origin=ELSEWHERE)
    assert made.bench.at_wall(secret, origin=SCREEN).wall().sites


def test_a_revoked_wall_shows_nothing_any_more(made: Rig) -> None:
    secret, wall = enrolled(made)
    (listed,) = made.bench.walls()
    assert set(made.bench.login_rights([listed.id])) == {listed.id}

    made.bench.revoke_wall(listed.id)

    with pytest.raises(NotAuthenticatedError, match="enroll it anew"):
        wall.wall()
    with pytest.raises(NotAuthenticatedError):
        made.bench.at_wall(secret, origin=SCREEN)
    assert made.bench.login_rights([listed.id]) == {}


def test_a_code_of_a_revoked_wall_opens_nothing(made: Rig) -> None:
    issued = made.bench.add_wall(NewWall(name="noc"))
    made.bench.revoke_wall(issued.wall.id)

    with pytest.raises(NotAuthenticatedError):
        made.bench.enroll_wall(issued.secret, origin=SCREEN)


def test_a_wall_outlives_a_night(made: Rig) -> None:
    secret, wall = enrolled(made)

    made.clock.advance(seconds=30 * 86_400)

    assert wall.wall().sites
    assert made.bench.at_wall(secret, origin=SCREEN).wall().sites


def test_neither_code_nor_cookie_can_be_read_from_what_is_kept(made: Rig) -> None:
    issued = made.bench.add_wall(NewWall(name="noc"))
    secret = made.bench.enroll_wall(issued.secret, origin=SCREEN).secret

    told = repr(tuple(made.bench.walls())) + repr(tuple(made.bench.audit_events(limit=100)))

    assert secret not in told
    assert issued.secret not in told
    assert secret not in repr(issued)


def test_an_admin_of_a_tenant_makes_and_sees_walls_of_that_tenant_alone(made: Rig) -> None:
    admin = log_in(made, "adm", Role.ADMIN, ("acme",))
    wide = made.bench.add_wall(NewWall(name="all")).wall
    foreign = made.bench.add_wall(NewWall(name="b", tenants=("borealis",))).wall

    own = admin.add_wall(NewWall(name="own", tenants=("acme",))).wall

    assert [one.id for one in admin.walls()] == [own.id]
    with pytest.raises(NotPermittedError):
        admin.add_wall(NewWall(name="more"))
    with pytest.raises(UnknownNameError):
        admin.add_wall(NewWall(name="more", tenants=("borealis",)))
    for other in (wide.id, foreign.id, "nothing"):
        with pytest.raises(UnknownNameError):
            admin.revoke_wall(other)


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VIEWER, Role.OPERATOR, Role.ENGINEER])
def test_who_does_not_manage_people_makes_no_wall(made: Rig, role: Role) -> None:
    bench = log_in(made, "p", role, ("acme",))

    for refused in (
        lambda: bench.add_wall(NewWall(name="noc", tenants=("acme",))),
        bench.walls,
        lambda: bench.revoke_wall("x"),
    ):
        with pytest.raises(NotPermittedError):
            refused()


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"networks": ("192.0.2.0/99",)}, {"time_zone": "Nowhere/At"}],
    ids=["no-name", "no-network", "no-zone"],
)
def test_what_is_no_wall_is_refused_in_words(made: Rig, fields: dict[str, object]) -> None:
    new = NewWall(**{"name": "noc", **fields})  # type: ignore[arg-type]  # by name

    with pytest.raises(InputError):
        made.bench.add_wall(new)


def test_making_enrolling_and_revoking_are_audited(made: Rig) -> None:
    enrolled(made, tenants=("acme",))
    (listed,) = made.bench.walls()
    made.bench.revoke_wall(listed.id)

    told = {one.action: one for one in made.bench.audit_events(limit=100)}

    assert {"wall.add", "wall.enroll", "wall.revoke"} <= set(told)
    assert told["wall.enroll"].actor == f"wall:{listed.id}"
