"""`netwb export | import`: all of netwb in one file, and a home made of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import click

from netwb.cli.asking import SOURCE, answered, ask, given_source
from netwb.cli.context import HomeCommand, NetwbCommand, bench, state
from netwb.cli.show import json_option, print_json, say
from netwb.inventory.records import SecretSource
from netwb.workbench import Workbench
from netwb.workbench.exporting import Export

WHAT = "passphrase of the export"
passphrase_option = click.option(
    "--passphrase", metavar=SOURCE, help="Opens the file; without this option it is asked for."
)


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(export)
    cli.add_command(import_)


@click.command(cls=NetwbCommand)
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
@click.option("--check", is_flag=True, help="Write nothing; read that export as an import would.")
@click.option("--without-traffic", is_flag=True, help="Leave out the home's samples of traffic.")
@json_option
@click.pass_context
def export(  # noqa: PLR0913 - its options
    context: click.Context,
    *,
    file: Path,
    passphrase: str | None,
    check: bool,
    without_traffic: bool,
    as_json: bool,
) -> None:
    """Write all of netwb into FILE, while it runs on: database, archive, keys, settings, quarantine.

    Samples of traffic come along where the home itself keeps them; an InfluxDB's stay there.
    """
    if check:
        found = Workbench.check_export(file, passphrase=_known(passphrase), environment=os.environ)
    else:
        found = bench(context).export(
            file,
            passphrase=given_source(passphrase or "prompt", WHAT),
            traffic="without" if without_traffic else "with",
        )
    if as_json:
        print_json(found)
        return
    say(f"export {found.file} is {'whole' if check else 'written and read back'}: {_told(found)}")
    if found.missing and not check:
        say(f"{found.missing} quarantined texts were lost before, and are not in it")
    if not check:
        say("keep its passphrase apart from it: without it nobody opens the file, not even you")


@click.command("import", cls=HomeCommand)
@click.argument("file", type=click.Path(path_type=Path))
@passphrase_option
@click.option(
    "--store",
    metavar="home|env:NAME|file:PATH",
    help="Empty database to load into: SQLite in the home, or where its URL is told."
    " By default NETWB_STORE__URL, else as exported.",
)
@click.option(
    "--dry-run", is_flag=True, help="Only say whether FILE is whole and could be imported."
)
@json_option
@click.pass_context
def import_(  # noqa: PLR0913 - its options
    context: click.Context,
    *,
    file: Path,
    passphrase: str | None,
    store: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make an empty home of what FILE holds, upgraded where it is older; nothing is ever overwritten."""
    done = Workbench.import_export(
        file,
        passphrase=_known(passphrase),
        home=state(context).home,
        store=_store(store),
        only="check" if dry_run else "all",
        environment=os.environ,
    )
    if as_json:
        print_json(done)
        return
    verb = "could take" if dry_run else "is made of"
    say(f"home {done.home} {verb} {done.export.file}: {_told(done.export)}; {done.database}")
    if done.moved_key:
        say(
            f"its master key was {done.moved_key} and lies in the home now; move it away again and"
            " set keys.master_file"
        )


def _known(passphrase: str | None) -> SecretSource:
    """It need not be answered twice: a mistyped one opens nothing."""
    if passphrase in {None, "prompt"}:
        return answered(ask(WHAT))
    return SecretSource(origin=passphrase or "")


def _store(given: str | None) -> Literal["home"] | SecretSource | None:
    if given is None:
        return None
    return "home" if given == "home" else SecretSource(origin=given)


def _told(found: Export) -> str:
    return (
        f"{found.tenants} tenants, {found.devices} devices, {found.revisions} revisions,"
        f" {found.users} users, {found.audit} audit links, {found.quarantine} quarantined texts,"
        f" {_traffic(found)}, {found.size:,} bytes, of {found.made_at:%Y-%m-%d %H:%M:%S} UTC"
    )


def _traffic(found: Export) -> str:
    return f"{found.traffic:,} bytes of traffic" if found.traffic else "no samples of traffic"
