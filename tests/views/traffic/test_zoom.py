"""What a hand did to the time axis is asked for once, and an answer never asks again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from bokeh.document import Document
from bokeh.events import DoubleTap

from netwb.views.traffic.figure import TrafficFigure
from netwb.views.traffic.zoom import Zoom

HOUR_MS = 3_600_000


class Page:
    """Answers each wish as the page does: it draws what was asked for, rounded to whole minutes."""

    def __init__(self, *, answers_s: float = 0.0) -> None:
        self.model = TrafficFigure().model
        self.asked: list[tuple[datetime, datetime]] = []
        self.is_asked = asyncio.Event()
        self.answered = 0
        self.went_back = 0
        self.finished = 0
        self._answers_s = answers_s
        self._rest_s = 0.0
        self._document: Document | None = None
        self.zoom = Zoom(self.model, wanted=self._wanted, back=self._back, pause_s=0.01)

    def holds(self, *, rest_s: float) -> None:
        """From now on changes are held back while it draws, and its table takes so long after that."""
        self._document, self._rest_s = Document(), rest_s
        self._document.add_root(self.model)

    def draw(self, start: float, end: float) -> None:
        if self._document is not None:
            self._document.hold("combine")
        with self.zoom.drawing():
            self.model.x_range.update(start=start // 60_000 * 60_000, end=end // 60_000 * 60_000)
        if self._document is not None:
            self._document.unhold()

    def browser_moves(self, start: float, end: float) -> None:
        """Both ends, as two changes."""
        self.model.x_range.start = start
        self.model.x_range.end = end

    async def _wanted(self, since: datetime, until: datetime) -> None:
        self.asked.append((since, until))
        self.is_asked.set()
        await asyncio.sleep(self._answers_s)
        self.draw(since.timestamp() * 1_000, until.timestamp() * 1_000)
        self.answered += 1
        await asyncio.sleep(self._rest_s)
        self.finished += 1

    async def _back(self) -> None:
        self.went_back += 1
        self.draw(0, 24 * HOUR_MS)
        await asyncio.sleep(self._rest_s)
        self.finished += 1


def told(story: Callable[[Page], Awaitable[Any]], **how: float) -> Page:
    async def whole() -> Page:
        page = Page(**how)
        page.draw(0, 24 * HOUR_MS)
        await story(page)
        await page.zoom.settled()
        await asyncio.sleep(0.03)  # longer than the pause: what an answer would ask comes within it
        await page.zoom.settled()
        return page

    return asyncio.run(whole())


def test_ten_notches_of_a_wheel_are_one_question_and_its_answer_none() -> None:
    async def story(page: Page) -> None:
        for notch in range(10):
            page.browser_moves((1 + notch) * HOUR_MS + 17, (23 - notch) * HOUR_MS - 17)

    page = told(story)

    assert page.asked == [
        (
            datetime(1970, 1, 1, 10, 0, 0, 17_000, tzinfo=UTC),
            datetime(1970, 1, 1, 13, 59, 59, 983_000, tzinfo=UTC),
        )
    ]
    assert page.answered == 1


def test_what_the_page_draws_by_itself_asks_nothing() -> None:
    async def story(page: Page) -> None:
        for hour in range(20):
            page.draw(hour * HOUR_MS, 24 * HOUR_MS)

    assert told(story).asked == []


def test_a_wheel_that_turns_on_takes_the_place_of_what_is_being_answered() -> None:
    async def story(page: Page) -> None:
        page.browser_moves(HOUR_MS, 12 * HOUR_MS)
        await page.is_asked.wait()
        page.browser_moves(2 * HOUR_MS, 6 * HOUR_MS)

    page = told(story, answers_s=0.02)

    assert [until.hour for _, until in page.asked] == [12, 6]
    assert page.answered == 1, "the first answer would have thrown the axis back"
    assert (page.model.x_range.start, page.model.x_range.end) == (2 * HOUR_MS, 6 * HOUR_MS)


@pytest.mark.parametrize("asks", ["drag", "double click"])
def test_an_answer_goes_on_below_the_chart_though_the_document_tells_late_of_its_axis(
    asks: str,
) -> None:
    async def story(page: Page) -> None:
        page.holds(rest_s=0.02)
        if asks == "drag":
            page.browser_moves(5 * HOUR_MS + 17, 6 * HOUR_MS + 17)
        else:
            page.draw(HOUR_MS, 2 * HOUR_MS)
            page.model._trigger_event(DoubleTap(page.model))

    assert told(story).finished == 1


def test_an_axis_that_came_back_to_where_it_was_asks_nothing() -> None:
    async def story(page: Page) -> None:
        page.browser_moves(HOUR_MS, 12 * HOUR_MS)
        page.browser_moves(0, 24 * HOUR_MS)

    assert told(story).asked == []


def test_a_double_click_leads_back_whatever_the_browser_does_to_the_axis_by_itself() -> None:
    async def story(page: Page) -> None:
        page.browser_moves(5 * HOUR_MS, 6 * HOUR_MS)  # its own way back
        page.model._trigger_event(DoubleTap(page.model))

    page = told(story)

    assert (page.went_back, page.asked) == (1, [])


@pytest.mark.parametrize(
    "end", [float("nan"), 1e300, -1.0, "x", None], ids=["nan", "inf", "before", "text", "none"]
)
def test_what_a_browser_may_say_that_is_no_time_asks_nothing(end: Any) -> None:
    async def story(page: Page) -> None:
        try:
            page.browser_moves(0, end)
        except ValueError:  # Bokeh refuses it already
            page.browser_moves(5, 1)

    assert told(story).asked == []
