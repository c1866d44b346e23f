"""`netwb demo`: a living workbench on a simulated network that answers over real SSH."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netwb.cli.context import HomeCommand, state
from netwb.cli.show import json_option
from netwb.lab.size import DEVICES
from netwb.loading import lazy

if TYPE_CHECKING:
    from netwb.cli.demo import playing as _playing
else:
    _playing = lazy("netwb.cli.demo.playing")

DEFAULT_HOME = "~/.local/share/netwb-demo"  # beside a real home, never in it


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(demo)


class DemoCommand(HomeCommand):
    """One whose home lies beside a real one."""

    default_home = DEFAULT_HOME


@click.command(cls=DemoCommand)
@click.option("--once", is_flag=True, help="Build it, print the summary, end.")
@click.option(
    "--devices",
    default=DEVICES,
    show_default=True,
    type=click.IntRange(1, 1000),
    metavar="N",
    help="Devices of a new demo.",
)
@click.option("--port", type=click.IntRange(0, 65535), metavar="P", help="TCP port of the pages.")
@json_option
@click.pass_context
def demo(
    context: click.Context, *, once: bool, devices: int, port: int | None, as_json: bool
) -> None:
    """A workbench on a simulated network: 3 tenants, 30 nights, people's edits, devices' faults.

    Everything goes the way of a real network: SSH, gate, redaction, Git; then pages and REST are
    served, and the daemon waits for the night. With an existing home it goes on from there, with the nights that passed since; a
    building that was interrupted begins anew. Nothing listens or connects outside 127.0.0.0/8.
    """
    named = state(context).home or os.environ.get("NETWB_HOME") or DEFAULT_HOME
    home = Path(named).expanduser().absolute()
    context.exit(_playing.run(home, devices=devices, once=once, port=port, as_json=as_json))
