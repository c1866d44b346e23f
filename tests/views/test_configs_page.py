"""Which view of `/configs` an address shows, and that they change places without a reload."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from netwb.roles import Role
from netwb.views.configs.changes import ChangesView
from netwb.views.configs.page import ConfigsView
from netwb.views.history.page import HistoryView
from netwb.views.quarantine.page import QuarantineView
from netwb.views.search.page import SearchView
from netwb.workbench import Workbench
from tests.benches import Rig, rig
from tests.views.people import log_in
from tests.views.visits import Visit, run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("page"), {"acme": ("edge1",)}) as one:
        one.back_up()
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER)


@pytest.mark.parametrize(
    ("search", "view"),
    [
        ("", ChangesView),
        ("?period=7d", ChangesView),
        ("?old=a@1&new=a@2", ChangesView),
        ("?device=edge1&old=a@1&new=a@2", HistoryView),
        ("?find=ntp", SearchView),
        ("?quarantine=1", QuarantineView),
    ],
)
def test_the_address_says_which_view_is_shown(
    made: Rig, engineer: Workbench, search: str, view: type[Any]
) -> None:
    assert type(Visit(ConfigsView, engineer, made, search).view._view) is view


def test_views_change_places_within_the_page(made: Rig, engineer: Workbench) -> None:
    async def story() -> list[type[Any]]:
        visit = Visit(ConfigsView, engineer, made)
        await visit.view.load()
        seen = []
        for url in ("configs?device=acme/edge1", "configs?find=ntp", "configs?history=x&self=y"):
            visit.view._view.turn(url)
            await asyncio.gather(*visit.view._tasks)
            seen.append(type(visit.view._view))
        await visit.frame.address.went("?quarantine=1")
        assert visit.frame.went == []
        return [*seen, type(visit.view._view)]

    assert run(story()) == [HistoryView, SearchView, ChangesView, QuarantineView]


def test_another_page_is_gone_to_as_by_a_link_and_another_server_never(
    made: Rig, engineer: Workbench
) -> None:
    visit = Visit(ConfigsView, engineer, made)

    visit.view.turn("inventory?device=edge1")
    visit.view.turn("//203.0.113.1/configs")
    visit.view.turn("javascript:window.hit=1")

    assert visit.frame.went == ["inventory?device=edge1"]


def test_a_view_that_cannot_be_read_says_so_in_its_place(made: Rig, engineer: Workbench) -> None:
    async def story() -> Visit:
        visit = Visit(ConfigsView, engineer, made)
        visit.view.turn("configs?device=nowhere")
        await asyncio.gather(*visit.view._tasks)
        return visit

    assert "Not found" in run(story()).text
