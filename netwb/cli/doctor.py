"""`netwb doctor`: what is wrong with an installation, and what cures it."""

from __future__ import annotations

import os

import click

from netwb.cli.context import HomeCommand, state
from netwb.cli.diagnoses import counted, print_diagnoses
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.scan import secrets_option, show_secrets
from netwb.cli.show import json_option, print_items, say
from netwb.health.diagnosis import is_wrong
from netwb.workbench import Workbench


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(doctor)


@click.command(cls=HomeCommand)
@click.option(
    "--devices",
    type=click.IntRange(0, 10_000),
    default=0,
    metavar="N",
    help="Ask so many devices whether they take a connection; none is logged in to.",
)
@secrets_option
@json_option
@click.pass_context
def doctor(context: click.Context, *, devices: int, secrets: bool, as_json: bool) -> int:
    """What is wrong with this installation, and its cure; exit 1 when something is. It writes nothing."""
    if secrets:
        return show_secrets(context, as_json=as_json)
    found = Workbench.examine(state(context).home, environment=os.environ, devices=devices)
    if as_json:
        print_items(found)
    else:
        print_diagnoses(found)
        say(f"\n{counted(found)}")
    return SOME_FAILED if is_wrong(found) else DONE
