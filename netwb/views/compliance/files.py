"""What is shown, as a CSV file, one row a cell, and as what is printed of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from netwb.compliance.printed import PrintedFinding, PrintedGroup, PrintedMatrix, PrintedRow
from netwb.compliance.report import (
    STATE_WORDS,
    WORST_FIRST,
    Cell,
    ComplianceReport,
    DeviceCompliance,
    RuleHead,
)
from netwb.views.compliance.grid import NONE, Line, Shown, good_words, group_of, note_of, wanted_by
from netwb.views.compliance.look import Look
from netwb.views.html import csv_of
from netwb.views.navigation import Moment
from netwb.views.words import count, exact

HEAD = (
    *("tenant", "site", "device", "platform", "rule", "title", "severity", "state", "since"),
    *("copy seen", "checked", "revision"),
)
PRINTED = ("non_compliant", "waived")  # states that are listed after the matrix


def cells_csv(shown: Shown, report: ComplianceReport, look: Look) -> bytes:
    """Cells of the rows and columns that are shown; a rule that does not mean a device has no row.

    Where only some states are asked for, only cells of those are there.
    """
    rows = (
        (
            *(one.tenant, one.site, one.hostname, one.platform, head.id, head.title),
            *(head.severity, STATE_WORDS[cell.state], cell.since, one.copy_at, one.checked_at),
            one.revision or "",
        )
        for one, head, cell in _cells(shown, report, look)
    )
    return csv_of(HEAD, rows)


def _cells(
    shown: Shown, report: ComplianceReport, look: Look
) -> Iterator[tuple[DeviceCompliance, RuleHead, Cell]]:
    """In the order of the page, each with the rule as it is in force for its tenant."""
    wanted = wanted_by(look)
    for line in shown.lines:
        for rule, letter in zip(shown.rules, line.letters, strict=True):
            if letter != NONE and (wanted is None or letter in wanted):
                head = report.head(rule.id, line.one.tenant) or rule
                yield line.one, head, line.one.cells[rule.id]


def matrix_of(
    shown: Shown, report: ComplianceReport, look: Look, at: Moment, *, whose: str
) -> PrintedMatrix:
    """The same rows and columns for paper; `whose`: the tenants that it is of, in words."""
    findings = tuple(
        PrintedFinding(
            device=f"{one.tenant}/{one.hostname}",
            rule=head.id,
            title=head.title,
            severity=head.severity,
            state=cell.state,
            since=f"{cell.since.astimezone(at.zone):%Y-%m-%d %H:%M}" if cell.since else "",
        )
        for one, head, cell in _cells(shown, report, look)
        if cell.state in PRINTED
    )
    return PrintedMatrix(
        at=at.now,
        told=tuple(_told(shown, report, look, at, whose)),
        counts=tuple((state, shown.counts[state]) for state in WORST_FIRST),
        rules=tuple(one.id for one in shown.rules),
        groups=tuple(_groups(shown, look, at)),
        findings=findings,
        quiet=f"Not listed: {good_words(shown)}." if shown.good else "",
    )


def _groups(shown: Shown, look: Look, at: Moment) -> Iterator[PrintedGroup]:
    for name, lines in groupby(shown.lines, key=lambda line: group_of(line.one, look)):
        devices, findings = shown.groups[name]
        said = f"{name}   {count(devices, 'device')}, {count(findings, 'finding')}"
        yield PrintedGroup(title=said, rows=tuple(_row(line, shown.rules, at) for line in lines))


def _row(line: Line, rules: Sequence[RuleHead], at: Moment) -> PrintedRow:
    cells = (line.one.cells.get(rule.id) for rule in rules)
    return PrintedRow(
        hostname=line.one.hostname,
        note=note_of(line, at.now),
        states=tuple(cell.state if cell is not None else None for cell in cells),
    )


def _told(
    shown: Shown, report: ComplianceReport, look: Look, at: Moment, whose: str
) -> Iterator[str]:
    checked = (
        f"checked {exact(report.checked_at, at.zone)}" if report.checked_at else "never checked"
    )
    rules = count(len(report.rule_ids), "rule")
    yield f"{whose}, {count(len(report.devices), 'device')} by {rules}; {checked}. Times: {at.zone.key}."
    if not look.narrows:
        return
    parts = [f"site {look.site}"] if look.site else []
    parts += [f"rules: {look.rules}"] if look.rules else []
    parts += ["with an open finding"] if look.opened else []
    parts += ["broken since yesterday"] if look.fresh else []
    parts += [f"with a cell that is {STATE_WORDS[look.state]}"] if look.state else []
    yield f"Shown: {'; '.join(parts)}. {count(len(shown.lines), 'device')}."
