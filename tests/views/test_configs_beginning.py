"""A home in which nothing was saved yet: the page says what to do first, to each by right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import UnreachableError
from netwb.roles import Role
from netwb.views.configs.beginning import Beginning, render_beginning
from netwb.views.configs.changes import ChangesView
from tests.benches import Rig, rig
from tests.views.people import log_in
from tests.views.visits import Visit, run


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "bare": ()}) as one:
        yield one


def shown(made: Rig, role: Role, tenant: str, search: str = "") -> Visit:
    bench = log_in(made, f"p{role}{tenant}", role, (tenant,))

    async def story() -> Visit:
        visit = Visit(ChangesView, bench, made, search)
        visit.frame.night = bench.last_night()
        return await visit.load()

    return run(story())


@pytest.mark.parametrize(
    ("role", "said", "step"),
    [
        (Role.ENGINEER, "Back 2 devices up", 'data-act="ask-backup"'),
        (Role.OPERATOR, "Back 2 devices up", 'data-act="ask-backup"'),
        (Role.CUSTOMER, "2 devices wait for the first one", ""),
    ],
)
def test_devices_without_a_backup_are_backed_up_first(
    made: Rig, role: Role, said: str, step: str
) -> None:
    visit = shown(made, role, "acme")

    assert "No backup has run yet" in visit.text
    assert said in visit.text
    assert "were read" not in visit.text
    state = visit.html.partition("No backup has run yet")[2]
    assert (step in state) if step else ("ask-backup" not in state)


@pytest.mark.parametrize(
    ("role", "said", "step"),
    [(Role.ENGINEER, "Add one, or import a list", True), (Role.VIEWER, "An engineer adds", False)],
)
def test_a_tenant_without_a_device_gets_one_first(
    made: Rig,
    role: Role,
    said: str,
    step: bool,  # noqa: FBT001 - a column of the table
) -> None:
    visit = shown(made, role, "bare")

    assert "There is no device yet" in visit.text
    assert said in visit.text
    assert ('href="inventory?import=1"' in visit.html) == step


def test_a_night_in_vain_says_so_and_counts_nobody_as_read(made: Rig) -> None:
    for name in ("edge1", "edge2"):
        made.answer(f"acme/{name}", UnreachableError(f"{name}: no answer in 10 s"))
    made.back_up()

    visit = shown(made, Role.OPERATOR, "acme")

    assert "No device could be saved" in visit.text
    assert "None of 2 devices that a backup tried could be saved." in visit.text
    assert "0 devices were read" not in visit.text


def test_another_time_is_spoken_of_where_a_run_was_there() -> None:
    calm = Beginning(living=2, tried=0, ran=True, add_url="", every="all")

    assert render_beginning(calm, "last night") == ""
