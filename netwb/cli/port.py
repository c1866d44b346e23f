"""`netwb port list | show | set | import`. A port is a DEVICE and an IFNAME."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.exits import BAD_INPUT, DONE, SOME_FAILED
from netwb.cli.fields import given, print_record, say_changed
from netwb.cli.moments import MOMENT
from netwb.cli.poll import how_to_poll
from netwb.cli.problems import grouped
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.inventory.ports.records import Port, WherePort

if TYPE_CHECKING:
    from netwb.inventory.ports.importing import PlannedPort, PortPlan

_ACTIONS = {"add": "added", "update": "updated", "same": "unchanged"}


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(port)


@click.group(cls=NetwbGroup)
def port() -> None:
    """Interfaces of devices: polls find them, people say whom they are for."""


@port.command("list")
@click.option("--device", metavar="D", help="Only this device's.")
@click.option("--tenant", metavar="T", help="Only those that are for this tenant.")
@click.option("--site", metavar="S", help="Only at this site.")
@click.option("--find", metavar="TEXT", help="Part of a name, an ifAlias, a circuit or a hostname.")
@click.option("--watched/--unwatched", default=None, help="Only those that are watched, or not.")
@json_option
@click.pass_context
def list_(context: click.Context, /, *, as_json: bool, **criteria: Any) -> None:
    """Ports of all devices but the retired ones."""
    named = {name: value for name, value in criteria.items() if value is not None}
    netwb = reading(context)
    found = netwb.ports(WherePort(**named))
    if as_json:
        print_items(found)
        return
    print_table(
        ("device", "port", "alias", "for", "circuit", "speed", "watched", "seen (UTC)"),
        [_row(one) for one in found],
        empty=f"no port matches; {how_to_poll(netwb)}",
    )


@port.command()
@click.argument("device")
@click.argument("ifname")
@json_option
@click.pass_context
def show(context: click.Context, *, device: str, ifname: str, as_json: bool) -> None:
    """One port of DEVICE, by its IFNAME of now or before."""
    found = reading(context).port(device, ifname)
    print_record(found, _rows(found), as_json=as_json)


@port.command("set")
@click.argument("device")
@click.argument("ifname")
@click.option("--tenant", metavar="T", help="Whom it is for; empty: its device's tenant.")
@click.option("--since", type=MOMENT, help="From when on it is for --tenant.  [default: now]")
@click.option("--circuit-ref", metavar="TEXT", help="Its circuit, as the contract calls it.")
@click.option("--speed-override", metavar="BPS", help="What 100 % is: 100M, 2.5G.")
@click.option("--watched/--unwatched", default=None, help="Whether its being down matters.")
@click.pass_context
def set_(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    /,
    *,
    device: str,
    ifname: str,
    watched: bool | None,
    speed_override: str | None,
    since: datetime | None,
    **options: str | None,
) -> None:
    """Change the port IFNAME of DEVICE; an empty value clears.

    Another tenant gets it without its circuit and unwatched, unless those are given along.
    """
    changes = given({**options, "speed_override_bps": speed_override})
    if watched is not None:
        changes["watched"] = watched
    done = bench(context).set_port(device, ifname, since=since or "", **changes)
    say_changed(f"port {device} {ifname}", done)


@port.command("import")
@click.argument("file")
@click.option("--ignore", multiple=True, metavar="COLUMN", help="Leave it out; repeatable.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although some are bad.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; nothing is written.")
@json_option
@click.pass_context
def import_(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    file: str,
    ignore: tuple[str, ...],
    skip_bad: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Import ports from a CSV: all rows are judged first, and bad ones stop the import.

    Columns: device, name; tenant, circuit_ref, speed_override, watched. A blank cell changes nothing.
    """
    workbench, ignored = bench(context), frozenset(ignore)
    done = (
        workbench.plan_port_import(Path(file), ignored)
        if dry_run
        else workbench.apply_port_import(
            Path(file), ignored, bad_rows="skip" if skip_bad else "refuse"
        )
    )
    if as_json:
        print_json({"dry_run": dry_run, "items": done.ports, "problems": done.problems})
    else:
        print_table(
            ("row", "what", "port", "changes"),
            [
                (item.at, item.action, f"{item.device.label} {item.name}", _changes(item))
                for item in done.ports
                if item.action != "same"
            ],
            empty="nothing to change",
        )
    _say(done, dry_run=dry_run)
    if not done.problems:
        return DONE
    return SOME_FAILED if skip_bad else BAD_INPUT


def _say(done: PortPlan, *, dry_run: bool) -> None:
    for sentence in grouped(done.problems):
        say(sentence)
    words = [f"{done.count(action)} {word}" for action, word in _ACTIONS.items()]
    say(f"{'would be: ' if dry_run else ''}{', '.join(words)}, {len(done.problems)} bad")


def _changes(item: PlannedPort) -> str:
    if item.action == "add":
        return "no poll has seen it yet"
    return "; ".join(f"{one.field}: {one.old or '-'} -> {one.new or '-'}" for one in item.fields)


def _row(one: Port) -> tuple[Any, ...]:
    return (
        f"{one.device_tenant}/{one.hostname}",
        one.name,
        one.alias or None,
        one.tenant,
        one.circuit_ref,
        speed(one.limit_bps),
        "yes" if one.watched else "no",
        one.last_seen_at or "never",
    )


def _rows(one: Port) -> Iterator[tuple[str, Any]]:
    yield "id", one.id
    yield "device", f"{one.device_tenant}/{one.hostname}"
    yield "site", one.site
    yield "name", one.name
    yield "former names", ", ".join(one.former_names) or None
    yield "alias", one.alias or None
    yield "for", one.tenant
    yield "circuit_ref", one.circuit_ref
    yield "speed", speed(one.speed_bps)
    yield "speed override", speed(one.speed_override_bps)
    yield "watched", "yes" if one.watched else "no"
    yield "ifIndex", one.if_index
    yield "ifType", one.if_type
    yield "first seen", one.first_seen_at or "never"
    yield "last seen", one.last_seen_at or "never"


def speed(bps: int | None) -> str | None:
    """`10G`, `2.5G`, `100M`; None where nobody says one."""
    if not bps:
        return None
    for unit, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if bps >= size:
            return f"{bps / size:g}{unit}"
    return str(bps)
