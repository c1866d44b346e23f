"""The tab of walls on a real Workbench: who sees which, the code that is shown once, revoking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.access.records import NewWall, Origin
from netwb.errors import NotAuthenticatedError, UnknownNameError
from netwb.roles import Role
from netwb.views.admin.view import AdminView
from tests.benches import Rig, rig
from tests.views.hostile import HOSTILE
from tests.views.visits import Visit, run
from tests.workbench.people import add, logged_in

TENANTS = {"acme": ("edge1",), "umbra": ("pe1",)}
SCREEN = Origin(address="192.0.2.7", browser="Mozilla/5.0 (X11; Linux) Chrome/140.0")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, TENANTS) as made:
        add(made, "boss", Role.ADMIN)
        add(made, "half", Role.ADMIN, "acme")
        add(made, "eng", Role.ENGINEER, "acme")
        yield made


def visit(made: Rig, who: str = "boss") -> Visit:
    async def story() -> Visit:
        page = await Visit(AdminView, logged_in(made, who), made, "?tab=walls").load()
        await page.view._desk.settled()
        return page

    return run(story())


def test_without_a_wall_the_tab_says_what_one_is(made: Rig) -> None:
    page = visit(made)

    assert "No wall yet" in page.text
    assert "Add wall" in page.text


def test_a_wall_is_added_and_its_code_is_shown_once(made: Rig) -> None:
    page = visit(made)
    run(page.act("ask-wall"))
    assert 'name="networks"' in page.html

    fields = {"name": "noc, ground floor", "tenants": "acme", "time_zone": "Europe/Berlin"}
    run(page.send("add-wall", **fields, networks="192.0.2.0/24, 2001:db8::/32"))

    (wall,) = made.bench.walls()
    assert (wall.name, wall.tenants, wall.time_zone) == (
        "noc, ground floor",
        ("acme",),
        "Europe/Berlin",
    )
    assert wall.networks == ("192.0.2.0/24", "2001:db8::/32")
    code = re.search(r'id="issued">([^<]+)<', page.html)
    assert code
    assert "waits for its code" in page.text
    run(page.act("close"))
    assert code[1] not in page.html
    made.bench.enroll_wall(code[1], origin=SCREEN)


def test_each_wall_says_what_it_shows_where_it_is_and_when_it_was_seen(made: Rig) -> None:
    code = made.bench.add_wall(NewWall(name="noc")).secret
    made.bench.enroll_wall(code, origin=SCREEN)
    made.bench.add_wall(NewWall(name="late"))
    made.clock.advance(minutes=12)

    said = visit(made).text

    assert "all tenants" in said
    assert "anywhere" in said
    assert "192.0.2.7, Chrome" in said
    assert "12 min" in said
    assert "never; its code is over" in said


def test_a_wall_is_revoked_after_a_question(made: Rig) -> None:
    issued = made.bench.add_wall(NewWall(name="noc"))
    secret = made.bench.enroll_wall(issued.secret, origin=SCREEN).secret
    page = visit(made)
    run(page.act("ask-revoke-wall", id=issued.wall.id))
    assert "goes dark at once" in page.text
    assert made.bench.at_wall(secret, origin=SCREEN).wall().sites

    run(page.act("revoke-wall", id=issued.wall.id, fields={}))

    assert "revoked" in page.text
    assert 'data-act="ask-revoke-wall"' not in page.html
    with pytest.raises(NotAuthenticatedError):
        made.bench.at_wall(secret, origin=SCREEN)


def test_a_refused_form_says_every_fault_at_its_field(made: Rig) -> None:
    page = visit(made)
    fields = {"name": "x" * 201, "networks": "here", "time_zone": "Mars/Base"}

    run(page.send("add-wall", **fields))

    for name in fields:
        assert f'id="fault-{name}"' in page.html
    assert 'value="Mars/Base"' in page.html
    assert not list(made.bench.walls())


def test_an_admin_of_one_tenant_sees_and_makes_walls_of_it_alone(made: Rig) -> None:
    foreign = made.bench.add_wall(NewWall(name="elsewhere", tenants=("umbra",))).wall
    page = visit(made, "half")

    assert "elsewhere" not in page.html
    assert "umbra" not in page.html
    run(page.send("add-wall", name="wide"))  # of all tenants
    assert 'role="alert"' in page.html
    with pytest.raises(UnknownNameError):
        run(page.act("revoke-wall", id=foreign.id, fields={}))
    assert [one.name for one in made.bench.walls()] == ["elsewhere"]


def test_who_does_not_manage_people_adds_none(made: Rig) -> None:
    page = visit(made, "eng")

    assert 'data-tab="walls"' not in page.html
    assert "eng (engineer) lacks access.manage" in page.text
    assert "lacks access.manage" in run(page.refusal("add-wall", fields={"name": "x"}))


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_screen_says_of_itself_is_no_markup(made: Rig, text: str) -> None:
    code = made.bench.add_wall(NewWall(name="noc")).secret
    made.bench.enroll_wall(code, origin=Origin(address="192.0.2.7", browser=text))

    html = visit(made).html

    assert "<img" not in html
    assert "<script" not in html
