"""`netwb check`: judge configurations by rules, and try rules on their own examples."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbCommand, bench, reading
from netwb.cli.exits import DONE, SOME_FAILED
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
from netwb.compliance.report import STATE_WORDS, WORST_FIRST
from netwb.spreadsheets import tame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwb.compliance.report import ComplianceReport
    from netwb.workbench import Workbench

_MOST_CELLS = 50  # lines of a terminal; --json and --csv have them all
_COLUMNS = (
    *("tenant", "site", "hostname", "rule", "title", "severity", "state", "since"),
    *("revision_number", "device_id"),
)


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(check)


@click.command(cls=NetwbCommand)
@click.option("--device", metavar="DEVICE", help="This device only.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="By the rule files of DIR alone; nothing is kept.",
)
@click.option("--test", "as_test", is_flag=True, help="Run the examples that stand beside rules.")
@click.option(
    "--history",
    metavar="DAYS",
    help="First replay what is stored by today's rules, so that `since` is true: 90d.",
)
@click.option(
    "--csv", "file", type=click.Path(dir_okay=False, path_type=Path), help="Every cell, as a table."
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
    every device is judged by it, and nothing is kept.

    Exit 0: every device is compliant, or waived; 1: one is not, or a rule or an example is broken.
    """
    if as_test:
        return _test(reading(context), rules, as_json=as_json)
    opened = bench(context)
    if history is not None:
        _replay(opened, history)
    found = opened.check(device) if rules is None else opened.check_with(rules, device)
    if file is not None:
        _write(file, found)
    if as_json:
        print_json(document(found))
    else:
        tell(found)
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
    """A line a cell, the worst devices first."""
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
            }


def tell(report: ComplianceReport) -> None:
    """Cells that are not compliant, worst first; the sum, and what is broken, in words."""
    bad = [row for row in rows(report) if row["state"] == "non_compliant"]
    if bad:
        print_table(
            ("device", "breaks", "severity", "since (UTC)"),
            [
                (f"{r['tenant']}/{r['hostname']}", r["rule"], r["severity"], r["since"])
                for r in bad[:_MOST_CELLS]
            ],
            empty="",
        )
    if len(bad) > _MOST_CELLS:
        say(f"and {len(bad) - _MOST_CELLS} more; --json and --csv have them all")
    counts = report.counts()
    said = [f"{counts[state]} {STATE_WORDS[state]}" for state in WORST_FIRST if counts[state]]
    devices, rules = in_words(len(report.devices)), len(report.rule_ids)
    say(f"{devices} by {rules} rules: {', '.join(said) or 'nothing is judged'}")
    for problem in report.problems:
        former = "; its former rules hold" if problem.in_force == "former" else ""
        say(shown(f"{problem.message}{former}"))


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
        rules = len({one.rule_id for one in found if one.rule_id})
        say(
            f"{len(found)} texts of {rules} rules: {len(found) - len(bad)} as they say, {len(bad)} not"
        )
    return SOME_FAILED if bad else DONE


def _write(file: Path, report: ComplianceReport) -> None:
    try:
        with file.open("w", encoding="utf-8-sig", newline="") as target:
            table = csv.DictWriter(target, _COLUMNS)
            table.writeheader()
            table.writerows(
                {key: tame(str(value)) if value is not None else "" for key, value in row.items()}
                for row in rows(report)
            )
    except OSError as error:
        msg = f"--csv: {file} cannot be written: {error.strerror}; name another file"
        raise click.UsageError(msg) from error
