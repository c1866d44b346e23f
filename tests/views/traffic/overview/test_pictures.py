"""What is drawn of all ports: layers that are the sum, cells that say themselves, gaps that are none."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from netwb.views.theme import tokens
from netwb.views.traffic.overview.drawn import sum_drawing
from netwb.views.traffic.overview.heat import CLASSES, HeatFigure, class_of
from netwb.views.traffic.overview.palette import colours
from netwb.views.traffic.overview.stack import StackFigure, layers
from tests.views.traffic.made_traffic import BUCKETS, UNTIL
from tests.views.traffic.overview.made_overview import (
    SHORT,
    heat,
    heat_row,
    line,
    overview,
    shares,
    total,
)

UTC_ = ZoneInfo("UTC")


def test_layers_stand_on_each_other_and_the_last_ends_at_the_sum() -> None:
    found = layers(shares(line(1, 400e6), line(2, 200e6), others=3, rest=50e6), "in")

    assert [layer.high[0] for layer in found] == [400e6, 600e6, 650e6]
    assert [layer.low[0] for layer in found] == [0, 400e6, 600e6]


def test_one_port_without_data_is_no_gap_and_all_of_them_are() -> None:
    one = layers(shares(line(1, 4e8, without=slice(2, 4)), line(2, 2e8)), "in")
    both = layers(
        shares(line(1, 4e8, without=slice(2, 4)), line(2, 2e8, without=slice(3, 5))), "in"
    )

    assert one[1].high[2] == 2e8
    assert np.isnan(both[1].high[3])
    assert np.isfinite(both[1].high[[2, 4]]).all()


def test_a_stack_is_drawn_by_its_data_and_painted_in_either_theme() -> None:
    made = StackFigure("dark")
    models = set(made.model.references())

    made.draw(overview(shares=shares(line(1, 4e8), others=2, rest=1e8)), UTC_)

    assert set(made.model.references()) == models
    assert [len(source.data["x"]) for source in made.bands["in"]] == [1, *[0] * 7, 1]
    assert made.bands["out"][0].data["y"][0].min() == -2e8
    assert made.points.data["p0"][0] == "edge1 xe-0/0/1: in 400 Mbit/s, out 200 Mbit/s"
    made.paint("light")
    drawn = [part.glyph.fill_color for part in made.model.select({"name": "layer"})]
    assert set(drawn) == set(colours("light"))
    assert made.model.background_fill_color == tokens("light")["surface"]


def test_each_class_has_a_cell_and_each_cell_says_itself() -> None:
    made = HeatFigure(lambda *_: None)

    made.draw(heat(heat_row(10.0, 60.0), heat_row(np.nan, 95.0, id="p2")), UTC_)

    drawn = {
        place: source.data["said"] for place, source in enumerate(made.cells) if source.data["said"]
    }
    assert drawn == {
        2: ["mean in 100 Mbit/s, out 50.0 Mbit/s; 10 % of the port"],
        4: ["mean in 600 Mbit/s, out 300 Mbit/s; 60 % of the port"],
        6: ["mean in 950 Mbit/s, out 475 Mbit/s; 95 % of the port"],
    }
    assert made.cells[2].data["when"] == ["Mon 23 Nov 06:00 to 07:00"]
    assert made.cells[6].data["low"] == [1]


@pytest.mark.parametrize(
    ("percent", "place"), [(0.0, 0), (0.99, 0), (1.0, 1), (89.9, 5), (90.0, 6), (400.0, 6)]
)
def test_shares_are_classed(percent: float, place: int) -> None:
    assert class_of(percent) == place


def test_a_cell_of_no_known_speed_is_apart_from_one_without_data() -> None:
    made = HeatFigure(lambda *_: None)
    row = heat_row(10.0, 60.0)
    row.percent[:] = np.nan

    made.draw(heat(row), UTC_)

    assert made.cells[len(CLASSES)].data["said"][0].endswith("speed unknown")


def test_a_click_on_a_cell_leads_to_its_port_at_that_time() -> None:
    chosen: list[tuple[str, int, int]] = []
    made = HeatFigure(lambda *cell: chosen.append(cell))
    made.draw(heat(heat_row(10.0, 60.0)), UTC_)

    made.cells[4].selected.indices = [0]
    made.cells[4].selected.indices = [9]

    ((port_id, begin, end),) = chosen
    assert (port_id, end - begin) == ("p1", 3_600)


def test_a_sum_is_hatched_where_ports_are_missing_and_stale_where_nothing_new_comes() -> None:
    drawing = sum_drawing(total(short=(SHORT,)), now=UNTIL, zone=UTC_)
    old = sum_drawing(total(newest=UNTIL - timedelta(minutes=9)), now=UNTIL, zone=UTC_)
    past = sum_drawing(
        total(newest=UNTIL - timedelta(minutes=9)), now=UNTIL + timedelta(days=1), zone=UTC_
    )

    assert drawing.gaps == [(SHORT.since, SHORT.until)]
    assert (drawing.dead, past.dead) == ("", "")
    assert old.dead == "No data since 08:31"
    assert len(drawing.at) == BUCKETS
