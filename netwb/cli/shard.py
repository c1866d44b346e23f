"""`netwb shard add | list | set | retire`: Telegrafs that share the devices out between them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.errors import InputError
from netwb.telegraf.records import PLACES, Move, Shard

Command = TypeVar("Command", bound=Callable[..., Any])
MOST_SAID = 20  # moves that a preview names; --json has all of them


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(shard)


@click.group(cls=NetwbGroup)
def shard() -> None:
    """Telegrafs, each for some sites; while none is defined, `main` serves all of them."""


def _shard_options(command: Command) -> Command:
    for option in (
        json_option,
        click.option("--preview", is_flag=True, help="Write nothing; say which devices move."),
        click.option(
            "--restart", metavar="COMMAND", help="Starts it anew after a changed secret; no shell."
        ),
        click.option("--reload", metavar="COMMAND", help="Tells it of changed files; no shell."),
        click.option(
            "--place",
            type=click.Choice(PLACES),
            help="`here`: its files are written; `elsewhere`: it fetches them.",
        ),
        click.option(
            "--weight", type=int, metavar="N", help="Its share of a site that others serve too."
        ),
        click.option(
            "--site",
            "sites",
            multiple=True,
            metavar="TENANT/SITE",
            help="That it serves; repeatable, and in place of those it had.",
        ),
        click.argument("name"),
    ):
        command = option(command)
    return command


@shard.command()
@_shard_options
@click.pass_context
def add(
    context: click.Context, /, *, name: str, preview: bool, as_json: bool, **options: Any
) -> None:
    """Define the shard NAME; from the first one on, each site needs one that serves it."""
    changes = _changes(options)
    if preview:
        _show_moves(context, name, changes, as_json=as_json)
    else:
        _show(bench(context).add_shard(name, **changes), "added", as_json=as_json)


@shard.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Shards in force, and the sites that each serves."""
    found = reading(context).shards()
    if as_json:
        print_items(found)
        return
    print_table(
        ("shard", "sites", "weight", "place", "reload"),
        [
            (
                one.name,
                "every site" if one.sites is None else ", ".join(one.sites),
                one.weight,
                one.place,
                shlex.join(one.reload),
            )
            for one in found
        ],
        empty="no shard serves a site of yours",
    )


@shard.command("set")
@_shard_options
@click.pass_context
def set_(
    context: click.Context, /, *, name: str, preview: bool, as_json: bool, **options: Any
) -> None:
    """Change the shard NAME; what is not given stays."""
    changes = _changes(options)
    if preview:
        _show_moves(context, name, changes, as_json=as_json)
    else:
        _show(bench(context).set_shard(name, **changes), "changed", as_json=as_json)


@shard.command()
@click.argument("name")
@click.pass_context
def retire(context: click.Context, *, name: str) -> None:
    """Forget the shard NAME; stop its Telegraf and delete its files yourself."""
    bench(context).retire_shard(name)
    say(f"shard {name} is forgotten; its files stay, and its Telegraf runs until you stop it")


def _changes(options: dict[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in options.items() if value is not None}
    if not found["sites"]:
        del found["sites"]
    for name in ("reload", "restart"):
        if name in found:
            found[name] = _arguments(name, found[name])
    return found


def _arguments(name: str, text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        msg = f"--{name} {text!r} cannot be read as a command: {error}; quote it as for a shell"
        raise InputError(msg) from error


def _show(shard: Shard, done: str, *, as_json: bool) -> None:
    if as_json:
        print_json(shard)
    else:
        say(f"shard {shard.name} is {done}; next: netwb telegraf diff")


def _show_moves(
    context: click.Context, name: str, changes: dict[str, Any], *, as_json: bool
) -> None:
    moves: Sequence[Move] = reading(context).preview_shard(name, **changes)
    if as_json:
        print_items(moves)
        return
    print_table(
        ("device", "site", "from", "to"),
        [
            (f"{one.tenant}/{one.hostname}", one.site, one.old or "nobody", one.new or "nobody")
            for one in moves[:MOST_SAID]
        ],
        empty="no device would move",
    )
    if len(moves) > MOST_SAID:
        say(f"{len(moves) - MOST_SAID} more would move; --json lists all of them")
