"""A port's chart in a notebook's cell."""

from __future__ import annotations

from typing import Any

import pytest
from bokeh.models import Plot
from bokeh.models.annotations import Label

from netwb.errors import InputError
from netwb.views.cells.bundle import HTML
from tests.views.traffic.made_traffic import flow, port, traffic

EVIL = "<img src=x onerror=alert(1)>"


def test_a_chart_of_what_was_read_is_a_figure_of_bokeh_with_its_line() -> None:
    flows = {**traffic().flows, ("errors", "in"): flow(0.05), ("errors", "out"): flow(0.0)}

    plot = traffic(flows=flows).plot(zone="Europe/Berlin")

    assert isinstance(plot.figure, Plot)
    labels: list[Any] = [model for model in plot.figure.references() if isinstance(model, Label)]
    assert {"95th in 480 Mbit/s", "Errors, up to 4.5/min"} <= {one.text for one in labels}
    assert plot.caption == (
        "edge1 xe-0/0/0, Mon 23 Nov 08:40 to Mon 23 Nov 09:40 Berlin:"
        " 95th in 480 Mbit/s, out 180 Mbit/s"
    )


def test_where_no_panel_is_loaded_a_cell_has_the_line_and_the_table_as_text() -> None:
    plot = traffic(port=port(name=EVIL)).plot("percent")

    data, beside = plot._repr_mimebundle_()

    assert set(data) == {"text/plain", HTML}
    assert beside == {}
    assert EVIL not in data[HTML]
    assert "<table" in data[HTML]
    assert "48 %" in data["text/plain"]


def test_what_was_not_read_is_not_drawn_and_a_zone_is_one() -> None:
    bits = {one: flow() for one in traffic().flows if one[0] == "bits"}

    with pytest.raises(InputError, match="packets were not read"):
        traffic(flows=bits).plot("packets")
    with pytest.raises(InputError, match="'Mars' is no time zone"):
        traffic().plot(zone="Mars")
