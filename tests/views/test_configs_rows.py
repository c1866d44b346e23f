"""Of thousands of changes those near the window are drawn, each where it would stand among all."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.inventory.records import NamedDevice
from netwb.views.configs.filters import Filters
from netwb.views.configs.held import Held, Sifted, hold
from netwb.views.configs.listing import DRAWN, MOST_UNSAVED, Links, Listed, key_of
from netwb.views.configs.period import Period
from netwb.views.configs.rows import (
    AHEAD,
    HEAD_PX,
    ROW_PX,
    around,
    first_drawn,
    render_list,
    top_of,
)
from netwb.views.navigation import Moment
from netwb.workbench.overview import Overview
from netwb.workbench.words import Change, Unsaved

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
MOMENT = Moment(now=NOW, zone=ZoneInfo("UTC"))
LINKS = Links(change=lambda change: f"configs?change={key_of(change)}", view=lambda **_: "configs")
NIGHT = Period(name="last-night", since=NOW - timedelta(hours=8), until=None)


def a_change(number: int) -> Change:
    """Of fifty devices a site."""
    return Change(
        at=NOW - timedelta(hours=1),
        tenant=("acme", "umbra")[number >= 1000],
        site=f"s{number // 50:03d}",
        hostname=f"sw-{number:05d}",
        device_id=f"d{number:015d}",
        kind="running",
        author=("ana", "ben", "unknown")[number % 3],
        message="",
        added=1,
        removed=1,
        id=f"{number:040x}",
        number=2,
    )


def a_time(changes: int, unsaved: int = 0) -> Overview:
    rows = tuple(a_change(number) for number in range(changes))
    devices = {
        row.device_id: NamedDevice(
            id=row.device_id,
            tenant=row.tenant,
            site=row.site,
            hostname=row.hostname,
            platform="cisco_ios",
            status="active",
        )
        for row in (a_change(number) for number in range(max(changes, unsaved)))
    }
    failed = tuple(
        Unsaved(
            device_id=name,
            status="failed",
            at=NOW,
            cause_kind="unreachable",
            cause_message="no answer",
            nights=1,
            copy_at=None,
            copy_lines=0,
        )
        for name in list(devices)[:unsaved]
    )
    return Overview(
        changes=rows, unsaved=failed, tried=changes, living=len(devices), devices=devices
    )


def listed(held: Held, **values: object) -> Listed:
    filters = Filters()
    whole = Listed(held=held, sifted=held.sift(filters, {}), period=NIGHT, filters=filters)
    return replace(whole, **values)  # type: ignore[arg-type]  # fields by name


def drawn(page: Listed) -> str:
    return render_list(page, MOMENT, LINKS)


def hosts(html: str) -> list[str]:
    return re.findall(r"<b>(sw-\d+)</b>", html)


def spaces(html: str) -> list[int]:
    return [int(px) for px in re.findall(r'<div style="height:(\d+)px"', html)]


@pytest.fixture(scope="module")
def night() -> Held:
    return hold(a_time(2_000))


@pytest.mark.parametrize("start", [0, 1, 49, 50, 75, 1_000, 2_000 - DRAWN])
def test_the_drawn_rows_stand_where_they_would_among_all(night: Held, start: int) -> None:
    html = drawn(listed(night, start=start))

    rows, heads, space = hosts(html), html.count('class="grp"'), spaces(html)
    height = len(rows) * ROW_PX + heads * HEAD_PX + sum(space)
    assert rows == [f"sw-{number:05d}" for number in range(start, start + DRAWN)]
    assert height == 2_000 * ROW_PX + 40 * HEAD_PX
    above = space[0] if start > 0 else 0
    assert above == max(0, top_of(start, night.every) - HEAD_PX)


def test_a_row_says_which_of_how_many_it_is(night: Held) -> None:
    html = drawn(listed(night, start=75))

    assert 'aria-posinset="76"' in html
    assert html.count('aria-setsize="2000"') == DRAWN


@pytest.mark.parametrize(("chosen", "entered"), [(a_change(80), 80), (a_change(9), 75)])
def test_the_tab_key_comes_into_the_list_wherever_it_was_scrolled_to(
    night: Held, chosen: Change, entered: int
) -> None:
    html = drawn(listed(night, start=75, chosen=key_of(chosen)))

    rows = re.findall(r'<a [^>]*tabindex="0"[^>]*>.*?<b>(sw-\d+)</b>', html)
    assert [row[-5:] for row in rows] == [f"{entered:05d}"]


@pytest.mark.parametrize("windows", [range(0, 2_000, 7), range(1_999, -1, -31)])
def test_what_is_seen_is_drawn_however_one_scrolls(night: Held, windows: range) -> None:
    seen_rows, start, moves = 12, 0, 0
    for first in windows:
        px = top_of(first, night.every)
        found = first_drawn(px, start, night.every)
        moves += found != start
        start = found
        last = min(first + seen_rows, 2_000)
        assert start <= first
        assert last <= start + DRAWN
    assert moves < len(windows), "a short way draws nothing anew"


@pytest.mark.parametrize(
    ("px", "start"), [(0, 0), (-5, 0), (10**9, 2_000 - DRAWN), (100 * ROW_PX + 3 * HEAD_PX, 80)]
)
def test_a_scroll_position_is_brought_within_the_list(night: Held, px: int, start: int) -> None:
    assert first_drawn(px, 0, night.every) == start
    assert AHEAD == 20


def test_a_short_list_is_drawn_whole() -> None:
    few = hold(a_time(3))

    assert first_drawn(10**6, 0, few.every) == 0
    assert around(2, few.every) == 0
    assert spaces(drawn(listed(few))) == []
    assert first_drawn(5, 0, Sifted()) == 0


def test_those_not_saved_come_at_the_end_and_a_hundred_at_a_time() -> None:
    bad = hold(a_time(200, unsaved=250))

    top, end = drawn(listed(bad)), drawn(listed(bad, start=200 - DRAWN))
    more = drawn(listed(bad, start=200 - DRAWN, most_unsaved=2 * MOST_UNSAVED))

    assert "Not saved" not in top
    assert "Not saved" in end
    assert end.count('id="u-') == MOST_UNSAVED
    assert "Show 150 more" in end
    assert "Show 50 more" in more


def test_a_night_on_which_nothing_was_saved_still_lists_them() -> None:
    html = drawn(listed(hold(a_time(0, unsaved=2))))

    assert "Nothing changed last night" in html
    assert html.count('id="u-') == 2


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (Filters(by="unknown"), 666),
        (Filters(site="umbra/s020"), 50),
        (Filters(platform="arista_eos"), 0),
        (Filters(text="SW-0000"), 10),
        (Filters(text="router bgp"), 1),
    ],
)
def test_filters_leave_what_they_say(night: Held, filters: Filters, left: int) -> None:
    sifted = night.sift(filters, {a_change(7).id: ("router bgp 64500",)})

    assert len(sifted.changes) == left
    assert sum(group.count for group in sifted.groups) == left
