"""`netwb traffic` without a port: all that are found, their sum, their hours, and when they are full."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from netwb import ages
from netwb.amounts import amount, octets, speed
from netwb.cli.files import write_new
from netwb.cli.show import plain, print_items, print_json, print_table, say
from netwb.inventory.ports.records import Port, WherePort
from netwb.spreadsheets import tame
from netwb.workbench.traffic_many_records import (
    STATE_REASONS,
    STATE_WORDS,
    PortNumbers,
    PortTrend,
    TrafficHeat,
    TrafficOverview,
    TrafficSum,
)
from netwb.workbench.traffic_records import SIDES
from netwb.workbench.traffic_table import NUMBERS, busiest_ids, hours_table, ports_table, sum_table

if TYPE_CHECKING:
    from netwb.workbench import Workbench

Show = Literal["ports", "sum", "hours", "full"]
SHOWS: tuple[str, ...] = get_args(Show)
MOST = 20  # rows of a table; --json and --csv have them all
SHOWN_CELLS = 24  # of a heat map, the newest; --json and --csv have them all
SHOWN_SHORT = 5  # stretches with fewer ports, the worst; --json has them all
NO_PORT = "no port matches; `netwb port list` shows the ports"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which ports, in which time, and where it goes."""

    since: datetime
    until: datetime
    where: WherePort
    most: int
    csv_file: Path | None
    as_json: bool


def show_many(netwb: Workbench, asked: Asked, show: Show) -> None:
    """What was asked for, of all ports that are found."""
    shown: Mapping[Show, Callable[[Workbench, Asked], None]] = {
        "ports": _show_ports,
        "sum": _show_sum,
        "hours": _show_hours,
        "full": _show_full,
    }
    shown[show](netwb, asked)


def _overview(netwb: Workbench, asked: Asked) -> TrafficOverview:
    return netwb.traffic_overview(since=asked.since, until=asked.until, where=asked.where)


# ---- each port


def _show_ports(netwb: Workbench, asked: Asked) -> None:
    found = _overview(netwb, asked)
    if asked.csv_file is not None:
        busiest = busiest_ids(found.ports)
        trends = {one.port.id: one for one in netwb.port_trends(ports=busiest)}
        write_table(asked.csv_file, *ports_table(found.ports, trends), "ports")
    if asked.as_json:
        print_items(_item(one) for one in found.ports)
    elif asked.csv_file is None:
        rows, now = found.ports[: asked.most], datetime.now(UTC)
        print_table(
            ("device", "port", "alias", "circuit", "state", *_HEADS, "of port", "newest"),
            [_row(one, now) for one in rows],
            empty=NO_PORT,
        )
        _say_left(len(found.ports) - len(rows))
        _say_reasons(rows)
        _say_thin(found)


_HEADS = ("mean in", "95th in", "max in", "mean out", "95th out", "max out")
_RATES = ("mean", "p95", "most")


def _row(one: PortNumbers, now: datetime) -> Sequence[str | None]:
    port = one.port
    rates = (getattr(one, f"{side}_{name}") for side in SIDES for name in _RATES)
    return (
        f"{port.device_tenant}/{port.hostname}",
        port.name,
        port.alias,
        port.circuit_ref,
        STATE_WORDS[one.state],
        *(amount(value, "bits") if value is not None else None for value in rates),
        amount(one.percent, "percent") if one.percent is not None else None,
        ages.age(one.newest, now) if one.newest is not None else None,
    )


def _say_left(left: int) -> None:
    if left > 0:
        say(f"{left:,} more ports; --most shows more of them, --json and --csv show all")


def _say_reasons(rows: Iterable[PortNumbers]) -> None:
    """Why some of what is shown has no numbers."""
    for state in dict.fromkeys(one.state for one in rows if one.state not in {"up", "off"}):
        say(f"{STATE_WORDS[state]}: {STATE_REASONS[state]}")


def _item(one: PortNumbers) -> dict[str, Any]:
    return {
        "port": one.port,
        "state": one.state,
        "reason": STATE_REASONS[one.state],
        **_numbers(one),
        "percent": one.percent,
        "newest": one.newest,
    }


def _numbers(one: PortNumbers) -> dict[str, Any]:
    return {
        f"{side}_{said}": getattr(one, f"{side}_{name}")
        for side in SIDES
        for said, name in NUMBERS.items()
    }


def _port(port: Port) -> dict[str, Any]:
    return {
        "tenant": port.tenant,
        "site": port.site,
        "device": port.hostname,
        "port": port.name,
        "alias": port.alias,
        "circuit_ref": port.circuit_ref,
    }


# ---- their sum


def _say_thin(found: TrafficOverview) -> None:
    if found.every_s:
        say(
            "by 5-minute samples, which lack some windows beside a gap; `netwb traffic DEVICE IFNAME`"
            " counts each poll"
        )


def _show_sum(netwb: Workbench, asked: Asked) -> None:
    overview = _overview(netwb, asked)
    found = overview.sum
    if asked.csv_file is not None:
        write_table(asked.csv_file, *sum_table(found), "buckets")
    if asked.as_json:
        print_json({**_sum_document(found), "every_s": overview.every_s})
    elif asked.csv_file is None:
        print_table(
            ("", "min", "mean", "95th", "max", "total"),
            [_sum_row(found, side) for side in SIDES],
            empty="",
        )
        _say_whole(found)
        _say_thin(overview)


def _sum_row(found: TrafficSum, side: Literal["in", "out"]) -> tuple[str, ...]:
    flow = found.flows[side]
    rates = (flow.least, flow.average, flow.percentile.value, flow.most)
    return (side, *(amount(value, "bits") for value in rates), octets(flow.total))


def _say_whole(found: TrafficSum) -> None:
    """Of how many ports it is, and where it is too low."""
    if not found.asked:
        say(NO_PORT)
        return
    say(f"{found.known:,} of {found.asked:,} ports have data in this time")
    worst = sorted(found.short, key=lambda one: (one.ports - one.of, -one.since))[:SHOWN_SHORT]
    for one in sorted(worst, key=lambda one: one.since):
        said = f"{_stretch(one.since, one.until)} only {one.ports:,} of {one.of:,} have"
        say(f"{said}, and the sum is too low there")
    _say_more(len(found.short))
    longest = sorted(found.gaps, key=lambda gap: (gap[0] - gap[1], -gap[0]))[:SHOWN_SHORT]
    for begin_s, end_s in sorted(longest):
        say(f"no data {_stretch(begin_s, end_s)}")
    _say_more(len(found.gaps))


def _stretch(begin_s: int, end_s: int) -> str:
    return f"from {_at(begin_s):%Y-%m-%d %H:%M} to {_at(end_s):%Y-%m-%d %H:%M} UTC"


def _say_more(stretches: int) -> None:
    if stretches > SHOWN_SHORT:
        say(f"and in {stretches - SHOWN_SHORT:,} more stretches; --json has all of them")


def _sum_document(found: TrafficSum) -> dict[str, Any]:
    return {
        "since": found.since,
        "until": found.until,
        "step_s": found.step_s,
        "ports": found.asked,
        "ports_with_data": found.known,
        "newest": found.newest,
        "short": [
            {"since": _at(one.since), "until": _at(one.until), "ports": one.ports, "of": one.of}
            for one in found.short
        ],
        "gaps": [{"since": _at(begin), "until": _at(end)} for begin, end in found.gaps],
        "flows": {
            side: {
                "least": flow.least,
                "average": flow.average,
                "p95": flow.percentile.value,
                "rank": flow.percentile.rank,
                "windows": flow.percentile.windows,
                "most": flow.most,
                "total": flow.total,
            }
            for side, flow in found.flows.items()
        },
        "buckets": list(_buckets(found)),
    }


def _buckets(found: TrafficSum) -> Iterator[dict[str, Any]]:
    flows = [found.flows[side] for side in SIDES]
    columns = [column.tolist() for flow in flows for column in (flow.mean, flow.highest)]
    names = [f"{side}_{name}_bps" for side in SIDES for name in ("mean", "max")]
    for begin, ports, *values in zip(
        found.begin.tolist(), found.counted.tolist(), *columns, strict=True
    ):
        rates = dict(zip(names, map(_number, values), strict=True))
        yield {"begin": _at(begin), **rates, "ports": ports}


# ---- their hours


def _show_hours(netwb: Workbench, asked: Asked) -> None:
    found = _overview(netwb, asked).heat
    cells = [_cells(found, place) for place in range(len(found.rows))]
    if asked.csv_file is not None:
        write_table(asked.csv_file, *hours_table(found), "cells")
    if asked.as_json:
        items = (
            {"port": row.port, "cells": own} for row, own in zip(found.rows, cells, strict=True)
        )
        print_json({"cell_s": found.cell_s, "items": list(items)})
    elif asked.csv_file is None:
        heads = [f"{_at(at):%H:%M}" for at in found.edges.tolist()[:-1]][-SHOWN_CELLS:]
        print_table(
            ("device", "port", *heads),
            [_heat_row(row.port, own) for row, own in zip(found.rows, cells, strict=True)],
            empty="no port that matches has traffic in this time; `netwb port list` shows the ports",
        )
        said = f"per cent of the port, mean of {ages.span(found.cell_s)}, busier direction"
        say(f"{said}; the busiest {len(found.rows)} ports, times in UTC")


def _cells(found: TrafficHeat, place: int) -> list[dict[str, Any]]:
    row = found.rows[place]
    columns = (*(row.mean[side].tolist() for side in SIDES), row.percent.tolist())
    return [
        {
            "begin": _at(begin),
            "in_mean_bps": _number(into),
            "out_mean_bps": _number(out),
            "percent": _number(percent),
        }
        for begin, into, out, percent in zip(found.edges.tolist()[:-1], *columns, strict=True)
    ]


def _heat_row(port: Port, cells: Sequence[Mapping[str, Any]]) -> Sequence[str]:
    said = (f"{one['percent']:.0f}" if one["percent"] is not None else "-" for one in cells)
    return (f"{port.device_tenant}/{port.hostname}", port.name, *list(said)[-SHOWN_CELLS:])


# ---- when they are full


def _show_full(netwb: Workbench, asked: Asked) -> None:
    found = netwb.port_trends(where=asked.where)
    if asked.csv_file is not None:
        lines = [{**_port(one.port), **trend_document(one)} for one in found]
        write_lines(asked.csv_file, lines, "ports")
    if asked.as_json:
        print_items({"port": one.port, **trend_document(one)} for one in found)
    elif asked.csv_file is None:
        rows = found[: asked.most]
        print_table(
            ("device", "port", "alias", "speed", "", "95th now", "full"),
            [
                (
                    f"{one.port.device_tenant}/{one.port.hostname}",
                    one.port.name,
                    one.port.alias,
                    speed(one.port.limit_bps),
                    one.side,
                    amount(one.level_bps, "bits") if one.level_bps is not None else None,
                    one.said,
                )
                for one in rows
            ],
            empty=NO_PORT,
        )
        _say_left(len(found) - len(rows))


def trend_document(one: PortTrend) -> dict[str, Any]:
    """When a port is full, without which port it is."""
    return {
        "side": one.side,
        "verdict": one.verdict,
        "days": one.days,
        "soonest": one.soonest,
        "latest": one.latest,
        "level_bps": one.level_bps,
        "known_days": one.known_days,
        "said": one.said,
    }


# ---- files


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]], what: str) -> None:
    """As `write_table`, of lines that name their columns."""
    rows = list(lines)
    head = list(rows[0]) if rows else []
    write_table(path, head, [list(row.values()) for row in rows], what)


def write_table(path: Path, head: Sequence[str], lines: Sequence[Sequence[Any]], what: str) -> None:
    """As CSV, to stdout for `-`. Raises InputError where the file is there or cannot be written."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    if head:
        writer.writerow(head)
    writer.writerows([_cell(value) for value in line] for line in lines)
    content = text.getvalue().encode("utf-8", "replace")
    write_new(content, path)
    if str(path) != "-":
        say(f"{len(lines):,} {what} written to {path}")


def _cell(value: Any) -> Any:
    found = plain(value)
    if isinstance(found, str):
        return tame(found)
    return "" if found is None else found


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if value != value else round(value, 3)  # noqa: PLR0124 - NaN is no number
