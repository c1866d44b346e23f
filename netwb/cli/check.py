"""`netwb check`: judge configurations by rules, and try rules on their own examples."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netwb.cli.context import NetwbCommand, bench, reading
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.files import named, write_new
from netwb.cli.show import (
    in_words,
    json_option,
    plain,
    print_items,
    print_json,
    print_table,
    rfc3339,
    say,
    shown,
)
from netwb.compliance.records import SEVERITIES
from netwb.compliance.report import STATE_WORDS, WORST_FIRST
from netwb.roles import Permission
from netwb.spreadsheets import tame

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netwb.compliance.records import Place
    from netwb.compliance.report import Cell, ComplianceReport
    from netwb.workbench import Workbench

_MOST_CELLS = 50  # lines of a terminal, but of critical ones all; --json and --csv have them all
_MOST_REASONS = 10  # in words; --json and --csv have them all
_MOST_NAMED = 3  # devices of one reason
_COLUMNS = (
    *("tenant", "site", "hostname", "rule", "title", "severity", "state", "since"),
    *("revision_number", "device_id", "reason", "lines"),
)
_UNTOLD = (
    "the copy does not tell, or the rule has no check for the platform; --device DEVICE says which"
)


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(check)


@click.command(cls=NetwbCommand)
@click.option("--device", metavar="DEVICE", help="This device only, with reasons and lines.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="By the rule files of DIR alone, with reasons and lines; nothing is kept.",
)
@click.option("--test", "as_test", is_flag=True, help="Run the examples that stand beside rules.")
@click.option(
    "--history",
    metavar="DAYS",
    help="First replay what is stored by today's rules, so that `since` is true: 90d.",
)
@click.option(
    "--csv",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Every cell, as a table, into a new file (`-`: stdout).",
)
@json_option
@click.pass_context
def check(  # noqa: PLR0913 - one parameter an option
    context: click.Context,
    *,
    device: str | None,
    rules: Path | None,
    as_test: bool,
    history: str | None,
    file: Path | None,
    as_json: bool,
) -> int:
    """Judge the newest good configuration of each device by the rules.

    What changed since the last check is judged anew, as the daemon does after each night, and all is
    shown. Rules are YAML files in the home's rules/; `netwb rule schema` prints their form. Try a new
    one in a folder of its own: with --rules DIR --test its examples are run, with --rules DIR alone
    every device is judged by it, and nothing is kept. Who holds compliance.view alone is shown what is
    kept.

    Exit 0: every device is compliant, or waived; 1: one is not, or is stale or not evaluated, which is
    no proof, or a rule or an example is broken.
    """
    if as_test:
        return _test(reading(context), rules, as_json=as_json)
    opened = bench(context)
    if history is not None:
        _replay(opened, history)
    found = _judged(opened, device) if rules is None else opened.check_with(rules, device)
    if file is not None:
        _write(file, found)
    if as_json:
        print_json(document(found))
    elif str(file) != "-":
        tell(found, has_reasons=rules is not None or device is not None)
    return DONE if found.is_good else SOME_FAILED


def document(report: ComplianceReport) -> dict[str, object]:
    """The JSON shape of a report: a line a cell."""
    return {
        "checked_at": plain(report.checked_at),
        "judged": report.judged,
        "counts": report.counts(),
        "problems": plain(report.problems),
        "items": list(rows(report)),
    }


def rows(report: ComplianceReport) -> Iterator[dict[str, object]]:
    """A line a cell: by state, the gravest first, then what is so for longest."""
    return iter(sorted(_rows(report), key=_badness))


def _rows(report: ComplianceReport) -> Iterator[dict[str, object]]:
    heads = {(rule.id, rule.tenant): rule for rule in report.rules}
    for one in report.devices:
        for rule_id, cell in one.cells.items():
            head = heads.get((rule_id, one.tenant)) or heads.get((rule_id, None))
            yield {
                "tenant": one.tenant,
                "site": one.site,
                "hostname": one.hostname,
                "rule": rule_id,
                "title": head.title if head else "",
                "severity": head.severity if head else None,
                "state": cell.state,
                "since": rfc3339(cell.since) if cell.since else None,
                "revision_number": cell.number,
                "device_id": one.device_id,
                "reason": one.reason(rule_id) or None,
                "lines": [
                    {"number": place.line, "text": place.text, "section": place.section}
                    for place in _meant(cell)
                ],
            }


def _meant(cell: Cell) -> Sequence[Place]:
    """Lines at fault; where none is, those that were looked at."""
    return [place for place in cell.places if place.fault] or cell.places


def _badness(row: dict[str, Any]) -> tuple[object, ...]:
    grave = SEVERITIES.index(row["severity"]) if row["severity"] else -1
    since = row["since"] or "9"
    return (
        WORST_FIRST.index(row["state"]),
        -grave,
        since,
        row["tenant"],
        row["hostname"],
        row["rule"],
    )


def tell(report: ComplianceReport, *, has_reasons: bool) -> None:
    """Cells that are not compliant, worst first; the sum, what is no proof, what is broken, in words."""
    cells = list(rows(report))
    _table([row for row in cells if row["state"] == "non_compliant"], has_reasons=has_reasons)
    counts = report.counts()
    said = [f"{counts[state]} {STATE_WORDS[state]}" for state in WORST_FIRST if counts[state]]
    devices, rules = in_words(len(report.devices)), len(report.rule_ids)
    say(f"{devices} by {rules} rules: {', '.join(said) or 'nothing is judged'}")
    _unproven(cells, has_reasons=has_reasons)
    for problem in report.problems:
        former = "; its former rules hold" if problem.in_force == "former" else ""
        say(shown(f"{problem.message}{former}"))


def _table(bad: Sequence[dict[str, Any]], *, has_reasons: bool) -> None:
    if not bad:
        return
    most = max(_MOST_CELLS, sum(row["severity"] == "critical" for row in bad))
    columns: tuple[str, ...] = ("device", "breaks", "severity", "since (UTC)")
    lines: list[tuple[Any, ...]] = [_line(row) for row in bad[:most]]
    if has_reasons:
        columns = (*columns, "lines", "reason")
        lines = [
            (*line, _numbers(row), row["reason"])
            for line, row in zip(lines, bad[:most], strict=True)
        ]
    print_table(columns, lines, empty="")
    more = len(bad) - most
    if more > 0:
        say(f"and {more} more, none of them graver; --csv FILE and --json have all, --device one's")
    if not has_reasons:
        say("--device DEVICE says why, and which lines")


def _line(row: dict[str, Any]) -> tuple[Any, ...]:
    return f"{row['tenant']}/{row['hostname']}", row["rule"], row["severity"], row["since"]


def _numbers(row: dict[str, Any]) -> str:
    return ", ".join(str(line["number"]) for line in row["lines"])


def _unproven(cells: Sequence[dict[str, Any]], *, has_reasons: bool) -> None:
    """What is no proof, summed by its reason."""
    untold = "not judged yet" if has_reasons else _UNTOLD
    summed: Counter[tuple[str, str]] = Counter()
    of: dict[tuple[str, str], dict[str, None]] = {}
    for row in cells:
        if row["state"] in {"not_evaluated", "stale"}:
            key = (STATE_WORDS[row["state"]], row["reason"] or untold)
            summed[key] += 1
            of.setdefault(key, {})[f"{row['tenant']}/{row['hostname']}"] = None
    for (state, reason), count in summed.most_common(_MOST_REASONS):
        names = list(of[state, reason])
        more = len(names) - _MOST_NAMED
        whose = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        say(shown(f"{count} {state} ({whose}): {reason}"))
    if len(summed) > _MOST_REASONS:
        say(f"and {len(summed) - _MOST_REASONS} more reasons; --csv FILE and --json have all")


def _judged(opened: Workbench, device: str | None) -> ComplianceReport:
    """Anew; for who may only look, as it is kept."""
    if Permission.COMPLIANCE_EDIT in opened.rights().permissions:
        return opened.check(device)
    kept = opened.compliance(device, reasons=True)
    at = kept.checked_at or max(
        (one.checked_at for one in kept.devices if one.checked_at), default=None
    )
    when = f"as it was at {shown(at)} UTC" if at else "and nothing was judged yet"
    say(f"shown as kept, {when}: judging anew takes the right compliance.edit")
    return kept


def _replay(opened: Workbench, history: str) -> None:
    opened.check()
    digits = history.removesuffix("d")
    if not digits.isdecimal():
        msg = f"--history: {history!r} is no number of days; write 90d"
        raise click.UsageError(msg)
    done = opened.check_history(int(digits))
    say(f"{done.revisions} revisions of {in_words(done.devices)} replayed: {done.changes} changes")


def _test(opened: Workbench, folder: Path | None, *, as_json: bool) -> int:
    found = opened.test_rules(folder)
    bad = [one for one in found if not one.holds]
    if as_json:
        print_items(found)
    else:
        for one in bad:
            say(
                shown(
                    one.reason if one.reason.startswith(one.where) else f"{one.where}: {one.reason}"
                )
            )
        texts = [one for one in found if one.platform]
        rules = len({one.rule_id for one in texts})
        good, faults = sum(one.holds for one in texts), len(found) - len(texts)
        at_fault = f"; faults of rule files: {faults}" if faults else ""
        say(f"examples that hold: {good} of {len(texts)}; rules: {rules}{at_fault}")
    return SOME_FAILED if bad else DONE


def _write(file: Path, report: ComplianceReport) -> None:
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, _COLUMNS)
    table.writeheader()
    count = 0
    for row in rows(report):
        flat = {**row, "lines": _numbers(row)}
        table.writerow({k: tame(str(v)) if v is not None else "" for k, v in flat.items()})
        count += 1
    write_new(text.getvalue().encode("utf-8-sig", "replace"), file)
    if str(file) != "-":
        say(f"{count} cells written to {named(file)}")
