"""Lanes under the traffic: where they stand on its axis, and what they say."""

from __future__ import annotations

import numpy as np
import pytest

from netwb.views.traffic.columns import area_data, lane_lines, line_data
from netwb.views.traffic.drawing import Drawing, Lane, LaneUnit, Line
from netwb.views.traffic.lanes import lane_amount, placed, pointed
from netwb.views.traffic.stage import stage_of

AT = np.arange(4, dtype=np.int64) * 300
GAP = np.nan


def line(*values: float, times: float = 1.0) -> Line:
    mean = np.array(values, np.float64)
    return Line(mean=mean, highest=mean * times)


def errors(*inward: float, out: tuple[float, ...] = (0, 0, 0, 0)) -> Lane:
    return Lane(
        name="errors",
        title="Errors",
        unit="per_minute",
        above=line(*inward, times=2),
        below=line(*out),
    )


LOSS = Lane(
    name="loss", title="Ping loss", unit="percent", above=line(0, 50, GAP, 100), colour="t2"
)


def drawing(*lanes: Lane) -> Drawing:
    traffic = line(1e6, 2e6, GAP, 3e6)
    return Drawing(
        since=0,
        until=1_200,
        at=AT,
        sides={"in": traffic, "out": traffic},
        unit="bits",
        ticks={},
        clocks=["a", "b", "c", "d"],
        lanes=lanes,
    )


def test_lanes_stand_under_the_traffic_and_under_each_other_and_none_touches_another() -> None:
    alone, stage = stage_of(drawing()), stage_of(drawing(errors(1, 2, GAP, 9), LOSS))

    first, second = stage.lanes
    ends = [min(place.labels) for place in stage.lanes]
    assert stage.top == alone.top
    assert alone.low > first.top > ends[0] > second.top > ends[1] > stage.low
    assert stage.labels[first.zero] == "0"


def test_what_goes_out_is_below_the_zero_of_its_lane_by_the_same_scale() -> None:
    place = placed(errors(1, 2, GAP, 9, out=(0, 4, GAP, 0)), top=100, height=40)

    assert (place.top, place.zero, min(place.labels)) == (100, 80, 60)
    assert place.labels == {100: "20/min", 80: "0", 60: "20/min"}
    assert place.scale == 1


@pytest.mark.parametrize(
    ("lane", "labels"),
    [
        (errors(1, 2, GAP, 9), {100: "20/min", 60: "0"}),
        (errors(0, 0, 0, 0, out=(0, 4, GAP, 0)), {100: "0", 60: "5/min"}),
        (errors(0, 0, 0, 0), {60: "0"}),
    ],
    ids=["in", "out", "none"],
)
def test_a_direction_without_anything_takes_no_room(lane: Lane, labels: dict[float, str]) -> None:
    assert placed(lane, top=100, height=40).labels == labels


def test_a_share_ends_at_a_hundred_and_has_no_other_side() -> None:
    place = placed(LOSS, top=100, height=40)

    assert place.labels == {100: "100 %", 60: "0"}


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        (errors(0, 0, GAP, 0), "Errors: none"),
        (errors(1, 2, GAP, 9), "Errors, up to 18/min"),
        (errors(GAP, GAP, GAP, GAP, out=(GAP, GAP, GAP, GAP)), "Errors: not measured"),
        (LOSS, "Ping loss, up to 100 %"),
    ],
    ids=["none", "some", "no data", "loss"],
)
def test_a_lane_says_how_much_there_is_at_most(lane: Lane, said: str) -> None:
    assert placed(lane, top=0, height=1).title == said


def test_a_line_of_a_lane_lies_within_it_and_keeps_its_gap() -> None:
    made = drawing(errors(0, 20, GAP, 10))
    stage = stage_of(made)
    (place,) = stage.lanes

    (into,) = lane_lines(made, stage.lanes, "in")["ys"]

    assert into[0] == place.zero
    assert into[1] < place.top
    assert np.isnan(into[2])
    areas = area_data(made, stage.lanes, "in")
    assert len(areas["band_x"]) == len(areas["area_x"]) == 4, (
        "two stretches, of traffic and of errors"
    )
    assert area_data(made, stage.lanes, "t2")["band_x"] == []


def test_who_points_at_it_is_told_of_each_lane() -> None:
    made = drawing(errors(0, 2, GAP, 1, out=(0, 0, GAP, 3)), LOSS)

    assert pointed(made.lanes[0]) == [
        "none",
        "2/min, up to 4/min in, none out",
        "no data",
        "1/min, up to 2/min in, 3/min out",
    ]
    assert line_data(made)["loss"] == ["0 %", "50 %", "no data", "100 %"]


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.2, "per_minute", "0.2/min"),
        (12_345, "per_minute", "12,345/min"),
        (12.54, "ms", "12.5 ms"),
        (1_234, "packets", "1.23 kpackets/s"),
    ],
)
def test_an_amount_of_a_lane_has_its_unit(value: float, unit: LaneUnit, said: str) -> None:
    assert lane_amount(value, unit) == said
