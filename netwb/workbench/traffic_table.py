"""All ports as a table of numbers: the one file of the page `/traffic` and of `netwb traffic --csv`. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from netwb.workbench.traffic_many_records import STATE_WORDS, PortNumbers, PortTrend
from netwb.workbench.traffic_records import SIDES

TREND_PORTS = 20  # of the busiest it is told when they are full: each asks for its last months
Cell = str | float | datetime | None
NUMBERS: Mapping[str, str] = {  # what a direction has, as a column and a document name it
    "min_bps": "least",
    "mean_bps": "mean",
    "p95_bps": "p95",
    "max_bps": "most",
    "octets": "octets",
}
HEAD: Sequence[str] = (
    *("tenant", "site", "device", "port", "alias", "circuit_ref", "watched", "speed_bps", "state"),
    *(f"{side}_{name}" for side in SIDES for name in NUMBERS),
    *("p95_percent", "newest", "full", "full_in_days", "id"),
)


def busiest_ids(ports: Sequence[PortNumbers]) -> list[str]:
    """Ports of which it is told when they are full, of all in the order of the facade."""
    return [
        one.port.id for one in ports[:TREND_PORTS] if one.p95 is not None and one.state != "gone"
    ]


def ports_table(
    rows: Sequence[PortNumbers], trends: Mapping[str, PortTrend]
) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """Head and lines of a file, a line a port in the order given; None where nothing is known.

    trends   by port's id
    """
    return HEAD, [_line(one, trends.get(one.port.id)) for one in rows]


def _line(one: PortNumbers, trend: PortTrend | None) -> Sequence[Cell]:
    port = one.port
    sides = [getattr(one, f"{side}_{name}") for side in SIDES for name in NUMBERS.values()]
    days = trend.days if trend is not None else None
    return (
        *(port.tenant, port.site, port.hostname, port.name, port.alias, port.circuit_ref),
        *("yes" if port.watched else "no", port.limit_bps, STATE_WORDS[one.state]),
        *map(_number, sides),
        *(_number(one.percent), one.newest),
        *(trend.said if trend is not None else None, None if days is None else round(days)),
        port.id,
    )


def _number(value: float | None) -> float | None:
    """To a thousandth; octets are whole."""
    return round(value, 3) if isinstance(value, float) else value
