"""`netwb poll`: ask devices for their counters, at every beat or once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import in_words, json_option, print_json, print_table, say
from netwb.errors import NetwbError
from netwb.roles import Permission

if TYPE_CHECKING:
    from netwb.metrics.poller.records import PollOutcome, PollReport
    from netwb.workbench import Workbench

SHOWN_CAUSES = 20  # a terminal page; --json has them all


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(poll)


@click.command(cls=NetwbCommand)
@click.option("--once", is_flag=True, help="One poll now, then end.")
@click.option("--tenant", metavar="T", help="Only this tenant's devices.")
@click.option("--site", metavar="S", help="Only this site's devices.")
@click.option("--device", "devices", metavar="D", multiple=True, help="This device; repeatable.")
@json_option
@click.pass_context
def poll(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    once: bool,
    tenant: str | None,
    site: str | None,
    devices: tuple[str, ...],
    as_json: bool,
) -> int:
    """Read counters by SNMP, and pings, where no Telegraf does: every minute until SIGTERM.

    Of several on one database each device is polled by one; another goes on where that one ends.
    """
    named = {name: value for name, value in (("tenant", tenant), ("site", site)) if value}
    narrowed = bench(context).where(**named)
    if not once and as_json:
        msg = "--json goes with --once; without it there is no end to print at"
        raise click.UsageError(msg, context)
    if once:
        report = narrowed.poll(*devices)
        _show(report, as_json=as_json)
        return SOME_FAILED if len(report.outcomes) > report.count("answered") else DONE
    with _until_terminated() as stopped:
        narrowed.keep_polling(
            *devices, stopped=stopped, on_report=_Beats().say, on_error=_say_error
        )
    return DONE


def how_to_poll(netwb: Workbench) -> str:
    """Where ports and counters come from, for who may ask for them and for who may not."""
    if Permission.BACKUP_RUN in netwb.me().permissions:
        return "`netwb poll --once` asks the devices now"
    return "ask whoever runs netwb whether the devices are polled"


@contextmanager
def _until_terminated() -> Iterator[Event]:
    """An event that SIGTERM and the keyboard set, in place of their ends."""
    stopped = Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _show(report: PollReport, *, as_json: bool) -> None:
    _say_report(report)
    if as_json:
        print_json(report)
        return
    bad = [outcome for outcome in report.outcomes if outcome.status != "answered"]
    if bad:
        print_table(
            ("device", "status", "why"),
            [(_name(o), o.status, why(o)) for o in bad[:SHOWN_CAUSES]],
            empty="",
        )
    if len(bad) > SHOWN_CAUSES:
        say(f"... and {len(bad) - SHOWN_CAUSES} more; --json shows them all")
    for outcome in report.outcomes:
        for note in outcome.notes:
            say(f"{_name(outcome)}: {note}")


def why(outcome: PollOutcome) -> str:
    """What is missing of a device, and the cause where there is one."""
    return "; ".join((*([str(outcome.cause)] if outcome.cause else []), *outcome.missing))


def _say_report(report: PollReport) -> None:
    took_s = (report.ended_at - report.started_at).total_seconds()
    counts = ", ".join(
        f"{count} {status}"
        for status in ("answered", "partial", "failed")
        if (count := report.count(status))
    )
    points = sum(outcome.points for outcome in report.outcomes)
    said = f"{counts or 'none'}{_bare(report)}; {points:,} point{'' if points == 1 else 's'}"
    say(f"{in_words(len(report.outcomes))} in {took_s:.1f} s: {said}")
    if report.new_ports:
        say(f"{report.new_ports} new ports; `netwb port list` shows them")
    for device, old, new in report.renamed:
        say(f"{device}: port {old} is called {new} now, and keeps its history")
    if report.no_pings:
        say(report.no_pings)


def _lacks(outcome: PollOutcome) -> str:
    """Why it is not as it should be; "" where it answers whole and shows ports."""
    if outcome.status != "answered":
        return why(outcome)
    return "; ".join(outcome.notes) if outcome.ports == 0 else ""


def _bare(report: PollReport) -> str:
    """Devices that answer, and of which no port can be made: their notes say why."""
    count = sum(outcome.ports == 0 for outcome in report.outcomes)
    return f", no interface of {in_words(count)} can be read" if count else ""


class _Beats:
    """Says of a poll what is not as it was at the one before: a log need not say the rest again."""

    def __init__(self) -> None:
        self._said: dict[str, str] | None = None
        self._elsewhere = 0

    def say(self, report: PollReport, missed: int) -> None:
        """Who does not answer whole now, who does again, and whom another poller has."""
        if missed:
            say(f"{missed} polls were missed before this one: the one before took too long")
        self._say_elsewhere(report)
        now = {_name(o): said for o in report.outcomes if (said := _lacks(o))}
        before = self._said or {}
        is_news = now != self._said or report.new_ports or report.renamed
        if is_news and (report.outcomes or not report.elsewhere):
            _say_report(report)
        for name in (name for name, words in now.items() if before.get(name) != words):
            say(f"{name}: {now[name]}")
        for name in (_name(o) for o in report.outcomes if _name(o) in before.keys() - now.keys()):
            say(f"{name}: answers again")
        self._said = now

    def _say_elsewhere(self, report: PollReport) -> None:
        if report.elsewhere != self._elsewhere:
            polled = f"{in_words(report.elsewhere) if report.elsewhere else 'no device'}"
            rest = f"; this one has {in_words(len(report.outcomes))}"
            say(f"another poller has {polled} now{rest}")
        self._elsewhere = report.elsewhere


def _say_error(error: NetwbError) -> None:
    say(f"netwb: {error}; the next poll tries again")


def _name(outcome: PollOutcome) -> str:
    return f"{outcome.tenant}/{outcome.hostname}"
