"""`netwb text judge | redact`: a text from anywhere, without a home or a device."""

from __future__ import annotations

import os
from typing import BinaryIO

import click

from netwb.cli.context import NetwbGroup, state
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_json, print_text, say, shown
from netwb.workbench import texts

platform_option = click.option(
    "--platform", required=True, metavar="P", help="cisco_ios, arista_eos, frr, cisco_nxos, ..."
)


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(text)


@click.group(cls=NetwbGroup)
def text() -> None:
    """A configuration from a file, a mail or another tool; `-` reads stdin."""


@text.command()
@click.argument("file", type=click.File("rb"))
@platform_option
@json_option
@click.pass_context
def judge(context: click.Context, *, file: BinaryIO, platform: str, as_json: bool) -> int:
    """Is FILE one whole configuration? Exit 0 or 1, with reasons."""
    found = texts.judge(
        file.read(), platform=platform, home=state(context).home, environment=os.environ
    )
    if as_json:
        print_json(found)
    else:
        name = shown(found.hostname or "no hostname")
        click.echo(f"{found.verdict}: {name}, {found.lines} lines, proved by {found.proof}")
        for reason in (*found.reasons, *found.notes):
            click.echo(f"  {shown(reason)}")
    return DONE if found.verdict == "whole" else SOME_FAILED


@text.command()
@click.argument("file", type=click.File("rb"))
@platform_option
@json_option
@click.pass_context
def redact(context: click.Context, *, file: BinaryIO, platform: str, as_json: bool) -> None:
    """FILE without its secrets, on stdout."""
    redacted = texts.redact(
        file.read(), platform=platform, home=state(context).home, environment=os.environ
    )
    if as_json:
        print_json({"platform": platform, "text": redacted})
        return
    print_text(redacted)
    say("the tokens of this text are its own; they restore nothing")
