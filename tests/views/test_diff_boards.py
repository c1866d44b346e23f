"""A comparison is laid out off the event loop, and held once for all pages that show it."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from dataclasses import replace
from typing import Any

import pytest

from netwb.configs.diff import whole_text
from netwb.views.diff import view as diff_view
from netwb.views.diff.boards import lay_out
from netwb.views.diff.rows import Board
from netwb.views.diff.view import DiffView
from tests.views.test_diff_view import drawn, long_diff


@pytest.fixture
def laid_out_by(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Threads that laid out."""
    found: list[int] = []

    def noted(*args: Any, **kwargs: Any) -> Board:
        found.append(threading.get_ident())
        return lay_out(*args, **kwargs)

    monkeypatch.setattr(diff_view, "lay_out", noted)
    return found


def test_two_pages_with_the_same_comparison_share_its_board_and_texts() -> None:
    one = lay_out(long_diff(), extent="changes", moved="shown")
    other = lay_out(long_diff(), extent="changes", moved="shown")

    assert one is other


@pytest.mark.parametrize(
    "values",
    [
        {"new_text": b"line 0\n"},
        {"old": "b@1"},
        {"hunks": ()},
    ],
    ids=["text", "label", "hunks"],
)
def test_what_differs_in_anything_has_a_board_of_its_own(values: dict[str, Any]) -> None:
    one = lay_out(long_diff(), extent="changes", moved="shown")
    diff = replace(long_diff(), **values)

    other = lay_out(diff, extent="changes", moved="shown")

    assert other is not one
    assert other.diff is diff
    assert lay_out(long_diff(), extent="whole", moved="shown") is not one
    assert lay_out(long_diff(), extent="changes", moved="ignored") is not one


def test_a_board_that_no_page_shows_is_let_go() -> None:
    gone = weakref.ref(lay_out(long_diff(), extent="whole", moved="ignored"))
    gc.collect()

    assert gone() is None


def test_rows_that_were_read_to_their_end_are_not_kept() -> None:
    board = Board(whole_text(b"a\nb\nc\n", new="edge1@1"))

    part = board.items(0, 2)
    kept = len(board._rows)
    rest = board.items(2, 10)

    assert (kept, len(board._rows)) == (1, 0)
    assert board.items(0, 10) == part + rest


def test_in_a_page_nothing_is_laid_out_on_the_event_loop(laid_out_by: list[int]) -> None:
    view = DiffView()

    async def story() -> None:
        await view.bring(long_diff(), label="edge1")
        view.extent = "whole"
        await asyncio.gather(*view._tasks)

    asyncio.run(story())

    assert len(laid_out_by) == 2
    assert threading.get_ident() not in laid_out_by
    assert drawn(view)["count"] == 5_001


def test_of_two_comparisons_that_are_asked_for_the_later_one_is_drawn() -> None:
    view = DiffView()

    async def story() -> None:
        await asyncio.gather(
            view.bring(long_diff(), label="first"), view.bring(long_diff(), label="second")
        )

    asyncio.run(story())

    assert drawn(view)["label"] == "second"


def test_what_is_cleared_meanwhile_stays_clear() -> None:
    view = DiffView()

    async def story() -> None:
        late = asyncio.create_task(view.bring(long_diff()))
        await asyncio.sleep(0)
        view.compare(None)
        await late

    asyncio.run(story())

    assert view.drawn == ""
    assert view.diff is None
