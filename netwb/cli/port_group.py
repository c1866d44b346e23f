"""`netwb port-group add | list | show | set | rename | retire`: ports that are billed as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from netwb.billing.records import PortGroup
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.moments import MOMENT
from netwb.cli.port import speed
from netwb.cli.show import json_option, plain, print_items, print_json, print_table, say, shown
from netwb.metrics.billing.records import METHODS

Command = TypeVar("Command", bound=Callable[..., Any])


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(port_group)


@click.group("port-group", cls=NetwbGroup)
def port_group() -> None:
    """Ports that are billed as one, by the 95th percentile of their sum."""


def _group_options(command: Command) -> Command:
    for option in (
        json_option,
        click.option(
            "--port",
            "add_ports",
            nargs=2,
            multiple=True,
            metavar="DEVICE IFNAME",
            help="A port of it; repeatable.",
        ),
        click.option(
            "--since",
            type=MOMENT,
            help="From when on ports are put in or taken out.  [default: now; of a new group from the "
            "first]",
        ),
        click.option(
            "--time-zone", metavar="ZONE", help="The contract's: Europe/Berlin.  [default: UTC]"
        ),
        click.option("--commit", metavar="BPS", help="What is paid for anyway: 500M; empty: none."),
        click.option(
            "--method",
            type=click.Choice(METHODS),
            help="Higher of both directions, their sum, or one of them.  [default: higher]",
        ),
    ):
        command = option(command)
    return command


@port_group.command()
@click.argument("tenant")
@click.argument("name")
@_group_options
@click.pass_context
def add(
    context: click.Context, /, *, tenant: str, name: str, as_json: bool, **options: Any
) -> None:
    """Bill ports of TENANT together, as NAME."""
    made = bench(context).add_port_group(tenant, name, **_changes(options))
    if as_json:
        print_json(made)
    else:
        say(f"port group {made.name} is added, {_ports(made)}; next: netwb billing {made.tenant}")


@port_group.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Port groups of all tenants."""
    found = reading(context).port_groups()
    if as_json:
        print_items(found)
        return
    print_table(
        ("tenant", "group", "method", "commit", "zone", "ports"),
        [
            (
                one.tenant,
                one.name,
                one.method,
                speed(one.commit_bps),
                one.time_zone,
                len(one.port_ids),
            )
            for one in found
        ],
        empty="no port group; `netwb port-group add` makes one",
    )


@port_group.command()
@click.argument("tenant")
@click.argument("name")
@json_option
@click.pass_context
def show(context: click.Context, *, tenant: str, name: str, as_json: bool) -> None:
    """The port group NAME of TENANT with its ports."""
    found = reading(context).port_group(tenant, name)
    if as_json:
        print_json({**plain(found.group), "ports": plain(found.ports)})
        return
    one = found.group
    commit = f", commit {speed(one.commit_bps)}" if one.commit_bps else ""
    say(f"{one.tenant} {one.name}: {one.method}{commit}, {one.time_zone}, {_ports(one)}")
    print_table(
        ("device", "port", "for", "since", "until"),
        [
            (
                port.device,
                port.name,
                port.tenant or "another",
                shown(port.since) if port.since else "the first",
                shown(port.until) if port.until else "",
            )
            for port in found.ports
        ],
        empty="no port; `netwb port-group set` puts ports in",
    )


@port_group.command()
@click.argument("tenant")
@click.argument("name")
@click.argument("new_name")
@json_option
@click.pass_context
def rename(context: click.Context, *, tenant: str, name: str, new_name: str, as_json: bool) -> None:
    """Call the port group NAME of TENANT otherwise; frozen bills keep its old name."""
    made = bench(context).rename_port_group(tenant, name, new_name)
    if as_json:
        print_json(made)
    else:
        say(f"port group {name} is called {made.name}; frozen bills keep the old name")


@port_group.command()
@click.argument("tenant")
@click.argument("name")
@json_option
@click.pass_context
def retire(context: click.Context, *, tenant: str, name: str, as_json: bool) -> None:
    """Take the port group NAME of TENANT off all bills that are not frozen."""
    opened = bench(context)
    gone = opened.retire_port_group(tenant, name)
    if as_json:
        print_json(gone)
    else:
        months = " and ".join(opened.unfrozen_months(tenant))
        say(f"port group {gone.name} is retired, for all of {months}; frozen bills keep it")


@port_group.command("set")
@click.argument("tenant")
@click.argument("name")
@_group_options
@click.option(
    "--remove-port",
    "remove_ports",
    nargs=2,
    multiple=True,
    metavar="DEVICE IFNAME",
    help="No port of it any more; repeatable.",
)
@click.pass_context
def set_(
    context: click.Context, /, *, tenant: str, name: str, as_json: bool, **options: Any
) -> None:
    """Change the port group NAME of TENANT; what is not given stays."""
    opened = bench(context)
    made = opened.set_port_group(tenant, name, **_changes(options))
    if as_json:
        print_json(made)
    else:
        months = " and ".join(opened.unfrozen_months(tenant))
        say(
            f"port group {made.name} is changed, {_ports(made)}, on the bills of {months}; ports that "
            "come or go count for their time in it, and frozen bills stay as they are"
        )


def _changes(options: dict[str, Any]) -> Any:
    commit = options.pop("commit")
    changes = {name: value for name, value in options.items() if value}
    return changes if commit is None else {**changes, "commit_bps": commit or None}


def _ports(group: PortGroup) -> str:
    number = len(group.port_ids)
    return f"{number} port{'' if number == 1 else 's'}"
