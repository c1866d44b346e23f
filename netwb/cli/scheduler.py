"""`netwb scheduler`: be the daemon, show what it does and did, or do one of its jobs now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from netwb.cli.context import NetwbCommand, bench, state
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import in_words, json_option, print_items, print_json, print_table, say
from netwb.loading import shared
from netwb.workbench import Workbench

if TYPE_CHECKING:
    from netwb.workbench.words import Firing, JobState

UNSAVED = ("failed", "rejected")  # counts of a night that are not well


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(scheduler)


@click.command(cls=NetwbCommand)
@click.option("--list", "list_", is_flag=True, help="Each job: when it is due, how it went last.")
@click.option("--run", "job", metavar="JOB", help="Do this job now, and say what came of it.")
@click.option("--tenant", metavar="T", help="With --list or --run: this tenant's part.")
@click.option("--site", metavar="S", help="With --list or --run: this site's part.")
@json_option
@click.pass_context
def scheduler(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    list_: bool,
    job: str | None,
    tenant: str | None,
    site: str | None,
    as_json: bool,
) -> int:
    """Be the daemon: nightly backups, retries and upkeep, until SIGTERM. Several may run: one leads."""
    if list_ and job is not None:
        msg = "--list shows and --run does; give one of them"
        raise click.UsageError(msg, context)
    if not list_ and job is None:
        return _serve(context, alone=not (tenant or site or as_json))
    narrowed = at_place(bench(context), tenant, site)
    if job is None:
        _show_list(narrowed, as_json=as_json)
        return DONE
    firing = narrowed.run_job(job)
    return _show_run(firing, as_json=as_json)


def at_place(found: Workbench, tenant: str | None, site: str | None) -> Workbench:
    """Narrowed to the place that the options name."""
    where = {name: value for name, value in (("tenant", tenant), ("site", site)) if value}
    return found.where(**where) if where else found


def _serve(context: click.Context, *, alone: bool) -> int:
    if not alone:
        msg = "--tenant, --site and --json go with --list or --run; the daemon is for all"
        raise click.UsageError(msg, context)
    if state(context).acting_as is not None:
        msg = f"`{context.command_path}` is done by the login itself; leave --as out"
        raise click.UsageError(msg, context)
    shared("scheduler.daemon").serve(state(context).home)
    return DONE


def _show_list(narrowed: Workbench, *, as_json: bool) -> None:
    found = narrowed.daemon()
    if as_json:
        print_items(found.jobs)
        return
    print_table(
        ("job", "place", "trigger", "zone", "next (UTC)", "last (UTC)", "status", "result"),
        [
            (
                one.name,
                one.place or "all",
                one.trigger,
                one.time_zone,
                "runs now" if one.running_since else one.next_at,
                one.last_at,
                one.last_status or None,
                result_words(one),
            )
            for one in found.jobs
        ],
        empty="no job has times of its own at that place: those of all hold; `netwb scheduler --list`",
    )
    if found.leader is not None:
        say(f"led by process {found.leader.pid} on {found.leader.host}")
    else:
        say("no daemon runs; begin one with `netwb scheduler`")


def result_words(one: JobState) -> str | None:
    """Its counts in words, or why there are none."""
    return one.said or counts_words(one.last_result) or None


def counts_words(counts: dict[str, Any]) -> str:
    """`24 devices, 2 failed`: what is not nothing; ids are no counts."""
    numbers = {k: v for k, v in counts.items() if isinstance(v, int | float) and v}
    return ", ".join(
        in_words(int(value)) if name == "devices" else f"{value} {name.replace('_', ' ')}"
        for name, value in numbers.items()
    )


def _show_run(firing: Firing, *, as_json: bool) -> int:
    done = firing.status == "done"
    if as_json:
        print_json(
            {
                "job": firing.due.job,
                "status": firing.status,
                "started_at": firing.started_at,
                "result": firing.result,
                "said": firing.said,
            }
        )
    else:
        words = counts_words(dict(firing.result)) or "nothing was to do"
        say(
            f"{firing.due.job} is done: {words}"
            if done
            else f"{firing.due.job} failed: {firing.said}"
        )
    unsaved = any(firing.result.get(name) for name in UNSAVED)
    return DONE if done and not unsaved else SOME_FAILED
