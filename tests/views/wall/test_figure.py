"""A wall's chart: what is drawn of a port."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from netwb.views.theme import tokens
from netwb.views.wall.figure import WallFigure
from tests.views.traffic.made_traffic import port, traffic

UTC_ = ZoneInfo("UTC")
DARK = tokens("dark")


def drawn(**changes: Any) -> Any:  # its models are typed loosely by Bokeh
    made = WallFigure()
    made.draw(traffic(**changes), UTC_)
    return made


def line(made: Any, token: str) -> Any:
    """How high the line of that colour is; None: it is not drawn."""
    data = made.lines.data
    found = dict(zip(data["color"], data["y"], strict=True))
    return found.get(DARK[token])


def test_what_goes_out_is_below_zero_and_the_speed_is_dashed() -> None:
    made = drawn()

    assert line(made, "in")[0] == 400e6
    assert line(made, "out")[0] == -150e6
    assert set(line(made, "t2")) == {1e9}
    assert made.lines.data["dash"][made.lines.data["color"].index(DARK["t2"])]
    assert made.model.left[0].major_label_overrides == {0: "0", 1e9: "1 G"}


def test_far_below_its_speed_the_axis_ends_at_what_there_is() -> None:
    made = drawn(port=port(speed_bps=100_000_000_000))

    assert line(made, "t2") is None
    assert made.model.y_range.end < 1e9


def test_a_port_without_a_speed_is_drawn_too() -> None:
    assert line(drawn(port=port(speed_bps=None)), "t2") is None


def test_nothing_joins_over_a_gap() -> None:
    made = drawn(without=slice(4, 6))

    assert made.areas.data["color"].count(DARK["in"]) == 2
    assert np.isnan(line(made, "in")[4:6]).all()


def test_it_is_drawn_again_by_its_data_alone() -> None:
    made = drawn()
    before = set(made.model.references())

    made.draw(traffic(without=slice(0, 3)), UTC_)

    assert set(made.model.references()) == before


def test_a_screen_that_comes_up_waits_for_few_models() -> None:
    assert len(drawn().model.references()) < 32  # `bokeh.plotting` would make 62


def test_attacks_are_red_from_the_bottom_to_the_top_behind_the_traffic() -> None:
    since, until = (at.timestamp() * 1_000 for at in (traffic().since, traffic().until))
    long, short = (since + 60_000, since + 600_000), (until - 60_000, until)
    made = WallFigure()

    made.draw(traffic(), UTC_, (long, short))

    data: Any = made.areas.data
    up: Any = made.model.y_range
    assert data["color"] == [DARK["bad"], DARK["bad"], DARK["in"], DARK["out"]]
    assert [data["x"][0].min(), data["x"][0].max()] == [*long]
    assert {*data["y"][0]} == {up.start, up.end}
    made.draw(traffic(), UTC_)
    assert DARK["bad"] not in made.areas.data["color"]
