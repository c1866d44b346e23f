"""A wall's chart: what is drawn of a port, and what is said where nothing comes."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from netwb.views.wall.figure import WallFigure
from tests.views.traffic.made_traffic import UNTIL, port, traffic

UTC_ = ZoneInfo("UTC")


def drawn(**changes: object) -> WallFigure:
    made = WallFigure()
    made.draw(traffic(**changes), UTC_)  # type: ignore[arg-type]  # of a record, by name
    return made


def test_what_goes_out_is_below_zero_and_the_speed_is_dashed() -> None:
    made = drawn()

    assert made.lines.data["out"][0] == -150e6
    assert (made._speed.visible, made._speed.location) == (True, 1e9)
    assert made.model.yaxis[0].major_label_overrides == {0: "0", 1e9: "1 G"}


def test_far_below_its_speed_the_axis_ends_at_what_there_is() -> None:
    made = drawn(port=port(speed_bps=100_000_000_000))

    assert made._speed.visible is False
    assert made.model.y_range.end < 1e9


def test_a_port_without_a_speed_is_drawn_too() -> None:
    assert drawn(port=port(speed_bps=None))._speed.visible is False


def test_nothing_joins_over_a_gap() -> None:
    made = drawn(without=slice(4, 6))

    assert len(made.areas["in"].data["x"]) == 2


def test_where_nothing_comes_that_is_said_from_five_intervals_on() -> None:
    fresh = drawn(newest=UNTIL - timedelta(seconds=300))
    late = drawn(newest=UNTIL - timedelta(seconds=301))

    assert fresh._words.visible is False
    assert (late._words.text, late._veil.visible) == ("No data since 08:34", True)
    assert drawn(newest=None)._words.text == "No data"


def test_it_is_drawn_again_by_its_data_alone() -> None:
    made = drawn()
    before = set(made.model.references())

    made.draw(traffic(without=slice(0, 3)), UTC_)

    assert set(made.model.references()) == before
