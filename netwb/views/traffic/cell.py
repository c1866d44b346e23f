"""A port's chart in a notebook's cell: the figure of the page, under a line that needs no script.

Where nobody sits before it, and for who reads the stored notebook elsewhere, there is a picture.
`figure` is a Bokeh figure like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import panel as pn

from netwb.amounts import SUFFIX, Unit, amount, prefix_of
from netwb.errors import InputError
from netwb.views import words
from netwb.views.cells.bundle import Bundle, chart_bundle
from netwb.views.cells.elements import over_time, png
from netwb.views.cells.plotted import times
from netwb.views.theme import Scheme
from netwb.views.traffic.drawn import Shown, drawing_of, kinds_of
from netwb.views.traffic.figure import TrafficFigure
from netwb.views.traffic.look import OVERLAYS, Look
from netwb.views.traffic.marks import Mark
from netwb.views.traffic.table import in_unit, kind_of
from netwb.workbench.traffic_records import SIDES, PortTraffic

if TYPE_CHECKING:
    from netwb.workbench.words import Change

HEIGHT_PX = 360


class TrafficPlot:
    """What `plot` gives: a Bokeh figure, and the line over it."""

    def __init__(
        self,
        traffic: PortTraffic,
        *,
        unit: Unit,
        zone: ZoneInfo,
        scheme: Scheme,
        marks: Sequence[Mark] = (),
    ) -> None:
        self._traffic, self._unit, self._marks = traffic, unit, marks
        shown = Shown(look=_look(traffic, unit), traffic=traffic, marks=marks)
        chart = TrafficFigure(scheme)
        chart.draw(drawing_of(shown, now=traffic.until, zone=zone))
        self.figure = chart.model
        self.caption = _caption(traffic, unit, zone)

    def __repr__(self) -> str:
        return self.caption

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        """IPython's own question; what it then wants of it, it takes."""
        del include, exclude
        return chart_bundle(
            self.caption,
            live=self._pane,
            still=lambda: png(self._still()),
            table=self._traffic._repr_html_,
        )

    def _pane(self) -> pn.pane.Bokeh:
        height = max(HEIGHT_PX, self.figure.min_height)
        return pn.pane.Bokeh(self.figure, sizing_mode="stretch_width", height=height)

    def _still(self) -> Any:
        """In above zero, out below it, a dotted line for each flag. Times are UTC."""
        flows = {side: self._traffic.flows[kind_of(self._unit), side] for side in SIDES}
        known = [in_unit(flow.most, self._unit, self._traffic.port) for flow in flows.values()]
        factor, prefix = (
            (1.0, "") if self._unit == "percent" else prefix_of(max(filter(None, known), default=0))
        )
        share = in_unit(1.0, self._unit, self._traffic.port) or 1.0
        return over_time(
            times(self._traffic.begin),
            {
                side: flow.mean * share * sign / factor
                for (side, flow), sign in zip(flows.items(), (1, -1), strict=True)
            },
            unit=f"{prefix}{SUFFIX[self._unit]}" if self._unit != "percent" else "%",
            title=self.caption,
            marks=[mark.at.replace(tzinfo=None) for mark in self._marks],
        )


def plot(
    traffic: PortTraffic,
    *,
    unit: Unit,
    zone: str,
    scheme: Scheme,
    changes: Iterable[Change] = (),
) -> TrafficPlot:
    """The chart of what was read. Raises InputError for a unit that was not, or an unknown zone."""
    try:
        known = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        msg = f"{zone!r} is no time zone; write it as Europe/Berlin"
        raise InputError(msg) from error
    marks = [_mark(one) for one in changes if _is_within(one, traffic)]
    return TrafficPlot(traffic, unit=unit, zone=known, scheme=scheme, marks=marks)


def _is_within(change: Change, traffic: PortTraffic) -> bool:
    own = change.device_id == traffic.port.device_id and change.kind == "running"
    return own and traffic.since <= change.at < traffic.until


def _mark(change: Change) -> Mark:
    return Mark(
        at=change.at,
        author=change.author,
        added=change.added,
        removed=change.removed,
        said="",
        url="",
    )


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
