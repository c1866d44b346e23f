"""What a figure draws of what the facade says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from netwb.views.traffic.drawing import Drawing
from netwb.views.traffic.drawn import Shown, drawing_of, kinds_of
from netwb.views.traffic.look import Look
from tests.views.traffic.made_traffic import UNTIL, flow, pings, port, traffic

BERLIN = ZoneInfo("Europe/Berlin")


def drawn(**changes: Any) -> Drawing:
    found = changes.pop("traffic", None) or traffic()
    look = Look(
        name="between", since=found.since, until=found.until, unit=changes.pop("unit", "bits")
    )
    now = changes.pop("now", UNTIL)
    shown = Shown(look=replace(look, over=changes.pop("over", ())), traffic=found, **changes)
    return drawing_of(shown, now=now, zone=BERLIN)


def test_a_bucket_stands_at_its_middle_and_its_time_is_the_persons() -> None:
    made = drawn()

    assert made.at[0] == int(datetime(2026, 11, 23, 7, 42, 30, tzinfo=UTC).timestamp())
    assert made.clocks[0] == "Mon 23 Nov 08:40"


def test_a_share_is_of_the_ports_speed_and_its_limit_is_a_hundred() -> None:
    made = drawn(unit="percent")

    assert made.sides["in"].mean[0] == pytest.approx(40)
    assert made.sides["in"].p95 == pytest.approx(48)
    assert made.limit == 100


def test_a_share_of_an_unknown_speed_draws_nothing() -> None:
    made = drawn(unit="percent", traffic=traffic(port=port(speed_bps=None)))

    assert np.isnan(made.sides["in"].mean).all()
    assert made.sides["in"].p95 is None


def test_what_the_contract_says_of_the_speed_counts_before_what_the_device_says() -> None:
    made = drawn(traffic=traffic(port=port(speed_override_bps=500_000_000)))

    assert made.limit == 500e6


def test_a_week_before_is_drawn_in_the_unit_of_the_chart() -> None:
    found = traffic(before={("bits", "in"): flow(300e6), ("bits", "out"): flow(100e6)})

    made = drawn(traffic=found, unit="percent")

    was = made.sides["in"].before
    assert was is not None
    assert was[0] == pytest.approx(30)


def test_what_is_under_the_traffic_is_asked_for_and_stands_as_it_was_chosen() -> None:
    look = Look(name="24h", since=UNTIL, until=UNTIL, over=("errors", "packets", "delay"))
    flows = {**traffic().flows, ("errors", "in"): flow(0.05), ("errors", "out"): flow(0.05)}

    made = drawn(
        traffic=traffic(flows=flows),
        over=look.over,
        pings=pings(delay=12.5),
    )

    assert kinds_of(look) == ("bits", "errors", "packets")
    assert kinds_of(replace(look, unit="packets")) == ("packets", "errors")
    assert [lane.title for lane in made.lanes] == ["Errors", "Packets", "Ping delay"]
    assert made.lanes[0].above.mean[0] == pytest.approx(3), "by the minute"
    assert made.lanes[2].above.mean[0] == 12.5
    assert made.lanes[2].below is None


def test_a_device_that_nobody_pings_says_so_in_its_lane() -> None:
    (lane,) = drawn(over=("loss",), pings=None).lanes

    assert lane.nothing == "nobody pings this device"
    assert np.isnan(lane.above.mean).all()


@pytest.mark.parametrize(
    ("newest", "now", "said"),
    [
        (UNTIL - timedelta(seconds=40), UNTIL, ""),
        (UNTIL - timedelta(minutes=9), UNTIL, "No data since 09:31"),
        (None, UNTIL, "Nothing was measured yet"),
        (UNTIL - timedelta(minutes=9), UNTIL + timedelta(days=3), ""),
    ],
    ids=["fresh", "silent", "never", "a look into the past"],
)
def test_a_silent_port_says_since_when(newest: datetime | None, now: datetime, said: str) -> None:
    assert drawn(traffic=traffic(newest=newest), now=now).dead == said


def test_a_port_that_nobody_counts_says_why() -> None:
    assert "64 bits (ifHCInOctets)" in drawn(traffic=traffic(is_counted=False)).dead
