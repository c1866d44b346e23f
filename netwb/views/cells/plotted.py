"""What `.plot()` gives of many things: a HoloViews element with a line in words, drawn in a cell.

`figure` is the element: `plot.figure.opts(height=500)`, `plot.figure * other`, `hv.save(plot.figure, ...)`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import panel as pn

from netwb.amounts import amount, prefix_of
from netwb.compliance.records import State
from netwb.compliance.report import STATE_WORDS
from netwb.errors import InputError
from netwb.views.cells.bundle import Bundle, chart_bundle
from netwb.views.cells.elements import flat_bars, heat, over_time, png, stacked_bars
from netwb.workbench.traffic_many_records import TrafficHeat, TrafficShares, TrafficSum
from netwb.workbench.traffic_records import SIDES

MOST_BARS = 20
STATES: Sequence[State] = ("non_compliant", "waived", "stale", "not_evaluated", "compliant")


class Plotted:
    """An element and its caption."""

    def __init__(self, figure: Any, caption: str, table: Callable[[], str]) -> None:
        self.figure = figure
        self.caption = caption
        self._table = table

    def __repr__(self) -> str:
        return self.caption

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Bundle:
        """IPython's own question; what it then wants of it, it takes."""
        del include, exclude
        return chart_bundle(
            self.caption,
            live=lambda: pn.pane.HoloViews(self.figure, sizing_mode="stretch_width"),
            still=lambda: png(self.figure),
            table=self._table,
        )


def plot_sum(total: TrafficSum) -> Plotted:
    """What goes in above zero, what goes out below."""
    told = ", ".join(
        f"{side} {amount(total.flows[side].percentile.value, 'bits')}" for side in SIDES
    )
    caption = (
        f"{total.known} of {total.asked} ports, {_span(total.since, total.until)}: 95th {told}"
    )
    lines = {"in": total.flows["in"].mean, "out": -total.flows["out"].mean}
    return Plotted(_curves(total.begin, lines, caption), caption, total._repr_html_)


def plot_shares(shares: TrafficShares) -> Plotted:
    """The busiest ports by their busier direction."""
    busier = {
        one.port.label: max((one.mean[side] for side in SIDES), key=_total) for one in shares.lines
    }
    caption = f"the {len(busier)} busiest ports, each in its busier direction"
    return Plotted(_curves(shares.begin, busier, caption), caption, shares._repr_html_)


def plot_heat(cells: TrafficHeat) -> Plotted:
    """A row a port, a column a cell of time, darker where more of the port is used."""
    begins = [datetime.fromtimestamp(int(at), UTC) for at in cells.edges[:-1]]
    columns = [f"{at:%d %b %H:%M}" for at in begins]
    caption = f"the {len(cells.rows)} busiest ports, per cent of each, by {cells.cell_s // 3600} h"
    rows = [row.port.label for row in cells.rows]
    drawn = heat(columns, rows, [row.percent for row in cells.rows], unit="%", title=caption)
    return Plotted(drawn, caption, cells._repr_html_)


def plot_records(kind: str, records: Sequence[Any], table: Callable[[], str]) -> Plotted:
    """Of a list of records, where there is a chart of their kind. Raises InputError."""
    draw = _OF_KIND.get(kind)
    if draw is None:
        known = ", ".join(sorted(_OF_KIND))
        msg = f"there is no chart of {kind or 'these records'}, but of {known}; .frame().plot() draws numbers"
        raise InputError(msg)
    if not records:
        msg = f"there is no {kind} to draw; ask for a longer time"
        raise InputError(msg)
    figure, caption = draw(records)
    return Plotted(figure, caption, table)


def _busiest(ports: Sequence[Any]) -> tuple[Any, str]:
    shown = ports[:MOST_BARS]
    factor, prefix = prefix_of(shown[0].p95 or 0.0)
    caption = f"the {len(shown)} busiest ports by the 95th percentile of their busier direction"
    rows = [(one.port.label, (one.p95 or 0.0) / factor) for one in shown]
    return flat_bars(rows, name="port", unit=f"{prefix}bit/s", title=caption), caption


def _changes(changes: Sequence[Any]) -> tuple[Any, str]:
    ordered = sorted(changes, key=lambda one: (one.at, one.author))
    counts = Counter((f"{one.at:%d %b}", one.author) for one in ordered)
    caption = (
        f"{len(changes)} changes by {len({one.author for one in changes})} authors,"
        f" {_span(ordered[0].at, ordered[-1].at)}"
    )
    names = ("day (UTC)", "author")
    return stacked_bars(counts, names=names, unit="changes", title=caption), caption


def _trend(days: Sequence[Any]) -> tuple[Any, str]:
    counts = {
        (f"{one.day:%d %b}", STATE_WORDS[state]): getattr(one, state)
        for one in days
        for state in STATES
    }
    first, last = days[0].day, days[-1].day
    caption = f"cells by state, {first:%d %b} to {last:%d %b}: {days[-1].non_compliant} break a rule at last"
    names = ("day (UTC)", "state")
    return stacked_bars(counts, names=names, unit="cells", title=caption), caption


_OF_KIND: Mapping[str, Callable[[Sequence[Any]], tuple[Any, str]]] = {
    "BusyPort": _busiest,
    "PortNumbers": _busiest,
    "Change": _changes,
    "TrendDay": _trend,
}


def _curves(begin: Any, lines: Mapping[str, Any], caption: str) -> Any:
    largest = max((_highest(values) for values in lines.values()), default=0.0)
    factor, prefix = prefix_of(largest)
    scaled = {name: values / factor for name, values in lines.items()}
    return over_time(times(begin), scaled, unit=f"{prefix}bit/s", title=caption)


def times(seconds: Any) -> Any:
    """Epoch seconds as numpy has times."""
    return np.asarray(seconds, dtype="int64").astype("datetime64[s]").astype("datetime64[ns]")


def _total(values: Any) -> float:
    return float(np.nansum(values))


def _highest(values: Any) -> float:
    known = np.abs(values[~np.isnan(values)])
    return float(known.max()) if len(known) else 0.0


def _span(since: datetime, until: datetime) -> str:
    return f"{since:%d %b %H:%M} to {until:%d %b %H:%M} UTC"
