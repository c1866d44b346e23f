"""What a wall says of blackholes, in markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwb.views.wall.blackholes import render_blackholes
from netwb.views.wall.rows import render_foot
from netwb.workbench.wall_records import WallAlarm, WallBlackhole, WallBlackholes, WallNews
from tests.views.hostile import HOSTILE

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
ALARM = WallAlarm(kind="disk.space", severity="critical", many=1, since=NOW)
OTHER = WallAlarm(kind="device.stale", severity="warning", many=4, since=NOW)


def one(network: str, state: Any = "stands", **changes: Any) -> WallBlackhole:
    made: dict[str, Any] = {
        "network": network,
        "tenant": "cumulus",
        "state": state,
        "since": NOW - timedelta(minutes=4),
        "until": NOW + timedelta(seconds=48),
        "routers": 3,
        "of": 4,
    }
    return WallBlackhole(**{**made, **changes})


def news(*first: WallBlackhole, held: int = 0, standing: int = 0, **changes: Any) -> WallNews:
    made: dict[str, Any] = {
        "as_of": NOW,
        "interval_s": 60,
        "sites": (),
        "ports": (),
        "night": None,
        "newest": None,
        "blackholes": WallBlackholes(held=held, standing=standing, first=first),
    }
    return WallNews(**{**made, **changes})


def test_what_waits_says_for_how_long_and_when_it_lapses() -> None:
    said = render_blackholes(news(one("203.0.113.53", "held", until=NOW + timedelta(minutes=11)), held=1), now=NOW)  # fmt: skip

    assert "Blackholes: 1 waits for a person" in said
    assert "held <time" in said
    assert ">4 min</time>" in said
    assert 'cumulus, lapses in <span data-until="1795423980">11:00</span>' in said
    assert "routers" not in said


def test_what_stands_says_when_it_ends_and_on_how_many_routers_it_is() -> None:
    said = render_blackholes(news(one("203.0.113.77"), one("2001:db8:cafe::10", "withdrawing"), held=2, standing=3), now=NOW)  # fmt: skip

    assert "Blackholes: 3 active, 2 wait for a person" in said
    assert "ends in <span" in said
    assert "00:48" in said
    assert "3 of 4 routers" in said
    assert "is taken back" in said


def test_of_routers_that_nobody_may_see_nothing_is_said() -> None:
    said = render_blackholes(news(one("203.0.113.77", of=0, routers=0), standing=1), now=NOW)

    assert "of 0" not in said


def test_where_none_stands_nothing_is_said_and_alarms_have_their_room() -> None:
    quiet = render_foot(news(alarms=(ALARM, OTHER)), now=NOW, zone=ZoneInfo("UTC"))
    attacked = render_foot(
        news(one("203.0.113.77"), standing=1, alarms=(ALARM, OTHER)), now=NOW, zone=ZoneInfo("UTC")
    )

    assert "Blackholes" not in quiet
    assert quiet.count("since") == 2
    assert "Alarms: 5 stand, 4 of them not shown" in attacked
    assert "Alarms" not in render_foot(
        news(one("203.0.113.77"), standing=1), now=NOW, zone=ZoneInfo("UTC")
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_inert(text: str) -> None:
    said = render_blackholes(news(one("203.0.113.77", tenant=text), standing=1), now=NOW)

    assert "<script" not in said
