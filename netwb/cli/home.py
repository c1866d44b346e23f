"""`netwb init | upgrade | version`: the home and its database."""

from __future__ import annotations

import os

import click

from netwb._version import __version__
from netwb.cli.context import HomeCommand, NetwbCommand, state
from netwb.cli.show import json_option, print_json, say
from netwb.workbench import Workbench
from netwb.workbench.home import find_home


def register(cli: click.Group) -> None:
    """Add the commands."""
    for command in (init, upgrade, version):
        cli.add_command(command)


@click.command(cls=HomeCommand)
@click.pass_context
def init(context: click.Context) -> None:
    """Set up a home: folders, netwb.toml, master key, database. What is there stays."""
    given = state(context).home
    there = find_home(given, os.environ).settings_file.exists()
    bench = Workbench.create(home=given, environment=os.environ)
    told = "is ready"
    if there:
        told = "was set up already, and is as it was"
        if bench.new_database:
            told = f"was there; its database {bench.new_database} was empty and is set up now"
    say(f"home {bench.home} {told}; keep a copy of its master.key in another place")
    before = bench.home / "netwb.db"
    if bench.new_database not in {"", str(before)} and before.exists():
        say(
            "netwb.db of before is left in the home as it was, and nothing of it is carried over:"
            " `netwb export` and `netwb import` do that"
        )
    bench.close()


@click.command(cls=HomeCommand)
@click.option("--check", is_flag=True, help="Only say whether the database needs it (exit 5).")
@click.pass_context
def upgrade(context: click.Context, *, check: bool) -> None:
    """Migrate the database to this version of netwb, after a copy of it."""
    home = state(context).home
    if check:
        Workbench.open(home=home, environment=os.environ).close()
        say("the database is up to date")
    else:
        say(Workbench.upgrade(home, environment=os.environ))


@click.command(cls=NetwbCommand)
@json_option
def version(*, as_json: bool) -> None:
    """Print the version."""
    if as_json:
        print_json({"version": __version__})
    else:
        click.echo(f"netwb {__version__}")
