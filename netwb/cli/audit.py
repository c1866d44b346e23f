"""`netwb audit list | verify`: who did what, and whether somebody touched the record of it."""

from __future__ import annotations

import click

from netwb.cli.context import NetwbGroup, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import json_option, print_items, print_json, print_table, say


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(audit)


@click.group(cls=NetwbGroup)
def audit() -> None:
    """The chain of what was done: append only, each link authenticated with the one before."""


@audit.command("list")
@click.option(
    "--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="Most rows."
)
@click.option("--before", type=int, metavar="SEQ", help="Continue before this number.")
@json_option
@click.pass_context
def list_(context: click.Context, *, limit: int, before: int | None, as_json: bool) -> None:
    """Events, newest first."""
    found = reading(context).audit_events(limit=limit, before=before)
    if as_json:
        print_items(found)
        return
    print_table(
        ("seq", "at (UTC)", "actor", "action", "target", "detail"),
        [(e.seq, e.at, e.actor, e.action, e.target, _detail(e.detail)) for e in found],
        empty="nothing was done yet",
    )


@audit.command()
@json_option
@click.pass_context
def verify(context: click.Context, *, as_json: bool) -> int:
    """Walk the chain; exit 1 when a link was changed, removed or added by another hand."""
    report = reading(context).verify_audit()
    if as_json:
        print_json(report)
    else:
        for problem in report.problems:
            click.echo(f"link {problem.seq}: {problem.kind}")
        verdict = "is broken" if report.problems else "is whole"
        say(f"{report.links} links, head {report.head}: the chain {verdict}")
    return SOME_FAILED if report.problems else DONE


def _detail(detail: object) -> str:
    pairs = detail.items() if isinstance(detail, dict) else ()
    return " ".join(f"{key}={value}" for key, value in pairs if value not in ("", None))
