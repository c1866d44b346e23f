"""`netwb check`: judge configurations by rules, and try rules on their own examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netwb.cli.context import NetwbCommand, bench
from netwb.cli.exits import DONE, SOME_FAILED
from netwb.cli.show import in_words, json_option, plain, print_json, print_table, say, shown
from netwb.compliance.report import STATE_WORDS, WORST_FIRST

if TYPE_CHECKING:
    from netwb.compliance.report import ComplianceReport

_MOST_CELLS = 50  # lines of a terminal; --json and --csv have them all


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(check)


@click.command(cls=NetwbCommand)
@click.option("--device", metavar="DEVICE", help="This device only.")
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Judge by the rule files of DIR alone; nothing is kept.",
)
@json_option
@click.pass_context
def check(context: click.Context, *, device: str | None, rules: Path | None, as_json: bool) -> int:
    """Judge the newest good configuration of each device by the rules.

    What changed since the last check is judged anew, all is shown. Exit 0: every device is compliant,
    or waived; 1: one is not, or a rule file is broken.
    """
    opened = bench(context)
    del rules
    found = opened.check(device)
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
        "items": [
            {
                "tenant": one.tenant,
                "site": one.site,
                "hostname": one.hostname,
                "device_id": one.device_id,
                "rule": rule_id,
                "severity": head.severity if head else None,
                "state": cell.state,
                "since": plain(cell.since),
                "revision_number": cell.number,
            }
            for one in report.devices
            for rule_id, cell in one.cells.items()
            for head in [report.head(rule_id, one.tenant)]
        ],
    }


def tell(report: ComplianceReport) -> None:
    """Cells that are not compliant, worst first; the sum, and what is broken, in words."""
    rows = [
        (
            f"{one.tenant}/{one.hostname}",
            rule_id,
            head.severity if head else "",
            shown(cell.since) if cell.since else "",
        )
        for one in report.devices
        for rule_id, cell in one.cells.items()
        for head in [report.head(rule_id, one.tenant)]
        if cell.state == "non_compliant"
    ]
    if rows:
        print_table(("device", "breaks", "severity", "since (UTC)"), rows[:_MOST_CELLS], empty="")
    if len(rows) > _MOST_CELLS:
        say(f"and {len(rows) - _MOST_CELLS} more; --json and --csv have them all")
    counts = report.counts()
    sums = ", ".join(
        f"{counts[state]} {STATE_WORDS[state]}" for state in WORST_FIRST if counts[state]
    )
    say(f"{in_words(len(report.devices))}, {len(report.rule_ids)} rules: {sums or 'nothing'}")
    for problem in report.problems:
        say(f"{problem.message}{_holds(problem.in_force)}")


def _holds(in_force: str) -> str:
    return "; its former rules hold" if in_force == "former" else ""
