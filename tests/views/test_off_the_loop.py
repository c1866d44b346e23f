"""What takes long in an act runs in a thread, never on the event loop: held by where, not by how long.

Every function that is called on the loop's thread is looked at while a person uses the pages. The
heavy ones are named here: the database, Git, the reading of a diff, and markup of what may be
thousands. How long the loop is held in fact, `tests.benchmarks.bench_server acts` prints.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import CodeType, FrameType
from typing import Any

import pytest

from netwb.archive.repository import Repository
from netwb.configs.diff import parse_diff
from netwb.roles import Role
from netwb.store.database import Database
from netwb.views.account.page import AccountView
from netwb.views.admin.view import AdminView
from netwb.views.compliance.grid import choose
from netwb.views.compliance.page import ComplianceView
from netwb.views.configs import held, rows
from netwb.views.configs.page import ConfigsView
from netwb.views.diff.rows import Board
from netwb.views.diff.view import _Drawing
from netwb.views.inventory import rows as devices
from netwb.views.inventory import table
from netwb.views.inventory.view import InventoryView
from netwb.views.search.table import render_table
from netwb.workbench import Workbench
from tests.benches import START, Rig, ios, rig
from tests.views.people import log_in
from tests.views.visits import Visit

CHANGED_AT = START + timedelta(hours=20)
Story = Callable[[Visit], Awaitable[None]]


def _code(call: Any) -> CodeType:
    found: CodeType = getattr(call, "__wrapped__", call).__code__
    return found


HEAVY = {
    _code(call): name
    for name, call in {
        "the database is read": Database.reading,
        "a prepared statement is asked": Database.rows,
        "the database is written": Database.writing,
        "a text is read from Git": Repository.text,
        "texts are read from Git": Repository.texts,
        "Git compares": Repository.compare,
        "a diff is read": parse_diff,
        "a comparison is laid out": Board.__post_init__,
        "a comparison is drawn": _Drawing.drawn,
        "a time is held": held.hold,
        "filters are applied": held.Held.sift,
        "the list of changes is drawn": rows.render_list,
        "devices are chosen": devices.chosen_rows,
        "devices are counted": devices.facet_counts,
        "a table of devices is drawn": table.table,
        "lines that were found are drawn": render_table,
        "a matrix is chosen": choose,
    }.items()
}


class Seen:
    """Heavy functions by the thread that they ran on."""

    def __init__(self) -> None:
        self.loop = threading.get_ident()
        self.there: set[str] = set()
        self.elsewhere: set[str] = set()

    def __call__(self, frame: FrameType, what: str, _argument: Any) -> None:
        if what == "call" and frame.f_code in HEAVY:
            on_loop = threading.get_ident() == self.loop
            (self.there if on_loop else self.elsewhere).add(HEAVY[frame.f_code])


@contextmanager
def watched() -> Iterator[Seen]:
    seen = Seen()
    threading.setprofile(seen)
    sys.setprofile(seen)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("loop"), {"acme": ("core1", "edge1", "edge2")}) as one:
        one.back_up()
        one.clock.advance(days=1)
        for host in ("edge1", "edge2"):
            one.answer(f"acme/{host}", ios(host, by="ben", at=CHANGED_AT, ntp="198.51.100.53"))
        one.back_up()
        one.clock.advance(hours=6)
        yield one


@pytest.fixture(scope="module")
def engineer(made: Rig) -> Workbench:
    return log_in(made, "jkim", Role.ENGINEER)


async def settled() -> None:
    """Until nothing goes on beside the acts."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others, timeout=5)


async def use_changes(visit: Visit) -> None:
    view = visit.view._view
    for act in (
        {"act": "step", "by": "1"},
        {"act": "scrolled", "value": 4000},
        {"act": "text", "value": "ntp"},
        {"act": "narrow", "field": "by", "value": "ben"},
        {"act": "clear"},
        {"act": "period", "period": "7d"},
        {"act": "more"},
        {"act": "unsaved"},
        {"act": "patch"},
        {"act": "compare", "fields": {"old": "acme/core1", "new": "acme/edge1"}},
    ):
        await view.act(act)
        await settled()
    view.pane.diff.extent = "whole"
    await settled()


async def use_inventory(visit: Visit) -> None:
    for act in (
        {"act": "filter", "value": "edge"},
        {"act": "facet", "facet": "status", "of": "active"},
        {"act": "more", "facet": "site"},
        {"act": "sort", "by": "-hostname"},
        {"act": "select-all", "value": True},
        {"act": "unselect"},
        {"act": "clear"},
    ):
        await visit.view._act(act)
        await settled()


async def use_compliance(visit: Visit) -> None:
    for act in (
        {"act": "order", "order": "rule"},
        {"act": "only", "only": "open", "value": True},
        {"act": "next"},
        {"act": "check"},
        {"act": "csv"},
        {"act": "tab", "tab": "rules"},
        {"act": "tab", "tab": "waivers"},
    ):
        await visit.view._act(act)
        await settled()


async def use_nothing(visit: Visit) -> None:
    del visit


STORIES: dict[str, tuple[type[Any], str, Story]] = {
    "changes": (ConfigsView, "", use_changes),
    "history": (ConfigsView, "?device=acme/edge1", use_nothing),
    "search": (ConfigsView, "?find=ntp", use_nothing),
    "quarantine": (ConfigsView, "?quarantine=all", use_nothing),
    "compliance": (ComplianceView, "", use_compliance),
    "inventory": (InventoryView, "", use_inventory),
    "device": (InventoryView, "?device=acme/edge1", use_nothing),
    "admin": (AdminView, "", use_nothing),
    "account": (AccountView, "", use_nothing),
}


@pytest.mark.parametrize("name", STORIES)
def test_nothing_heavy_runs_on_the_event_loop(made: Rig, engineer: Workbench, name: str) -> None:
    view, search, story = STORIES[name]
    bench = made.bench if name == "admin" else engineer
    visit = Visit(view, bench, made, search)  # whom it is for is asked before the page is built

    async def used() -> None:
        await visit.load()
        await settled()
        await story(visit)

    with watched() as seen:
        asyncio.run(used())

    assert seen.there == set()
    assert "the database is read" in seen.elsewhere
    assert ("lines that were found are drawn" in seen.elsewhere) == (name == "search")


def test_each_heavy_thing_of_the_changes_is_done_in_a_thread(
    made: Rig, engineer: Workbench
) -> None:
    """Otherwise the watch would prove nothing."""
    made.bench._parts.touched._known.clear()
    visit = Visit(ConfigsView, engineer, made, "")

    async def used() -> None:
        await visit.load()
        await settled()
        await use_changes(visit)

    with watched() as seen:
        asyncio.run(used())

    assert seen.elsewhere >= {
        "the database is read",
        "a diff is read",
        "a comparison is laid out",
        "a comparison is drawn",
        "a time is held",
        "filters are applied",
        "the list of changes is drawn",
    }


def test_each_heavy_thing_of_the_inventory_is_done_in_a_thread(
    made: Rig, engineer: Workbench
) -> None:
    visit = Visit(InventoryView, engineer, made, "")

    async def used() -> None:
        await visit.load()
        await use_inventory(visit)

    with watched() as seen:
        asyncio.run(used())

    assert seen.elsewhere >= {
        "devices are chosen",
        "devices are counted",
        "a table of devices is drawn",
    }


def test_what_is_done_on_the_loop_is_seen(made: Rig) -> None:
    async def slow() -> None:
        made.bench.devices()

    with watched() as seen:
        asyncio.run(slow())

    assert "the database is read" in seen.there
