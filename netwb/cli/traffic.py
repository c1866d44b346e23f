"""`netwb traffic`: what went through a port, or which ports are the busiest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netwb import ages
from netwb.amounts import amount, octets, speed
from netwb.cli.context import NetwbCommand, reading
from netwb.cli.moments import MOMENT
from netwb.cli.show import json_option, print_items, print_json, print_table, rfc3339, say
from netwb.errors import InputError
from netwb.inventory.ports.records import WherePort
from netwb.workbench.traffic_records import SIDES, BusyPort, PortTraffic

if TYPE_CHECKING:
    from netwb.workbench import Workbench

SHOWN_BUCKETS = 24  # rows of the table; --json and --csv have as many as are asked for
BUSIEST = 20


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(traffic)


@click.command(cls=NetwbCommand)
@click.argument("device", required=False)
@click.argument("ifname", required=False)
@click.option("--find", metavar="TEXT", help="Part of a name, an ifAlias or a circuit reference.")
@click.option("--since", type=MOMENT, help="From when on: 2026-11-01, 7d.  [default: 24 h before]")
@click.option("--until", type=MOMENT, help="Up to when.  [default: now]")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write the buckets there.")
@json_option
@click.pass_context
def traffic(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    device: str | None,
    ifname: str | None,
    find: str | None,
    since: datetime | None,
    until: datetime | None,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    """What went through a port: `netwb traffic edge1 xe-0/0/0`. Without a port, the busiest ones."""
    if device is not None and ifname is None:
        msg = "a port is a DEVICE and an IFNAME; `netwb port list --device DEVICE` shows them"
        raise click.UsageError(msg, context)
    netwb = reading(context)
    end = until or datetime.now(UTC)
    begin = since or end - timedelta(hours=24)
    if device is None or ifname is None:
        _show_busiest(netwb, begin, end, find, as_json=as_json)
        return
    found = netwb.traffic(device, ifname, since=begin, until=end)
    if csv_file is not None:
        _write_csv(found, csv_file)
    if as_json:
        print_json(_document(found))
    elif csv_file is None:
        _show(found)


def _show_busiest(
    netwb: Workbench, since: datetime, until: datetime, find: str | None, *, as_json: bool
) -> None:
    found = netwb.busiest(since=since, until=until, most=BUSIEST, where=WherePort(find=find))
    if as_json:
        print_items([_busy(one) for one in found])
        return
    print_table(
        ("device", "port", "alias", "circuit", "95th in", "95th out", "of port"),
        [
            (
                f"{one.port.device_tenant}/{one.port.hostname}",
                one.port.name,
                one.port.alias,
                one.port.circuit_ref,
                amount(one.p95_in, "bits"),
                amount(one.p95_out, "bits"),
                amount(one.share, "percent") if one.share is not None else None,
            )
            for one in found
        ],
        empty="no port that matches has traffic in this time; `netwb port list` shows the ports",
    )


def _busy(one: BusyPort) -> dict[str, Any]:
    return {
        "port": one.port,
        "p95_in_bps": one.p95_in,
        "p95_out_bps": one.p95_out,
        "percent": one.share,
    }


def _show(found: PortTraffic) -> None:
    port = found.port
    named = f"{port.device_tenant}/{port.hostname} {port.name}"
    say(", ".join(filter(None, (named, port.alias, speed(port.limit_bps)))))
    print_table(
        ("", "min", "mean", "95th", "max", "total"),
        [_numbers(found, side) for side in SIDES],
        empty="",
    )
    if found.newest is None:
        say("nothing was measured in this time; `netwb poll --once` reads counters now")
        return
    age_s = (datetime.now(UTC) - found.newest).total_seconds()
    say(f"newest sample {ages.span(age_s)} old; {len(found.gaps)} gaps, which count as nothing")


def _numbers(found: PortTraffic, side: Any) -> tuple[str, ...]:
    flow = found.flows["bits", side]
    rates = (flow.least, flow.average, flow.percentile.value, flow.most)
    return (side, *(amount(value, "bits") for value in rates), octets(flow.total))


def _document(found: PortTraffic) -> dict[str, Any]:
    return {
        "port": found.port,
        "since": found.since,
        "until": found.until,
        "step_s": found.step_s,
        "newest": found.newest,
        "gaps": [{"since": _at(since), "until": _at(until)} for since, until in found.gaps],
        "events": [{"at": _at(event.at), "kind": event.kind} for event in found.events],
        "flows": {
            f"{kind}_{side}": {
                "least": flow.least,
                "average": flow.average,
                "p95": flow.percentile.value,
                "rank": flow.percentile.rank,
                "windows": flow.percentile.windows,
                "most": flow.most,
                "total": flow.total,
                "mean": [_number(value) for value in flow.mean.tolist()],
                "highest": [_number(value) for value in flow.highest.tolist()],
            }
            for (kind, side), flow in found.flows.items()
        },
    }


def _at(seconds: int) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))


def _number(value: float) -> float | None:
    """JSON has no NaN."""
    return None if value != value else round(value, 3)  # noqa: PLR0124 - NaN is no number


def _write_csv(found: PortTraffic, path: Path) -> None:
    """A row a bucket. Raises InputError where the file is there already or cannot be written."""
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            file.write(
                found.frame().to_csv(lineterminator="\r\n", date_format="%Y-%m-%dT%H:%M:%SZ")
            )
    except FileExistsError as error:
        msg = f"{path} is there already; name a new file"
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{path} cannot be written ({error.strerror}); name another file"
        raise InputError(msg) from error
    say(f"{len(found.begin)} buckets of {found.step_s} s written to {path}")
