"""`netwb audit list | verify`: who did what, and whether somebody touched the record of it."""

from __future__ import annotations

from typing import Any

import click

from netwb.cli.context import NetwbGroup, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.history import WHEN
from netwb.cli.moments import MOMENT
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
@click.option("--who", metavar="NAME", help="Part of the actor, in any case.")
@click.option("--what", metavar="ACTION", help="Part of the action, as `blackhole.`.")
@click.option("--on", metavar="TARGET", help="Part of the target, as a device's name.")
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@click.option("--since", type=MOMENT, help=f"At or after this: {WHEN}.")
@click.option("--until", type=MOMENT, help="Before this.")
@json_option
@click.pass_context
def list_(
    context: click.Context, /, *, limit: int, before: int | None, as_json: bool, **asked: Any
) -> None:
    """Events, newest first."""
    wanted = {name: said for name, said in asked.items() if said}
    found = reading(context).audit_events(limit=limit, before=before, **wanted)
    if as_json:
        print_items(found)
        return
    print_table(
        ("seq", "at (UTC)", "actor", "action", "target", "detail"),
        [(e.seq, e.at, e.actor, e.action, e.target, _detail(e.detail)) for e in found],
        empty="nothing of that was done" if wanted else "nothing was done yet",
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
