"""`netwb prefix add | list | set | retire`: own networks, and what may be done about attacks on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from netwb.blackhole.records import REACHES, OwnPrefix, RoutedPort
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, print_items, print_json, print_table, say

Command = TypeVar("Command", bound=Callable[..., Any])
_MODES = {
    "auto": "at once",
    "approve": "once a person approves",
    "never": "never",
}


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(prefix)


@click.group(cls=NetwbGroup)
def prefix() -> None:
    """Own networks; while none is registered, nothing is blackholed."""


def _mode_options(command: Command) -> Command:
    for option in (
        click.option("--never", "mode", flag_value="never", help="No host of it, ever."),
        click.option(
            "--approve", "mode", flag_value="approve", help="A host once a person approves."
        ),
        click.option("--auto", "mode", flag_value="auto", help="A host of it at once."),
    ):
        command = option(command)
    return command


def _policy_options(command: Command) -> Command:
    for option in (
        click.option("--site", metavar="S", help="Of the tenant, where its addresses are."),
        click.option(
            "--port",
            nargs=2,
            metavar="DEVICE IFNAME",
            help="The port that it is routed to; while that is another tenant's, all is denied.",
        ),
        click.option(
            "--customers/--no-customers",
            "by_customer",
            default=None,
            help="Whether the tenant's own people may ask; not, by default.",
        ),
        click.option(
            "--scope",
            "reach",
            type=click.Choice(REACHES),
            help="Who drops: your own edges (the default), the upstreams, by approval, or both.",
        ),
    ):
        command = option(command)
    return _mode_options(command)


@prefix.command()
@click.argument("tenant")
@click.argument("prefix")
@_policy_options
@json_option
@click.pass_context
def add(
    context: click.Context, /, *, tenant: str, prefix: str, as_json: bool, **options: Any
) -> None:
    """Register PREFIX as TENANT's; in one of another tenant's its own rules hold."""
    changes = _given(options)
    if "mode" not in changes:
        msg = "say what may be done about attacks on it: --auto, --approve or --never"
        raise click.UsageError(msg, context)
    _told(bench(context).add_prefix(tenant, prefix, **changes), "is registered", as_json=as_json)


@prefix.command("list")
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@json_option
@click.pass_context
def list_(context: click.Context, *, tenant: str | None, as_json: bool) -> None:
    """Every registered prefix, by tenant and address."""
    workbench = reading(context)
    found = (workbench.where(tenant=tenant) if tenant else workbench).prefixes()
    if as_json:
        print_items(found)
        return
    print_table(
        ("tenant", "prefix", "its hosts", "scope", "customers", "site", "port"),
        [
            (
                one.tenant,
                one.network,
                _MODES[one.mode],
                one.reach,
                "may ask" if one.by_customer else "-",
                one.site,
                _port(one.port),
            )
            for one in found
        ],
        empty="no prefix yet, so nothing is blackholed; `netwb prefix add TENANT PREFIX --approve`",
    )


@prefix.command("set")
@click.argument("prefix")
@_policy_options
@click.option("--no-port", is_flag=True, help="It names no port any more.")
@json_option
@click.pass_context
def set_(
    context: click.Context, /, *, prefix: str, no_port: bool, as_json: bool, **options: Any
) -> None:
    """Change PREFIX; what is not given stays, and an empty --site clears."""
    changes = _given(options)
    if no_port and "port" in changes:
        msg = "--port names a port and --no-port none; give one of them"
        raise click.UsageError(msg, context)
    if no_port:
        changes["port"] = ""
    _told(bench(context).set_prefix(prefix, **changes), "is changed", as_json=as_json)


@prefix.command()
@click.argument("prefix")
@click.pass_context
def retire(context: click.Context, *, prefix: str) -> None:
    """Forget PREFIX: none of its hosts is blackholed any more; what stands ends by its time."""
    gone = bench(context).retire_prefix(prefix)
    say(f"prefix {gone.network} of {gone.tenant} is registered no more")


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _told(one: OwnPrefix, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(one)
        return
    say(f"prefix {one.network} of {one.tenant} {what}; its hosts: {_MODES[one.mode]}")
    if one.port and one.port.tenant_id != one.tenant_id:
        say(
            f"it is routed to {_port(one.port)}, so every host of it is denied until the port is for"
            f" {one.tenant}: `netwb port set DEVICE IFNAME --tenant {one.tenant}`"
        )


def _port(port: RoutedPort | None) -> str:
    """Whose it is stands with it where the guard looks at that."""
    if port is None:
        return "-"
    return f"{port.label} of {port.tenant}" if port.tenant else "a port that is not known here"
