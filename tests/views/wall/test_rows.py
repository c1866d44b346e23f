"""What a wall says of its sites, in markup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from netwb.collect.nights import LastNight
from netwb.views.wall.rows import render_chart_head, render_foot, render_sites, render_top
from netwb.workbench.wall_records import WallAlarm, WallNews, WallSite
from tests.views.hostile import HOSTILE
from tests.views.traffic.made_traffic import port, traffic

NOW = datetime(2026, 11, 23, 8, 42, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def site(name: str, status: Any, **changes: Any) -> WallSite:
    made: dict[str, Any] = {
        "tenant": "acme",
        "site": name,
        "status": status,
        "reason": "",
        "since": None,
        "since_before": False,
        "observed_at": NOW - timedelta(seconds=40),
        "devices": 4,
        "up": 4,
    }
    return WallSite(**{**made, **changes})


def news(*sites: WallSite, **changes: Any) -> WallNews:
    made: dict[str, Any] = {
        "as_of": NOW,
        "interval_s": 60,
        "sites": sites,
        "ports": (),
        "night": None,
        "newest": NOW - timedelta(seconds=40),
    }
    return WallNews(**{**made, **changes})


def test_counts_are_shape_word_and_colour() -> None:
    said = render_top(
        news(site("a", "down"), site("b", "up"), site("c", "up")), now=NOW, zone=BERLIN
    )

    assert said.count("<svg") == 2
    assert "1 down" in said
    assert "2 up" in said
    assert "degraded" not in said
    assert 'style="color:var(--bad)"' in said


def test_the_clock_is_of_the_zone_with_utc_beside_it() -> None:
    said = render_top(news(), now=NOW, zone=BERLIN)

    assert 'data-clock="Europe/Berlin"' in said
    assert "09:42" in said
    assert "08:42</i> UTC" in said
    assert "</i> UTC" not in render_top(news(), now=NOW, zone=ZoneInfo("UTC"))


def test_the_loud_ones_have_a_card_with_how_long_and_since_when() -> None:
    down = site("ams2", "down", reason="edge1: silent", since=NOW - timedelta(minutes=51), up=0)

    said = render_sites(news(down, site("fra1", "up")), BERLIN)

    card, folded = said.split('class="ok2"')
    assert "edge1: silent" in card
    assert ">51 min</time>" in card
    assert "since 08:51" in card
    assert "4 of 4" in folded


def test_since_when_is_not_made_up() -> None:
    never = site("a", "unknown", reason="edge1: never heard of", observed_at=None, up=0)
    longer = site("b", "degraded", since=NOW - timedelta(hours=24), since_before=True)

    said = render_sites(news(never, longer), BERLIN)

    assert "since when is not known" in said
    assert "over " in said
    assert "or before" in said


def test_what_was_heard_says_how_fresh_it_is() -> None:
    heard = int((NOW - timedelta(seconds=40)).timestamp())

    said = render_sites(news(site("a", "degraded"), site("b", "down")), BERLIN)

    assert f'data-fresh="{heard}" data-interval="60"' in said
    assert f'data-fresh="{int(NOW.timestamp())}"' in said  # that it is silent is known as of now


def test_a_tenant_is_named_only_where_there_are_several() -> None:
    alone = render_sites(news(site("fra1", "down")), BERLIN)
    several = render_sites(news(site("fra1", "down"), site("x", "up", tenant="borealis")), BERLIN)

    assert "acme" not in alone
    assert "acme fra1" in several


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_device_says_becomes_markup(text: str) -> None:
    shown = render_sites(news(site(text, "down", reason=text), fault=""), BERLIN)
    head = render_chart_head(traffic(port=port(name=text, hostname=text)), several=True)

    for said in (shown, head, render_sites(news(fault=text), BERLIN)):
        assert "<img" not in said
        assert "<script" not in said


def test_a_store_that_is_down_is_a_sentence() -> None:
    said = render_sites(news(fault="InfluxDB does not answer; start it"), BERLIN)

    assert "InfluxDB does not answer; start it" in said
    assert "nothing is known" in render_top(news(fault="x"), now=NOW, zone=BERLIN)


def night(**changes: Any) -> LastNight:
    made: dict[str, Any] = {
        "runs": ("r1",),
        "started_at": datetime(2026, 11, 23, 1, 0, tzinfo=UTC),
        "ended_at": datetime(2026, 11, 23, 1, 7, tzinfo=UTC),
        "planned": 418,
        "good": 412,
        "not_saved": 6,
        "changed": 9,
    }
    return LastNight(**{**made, **changes})


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (
            night(),
            ("Backup, 02:00 to 02:07", "412 of 418 saved", "6 not saved · 9 devices changed"),
        ),
        (
            night(good=418, not_saved=0, changed=1),
            ("418 of 418 saved", "nothing missing · 1 device"),
        ),
        (night(ended_at=None), ("still running",)),
        (None, ("none yet",)),
    ],
    ids=["some-missing", "all-good", "running", "none"],
)
def test_last_night_is_one_sentence(found: LastNight | None, wanted: tuple[str, ...]) -> None:
    said = render_foot(news(night=found), now=NOW, zone=BERLIN)

    assert all(words in said for words in wanted)


def alarm(kind: str, many: int = 1, severity: Any = "warning", hours: int = 1) -> WallAlarm:
    return WallAlarm(kind=kind, severity=severity, many=many, since=NOW - timedelta(hours=hours))


def test_what_stands_wrong_is_a_line_a_kind_with_how_many_and_since_when() -> None:
    alarms = (
        alarm("disk.space", severity="critical"),
        alarm("device.stale", 12, hours=30),
        alarm("remote.push", 2),
        alarm("daemon.late"),
    )

    said = render_foot(news(alarms=alarms), now=NOW, zone=BERLIN)

    assert "Alarms: 16 stand, 1 of them not shown" in said
    assert "the disk fills up</b><i>since 08:42" in said
    assert "12 devices without a fresh good backup</b><i>since Sun 03:42" in said
    assert "an archive does not reach its remote (2)" in said
    assert "daemon" not in said


def test_where_nothing_stands_wrong_that_is_said() -> None:
    assert "none stands" in render_foot(news(), now=NOW, zone=BERLIN)


def test_a_chart_says_what_goes_through_now() -> None:
    said = render_chart_head(traffic(), several=True)

    assert "400 Mbit/s" in said
    assert "<b>150</b> <i>out" in said
    assert ">no data<" in render_chart_head(traffic(without=slice(-4, None)), several=True)


def test_a_port_that_was_never_measured_is_grey_from_the_beginning() -> None:
    said = render_chart_head(traffic(newest=None), several=True)

    assert 'class="ch old gone"' in said
    assert ">no data<" in said
