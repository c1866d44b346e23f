"""How the backups stand, in a frame over a real archive and without a browser."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.errors import UnreachableError
from netwb.roles import ALL_TENANTS, Role
from netwb.views.configs.changes import ChangesView
from netwb.views.configs.page import ConfigsView
from netwb.views.drawings import SHAPES
from netwb.views.health.page import HealthView
from tests.benches import Rig, ios, rig
from tests.long_texts import long_ios
from tests.views.made_frames import KeptFrame, act, frame_of, words

SILENT = UnreachableError("acme/edge2: no answer on 192.0.2.7:22; see whether it is up")
HOSTILE = UnreachableError('acme/edge2: <img src=x onerror=alert(1)>"\u202e; <b>wait</b>')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """edge1 is held, edge2 does not answer, nobody tried edge3; bolt is stale, one of it serviced."""
    names = {"acme": ("edge1", "edge2", "edge3"), "bolt": ("core8", "core9")}
    with rig(tmp_path_factory.mktemp("health"), names) as found:
        found.bench.set_device("bolt/core8", status="maintenance")
        found.answer("acme/edge1", long_ios("edge1", 200))
        found.back_up("acme/edge1", "acme/edge2", "bolt/core9")
        found.clock.advance(days=2)
        found.answer("acme/edge1", ios("edge1"))
        found.answer("acme/edge2", SILENT)
        found.back_up("acme/edge1", "acme/edge2")
        found.clock.advance(hours=3)
        yield found


def opened(
    made: Rig, query: str = "health=1", *, role: Role | None = None
) -> tuple[HealthView, KeptFrame]:
    frame = frame_of(made, query, role=role)
    view = HealthView(frame)
    view.panel()
    asyncio.run(view.load())
    return view, frame


def test_the_sentence_stands_first_then_the_worst(made: Rig) -> None:
    view, _ = opened(made)

    said = words(view.sheet.html)
    assert said.startswith(
        "4 of 4 devices have no fresh good backup: 1 never saved, 1 rejected since,"
        " 1 failed since, 1 stale."
    )
    order = [said.index(name) for name in ("edge3 acme", "edge1 acme", "edge2 acme", "core9 bolt")]
    assert order == sorted(order)
    assert said.index("core9 bolt") < said.index("core8 bolt fra1 in maintenance")


def test_each_says_why_and_what_helps(made: Rig) -> None:
    view, _ = opened(made)

    said = words(view.sheet.html)
    assert "No answer on 192.0.2.7:22. See whether it is up." in said
    assert "Was never tried. Back it up now." in said
    assert "2 d" in said


def test_on_a_page_cures_are_no_commands_but_for_who_runs_netwb(made: Rig) -> None:
    view, _ = opened(made, role=Role.ENGINEER)
    own, _ = opened(made)

    said = words(view.sheet.html)
    assert "`netwb" not in said
    assert "Configs, Quarantine" in said
    assert "Start it: `netwb scheduler`, or its unit." in words(own.sheet.html)


def test_rows_lead_to_what_was_kept_back_to_the_history_or_to_the_device(made: Rig) -> None:
    view, _ = opened(made)

    ids = {name: device.id for name, device in made.devices.items()}
    for url in (
        f"configs?quarantine={ids['acme/edge1']}",
        f"configs?device={ids['acme/edge2']}",
        f"inventory?device={ids['acme/edge3']}",
    ):
        assert f'href="{url}"' in view.sheet.html


def test_tenants_and_netwb_itself_are_told(made: Rig) -> None:
    view, _ = opened(made)

    said = words(view.sheet.html)
    assert "By tenant 2" in said
    assert "acme 3 0 1 1 1 0 2 d" in said
    assert "netwb itself" in said
    assert "daemon None runs" in said


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VIEWER])
def test_a_customer_sees_its_own_without_addresses_and_without_the_machine(
    made: Rig, role: Role
) -> None:
    view, _ = opened(made, role=role)

    said = words(view.sheet.html)
    assert "3 of 3 devices" in said
    assert "No answer." in said
    for hidden in (
        "192.0.2.7",
        "bolt",
        "core9",
        "netwb itself",
        "By tenant",
        "Back 3 devices up",
        "Back it up",
    ):
        assert hidden not in said


def test_whom_a_backup_is_allowed_begins_one_of_those_and_follows_it(made: Rig) -> None:
    view, frame = opened(made, role=Role.OPERATOR)
    assert "Back 3 devices up now" in words(view.sheet.html)

    asyncio.run(view.act(act("back-up")))

    job = made.bench.jobs()[0]
    assert frame.went == [f"configs?job={job.id}"]
    devices = {made.devices[f"acme/edge{n}"].id for n in (1, 2, 3)}
    filed = made.bench._parts.jobs.get(ALL_TENANTS, job.id, actor="someone")
    assert set(filed.params["devices"]) == devices


def test_what_a_device_says_is_inert(made: Rig) -> None:
    made.answer("acme/edge2", HOSTILE)
    made.back_up("acme/edge2")

    view, _ = opened(made)

    assert "<img" not in view.sheet.html
    assert "<b>wait" not in view.sheet.html
    assert "\u202e" not in view.sheet.html
    assert "[U+202E]" in view.sheet.html
    made.answer("acme/edge2", SILENT)
    made.back_up("acme/edge2")


def test_many_are_drawn_piece_by_piece(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwb.views.health.table.SHOWN", 2)
    monkeypatch.setattr("netwb.views.health.page.SHOWN", 2)
    view, _ = opened(made)
    assert view.sheet.html.count('<tr id="h-') == 2
    assert "Show 2 more" in words(view.sheet.html)

    asyncio.run(view.act(act("more")))

    assert view.sheet.html.count('<tr id="h-') == 4


def test_all_well_is_one_quiet_sentence(made: Rig) -> None:
    frame = frame_of(made, "health=1&tenant=bolt")
    frame.bench = made.bench.where(tenant="bolt")
    made.back_up("bolt/core9")
    view = HealthView(frame)
    asyncio.run(view.load())

    said = words(view.sheet.html)
    assert said.startswith("The only device has a fresh good backup.")


def test_the_page_draws_it_by_its_address_and_changes_lead_to_it(made: Rig) -> None:
    page = ConfigsView(frame_of(made, "health=1"))
    assert isinstance(page._view, HealthView)

    changes = ChangesView(frame_of(made, "period=7d"))
    asyncio.run(_loaded(changes))

    assert 'class="strip"' in changes.tools.html
    assert 'href="configs?health=1"' in changes.tools.html
    assert "have no fresh good backup" in words(changes.tools.html)


async def _loaded(view: ChangesView) -> None:
    await view.load()
    await asyncio.gather(*view._tasks)


def test_without_a_device_nothing_is_wrong_and_nothing_is_well(tmp_path: Path) -> None:
    with rig(tmp_path, {"acme": ()}) as empty:
        view, _ = opened(empty)
        changes = ChangesView(frame_of(empty, "period=7d"))
        asyncio.run(_loaded(changes))

    assert words(view.sheet.html).startswith("There is no active device: nothing is backed up.")
    for html in (view.sheet.html.partition("</h2>")[0], changes.tools.html.partition("strip")[2]):
        assert SHAPES["ok"][0] not in html
        assert SHAPES["unknown"][0] in html


def test_a_database_that_is_away_is_said_in_its_place(made: Rig) -> None:
    frame = frame_of(made, "health=1")
    view = HealthView(frame)
    database = made.bench.home / "netwb.db"
    database.rename(database.with_suffix(".away"))
    try:
        asyncio.run(view.load())
    finally:
        database.with_suffix(".away").rename(database)

    assert "The database cannot be read" in words(view.sheet.html)


def test_ages_are_counted_from_the_frames_clock(made: Rig) -> None:
    made.clock.advance(days=1)
    view, _ = opened(made)
    made.clock.now -= timedelta(days=1)

    assert "3 d" in words(view.sheet.html)
