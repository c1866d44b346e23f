"""`netwb traffic`: what went through a port; without one, through all that are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from netwb import ages
from netwb.amounts import amount, octets, speed
from netwb.cli.context import NetwbCommand, reading
from netwb.cli.moments import MOMENT
from netwb.cli.poll import how_to_poll
from netwb.cli.show import json_option, print_json, print_table, rfc3339, say
from netwb.cli.traffic_many import (
    MOST,
    SHOWS,
    Asked,
    Show,
    show_many,
    trend_document,
    write_table,
)
from netwb.inventory.ports.records import WherePort
from netwb.workbench.traffic_many_records import STATE_REASONS, STATE_WORDS, PortTrend
from netwb.workbench.traffic_records import FILE_BUCKETS, FILE_KINDS, SIDES, PortTraffic

if TYPE_CHECKING:
    from netwb.workbench import Workbench


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(traffic)


@click.command(cls=NetwbCommand)
@click.argument("device", required=False)
@click.argument("ifname", required=False)
@click.option("--find", metavar="TEXT", help="Part of a name, an ifAlias, a circuit or a hostname.")
@click.option("--tenant", metavar="T", help="Only ports that are for this tenant.")
@click.option("--site", metavar="S", help="Only ports at this site.")
@click.option("--watched", is_flag=True, help="Only watched ports.")
@click.option(
    "--show",
    type=click.Choice(SHOWS),
    default="ports",
    show_default=True,
    help="Of all ports that are found: each, their sum, their hours, or when they are full.",
)
@click.option(
    "--most", type=click.IntRange(1), default=MOST, show_default=True, help="Rows of the table."
)
@click.option("--since", type=MOMENT, help="From when on: 2026-11-01, 7d.  [default: 24 h before]")
@click.option("--until", type=MOMENT, help="Up to when.  [default: now]")
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path),
    help="Write all of it there; - is stdout.",
)
@json_option
@click.pass_context
def traffic(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    device: str | None,
    ifname: str | None,
    find: str | None,
    tenant: str | None,
    site: str | None,
    watched: bool,
    show: Show,
    most: int,
    since: datetime | None,
    until: datetime | None,
    csv_file: Path | None,
    as_json: bool,
) -> None:
    """What went through a port: `netwb traffic edge1 xe-0/0/0`. Without one, all ports, busiest first."""
    if device is not None and ifname is None:
        msg = "a port is a DEVICE and an IFNAME; `netwb port list --device DEVICE` shows them"
        raise click.UsageError(msg, context)
    _refuse_in_vain(context, () if device is None else _OF_MANY)
    netwb = reading(context)
    end = until or datetime.now(UTC)
    begin = since or end - timedelta(hours=24)
    if device is None or ifname is None:
        where = WherePort(find=find, tenant=tenant, site=site, watched=watched or None)
        asked = Asked(
            since=begin, until=end, where=where, most=most, csv_file=csv_file, as_json=as_json
        )
        show_many(netwb, asked, show)
        return
    found = netwb.traffic(device, ifname, since=begin, until=end)
    if csv_file is not None:
        _write_csv(netwb, found, (begin, end), csv_file)
    if csv_file is not None and not as_json:
        return
    (full,) = netwb.port_trends(ports=[found.port.id], on_ports=_quietly)
    if as_json:
        print_json({**_document(found), "full": trend_document(full)})
    else:
        _show(found, full, unread=how_to_poll(netwb))


_OF_MANY = ("find", "tenant", "site", "watched", "show", "most")


def _refuse_in_vain(context: click.Context, names: Sequence[str]) -> None:
    """Options that one port has no use for."""
    typed = ParameterSource.COMMANDLINE
    given = [name for name in names if context.get_parameter_source(name) is typed]
    if given:
        msg = f"--{given[0]} is for many ports; leave out DEVICE and IFNAME, or the option"
        raise click.UsageError(msg, context)


def _quietly(_done: int, _asked: int) -> None:
    """One port is read in no time."""


def _show(found: PortTraffic, full: PortTrend, *, unread: str) -> None:
    port = found.port
    named = f"{port.device_tenant}/{port.hostname} {port.name}"
    say(", ".join(filter(None, (named, port.alias, speed(port.limit_bps)))))
    print_table(
        ("", "min", "mean", "95th", "max", "total"),
        [_numbers(found, side) for side in SIDES],
        empty="",
    )
    say(f"days to full, {full.side}: {full.said}")
    if found.newest is None:
        say(f"nothing was measured in this time; {unread}")
        return
    if not found.is_counted:
        say(f"{STATE_WORDS['uncounted']}: {STATE_REASONS['uncounted']}")
    say(f"{_newest(found.newest, found)}; {_gaps(len(found.gaps))}")
    if found.comes_seldom:
        say(f"samples come every {found.usual_s} s; metrics.interval_s is {found.interval_s}")


def _newest(at: datetime, found: PortTraffic) -> str:
    now = datetime.now(UTC)
    if now - found.until > timedelta(seconds=2 * found.usual_s):
        return f"newest sample in this time at {rfc3339(at)}"
    return f"newest sample {ages.span((now - at).total_seconds())} old"


def _gaps(number: int) -> str:
    if number == 1:
        return "1 gap, which counts as nothing"
    return f"{number:,} gaps, which count as nothing" if number else "no gap"


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
        "reason": "" if found.is_counted else STATE_REASONS["uncounted"],
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


def _write_csv(
    netwb: Workbench, found: PortTraffic, asked: tuple[datetime, datetime], path: Path
) -> None:
    """A line a bucket, as the page's file has them."""
    since, until = asked
    numbers = netwb.port_traffic(
        found.port.id, since=since, until=until, buckets=FILE_BUCKETS, kinds=FILE_KINDS
    )
    write_table(path, *numbers.table(), f"buckets of {numbers.step_s} s")
