"""`netwb schedule list | set`: when the daemon's jobs are due, for all, a tenant or a site."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbGroup, bench
from netwb.cli.scheduler import at_place
from netwb.cli.show import json_option, print_items, print_json, print_table, say, shown
from netwb.schedules.triggers import parse_span_s, parse_trigger, times_a_day

if TYPE_CHECKING:
    from netwb.workbench.words import JobState


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(schedule)


@click.group(cls=NetwbGroup)
def schedule() -> None:
    """When jobs are due: for all, and for a tenant or a site that has a time of its own."""


@schedule.command("list")
@click.option("--tenant", metavar="T", help="Only at this tenant.")
@click.option("--site", metavar="S", help="Only at this site.")
@json_option
@click.pass_context
def list_(context: click.Context, *, tenant: str | None, site: str | None, as_json: bool) -> None:
    """Each job with its times, and what it does."""
    found = at_place(bench(context), tenant, site).timetable()
    if as_json:
        print_items(found)
        return
    print_table(
        ("job", "place", "trigger", "zone", "next (UTC)", "what it does"),
        [
            (
                one.name,
                one.place or "all",
                one.trigger if one.own else f"{one.trigger} (default)",
                one.time_zone,
                one.next_at,
                one.says,
            )
            for one in found
        ],
        empty="no job has a time of its own there; give one with `netwb schedule set`",
    )


@schedule.command("set")
@click.argument("job")
@click.argument("trigger", nargs=-1, required=True)
@click.option("--tenant", metavar="T", help="For this tenant; without it, for all.")
@click.option("--site", metavar="S", help="For this site.")
@click.option("--time-zone", default="", metavar="ZONE", help="Default: scheduler.time_zone.")
@click.option(
    "--jitter", metavar="SPAN", help="Spread over it, as 10m; default: scheduler.jitter_s."
)
@json_option
@click.pass_context
def set_(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    job: str,
    trigger: tuple[str, ...],
    tenant: str | None,
    site: str | None,
    time_zone: str,
    jitter: str | None,
    as_json: bool,
) -> None:
    """Give JOB its times: 02:30, mon-fri 02:30, every 6h, '0 2 * * mon-fri', off, or default.

    A job of all, a tenant and a site: the narrowest that is set holds. A time that the clock jumps
    over comes right after the jump; one that comes twice comes once.
    """
    narrowed = at_place(bench(context), tenant, site)
    if trigger == ("default",):
        state = narrowed.reset_schedule(job)
    else:
        jitter_s = None if jitter is None else 0 if jitter == "0" else parse_span_s(jitter)
        state = narrowed.set_schedule(
            job, " ".join(trigger), time_zone=time_zone, jitter_s=jitter_s
        )
    if as_json:
        print_json(asdict(state))
    elif trigger == ("default",) and (tenant or site):
        say(f"{job} of {'/'.join(filter(None, (tenant, site)))} comes with that of all again")
    else:
        say(_said(state))


def _said(state: JobState) -> str:
    place = f" of {state.place}" if state.place else ""
    often = times_a_day(parse_trigger(state.trigger))
    many = f", {often:,} times a day" if often > 1 else ""
    return f"{state.name}{place}: {state.trigger} ({state.time_zone}){many}, {_following(state)}"


def _following(state: JobState) -> str:
    if state.next_at:
        return f"next at {shown(state.next_at)} UTC"
    follows = state.trigger.startswith("after ")
    return "next when that has ended" if follows else "never by itself"
