"""`netwb trigger ...` and `netwb edge ...`: devices that announce blackholes, and those that obey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from netwb.blackhole.records import Router
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, print_items, print_json, print_table, say

Command = TypeVar("Command", bound=Callable[..., Any])


def register(cli: click.Group) -> None:
    """Add both groups."""
    cli.add_command(trigger)
    cli.add_command(edge)


@click.group(cls=NetwbGroup)
def trigger() -> None:
    """Devices that announce blackholes by BGP."""


@click.group(cls=NetwbGroup)
def edge() -> None:
    """Devices on which it is looked whether a blackhole is obeyed."""


def _trigger_options(command: Command) -> Command:
    for option in (
        json_option,
        click.option(
            "--max", "max_routes", type=int, metavar="N", help="Most of netwb's routes on it; 40."
        ),
        click.option(
            "--save/--no-save",
            "saves",
            default=None,
            help="Save its configuration after each change, where that is safe; not by default.",
        ),
        click.option(
            "--community",
            metavar="C",
            help="What its policy announces with, for who reads the list; 65535:666.",
        ),
        click.argument("device"),
    ):
        command = option(command)
    return command


@trigger.command()
@_trigger_options
@click.pass_context
def add(context: click.Context, /, *, device: str, as_json: bool, **changes: Any) -> None:
    """Let DEVICE announce blackholes; nothing is changed on it by that."""
    added = bench(context).add_trigger(device, **_given(changes))
    _told(added, "is a trigger", as_json=as_json)


@trigger.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every trigger, and when its routes were last read."""
    found = reading(context).triggers()
    if as_json:
        print_items(found)
        return
    print_table(
        ("device", "platform", "community", "at most", "last read", "what is wrong"),
        [
            (one.label, one.platform, one.community, one.max_routes, one.read_at, one.fault or None)
            for one in found
        ],
        empty="no trigger yet, so nothing is announced; `netwb trigger add DEVICE`",
    )


@trigger.command("set")
@_trigger_options
@click.pass_context
def set_(context: click.Context, /, *, device: str, as_json: bool, **changes: Any) -> None:
    """Change the trigger DEVICE; what is not given stays."""
    changed = bench(context).set_trigger(device, **_given(changes))
    _told(changed, "is changed", as_json=as_json)


@trigger.command()
@click.argument("device")
@click.pass_context
def retire(context: click.Context, *, device: str) -> None:
    """Announce nothing on DEVICE any more; what stands there is not taken away by that."""
    gone = bench(context).retire_trigger(device)
    say(f"{gone.label} is no trigger any more")


@edge.command("add")
@click.argument("device")
@json_option
@click.pass_context
def add_edge(context: click.Context, *, device: str, as_json: bool) -> None:
    """Look on DEVICE whether blackholes are obeyed."""
    _told(bench(context).add_edge(device), "is an edge", as_json=as_json)


@edge.command("list")
@json_option
@click.pass_context
def list_edges(context: click.Context, *, as_json: bool) -> None:
    """Every edge, and when its routes were last read."""
    found = reading(context).edges()
    if as_json:
        print_items(found)
        return
    print_table(
        ("device", "platform", "last read", "what is wrong"),
        [(one.label, one.platform, one.read_at, one.fault or None) for one in found],
        empty="no edge yet, so nobody looks whether blackholes are obeyed; `netwb edge add DEVICE`",
    )


@edge.command("retire")
@click.argument("device")
@click.pass_context
def retire_edge(context: click.Context, *, device: str) -> None:
    """Look on DEVICE no more."""
    gone = bench(context).retire_edge(device)
    say(f"{gone.label} is no edge any more")


def _given(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in changes.items() if value is not None}


def _told(router: Router, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(router)
    else:
        say(f"{router.label} {what}")
