"""`netwb blackout add | list | end | remove`: times in which the daemon logs in to no device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbGroup, bench
from netwb.cli.scheduler import at_place
from netwb.cli.show import json_option, print_items, print_json, print_table, say, shown

if TYPE_CHECKING:
    from netwb.workbench.words import BlackoutState


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(blackout)


@click.group(cls=NetwbGroup)
def blackout() -> None:
    """Times in which the daemon leaves devices alone; a night is made up when one ends."""


@blackout.command()
@click.option("--tenant", metavar="T", help="For this tenant; without it, for all.")
@click.option("--site", metavar="S", help="For this site.")
@click.option("--from", "start", default="", metavar="TIME", help="When it begins; default: now.")
@click.option(
    "--until", "end", default="", metavar="TIME", help="When it ends: a time, or 6h from then."
)
@click.option("--each", default="", metavar="TRIGGER", help="It comes again: 'sat 22:00'.")
@click.option("--for", "lasts", default="", metavar="SPAN", help="How long, with --each: 6h.")
@click.option("--time-zone", default="", metavar="ZONE", help="Default: scheduler.time_zone.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; a change number, a holiday.")
@json_option
@click.pass_context
def add(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str | None,
    site: str | None,
    start: str,
    end: str,
    each: str,
    lasts: str,
    time_zone: str,
    reason: str,
    as_json: bool,
) -> None:
    """Hold the daemon's logins back, once (--from --until) or again and again (--each --for).

    A TIME without a zone is meant in --time-zone. What runs when it begins goes on; a person's own
    `netwb backup` is not held back.
    """
    added = at_place(bench(context), tenant, site).add_blackout(
        start=start, end=end, each=each, lasts=lasts, time_zone=time_zone, reason=reason
    )
    _answer("is added", added, as_json=as_json, stands=_stands(added))


@blackout.command("list")
@click.option("--tenant", metavar="T", help="Only what holds for this tenant.")
@click.option("--site", metavar="S", help="Only what holds for this site.")
@json_option
@click.pass_context
def list_(context: click.Context, *, tenant: str | None, site: str | None, as_json: bool) -> None:
    """Black-outs that hold, that come, and the newest that are over."""
    found = at_place(bench(context), tenant, site).blackouts()
    if as_json:
        print_items(found)
        return
    print_table(
        ("id", "place", "when", "zone", "state", "until (UTC)", "reason"),
        [
            (b.id, b.place or "all", b.when, b.time_zone, b.state, b.until_at, b.reason)
            for b in found
        ],
        empty="no black-out; add one with `netwb blackout add`",
    )


@blackout.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_context
def end(context: click.Context, *, id_: str, as_json: bool) -> None:
    """End what holds of the black-out ID now; what it held back is done.

    One that comes again does so at its next time; `netwb blackout remove` takes it away.
    """
    ended = bench(context).end_blackout(id_)
    _answer("is ended", ended, as_json=as_json, stands=_stands(ended))


@blackout.command()
@click.argument("id_", metavar="ID")
@json_option
@click.pass_context
def remove(context: click.Context, *, id_: str, as_json: bool) -> None:
    """Remove the black-out ID, as if it had never been."""
    _answer("is removed", bench(context).remove_blackout(id_), as_json=as_json)


def _answer(done: str, state: BlackoutState, *, as_json: bool, stands: str = "") -> None:
    if as_json:
        print_json(state)
        return
    place = f" of {state.place}" if state.place else " of all"
    say(f"black-out {state.id}{place} {done}: {state.when} ({state.time_zone}){stands}")


def _stands(state: BlackoutState) -> str:
    until = f"until {shown(state.until_at)} UTC"
    if state.state == "holds":
        return f"; from now {until} it holds back {', '.join(state.holds_back)}"
    return f"; it comes at {shown(state.from_at)}, {until}" if state.state == "comes" else ""
