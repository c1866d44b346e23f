"""The figure of a port's traffic: what each drawing gives it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bokeh.models.annotations import Label, Span

from netwb.views.theme import Scheme, tokens
from netwb.views.traffic.drawing import Band, Drawing, Flag, Lane, Line
from netwb.views.traffic.figure import USED, TrafficFigure
from tests.views.test_theme import contrast

STEP = 300
AT = np.arange(12, dtype=np.int64) * STEP
NOTHING = np.full(12, np.nan)


def flow(*, without: slice | None = None, times: float = 1.0) -> Line:
    mean = times * np.linspace(100e6, 210e6, 12)
    if without is not None:
        mean[without] = np.nan
    return Line(mean=mean, highest=mean * 1.2, p95=times * 200e6)


def lane(name: str) -> Lane:
    return Lane(name=name, title=name, unit="ms", above=flow(), colour="t2")


def drawing(**changes: object) -> Drawing:
    made = Drawing(
        since=0,
        until=3_600,
        at=AT,
        sides={"in": flow(), "out": flow(times=0.5)},
        unit="bits",
        ticks={0: "00:00", 1_800: "00:30"},
        clocks=[f"{int(at)} s" for at in AT],
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # each by its name


def shown(figure: TrafficFigure, kind: type) -> list[Any]:
    models: list[Any] = [m for m in figure.model.references() if isinstance(m, kind)]
    return [model for model in models if model.visible]


def test_what_goes_out_is_below_zero_and_both_axes_have_our_words() -> None:
    figure = TrafficFigure()

    figure.draw(drawing())

    assert (np.asarray(figure.lines.data["in"]) > 0).all()
    assert (np.asarray(figure.lines.data["out"]) < 0).all()
    assert figure.model.y_range.start <= -126e6
    assert figure.model.y_range.end >= 252e6
    assert figure.model.yaxis[0].major_label_overrides[100e6] == "100 Mbit/s"
    assert figure.model.xaxis[0].major_label_overrides == {0: "00:00", 1_800_000: "00:30"}


def test_no_band_and_no_line_joins_over_a_gap() -> None:
    figure = TrafficFigure()

    figure.draw(
        drawing(sides={"in": flow(without=slice(4, 7)), "out": flow()}, gaps=[(4 * STEP, 7 * STEP)])
    )

    outlines = figure.stretches["in"].data["band_x"]
    assert [(min(x), max(x)) for x in outlines] == [(0, 900_000), (2_100_000, 3_300_000)]
    assert np.isnan(np.asarray(figure.lines.data["in"])[4:7]).all()
    assert figure.lines.data["in_said"][5] == "no data"
    assert figure.gaps.data == {"left": [1_200_000], "right": [2_100_000]}


def test_a_band_reaches_from_the_mean_to_the_highest_poll() -> None:
    figure = TrafficFigure()

    figure.draw(drawing())

    (outline,) = figure.stretches["out"].data["band_y"]
    assert outline[0] == pytest.approx(-60e6)
    assert outline[-1] == pytest.approx(-50e6)


def test_a_port_without_any_data_is_an_empty_figure_that_says_since_when() -> None:
    figure = TrafficFigure()
    nothing = Line(mean=NOTHING, highest=NOTHING)

    figure.draw(drawing(sides={"in": nothing, "out": nothing}, dead="No data since 08:31"))

    assert figure.stretches["in"].data["band_x"] == []
    assert "No data since 08:31" in {label.text for label in shown(figure, Label)}
    assert [span.location for span in shown(figure, Span)] == [0]


def test_the_percentile_is_a_line_of_its_own_with_its_value() -> None:
    figure = TrafficFigure()

    figure.draw(drawing())

    texts = {label.text for label in shown(figure, Label)}
    assert {"95th in 200 Mbit/s", "95th out 100 Mbit/s"} <= texts
    assert {200e6, -100e6} <= {span.location for span in shown(figure, Span)}


def test_a_change_of_configuration_has_its_flag_above_the_data() -> None:
    figure = TrafficFigure()

    figure.draw(drawing(flags=[Flag(at=600, said="ana +7 -6", url="configs?device=1")]))

    data = figure.flags.data
    assert (data["x"], data["said"], data["url"]) == (
        [600_000],
        ["ana +7 -6"],
        ["configs?device=1"],
    )
    assert max(figure.stretches["in"].data["band_y"][0]) < data["y"][0] < figure.model.y_range.end


def test_the_words_of_a_flag_lie_on_no_other_one_and_do_not_leave_the_chart() -> None:
    figure = TrafficFigure()
    times = {300: "a", 500: "b", 2_000: "c", 3_500: "d"}

    figure.draw(drawing(flags=[Flag(at=at, said=said, url="x") for at, said in times.items()]))

    data = figure.flags.data
    assert (data["said"], data["beside"]) == (["a", "b", "c", "d"], ["", "b", "c", "d"])
    assert data["align"] == ["left", "left", "left", "right"]


def test_an_attack_is_as_wide_as_it_lasted_and_has_a_mark_to_point_at() -> None:
    figure = TrafficFigure()

    figure.draw(drawing(bands=[Band(at=600, until=900, said="attack", told="t", url="u")]))

    data, shades = figure.bands.data, figure.shades.data
    assert (shades["left"], shades["right"], data["x"]) == ([600_000], [900_000], [600_000])
    assert (data["beside"], data["told"], data["url"]) == (["attack"], ["t"], ["u"])
    assert max(figure.stretches["in"].data["band_y"][0]) < data["y"][0] < figure.model.y_range.end


def test_attacks_at_once_are_one_shade_and_what_was_never_sent_is_none() -> None:
    figure, times = TrafficFigure(), ((600, 900), (700, 800), (850, 1_000), (1_200, 1_200))

    figure.draw(
        drawing(bands=[Band(at=at, until=until, said="a", told="", url="") for at, until in times])
    )

    assert figure.shades.data == {"left": [600_000], "right": [1_000_000]}
    assert len(figure.bands.data["x"]) == 4


def test_a_theme_changes_each_colour_and_none_twice() -> None:
    figure = TrafficFigure("dark")
    figure.draw(drawing())
    dark, light = tokens("dark"), tokens("light")

    figure.paint("light")

    colours = {
        str(getattr(model, name)).lower()
        for model in figure.model.references()
        for name in model.properties()
        if name.endswith("_color")
    }
    assert not colours & {dark[name] for name in USED} - {light[name] for name in USED}
    assert colours >= {light["in"], light["out"], light["surface"]}
    figure.paint("dark")
    assert figure.model.background_fill_color == dark["surface"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_words_of_a_chart_stand_out_from_its_ground(scheme: Scheme) -> None:
    colour = tokens(scheme)
    ground = colour["surface"]

    lines = {name: contrast(colour[name], ground) for name in ("in", "out", "prev", "t2", "t3")}
    words = {name: lines[name] for name in ("in", "out", "t2")}

    assert {name: value for name, value in lines.items() if value < 3} == {}
    assert {name: value for name, value in words.items() if value < 4.5} == {}


def test_each_token_of_a_figure_has_a_colour_of_its_own() -> None:
    for scheme in ("dark", "light"):
        colours = [tokens(scheme)[name] for name in USED]
        assert len(set(colours)) == len(colours)


def test_each_lane_has_its_title_and_its_place_in_what_the_pointer_tells() -> None:
    figure = TrafficFigure()

    figure.draw(drawing(lanes=[lane("loss"), lane("delay")]))

    titles = {label.text for label in shown(figure, Label)}
    assert {"loss, up to 252,000,000 ms", "delay, up to 252,000,000 ms"} <= titles
    assert [name for name, _ in figure.model.hover[0].tooltips][3:] == ["loss", "delay"]
    assert len(figure.lane_lines["t2"].data["ys"]) == 2
    figure.draw(drawing())
    assert not titles & {label.text for label in shown(figure, Label)} & {"loss", "delay"}
    assert figure.lane_lines["t2"].data["ys"] == []


def test_a_drawing_after_another_adds_no_model() -> None:
    figure = TrafficFigure()
    figure.draw(drawing(lanes=[lane("loss")]))
    before = {model.id for model in figure.model.references()}

    for _ in range(3):
        figure.draw(drawing(gaps=[(0, 300)], flags=[Flag(at=1, said="x", url="y")]))

    kept = {model.id for model in figure.model.references()}
    assert len(kept) == len(before)
