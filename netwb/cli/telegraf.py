"""`netwb telegraf render`: Telegraf's configuration, as the inventory gives it."""

from __future__ import annotations

from pathlib import Path

import click

from netwb.cli.context import NetwbGroup, reading
from netwb.cli.show import json_option, print_items, print_table, say
from netwb.telegraf.records import ShardFiles


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(telegraf)


@click.group(cls=NetwbGroup)
def telegraf() -> None:
    """Telegraf's configuration, written from the inventory."""


@telegraf.command()
@click.option(
    "-o",
    "--output",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to; each shard has a folder of its own there.",
)
@json_option
@click.pass_context
def render(context: click.Context, *, folder: Path, as_json: bool) -> None:
    """Write the files of every shard into DIR, with their secrets; what is there is brought up to date."""
    written = reading(context).write_telegraf(folder)
    if as_json:
        print_items(_summary(files, folder) for files in written)
        return
    rows = [tuple(_summary(files, folder).values())[:4] for files in written]
    print_table(("shard", "folder", "devices", "files"), rows, empty="no shard serves your sites")
    for files in written:
        say_unasked(files)


def _summary(files: ShardFiles, folder: Path) -> dict[str, object]:
    return {
        "shard": files.shard.name,
        "folder": str(folder / files.shard.name),
        "devices": len(files.device_ids),
        "files": len(files.texts),
        "variables": sorted(files.environment),
        "unasked": files.unasked,
    }


def say_unasked(files: ShardFiles) -> None:
    """Devices that a shard cannot ask, and why."""
    for one in files.unasked:
        say(f"{one.tenant}/{one.hostname} is not asked by SNMP: {one.reason}")
