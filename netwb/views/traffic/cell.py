"""A port's chart in a notebook's cell: the figure of the page, under a line that needs no script.

Where Panel was not asked for (`panel.extension()`), and for who reads the stored notebook elsewhere,
there is the table of buckets. `figure` is a Bokeh figure like any other.
"""

from __future__ import annotations

from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import panel as pn

from netwb.amounts import Unit, amount
from netwb.errors import InputError
from netwb.views import words
from netwb.views.diff.cell import HTML, Bundle, running
from netwb.views.theme import Scheme
from netwb.views.traffic.drawn import Shown, drawing_of, kinds_of
from netwb.views.traffic.figure import TrafficFigure
from netwb.views.traffic.look import OVERLAYS, Look
from netwb.views.traffic.table import in_unit, kind_of
from netwb.workbench.traffic_records import SIDES, PortTraffic

HEIGHT_PX = 360


class TrafficPlot:
    """What `plot` gives: a Bokeh figure, and the line over it."""

    def __init__(self, traffic: PortTraffic, *, unit: Unit, zone: ZoneInfo, scheme: Scheme) -> None:
        self._traffic = traffic
        look = _look(traffic, unit)
        chart = TrafficFigure(scheme)
        chart.draw(drawing_of(Shown(look=look, traffic=traffic), now=traffic.until, zone=zone))
        self.figure = chart.model
        self.caption = _caption(traffic, unit, zone)

    def __repr__(self) -> str:
        return self.caption

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        """IPython's own question; what it then wants of it, it takes."""
        del include, exclude
        plain = {"text/plain": self.caption, HTML: self._line() + self._traffic._repr_html_()}
        if not running():
            return plain, {}
        height = max(HEIGHT_PX, self.figure.min_height)
        pane = pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", height=height)
        bundle = pane._repr_mimebundle_()
        if not isinstance(bundle, tuple):  # Panel had to warn: its scripts are not in this notebook
            return plain, {}
        drawn, beside = bundle
        return {**drawn, **plain, HTML: self._line() + drawn.get(HTML, "")}, beside

    def _line(self) -> str:
        return f'<div style="font:13px/20px system-ui,sans-serif">{escape(self.caption)}</div>'


def plot(traffic: PortTraffic, *, unit: Unit, zone: str, scheme: Scheme) -> TrafficPlot:
    """The chart of what was read. Raises InputError for a unit that was not, or an unknown zone."""
    try:
        known = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        msg = f"{zone!r} is no time zone; write it as Europe/Berlin"
        raise InputError(msg) from error
    return TrafficPlot(traffic, unit=unit, zone=known, scheme=scheme)


def _look(traffic: PortTraffic, unit: Unit) -> Look:
    """What else was read is drawn under it."""
    read = {kind for kind, _ in traffic.flows}
    look = Look(name="between", since=traffic.since, until=traffic.until, unit=unit)
    (kind,) = kinds_of(look)
    if kind not in read:
        msg = f"{kind} were not read; ask for kinds=({kind!r}, ...)"
        raise InputError(msg)
    for name in OVERLAYS:
        if name in read - {kind, "packets"}:
            look = look.toggled(name)
    return look


def _caption(traffic: PortTraffic, unit: Unit, zone: ZoneInfo) -> str:
    port = traffic.port
    kind = kind_of(unit)
    told = ", ".join(
        f"{side} {amount(in_unit(traffic.flows[kind, side].percentile.value, unit, port), unit)}"
        for side in SIDES
    )
    begin, end = (words.moment(at, traffic.until, zone) for at in (traffic.since, traffic.until))
    return f"{port.hostname} {port.name}, {begin} to {end} {words.zone_city(zone)}: 95th {told}"
