"""What is shown, as a CSV file: one row a cell, in the order of the page. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from netwb.compliance.report import STATE_WORDS, ComplianceReport
from netwb.views.compliance.grid import LETTERS, NEW, NONE, OPEN, Shown
from netwb.views.compliance.look import Look
from netwb.views.html import csv_of

HEAD = (
    *("tenant", "site", "device", "platform", "rule", "title", "severity", "state", "since"),
    *("copy seen", "checked", "revision"),
)


def cells_csv(shown: Shown, report: ComplianceReport, look: Look) -> bytes:
    """Cells of the rows and columns that are shown; a rule that does not mean a device has no row.

    Where only some states are asked for, only cells of those are there.
    """
    return csv_of(HEAD, _rows(shown, report, look))


def _rows(shown: Shown, report: ComplianceReport, look: Look) -> Iterator[tuple[object, ...]]:
    wanted = _wanted(look)
    for line in shown.lines:
        one = line.one
        for rule, letter in zip(shown.rules, line.letters, strict=True):
            if letter == NONE or (wanted and letter not in wanted):
                continue
            cell, head = one.cells[rule.id], report.head(rule.id, one.tenant) or rule
            yield (
                *(one.tenant, one.site, one.hostname, one.platform, rule.id, head.title),
                *(head.severity, STATE_WORDS[cell.state], cell.since, one.copy_at, one.checked_at),
                one.revision or "",
            )


def _wanted(look: Look) -> frozenset[str]:
    if look.fresh:
        return frozenset(NEW)
    if look.opened or look.state == "non_compliant":
        return OPEN
    return frozenset(LETTERS[look.state]) if look.state else frozenset()
