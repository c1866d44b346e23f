"""Many ports as tables of numbers: the files of the page `/traffic` and of `netwb traffic --csv`. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from netwb.workbench.traffic_many_records import (
    STATE_WORDS,
    PortNumbers,
    PortTrend,
    TrafficHeat,
    TrafficSum,
)
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


def sum_table(total: TrafficSum) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """A line a bucket: the sum, and how many ports have data in it, of how many."""
    names = [f"{side}_{name}_bps" for side in SIDES for name in ("mean", "max")]
    flows = [total.flows[side] for side in SIDES]
    columns = [column.tolist() for flow in flows for column in (flow.mean, flow.highest)]
    buckets = zip(total.begin.tolist(), total.counted.tolist(), *columns, strict=True)
    return ("begin", *names, "ports", "of_ports"), [
        (_at(begin), *map(_known, values), counted, total.asked)
        for begin, counted, *values in buckets
    ]


def hours_table(heat: TrafficHeat) -> tuple[Sequence[str], Sequence[Sequence[Cell]]]:
    """A line a cell, port by port, the busiest first: means, and the busier one's share of the port."""
    names = ("tenant", "site", "device", "port", "alias", "circuit_ref", "begin")
    lines: list[Sequence[Cell]] = []
    for row in heat.rows:
        one = row.port
        port = (one.tenant, one.site, one.hostname, one.name, one.alias, one.circuit_ref)
        columns = [*(row.mean[side].tolist() for side in SIDES), row.percent.tolist()]
        lines += [
            (*port, _at(begin), *map(_known, values))
            for begin, *values in zip(heat.edges.tolist()[:-1], *columns, strict=True)
        ]
    return (*names, *(f"{side}_mean_bps" for side in SIDES), "percent"), lines


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 3)


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
