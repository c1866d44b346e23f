"""Numbers, marks and busiest ports under a chart, as a person reads them."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from zoneinfo import ZoneInfo

from netwb.metrics.series.flows import Event
from netwb.views.address import Address
from netwb.views.navigation import Moment
from netwb.views.traffic.table import (
    Mark,
    busiest_csv,
    csv_file,
    render_busiest,
    render_head,
    render_marks,
    render_numbers,
)
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
    said = words(render_head(traffic(), MOMENT))

    assert said == (
        "Transit: AS64496 edge1 xe-0/0/0 1 Gbit/s circuit 20931 newest sample 40 s ago, every 60 s"
    )


def test_a_port_without_words_is_called_by_its_name() -> None:
    said = words(render_head(traffic(port=port(alias="", circuit_ref=None)), MOMENT))

    assert said.startswith("xe-0/0/0 edge1 1 Gbit/s")


def test_numbers_have_both_directions_with_units_and_the_share_of_the_port() -> None:
    said = words(render_numbers(traffic(), None, "bits", poll="1 min"))

    assert "In 100 Mbit/s 400 Mbit/s 480 Mbit/s 600 Mbit/s 180 GB \N{EN DASH} 48 %" in said
    assert "Out 37.5 Mbit/s 150 Mbit/s 180 Mbit/s" in said


def test_a_week_before_is_told_as_a_change_of_the_95th() -> None:
    less = traffic(flows={**traffic().flows, ("bits", "in"): flow(320e6)})

    assert "+25 %" in words(render_numbers(traffic(), less, "bits", poll="1 min"))


def test_a_share_of_an_unknown_speed_is_not_guessed() -> None:
    unknown = traffic(port=port(speed_bps=0))

    said = words(render_numbers(unknown, None, "percent", poll="1 min"))

    assert "no data no data no data no data" in said
    assert "Inf" not in said


def test_packets_are_packets_and_have_no_share() -> None:
    said = words(render_numbers(traffic(), None, "packets", poll="1 min"))

    assert "60.0 kpackets/s" in said
    assert "22,500,000" in said


def test_marks_are_a_list_newest_first_with_the_way_to_the_diff() -> None:
    begin = int(UNTIL.timestamp()) - 3_000
    made = render_marks(traffic(gaps=((begin, begin + 900),)), [MARK], MOMENT)

    said = words(made)
    assert said.index("ana") < said.index("no data for 15 min")
    assert 'href="configs?device=d1&amp;rev=abc"' in made
    assert "not counted as zero" in said


def test_a_chart_without_marks_says_so() -> None:
    assert words(render_marks(traffic(), [], MOMENT)) == "On this chart No change, no gap."


def test_what_the_counters_did_is_said_with_its_time() -> None:
    reset = Event(kind="reset", at=int(UNTIL.timestamp()) - 1_800)

    said = words(render_marks(traffic(events=(reset,)), [], MOMENT))

    assert "09:10 the counters began anew" in said


def test_the_busiest_are_links_that_carry_the_view() -> None:
    busy = [BusyPort(port=port(), p95_in=480e6, p95_out=180e6)]

    made = render_busiest(busy, ADDRESS, span="7 d", chosen="p1")

    assert 'href="traffic?range=7d&amp;tenant=acme&amp;port=p1"' in made
    assert 'class="sel"' in made
    assert "edge1 xe-0/0/0 48 % 480 Mbit/s" in words(made)


def test_what_a_device_says_of_itself_is_text_and_nothing_else() -> None:
    for text in HOSTILE:
        evil = port(alias=text, name=text, circuit_ref=text)
        made = "".join(
            (
                render_head(traffic(port=evil), MOMENT),
                render_busiest([BusyPort(port=evil, p95_in=1, p95_out=1)], ADDRESS, span="7 d"),
            )
        )
        assert "<img" not in made
        assert "<script" not in made
        assert "\u202e" not in made


def test_a_file_has_the_buckets_and_leaves_gaps_empty() -> None:
    rows = list(csv.reader(io.StringIO(csv_file(traffic(without=slice(2, 4))).decode("utf-8-sig"))))

    assert rows[0][:3] == ["begin", "in_mean_bps", "in_highest_bps"]
    assert rows[1][:3] == ["2026-11-23T07:40:00Z", "400000000.0", "600000000.0"]
    assert rows[3][1:] == [""] * 8
    assert len(rows) == 13


def test_a_file_of_the_busiest_tames_what_a_spreadsheet_would_run() -> None:
    busy = [BusyPort(port=port(alias="=1+1"), p95_in=480e6, p95_out=None)]

    rows = list(csv.reader(io.StringIO(busiest_csv(busy).decode("utf-8-sig"))))

    assert rows[1] == [
        "acme",
        "fra1",
        "edge1",
        "xe-0/0/0",
        "'=1+1",
        "20931",
        "480000000.0",
        "",
        "48.0",
    ]
