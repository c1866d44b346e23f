"""What the facade says of many ports at once: frozen records, in bit/s and octets, times aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from netwb.inventory.ports.records import Port
from netwb.loading import lazy
from netwb.workbench.records import Records
from netwb.workbench.tables import frame_table
from netwb.workbench.traffic_records import SIDES, Side

if TYPE_CHECKING:
    import pandas as pd

    from netwb.metrics.samples import Real, Times, Whole
    from netwb.metrics.series.flows import Flow
    from netwb.metrics.series.trend import Trend
else:
    pd = lazy("pandas")

_plotted: Any = lazy("netwb.views.cells.plotted")  # Panel and HoloViews take two seconds to load

PortState = Literal["up", "down", "off", "stale", "silent", "uncounted", "never", "gone"]
STATE_WORDS: Mapping[PortState, str] = {
    "up": "up",
    "down": "down",
    "off": "off",
    "stale": "no data",
    "silent": "not read",
    "uncounted": "not counted",
    "never": "never read",
    "gone": "handed over",
}
STATE_REASONS: Mapping[PortState, str] = {
    "up": "",
    "down": "ifOperStatus is not up, and ifAdminStatus is",
    "off": "ifAdminStatus is down: somebody has switched it off",
    "stale": "its device has not answered for more than two intervals",
    "silent": "its device answers and this port does not: it is gone, has no ifName, or another "
    "interface has the same one, and then neither is read",
    "uncounted": "it has no counters of 64 bits (ifHCInOctets), so its traffic is not measured: "
    "those of 32 bits wrap unseen",
    "never": "nothing was measured of it in this time, nor in the last hour",
    "gone": "it was this tenant's for a part of this time, and is another's by now",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PortNumbers:
    """One port among many in a stretch of time. Rates in bit/s, totals in octets; None: no data.

    least, most   lowest five minutes, or poll where the time is short; highest poll
    percent       95th of the busier direction as a share of the port; None: nobody knows its speed
    newest        its newest sample: of the last hour, else of the time that was asked for
    state         as of now
    """

    port: Port
    in_least: float | None
    in_mean: float | None
    in_p95: float | None
    in_most: float | None
    in_octets: int | None
    out_least: float | None
    out_mean: float | None
    out_p95: float | None
    out_most: float | None
    out_octets: int | None
    percent: float | None
    newest: datetime | None
    state: PortState

    @property
    def p95(self) -> float | None:
        """Of the busier direction."""
        return self.busier("p95")

    def busier(self, name: Literal["least", "mean", "p95", "most", "octets"]) -> float | None:
        """A number of the direction that has more of it."""
        both = (getattr(self, f"{side}_{name}") for side in SIDES)
        return max((value for value in both if value is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A stretch in which fewer ports have data than should, epoch seconds: the sum is too low.

    ports, of   how many have at its worst, and how many should
    """

    since: int
    until: int
    ports: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrafficSum:
    """Many ports as one.

    usual_s   how often the newest samples of some ports come; `interval_s` at least
    begin     epoch seconds at which each bucket begins, aligned to `step_s`
    flows     bit/s; totals in octets
    asked     how many ports it is of, and `known` how many of them have any data in the time
    counted   how many have data in each bucket; in a part of it alone: as many as at its worst
    short     stretches in which that are fewer than should, to a poll, however long a bucket is
    gaps      stretches in which no port has data, epoch seconds, to a poll as well
    newest    of the newest samples of all; None: nothing was measured in the time, nor lately
    """

    since: datetime
    until: datetime
    step_s: int
    interval_s: int
    usual_s: int
    begin: Times
    flows: Mapping[Side, Flow]
    asked: int
    known: int
    counted: Whole
    short: tuple[Shortfall, ...]
    gaps: tuple[tuple[int, int], ...]
    newest: datetime | None

    @property
    def is_whole(self) -> bool:
        """Whether each port has data at each moment."""
        return self.known == self.asked and not self.short and not self.gaps

    def frame(self) -> pd.DataFrame:
        """A row a bucket, by its begin (aware, UTC), with how many ports it has; NaN without data."""
        columns: dict[str, Any] = {}
        for side, flow in self.flows.items():
            columns[f"{side}_mean_bps"] = flow.mean
            columns[f"{side}_max_bps"] = flow.highest
        columns["ports"] = self.counted
        return pd.DataFrame(columns, index=_index(self.begin))

    def plot(self) -> Any:
        """In above zero, out below it; `figure` is a HoloViews element."""
        return _plotted.plot_sum(self)

    def __repr__(self) -> str:
        return (
            f"<traffic of {self.known} of {self.asked} ports,"
            f" {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M} UTC>"
        )

    def _repr_html_(self) -> str:
        return frame_table(self.frame())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortLine:
    """A port among the busiest: means by bucket, bit/s, NaN without data."""

    port: Port
    p95: float
    mean: Mapping[Side, Real]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrafficShares:
    """The busiest ports, highest first, and all others as one; together they are the sum.

    others   how many these are, None where there are none; NaN in a bucket without any data
    """

    begin: Times
    lines: tuple[PortLine, ...]
    others: int
    rest: Mapping[Side, Real]

    def frame(self) -> pd.DataFrame:
        """A row a bucket; two columns a port, by (port, side), in bit/s; the last two of the others."""
        columns: dict[tuple[str, str], Any] = {
            (line.port.label, side): line.mean[side] for line in self.lines for side in SIDES
        }
        columns |= {("other", side): self.rest[side] for side in SIDES}
        return pd.DataFrame(columns, index=_index(self.begin))

    def plot(self) -> Any:
        """A curve a port, in its busier direction; `figure` is a HoloViews element."""
        return _plotted.plot_shares(self)

    def _repr_html_(self) -> str:
        return frame_table(self.frame())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatRow:
    """A port in the cells of a heat map: means, bit/s, and its busier direction's share in per cent."""

    port: Port
    mean: Mapping[Side, Real]
    percent: Real


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrafficHeat:
    """The busiest ports, highest first, by hours, or by several where the time is long.

    edges   epoch seconds at which each cell begins, and at which the last one ends
    """

    edges: Times
    cell_s: int
    rows: tuple[HeatRow, ...]

    def frame(self) -> pd.DataFrame:
        """A row a cell by its begin, a column a port: per cent of the port; NaN without data."""
        columns = {row.port.label: row.percent for row in self.rows}
        return pd.DataFrame(columns, index=_index(self.edges[:-1]))

    def plot(self) -> Any:
        """A row a port, darker where more of it is used; `figure` is a HoloViews element."""
        return _plotted.plot_heat(self)

    def _repr_html_(self) -> str:
        return frame_table(self.frame())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrafficOverview:
    """All ports that are meant in one stretch of time, read once: each, their sum, the busiest.

    ports     by the 95th percentile of their busier direction, highest first; then those without data
    every_s   0: figures are those of `traffic`, of each poll; else of one sample of so many seconds,
              which loses windows beside a gap
    """

    since: datetime
    until: datetime
    ports: Records[PortNumbers]
    sum: TrafficSum
    heat: TrafficHeat
    shares: TrafficShares
    every_s: int = 0

    def __repr__(self) -> str:
        return repr(self.sum)

    def frame(self) -> pd.DataFrame:
        """One row a port."""
        return self.ports.frame()

    def plot(self) -> Any:
        """The sum of all ports over time; `heat` and `shares` have charts of their own."""
        return self.sum.plot()

    def _repr_html_(self) -> str:
        return self.ports._repr_html_()


@dataclass(frozen=True, slots=True, kw_only=True)
class PortTrend:
    """When a port is full, by its direction that is full first; days count from now.

    level_bps   what a usual day's 95th is now; None where too few days have data
    said        in words
    """

    port: Port
    side: Side
    verdict: str
    days: float | None
    soonest: float | None
    latest: float | None
    level_bps: float | None
    known_days: int
    said: str = field(repr=False)

    @classmethod
    def of(cls, port: Port, side: Side, trend: Trend) -> PortTrend:
        """What a trend says of that port."""
        return cls(
            port=port,
            side=side,
            verdict=trend.verdict,
            days=trend.days,
            soonest=trend.soonest,
            latest=trend.latest,
            level_bps=trend.slope.level if trend.slope else None,
            known_days=trend.known_days,
            said=trend.said,
        )


def _index(begin: Times) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(pd.to_datetime(begin, unit="s", utc=True), name="begin")
