"""`netwb prefix add | list | set | retire`: own networks, and what may be done about attacks on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from netwb.blackhole.records import REACHES, OwnPrefix
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
        ("tenant", "prefix", "its hosts", "scope", "customers", "site"),
        [
            (
                one.tenant,
                one.network,
                _MODES[one.mode],
                one.reach,
                "may ask" if one.by_customer else "-",
                one.site,
            )
            for one in found
        ],
        empty="no prefix yet, so nothing is blackholed; `netwb prefix add TENANT PREFIX --approve`",
    )


@prefix.command("set")
@click.argument("prefix")
@_policy_options
@json_option
@click.pass_context
def set_(context: click.Context, /, *, prefix: str, as_json: bool, **options: Any) -> None:
    """Change PREFIX; what is not given stays, and an empty --site clears."""
    _told(bench(context).set_prefix(prefix, **_given(options)), "is changed", as_json=as_json)


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
    else:
        say(f"prefix {one.network} of {one.tenant} {what}; its hosts: {_MODES[one.mode]}")
