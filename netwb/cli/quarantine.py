"""`netwb quarantine list | show | accept | discard`: texts that were not believed."""

from __future__ import annotations

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.history import kind_option
from netwb.cli.show import json_option, print_items, print_table, print_text, say
from netwb.inventory.records import ConfigKind

SHORT = 12


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(quarantine)


@click.group(cls=NetwbGroup)
def quarantine() -> None:
    """Texts that were not believed, kept encrypted; the last good configuration stays in force."""


@quarantine.command("list")
@json_option
@click.pass_context
def list_(context: click.Context, *, as_json: bool) -> None:
    """What waits for a person, newest first."""
    found = reading(context).quarantine()
    if as_json:
        print_items(found)
        return
    print_table(
        ("device", "kind", "at (UTC)", "lines", "cause"),
        [(f"{q.tenant}/{q.hostname}", q.kind, q.at, q.lines, q.cause_message) for q in found],
        empty="nothing is held in quarantine",
    )


@quarantine.command()
@click.argument("device")
@kind_option
@click.pass_context
def show(context: click.Context, *, device: str, kind: ConfigKind) -> None:
    """The held text of DEVICE on stdout; it holds its secrets, and the look is audited."""
    print_text(bench(context).quarantined_text(device, kind=kind))


@quarantine.command()
@click.argument("device")
@click.option("--reason", required=True, metavar="TEXT", help="Stands in commit and audit.")
@kind_option
@click.pass_context
def accept(context: click.Context, *, device: str, reason: str, kind: ConfigKind) -> None:
    """Store the held text of DEVICE as its newest revision."""
    revision = bench(context).accept_quarantined(device, reason=reason, kind=kind)
    say(f"{device}: stored as revision {revision[:SHORT]}")


@quarantine.command()
@click.argument("device")
@click.option("--reason", required=True, metavar="TEXT", help="Stands in the audit.")
@kind_option
@click.pass_context
def discard(context: click.Context, *, device: str, reason: str, kind: ConfigKind) -> None:
    """Drop the held text of DEVICE; the last good configuration stays."""
    bench(context).discard_quarantined(device, reason=reason, kind=kind)
    say(f"{device}: the held text is gone")
