"""What a figure draws of what the facade says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from netwb.views.traffic.drawn import Shown, drawing_of
from netwb.views.traffic.figure import Drawing
from netwb.views.traffic.look import Look
from tests.views.traffic.made_traffic import UNTIL, port, traffic

BERLIN = ZoneInfo("Europe/Berlin")


def drawn(**changes: Any) -> Drawing:
    found = changes.pop("traffic", None) or traffic()
    look = Look(
        name="between", since=found.since, until=found.until, unit=changes.pop("unit", "bits")
    )
    now = changes.pop("now", UNTIL)
    shown = (
        Shown(look=look, traffic=found, before=None, marks=(), **changes)
        if not changes
        else Shown(
            look=look, traffic=found, before=changes.get("before"), marks=changes.get("marks", ())
        )
    )
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


def test_a_week_before_stands_in_the_same_buckets() -> None:
    week = timedelta(days=7)
    now = traffic()
    shifted = now.begin - 7 * 86_400
    before = traffic(since=now.since - week, until=now.until - week, begin=shifted[3:])
    before = traffic(
        begin=shifted[3:],
        flows={
            key: type(flow)(
                **{
                    **{name: getattr(flow, name) for name in flow.__slots__},
                    "mean": flow.mean[3:],
                }
            )
            for key, flow in before.flows.items()
        },
    )

    made = drawn(before=before)

    was = made.sides["in"].before
    assert was is not None
    assert np.isnan(was[:3]).all()
    assert (was[3:] == 400e6).all()


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
