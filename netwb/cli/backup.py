"""`netwb backup`: log in to devices, keep what changed, say what did not work and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.exits import DONE, NOT_AVAILABLE, SOME_FAILED
from netwb.cli.show import in_words, json_option, plain, print_items, print_json, print_table, say
from netwb.errors import ArchiveError, RunUnderWayError, StoreError
from netwb.workbench import Workbench

if TYPE_CHECKING:
    from netwb.workbench.words import BackupReport, Device

CRITERIA = ("hostname", "tenant", "site", "role", "platform", "label", "status")
WAIT_MINUTES = 60  # the longest run that is still a night's
LONGEST_WAIT_MINUTES = 24 * 60
SHOWN_CAUSES = 20  # a terminal page; --json has them all


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(backup)


@click.command(cls=NetwbCommand)
@click.option("--tenant", metavar="T", help="Only this tenant's devices.")
@click.option("--site", metavar="S", help="Only this site's devices.")
@click.option("--device", "devices", metavar="D", multiple=True, help="This device; repeatable.")
@click.option(
    "--where",
    "criteria",
    metavar="K=V",
    multiple=True,
    help=f"K: {', '.join(CRITERIA)}; repeatable.",
)
@click.option("--failed", is_flag=True, help="Only devices whose last backup did not work.")
@click.option("--note", default="", metavar="TEXT", help="A change number; stands in the commits.")
@click.option(
    "--wait",
    "wait_minutes",
    metavar="[MINUTES]",
    is_flag=False,
    flag_value=str(WAIT_MINUTES),
    default="0",
    type=click.IntRange(0, LONGEST_WAIT_MINUTES),
    help=f"Wait for another run that has these devices, {WAIT_MINUTES} minutes at most.",
)
@click.option("--dry-run", is_flag=True, help="Show the devices that would be backed up.")
@json_option
@click.pass_context
def backup(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    tenant: str | None,
    site: str | None,
    devices: tuple[str, ...],
    criteria: tuple[str, ...],
    failed: bool,
    note: str,
    wait_minutes: int,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Back up configurations: what is not whole is refused, secrets are taken out."""
    narrowed = bench(context).where(**_criteria(criteria, tenant=tenant, site=site))
    _say_left_out(narrowed, devices)
    only: Literal["all", "failed"] = "failed" if failed else "all"
    if dry_run:
        return _show_plan(narrowed.plan_backup(*devices, only=only), as_json=as_json)
    report = narrowed.back_up(
        *devices, only=only, note=note, wait_s=60 * wait_minutes, on_wait=_say_waiting
    )
    if as_json:
        print_json(report_document(report))
    else:
        print_report(report)
    _push(narrowed)
    return _status(report)


def _say_left_out(narrowed: Workbench, named: tuple[str, ...]) -> None:
    """Who names a device that is not backed up is told so."""
    for device in map(narrowed.device, named):
        name = f"{device.tenant}/{device.hostname}"
        if device.status == "retired":
            say(
                f"{name} is retired and left out; bring it back with `netwb device activate {name}`"
            )
        elif device.status == "planned":
            cure = f"`netwb device set {name} --status active`"
            say(f"{name} is planned and left out until {cure}")


def report_document(report: BackupReport) -> dict[str, Any]:
    """The shape of `netwb backup --json`."""
    return {
        "run_id": report.run_id,
        "started_at": report.started_at,
        "ended_at": report.ended_at,
        "outcomes": [plain(outcome) for outcome in report.outcomes],
    }


def print_report(report: BackupReport) -> None:
    """Counts in one line, then what did not work, with its cause."""
    counts = report.counts()
    took_s = (report.ended_at - report.started_at).total_seconds()
    words = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    say(f"{in_words(len(report.outcomes))} in {took_s:.1f} s: {words or 'nothing to do'}")
    bad = report.with_status("failed", "rejected")
    if bad:
        print_table(
            ("device", "status", "cause"),
            [(f"{o.tenant}/{o.hostname}", o.status, str(o.cause)) for o in bad[:SHOWN_CAUSES]],
            empty="",
        )
    if len(bad) > SHOWN_CAUSES:
        say(f"... and {len(bad) - SHOWN_CAUSES} more; --json shows them all")


def _push(narrowed: Workbench) -> None:
    """What the run left to be pushed; how that goes is no part of how the run went."""
    done = narrowed.push_after_run()
    if done is None:
        say("the daemon pushes it to the remotes within minutes")
    for one in done or ():
        if one.cause is not None:
            say(f"not pushed yet: {one.cause}")
        elif one.commits:
            say(f"{one.tenant}: {one.commits} commits are at its remote")


def _say_waiting(error: RunUnderWayError) -> None:
    held, _, _ = str(error).partition(";")
    say(f"{held}; waiting for it")


def _show_plan(planned: Any, *, as_json: bool) -> int:
    if as_json:
        print_items(planned)
    else:
        print_table(
            ("device", "site", "address", "platform", "status"),
            [(_name(d), d.site, f"{d.address}:{d.port}", d.platform, d.status) for d in planned],
            empty="no device matches; see `netwb device list`",
        )
    return DONE


def _name(device: Device) -> str:
    return f"{device.tenant}/{device.hostname}"


def _criteria(pairs: tuple[str, ...], **named: str | None) -> dict[str, str]:
    criteria = {name: value for name, value in named.items() if value is not None}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            msg = f"--where takes K=V, not {pair!r}"
            raise click.UsageError(msg)
        if name not in CRITERIA:
            msg = f"--where knows no {name!r}; K is one of {', '.join(CRITERIA)}"
            raise click.UsageError(msg)
        if criteria.setdefault(name, value) != value:
            msg = f"{name} is given twice, as {criteria[name]!r} and {value!r}; give it once"
            raise click.UsageError(msg)
    return criteria


def _status(report: BackupReport) -> int:
    bad = report.with_status("failed", "rejected")
    if any(isinstance(outcome.cause, (ArchiveError, StoreError)) for outcome in bad):
        return NOT_AVAILABLE
    return SOME_FAILED if bad else DONE
