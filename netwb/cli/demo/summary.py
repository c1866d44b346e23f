"""What a demo has to tell: what was saved and by whom, what was refused and why, a diff, a search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from netwb.cli.demo.attacks import ShownAttack
from netwb.cli.demo.building import Refused
from netwb.cli.demo.people import DemoLogin
from netwb.cli.paint import print_diff
from netwb.cli.show import in_words, plain, print_table, rfc3339, stdout_console
from netwb.configs.diff import ConfigDiff
from netwb.errors import UnknownDeviceError, UnknownRevisionError
from netwb.lab.demo import DemoPlan
from netwb.workbench import Workbench
from netwb.workbench.words import BackupReport

SHOWN_HITS = 4
MOST_CHANGES = 200  # that are looked through for a device to show
NOT_SAID = "(the device does not say)"  # FRR names nobody


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """One start of a demo, counted.

    report    of the one more backup of a start on an existing home; None: the nights were played
    logins    of a demo that was just built
    attack    that was shown from its report to its end; None: no router could announce anything
    key       the detector's, for the attacks to come
    """

    plan: DemoPlan
    home: Path
    refused: tuple[Refused, ...]
    took_s: float
    report: BackupReport | None = None
    logins: tuple[DemoLogin, ...] = ()
    attack: ShownAttack | None = None
    key: str | None = field(default=None, repr=False)


def summary_document(bench: Workbench, result: DemoResult) -> dict[str, Any]:
    """The shape of `netwb demo --once --json`."""
    authors = _authors(bench, result.plan.nights[0].at)
    return {
        "devices": len(result.plan.devices),
        "nights": len(result.plan.nights),
        "commits": sum(authors.values()),
        "rejected": [{"night": rfc3339(r.night), **plain(r.outcome)} for r in result.refused],
        "authors": [{"author": who, "commits": count} for who, count in authors.most_common()],
        "attack": _attack_document(result.attack),
        "home": str(result.home),
    }


def _attack_document(shown: ShownAttack | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    return {
        "prefix": str(shown.one.network),
        "tenant": shown.one.tenant,
        "state": shown.one.state,
        "routers": shown.routers,
        "of": shown.of,
        "announced_s": round(shown.took_s, 3),
        "withdrawn_s": None if shown.ended_s is None else round(shown.ended_s, 3),
    }


def print_summary(bench: Workbench, result: DemoResult) -> None:
    """A page that a person enjoys reading."""
    plan, console = result.plan, stdout_console()
    authors = _authors(bench, plan.nights[0].at)
    console.print(Text(_headline(result, commits=sum(authors.values())), style="bold"))
    _head("Who changed it, as the devices say")
    print_table(
        ("author", "commits"),
        [(NOT_SAID if who == "unknown" else who, count) for who, count in authors.most_common()],
        empty="nobody changed anything",
    )
    _head("Refused, so that the last good configuration stayed")
    print_table(
        ("night", "device", "status", "cause"),
        [(f"{r.night:%d %b}", _name(r), r.outcome.status, r.outcome.cause) for r in result.refused],
        empty="nothing was refused",
    )
    if result.attack is not None:
        _head("Attacked  (netwb blackhole list)")
        console.print(attack_words(result.attack), soft_wrap=True)
    shown = last_change(bench, plan)
    if shown is not None:
        key, diff = shown
        _head(f"The last change of {key}  (netwb diff {key} --words)")
        print_diff(diff)
    _print_search(bench, plan)


def last_change(bench: Workbench, plan: DemoPlan) -> tuple[str, ConfigDiff] | None:
    """Of the plan's device; where a person renamed that one, of the device that changed last."""
    for reference in (plan.diff_key, *_changed(bench, plan)):
        try:
            device = bench.device(reference)
            return f"{device.tenant}/{device.hostname}", bench.diff(reference, words="words")
        except (UnknownDeviceError, UnknownRevisionError):
            continue
    return None


def _changed(bench: Workbench, plan: DemoPlan) -> Iterator[str]:
    """Ids of devices that are there, the one that changed last before the others."""
    changes = bench.changes(since=plan.nights[0].at, limit=MOST_CHANGES)
    yield from dict.fromkeys(one.device_id for one in changes if one.number > 1)


def attack_words(shown: ShownAttack) -> str:
    """What became of it, in a line."""
    one = shown.one
    whose = f"{one.network}, of {one.tenant}: {one.reason}"
    if one.state != "announced":
        return f"{whose}; it is {one.state}"
    if shown.ended_s is None:
        return f"{whose}; dropped on {shown.routers} of {shown.of} routers"
    return (
        f"{whose}; dropped on {shown.routers} of {shown.of} routers after {shown.took_s:.1f} s, and"
        f" taken back in {shown.ended_s:.1f} s once it was over"
    )


def _headline(result: DemoResult, *, commits: int) -> str:
    """What this start did; where the nights were played before, the whole stands behind it."""
    plan, took = result.plan, f"in {result.took_s:.0f} s of real SSH"
    whole = f"{len(plan.devices)} devices of {len(plan.tenants)} tenants, {len(plan.nights)} nights"
    if result.report is None:
        return f"{whole}, {commits} commits, {took}"
    counts = sorted(result.report.counts().items())
    done = ", ".join(f"{count} {status}" for status, count in counts)
    return (
        f"One more backup: {in_words(len(result.report.outcomes))}, {done}, {took}\n"
        f"All in all: {whole} and the backups since, {commits} commits"
    )


def _print_search(bench: Workbench, plan: DemoPlan) -> None:
    hits = bench.search(plan.search_text)
    _head(f'Who carries "{plan.search_text}"  (netwb search "{plan.search_text}")')
    print_table(
        ("device", "line", "text", "since (UTC)", "author"),
        [
            (f"{h.tenant}/{h.hostname}", h.line, h.text, h.since, h.author)
            for h in hits[:SHOWN_HITS]
        ],
        empty="nobody",
    )
    if len(hits) > SHOWN_HITS:
        stdout_console().print(f"... and {len(hits) - SHOWN_HITS} more")


def _authors(bench: Workbench, since: datetime) -> Counter[str]:
    """Commits by author, those of retired devices too.

    A change of before the first night was stored in it all the same.
    """
    long_ago = since.replace(year=since.year - 5)
    found = bench.where(status="any").changes(since=long_ago)
    return Counter(change.author for change in found)


def _head(title: str) -> None:
    console = stdout_console()
    console.print()
    console.print(Text(title, style="bold cyan"))


def _name(refused: Refused) -> str:
    return f"{refused.outcome.tenant}/{refused.outcome.hostname}"
