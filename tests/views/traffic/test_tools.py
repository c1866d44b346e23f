"""The toolbar over a chart: each choice is there in any window, and carries the whole view."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from netwb.views.address import Address
from netwb.views.traffic.look import look_of
from netwb.views.traffic.tools import render_tools
from tests.views.traffic.made_traffic import UNTIL

UTC = ZoneInfo("UTC")


def bar(search: str) -> str:
    address = Address(search, page="traffic")
    return render_tools(look_of(address, now=UNTIL, zone=UTC), address, UTC)


def test_what_is_drawn_is_ticked_in_the_bar_and_in_the_menu() -> None:
    made = bar("?port=p1&flags=0&attacks=0&over=errors,loss")

    boxes = re.findall(r'<input type="checkbox" id="([\w-]+)"( checked)?', made)
    assert {name for name, ticked in boxes if ticked} == {"o-week", "m-week", "l-errors", "l-loss"}
    assert {name for name, _ in boxes} >= {
        "o-flags",
        "m-flags",
        "o-attacks",
        "l-discards",
        "l-delay",
    }
    assert 'Overlays</span> <span class="n">2</span>' in made


def test_another_range_keeps_all_else_of_the_view() -> None:
    made = bar("?port=p1&unit=percent&over=errors&tenant=acme")

    assert (
        'href="traffic?port=p1&amp;unit=percent&amp;over=errors&amp;tenant=acme&amp;range=7d"'
        in made
    )


def test_times_of_ones_own_are_two_fields_that_a_keyboard_fills() -> None:
    made = bar("?port=p1&range=between&since=2026-11-22T09:00&until=2026-11-22T10:00")

    fields = re.findall(
        r'<input type="datetime-local" id="t-(\w+)" name="\w+" value="([^"]+)"', made
    )
    assert fields == [("since", "2026-11-22T09:00"), ("until", "2026-11-22T10:00")]
    assert '<button type="submit"' in made
