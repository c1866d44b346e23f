"""What the facade says of traffic: frozen records with arrays, in bit/s or packets/s, UTC."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from netwb.amounts import Unit
from netwb.inventory.ports.records import Port
from netwb.loading import lazy
from netwb.workbench.tables import frame_table

if TYPE_CHECKING:
    import pandas as pd

    from netwb.archive.records import Change
    from netwb.metrics.samples import Times
    from netwb.metrics.series.flows import Event, Flow
else:
    pd = lazy("pandas")

_cell: Any = lazy("netwb.views.traffic.cell")  # Panel takes a second to load

Side = Literal["in", "out"]
Kind = Literal["bits", "packets", "errors", "discards"]
SIDES: tuple[Side, ...] = ("in", "out")
FIELDS: Mapping[tuple[Kind, Side], str] = {
    ("bits", "in"): "ifHCInOctets",
    ("bits", "out"): "ifHCOutOctets",
    ("packets", "in"): "ifHCInUcastPkts",
    ("packets", "out"): "ifHCOutUcastPkts",
    ("errors", "in"): "ifInErrors",
    ("errors", "out"): "ifOutErrors",
    ("discards", "in"): "ifInDiscards",
    ("discards", "out"): "ifOutDiscards",
}
_SELDOM = 1.1  # of an interval: two seconds of a minute are jitter
FILE_KINDS: tuple[Kind, ...] = ("bits", "packets", "errors", "discards")
FILE_BUCKETS = 600  # of a file, as of the page's chart: more than a wide window has pixels for
KIND_UNITS: Mapping[Kind, str] = {  # as a file's column says it: `in_max_bps`
    "bits": "bps",
    "packets": "pps",
    "errors": "errors_per_s",
    "discards": "discards_per_s",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortTraffic:
    """One port in one stretch of time.

    begin     epoch seconds at which each bucket begins, aligned to `step_s`
    flows     bit/s, packets/s, errors/s, discards/s; totals in octets, packets, errors, discards
    gaps      stretches without data, epoch seconds, within the time
    events    what the counters did that a reader has to know, newest first
    usual_s   how often its newest samples come; `interval_s` at least
    newest    of all its samples up to the end; None: nothing was measured in or near the time
    is_counted   whether its samples hold any octets, where there are any
    before    what was some time earlier, in the same buckets; empty where nobody asked for it
    """

    port: Port
    since: datetime
    until: datetime
    step_s: int
    interval_s: int
    usual_s: int
    begin: Times
    flows: Mapping[tuple[Kind, Side], Flow]
    gaps: tuple[tuple[int, int], ...]
    events: tuple[Event, ...]
    newest: datetime | None
    is_counted: bool = True
    before: Mapping[tuple[Kind, Side], Flow] = field(default_factory=dict)

    @property
    def comes_seldom(self) -> bool:
        """Whether samples come seldomer than is asked for; a poll that takes its time is no sign of it."""
        return self.usual_s > _SELDOM * self.interval_s

    @property
    def is_stale(self) -> bool:
        """Whether a second one is missing at the end."""
        if self.newest is None:
            return True
        return (self.until - self.newest).total_seconds() > 2 * self.usual_s

    def frame(self) -> pd.DataFrame:
        """A row a bucket, by its begin (aware, UTC); two columns a kind and side, NaN without data."""
        columns: dict[str, Any] = {}
        for (kind, side), flow in self.flows.items():
            columns[f"{side}_mean_{KIND_UNITS[kind]}"] = flow.mean
            columns[f"{side}_max_{KIND_UNITS[kind]}"] = flow.highest
        index = pd.to_datetime(self.begin, unit="s", utc=True)
        return pd.DataFrame(columns, index=pd.DatetimeIndex(index, name="begin"))

    def table(self) -> tuple[Sequence[str], Sequence[Sequence[datetime | float | None]]]:
        """Head and lines of a file: each bucket's begin, and mean and max of each kind and side.

        None where there is no data; to a thousandth.
        """
        head = ["begin"]
        columns: list[list[float]] = []
        for (kind, side), flow in self.flows.items():
            head += [f"{side}_{name}_{KIND_UNITS[kind]}" for name in ("mean", "max")]
            columns += [flow.mean.tolist(), flow.highest.tolist()]
        begins = (datetime.fromtimestamp(begin, UTC) for begin in self.begin.tolist())
        return head, [
            [begin, *(None if math.isnan(value) else round(value, 3) for value in values)]
            for begin, *values in zip(begins, *columns, strict=True)
        ]

    def plot(
        self,
        unit: Unit = "bits",
        *,
        zone: str = "UTC",
        scheme: Literal["light", "dark"] = "light",
        changes: Iterable[Change] = (),
    ) -> Any:
        """The chart of the page, for a notebook's cell; its `figure` is a Bokeh figure.

        changes   of configurations: those of this device within the time have a flag
        Errors and discards are drawn under it where they were read (`kinds=`).
        Raises InputError for a unit of which nothing was read, or a zone that is none.
        """
        return _cell.plot(self, unit=unit, zone=zone, scheme=scheme, changes=changes)

    def __repr__(self) -> str:
        port = self.port
        return (
            f"<traffic of {port.device_tenant}/{port.hostname} {port.name},"
            f" {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M} UTC>"
        )

    def _repr_html_(self) -> str:
        """Escaped."""
        return frame_table(self.frame())


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyPort:
    """A port among the busiest: 95th percentiles in bit/s over the time; None: no data.

    every_s   0: of each poll; else of one sample of so many seconds
    """

    port: Port
    p95_in: float | None
    p95_out: float | None
    every_s: int = 0

    @property
    def p95(self) -> float:
        """Of its busier direction."""
        return max(self.p95_in or 0.0, self.p95_out or 0.0)

    @property
    def share(self) -> float | None:
        """Of the port, in per cent; None where nobody knows its speed."""
        limit = self.port.limit_bps
        return 100 * self.p95 / limit if limit else None
