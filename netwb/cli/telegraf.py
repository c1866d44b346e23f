"""`netwb telegraf render | diff | check | apply`: Telegraf's configuration, as the inventory gives it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_items, print_json, print_table, say, shown
from netwb.telegraf.records import (
    NO_PROGRAM,
    FileChange,
    ShardDiff,
    ShardFiles,
    ShardOutcome,
    ShardVerdict,
    Unasked,
)

if TYPE_CHECKING:
    from netwb.workbench.telegraf import ShardFinding

_SAID = {"proven": "samples come", "waiting": "samples are waited for no longer"}
_BAD = frozenset({"silent", "rolled_back", "unknown"})


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
        _say_unasked(files.unasked)


@telegraf.command()
@json_option
@click.pass_context
def diff(context: click.Context, *, as_json: bool) -> None:
    """What an apply would change; of secrets that differ their fingerprints alone."""
    found = reading(context).diff_telegraf()
    if as_json:
        print_items(found)
        return
    for shard in found:
        _show_diff(shard)


@telegraf.command()
@json_option
@click.pass_context
def check(context: click.Context, *, as_json: bool) -> int:
    """Whether the files are fit for use, and, by Telegraf's program, whether devices answer; exit 1 if not."""
    found = bench(context).check_telegraf()
    if as_json:
        print_items(found)
    else:
        for one in found:
            say(f"{': '.join(filter(None, (one.shard, one.path, one.message)))}")
    wrong = any(one.grade == "wrong" for one in found)
    if not wrong and not as_json:
        say(_as_good(found))
    return SOME_FAILED if wrong else DONE


@telegraf.command()
@click.option("--dry-run", is_flag=True, help="Write nothing; the same as diff.")
@click.option("--no-wait", is_flag=True, help="Do not wait for samples; the daemon looks for them.")
@json_option
@click.pass_context
def apply(context: click.Context, *, dry_run: bool, no_wait: bool, as_json: bool) -> int:
    """Put changed files in place and tell Telegraf; where it falls silent then, put the former back."""
    if dry_run:
        context.invoke(diff, as_json=as_json)
        return DONE
    workbench = bench(context)
    outcomes = workbench.apply_telegraf()
    if not as_json:
        for outcome in outcomes:
            _say_outcome(outcome)
    waits = not no_wait and any(outcome.until for outcome in outcomes)
    verdicts: Sequence[ShardVerdict] = workbench.await_telegraf(stopped=Event()) if waits else ()
    if as_json:
        print_json({"items": outcomes, "verdicts": verdicts})
    for verdict in verdicts:
        say(verdict.message or f"shard {verdict.shard}: {_SAID[verdict.status]}")
    return SOME_FAILED if any(one.status in _BAD for one in verdicts) else DONE


def _as_good(found: Sequence[ShardFinding]) -> str:
    if any(one.message == NO_PROGRAM for one in found):
        return (
            "all files are fit for use by netwb's own checks; no device was asked, as there is no"
            " Telegraf program here: `netwb poll --once` asks them"
        )
    return "all files are fit for use"


def _say_unasked(unasked: Sequence[Unasked]) -> None:
    for one in unasked:
        say(f"{one.tenant}/{one.hostname} is not asked by SNMP: {one.reason}")


def _summary(files: ShardFiles, folder: Path) -> dict[str, object]:
    return {
        "shard": files.shard.name,
        "folder": str(folder / files.shard.name),
        "devices": len(files.device_ids),
        "files": len(files.texts),
        "variables": sorted(files.environment),
        "unasked": files.unasked,
    }


def _show_diff(shard: ShardDiff) -> None:
    needs = f"; it needs a {shard.needs}" if shard.needs != "nothing" else ""
    counts = f"files that differ: {len(shard.files)}, secrets: {len(shard.secrets)}"
    say(f"shard {shard.shard} in {shard.folder}: {counts}{needs}")
    _say_unasked(shard.unasked)
    for change in shard.files:
        _show_change(change)
    for secret in shard.secrets:
        click.echo(f"{secret.variable}: {secret.old or 'none'} -> {secret.new or 'none'}")


def _show_change(change: FileChange) -> None:
    if not change.lines:
        click.echo(f"{change.path}: {change.change}")
    for line in change.lines:
        click.echo(shown(line))


def _say_outcome(outcome: ShardOutcome) -> None:
    for warning in outcome.warnings:
        say(f"shard {outcome.shard}: {warning}")
    if outcome.status == "unchanged":
        say(f"shard {outcome.shard} is as the inventory says")
        return
    told = f", {outcome.told} done" if outcome.told != "nobody" else ""
    until = f"; samples are waited for until {outcome.until:%H:%M:%S} UTC" if outcome.until else ""
    say(f"shard {outcome.shard}: files put in place: {outcome.files}{told}{until}")
