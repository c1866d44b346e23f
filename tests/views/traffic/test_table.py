"""Numbers, marks and busiest ports under a chart, as a person reads them."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwb.metrics.series.flows import Event
from netwb.views.address import Address
from netwb.views.navigation import Moment
from netwb.views.traffic.files import csv_file
from netwb.views.traffic.marks import Mark, render_marks
from netwb.views.traffic.table import render_busiest, render_head, render_numbers
from netwb.workbench.port_state_records import PortNow, Since
from netwb.workbench.traffic_many_records import PortState, PortTrend
from netwb.workbench.traffic_records import BusyPort
from tests.views.hostile import HOSTILE
from tests.views.made_frames import words
from tests.views.traffic.made_traffic import UNTIL, flow, port, traffic

MOMENT = Moment(now=UNTIL, zone=ZoneInfo("Europe/Berlin"))
ADDRESS = Address("?range=7d&tenant=acme", page="traffic")
MARK = Mark(
    at=UNTIL - timedelta(minutes=20),
    author="ana",
    added=7,
    removed=6,
    said="interface Gi0/0",
    url="configs?device=d1&rev=abc",
)


def test_the_head_says_the_ports_own_words_its_speed_and_the_age_of_its_newest_sample() -> None:
    said = words(render_head(traffic(), None, MOMENT))

    assert said == (
        "Transit: AS64496 edge1 xe-0/0/0 1 Gbit/s circuit 20931 newest sample 40 s ago, every 60 s"
    )


def full(verdict: str, days: float | None = None) -> PortTrend:
    return PortTrend(
        port=port(),
        side="in",
        verdict=verdict,
        days=days,
        soonest=days and days - 30,
        latest=days and days + 70,
        level_bps=400e6,
        known_days=90,
        said="as the trend says it",
    )


@pytest.mark.parametrize(
    ("trend", "said"),
    [
        (full("filling", 120.0), "full in 120 d 90\N{EN DASH}190"),
        (full("no trend"), "no trend"),
        (full("too few days"), "no trend"),
        (full("full"), "full now"),
    ],
)
def test_the_head_says_in_how_many_days_it_is_full_or_that_nobody_can_say(
    trend: PortTrend, said: str
) -> None:
    html = render_head(traffic(), None, MOMENT, trend=trend)

    assert f"1 Gbit/s {said} circuit 20931" in words(html)
    assert 'title="in: as the trend says it"' in html


@pytest.mark.parametrize(
    ("state", "is_known", "said"),
    [
        ("up", True, "up 41 d"),
        ("up", False, "up over 41 d"),
        ("down", True, "down 41 d"),
        ("off", True, "off"),
        ("stale", True, "no data"),
    ],
)
def test_the_head_says_how_the_port_is_and_since_when(
    state: PortState,
    is_known: bool,  # noqa: FBT001 - pytest gives it by its name
    said: str,
) -> None:
    since = Since(at=UNTIL - timedelta(days=41), is_known=is_known)
    now = PortNow(port=port(), state=state, newest=UNTIL, oper_since=since, speed_since=since)

    told = words(render_head(traffic(), now, MOMENT))

    speed = "1 Gbit/s since 13 Oct" if is_known else "1 Gbit/s"
    assert f"edge1 xe-0/0/0 {speed} {said} circuit" in told


def test_the_head_says_that_a_state_is_known_since_the_devices_restart_alone() -> None:
    since = Since(at=UNTIL - timedelta(days=9), is_known=False, restarted=True)
    now = PortNow(port=port(), state="up", newest=UNTIL, oper_since=since, speed_since=None)

    made = render_head(traffic(), now, MOMENT)

    assert "up at least 9 d since the device\N{RIGHT SINGLE QUOTATION MARK}s restart" in words(made)
    assert "at least since its device&#x27;s restart, " in made


def test_a_port_without_words_is_called_by_its_name() -> None:
    said = words(render_head(traffic(port=port(alias="", circuit_ref=None)), None, MOMENT))

    assert said.startswith("xe-0/0/0 edge1 1 Gbit/s")


def test_numbers_have_both_directions_with_units_and_the_share_of_the_port() -> None:
    said = words(render_numbers(traffic(), "bits", poll="1 min"))

    assert "In 100 Mbit/s 400 Mbit/s 480 Mbit/s 600 Mbit/s 180 GB \N{EN DASH} 48 %" in said
    assert "Out 37.5 Mbit/s 150 Mbit/s 180 Mbit/s" in said


def test_a_week_before_is_told_as_a_change_of_the_95th() -> None:
    less = traffic(before={("bits", "in"): flow(320e6)})

    assert "+25 %" in words(render_numbers(less, "bits", poll="1 min"))


def test_a_share_of_an_unknown_speed_is_not_guessed() -> None:
    unknown = traffic(port=port(speed_bps=0))

    said = words(render_numbers(unknown, "percent", poll="1 min"))

    assert "no data no data no data no data" in said
    assert "Inf" not in said


def test_packets_are_packets_and_have_no_share() -> None:
    said = words(render_numbers(traffic(), "packets", poll="1 min"))

    assert "60.0 kpackets/s" in said
    assert "22,500,000" in said


def test_marks_are_a_list_newest_first_with_the_way_to_the_diff() -> None:
    begin = int(UNTIL.timestamp()) - 3_000
    made = render_marks(traffic(gaps=((begin, begin + 900),)), [MARK], MOMENT)

    said = words(made)
    assert said.index("ana") < said.index("no data for 15 min")
    assert 'href="configs?device=d1&amp;rev=abc"' in made
    assert "not counted as zero" in said


def test_a_gap_that_ends_on_another_day_says_which() -> None:
    midnight = datetime(2026, 11, 8, tzinfo=MOMENT.zone)
    begin, end = (int((midnight + timedelta(days=days)).timestamp()) for days in (0, 2))
    later = replace(MOMENT, now=midnight + timedelta(days=20))

    two = words(render_marks(traffic(gaps=((begin, end),)), [], later))
    short = words(render_marks(traffic(gaps=((begin, begin + 900),)), [], later))

    assert "8 Nov 00:00 to 10 Nov 00:00 no data for 2 d" in two
    assert "8 Nov 00:00 to 00:15 no data for 15 min" in short


def test_a_chart_without_marks_says_so() -> None:
    assert (
        words(render_marks(traffic(), [], MOMENT)) == "On this chart No change, no attack, no gap."
    )


def test_what_the_counters_did_is_said_with_its_time() -> None:
    reset = Event(kind="reset", at=int(UNTIL.timestamp()) - 1_800)

    said = words(render_marks(traffic(events=(reset,)), [], MOMENT))

    assert "09:10 the counters began anew" in said


def test_an_event_of_a_past_week_has_its_time_of_day() -> None:
    reset = Event(kind="reset", at=int(traffic().begin[0]) - 30 * 86_400)

    said = words(render_marks(traffic(events=(reset,)), [], MOMENT))

    assert re.search(r"\d+ [A-Z][a-z]{2} \d\d:\d\d the counters began anew", said)


@pytest.mark.parametrize(("usual_s", "said"), [(62, ""), (67, " (metrics.interval_s is 60)")])
def test_jitter_of_a_poll_is_no_other_interval(usual_s: int, said: str) -> None:
    now = words(render_head(replace(traffic(), usual_s=usual_s), None, MOMENT))
    past = replace(MOMENT, now=MOMENT.now + timedelta(days=16))
    then = words(render_head(replace(traffic(), usual_s=usual_s), None, past))

    assert now.endswith(f"every {usual_s} s{said}")
    assert "newest sample in this time" in then
    assert "ago" not in then


def test_the_busiest_are_links_that_carry_the_view() -> None:
    busy = [BusyPort(port=port(), p95_in=480e6, p95_out=180e6)]

    made = render_busiest(busy, ADDRESS, span="7 d", chosen="p1")

    assert 'href="traffic?range=7d&amp;tenant=acme&amp;port=p1"' in made
    assert 'class="sel"' in made
    thin = render_busiest([replace(busy[0], every_s=300)], ADDRESS, span="60 d")
    assert "Busiest ports, 60 d by 5-minute samples" in words(thin)
    assert "by 5-minute samples" not in made
    assert "edge1 xe-0/0/0 48 % 480 Mbit/s" in words(made)


def test_what_a_device_says_of_itself_is_text_and_nothing_else() -> None:
    for text in HOSTILE:
        evil = port(alias=text, name=text, circuit_ref=text)
        made = "".join(
            (
                render_head(traffic(port=evil), None, MOMENT),
                render_busiest([BusyPort(port=evil, p95_in=1, p95_out=1)], ADDRESS, span="7 d"),
            )
        )
        assert "<img" not in made
        assert "<script" not in made
        assert "\u202e" not in made


def test_a_file_has_the_buckets_and_leaves_gaps_empty() -> None:
    rows = list(csv.reader(io.StringIO(csv_file(traffic(without=slice(2, 4))).decode("utf-8-sig"))))

    assert rows[0][:3] == ["begin", "in_mean_bps", "in_max_bps"]
    assert rows[1][:3] == ["2026-11-23T07:40:00Z", "400000000.0", "600000000.0"]
    assert rows[3][1:] == [""] * 8
    assert len(rows) == 13
