"""The reports as CSV: a row a device, or a row a thing that is told of access. Pure.

Names come from devices and people: each cell is one line, and no spreadsheet takes one for a formula.
A cell of what is not known is empty, so that no sum counts it as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from netwb.reports.records import NOT_SAVED, SAVED, AccessReport, CoverageReport, DeviceMonth, Sums
from netwb.reports.sections import access_sections
from netwb.spreadsheets import row_of

COVERAGE = (
    *("tenant", "site", "hostname", "device_id", "platform", "added_on", "retired_on"),
    *("nights_due", "saved", "changed", "unchanged", "accepted", "not_saved", "failed", "rejected"),
    *("not_tried", "no_record", "black_out", "whole_days", "days_without", "longest_gap_h"),
    *("longest_gap_from", "longest_gap_to", "last_copy_at", "last_copy_known_by"),
    *("last_copy_age_h", "revisions", "quarantined", "quarantine_accepted_by"),
)
SUM = "sum"


def csv_of(report: CoverageReport | AccessReport) -> str:
    """Quoted and with line ends as RFC 4180 says."""
    if isinstance(report, CoverageReport):
        devices = (_device(one, report) for one in report.devices)
        return "".join(map(row_of, [COVERAGE, *devices, _sum(report)]))
    return "".join(map(row_of, _told(report)))


def _told(report: AccessReport) -> Iterable[Sequence[str]]:
    """Sections one below the other, each with its columns named in a row of its own."""
    yield "section", "row"
    yield "report", f"access of {report.of or 'all tenants'} in {report.month.name}"
    yield "audit trail", report.chain.says
    yield from (("note", note) for note in report.notes)
    for section in access_sections(report):
        yield section.title, *section.columns
        yield from ((section.title, *row) for row in section.rows)


def _device(one: DeviceMonth, report: CoverageReport) -> tuple[str, ...]:
    gap, age = one.gap, None
    if one.copy_at is not None:
        age = (report.month.end - one.copy_at).total_seconds() / 3600
    accepted = [text.settled_by or "a person" for text in one.held if text.status == "accepted"]
    return (
        *(one.tenant, one.site, one.hostname, one.device_id, one.platform),
        *(_or_empty(one.added_on), _or_empty(one.retired_on), str(one.due)),
        *(str(one.count(*states)) for states in (SAVED, ("changed",), ("unchanged",))),
        *(str(one.count(*states)) for states in (("accepted",), NOT_SAVED, ("failed",))),
        *(str(one.count(*states)) for states in (("rejected",), ("untried",), ("unknown",))),
        *(str(one.count("blackout")), str(one.days), _or_empty(one.days_without)),
        "" if gap is None else f"{gap.hours:.1f}",
        *(_utc(gap.since if gap else None), _utc(gap.until if gap else None), _utc(one.copy_at)),
        one.copy_known,
        "" if age is None else f"{age:.1f}",
        *(str(one.revisions), str(len(one.held)), ", ".join(accepted)),
    )


def _sum(report: CoverageReport) -> tuple[str, ...]:
    sums: Sums = report.sums
    counts = {
        "tenant": SUM,
        "hostname": f"{sums.devices} devices",
        "nights_due": sums.due,
        "saved": sums.saved,
        "changed": sums.changed,
        "unchanged": sums.unchanged,
        "accepted": sums.accepted,
        "not_saved": sums.not_saved,
        "failed": sums.failed,
        "rejected": sums.rejected,
        "not_tried": sums.untried,
        "no_record": sums.no_record,
        "black_out": sums.blackout,
        "whole_days": sums.days,
        "days_without": sums.days_without,
        "revisions": sums.revisions,
        "quarantined": sums.held,
    }
    return tuple(_or_empty(counts.get(column)) for column in COVERAGE)


def _or_empty(value: object) -> str:
    return "" if value is None else str(value)


def _utc(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
