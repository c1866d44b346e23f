"""`netwb sender add | list | set | rotate | settle | retire`: detectors that report attacks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from netwb.blackhole.attack_records import SENDER_KINDS, AddedSender
from netwb.cli.asking import SOURCE, given_source
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.errors import InputError

CALLBACK = "/api/v1/fastnetmon/callback/"


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(sender)


@click.group(cls=NetwbGroup)
def sender() -> None:
    """FastNetMons that report attacks; what they send is signed."""


_networks_option = click.option(
    "--networks", metavar="CIDR,...", help="That it reports from; by default anywhere."
)


@sender.command()
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(SENDER_KINDS),
    default="community",
    show_default=True,
    help="The edition of FastNetMon.",
)
@_networks_option
@click.option(
    "--callback",
    is_flag=True,
    help="Also a secret path, for one that cannot sign; needs --networks.",
)
@click.option(
    "--key",
    metavar="SOURCE",
    help=f"What its script signs with already: {SOURCE}; by default a new one, printed this once.",
)
@json_option
@click.pass_context
def add(
    context: click.Context,
    /,
    *,
    name: str,
    networks: str | None,
    key: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Add the sender NAME; its signing key is printed this once."""
    source = None if key is None else given_source(key, "sender key")
    added = bench(context).add_sender(name, networks=_split(networks or ""), key=source, **options)
    if source is not None:  # who gave it has it
        added = replace(added, key="")
    _print_added(added, "is added", as_json=as_json)


@sender.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """Every sender, and when it was last heard."""
    found = reading(context).senders()
    if as_json:
        print_items(found)
        return
    print_table(
        ("sender", "kind", "reports from", "key", "callback", "last heard"),
        [
            (
                one.name,
                one.kind,
                ", ".join(one.networks) or "anywhere",
                "two, while it is rotated" if one.rotating else "one",
                "yes" if one.callback else "-",
                one.heard_at or "never",
            )
            for one in found
        ],
        empty="no sender yet; `netwb sender add NAME` prints the key that its script signs with",
    )


@sender.command("set")
@click.argument("name")
@_networks_option
@click.option(
    "--callback",
    type=click.Choice(("new", "off")),
    help="Another secret path, printed this once, in place of the one before; or none.",
)
@json_option
@click.pass_context
def set_(
    context: click.Context,
    *,
    name: str,
    networks: str | None,
    callback: str | None,
    as_json: bool,
) -> None:
    """Change the sender NAME; what is not given stays, and empty --networks mean anywhere."""
    if networks is None and callback is None:
        msg = f"nothing to change on {name}; give --networks or --callback"
        raise InputError(msg)
    changed = bench(context).set_sender(
        name,
        networks=None if networks is None else _split(networks),
        callback=None if callback is None else callback == "new",
    )
    _print_added(changed, "is changed", as_json=as_json)


@sender.command()
@click.argument("name")
@json_option
@click.pass_context
def rotate(context: click.Context, *, name: str, as_json: bool) -> None:
    """Give NAME another key, printed this once; both are taken until it is settled."""
    added = bench(context).rotate_sender(name)
    _print_added(added, f"has another key; then `netwb sender settle {name}`", as_json=as_json)


@sender.command()
@click.argument("name")
@click.pass_context
def settle(context: click.Context, *, name: str) -> None:
    """End the rotation of NAME's key: the one before is taken no more."""
    settled = bench(context).settle_sender(name)
    say(f"sender {settled.name} has one key")


@sender.command()
@click.argument("name")
@click.pass_context
def retire(context: click.Context, *, name: str) -> None:
    """Believe NAME no more; what it said stays."""
    gone = bench(context).retire_sender(name)
    say(f"sender {gone.name} is believed no more")


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _print_added(added: AddedSender, what: str, *, as_json: bool) -> None:
    """Secrets on stdout, each on a line; words on stderr."""
    path = CALLBACK + added.callback if added.callback else ""
    if as_json:
        print_json({"sender": added.sender, "key": added.key, "callback": path})
        return
    say(f"sender {added.sender.name} {what}")
    for secret in filter(None, (added.key, path)):
        click.echo(secret)
