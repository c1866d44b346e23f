"""What the facade says of traffic: frozen records with arrays, in bit/s or packets/s, UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from netwb.inventory.ports.records import Port
from netwb.loading import lazy

if TYPE_CHECKING:
    import pandas as pd

    from netwb.metrics.samples import Times
    from netwb.metrics.series.flows import Event, Flow
else:
    pd = lazy("pandas")

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortTraffic:
    """One port in one stretch of time.

    begin     epoch seconds at which each bucket begins, aligned to `step_s`
    flows     bit/s, packets/s, errors/s, discards/s; totals in octets, packets, errors, discards
    gaps      stretches without data, epoch seconds, within the time
    events    what the counters did that a reader has to know, newest first
    newest    of all its samples up to the end; None: nothing was measured in or near the time
    """

    port: Port
    since: datetime
    until: datetime
    step_s: int
    interval_s: int
    begin: Times
    flows: Mapping[tuple[Kind, Side], Flow]
    gaps: tuple[tuple[int, int], ...]
    events: tuple[Event, ...]
    newest: datetime | None

    @property
    def is_stale(self) -> bool:
        """Whether the newest sample is older than two intervals before the end."""
        if self.newest is None:
            return True
        return (self.until - self.newest).total_seconds() > 2 * self.interval_s

    def frame(self) -> pd.DataFrame:
        """A row a bucket, by its begin (aware, UTC); two columns a kind and side, NaN without data."""
        columns: dict[str, Any] = {}
        for (kind, side), flow in self.flows.items():
            columns[f"{kind}_{side}"] = flow.mean
            columns[f"{kind}_{side}_highest"] = flow.highest
        index = pd.to_datetime(self.begin, unit="s", utc=True)
        return pd.DataFrame(columns, index=pd.DatetimeIndex(index, name="begin"))

    def __repr__(self) -> str:
        port = self.port
        return (
            f"<traffic of {port.device_tenant}/{port.hostname} {port.name},"
            f" {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M} UTC>"
        )

    def _repr_html_(self) -> str:
        """Escaped, as all that pandas draws is."""
        shown: str = self.frame().to_html(max_rows=60, border=0)
        return shown


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyPort:
    """A port among the busiest: 95th percentiles in bit/s over the time; None: no data."""

    port: Port
    p95_in: float | None
    p95_out: float | None

    @property
    def p95(self) -> float:
        """Of its busier direction."""
        return max(self.p95_in or 0.0, self.p95_out or 0.0)

    @property
    def share(self) -> float | None:
        """Of the port, in per cent; None where nobody knows its speed."""
        limit = self.port.limit_bps
        return 100 * self.p95 / limit if limit else None
