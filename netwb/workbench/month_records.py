"""The auditor's reports with a frame, and a table in a notebook's cell."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from netwb.loading import lazy
from netwb.reports.records import NOT_SAVED, SAVED, AccessReport, CoverageReport, Entry

if TYPE_CHECKING:
    import pandas as pd

    from netwb.reports import sections as _sections
else:
    pd = lazy("pandas")
    _sections = lazy("netwb.reports.sections")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCoverage(CoverageReport):
    """What `coverage_report` gives."""

    def frame(self) -> pd.DataFrame:
        """One row a device; what is not known is NaN, never 0."""
        end = self.month.end
        rows = [
            {
                "tenant": one.tenant,
                "site": one.site,
                "hostname": one.hostname,
                "nights_due": one.due,
                "nights_saved": one.count(*SAVED),
                "nights_changed": one.count("changed"),
                "nights_not_saved": one.count(*NOT_SAVED),
                "nights_no_record": one.count("unknown"),
                "days": one.days,
                "days_without": one.days_without,
                "longest_gap_h": None if one.gap is None else one.gap.hours,
                "copy_at": one.copy_at,
                "copy_age_h": None
                if one.copy_at is None
                else (end - one.copy_at).total_seconds() / 3600,
                "revisions": one.revisions,
                "quarantined": len(one.held),
            }
            for one in self.devices
        ]
        return pd.DataFrame(rows)

    def _repr_html_(self) -> str:
        return _html(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAccess(AccessReport):
    """What `access_report` gives."""

    def frame(self) -> pd.DataFrame:
        """One row an event that is in the report, oldest first."""
        events: list[Entry] = sorted(
            {
                one.seq: one
                for part in (self.changes, self.reveals, self.quarantine, self.blackholes)
                for one in part
            }.values(),
            key=lambda one: one.seq,
        )
        columns = ["at", "actor", "action", "target", "tenant", "detail"]
        rows = [{name: getattr(one, name) for name in columns} for one in events]
        return pd.DataFrame(rows, columns=columns)

    def _repr_html_(self) -> str:
        return _html(self)


def _html(report: CoverageReport | AccessReport) -> str:
    """Escaped: names come from devices and people."""
    said = "".join(f"<p>{escape(one)}</p>" for one in _sections.preface_of(report))
    tables = "".join(
        f"<h4>{escape(one.title)}</h4>"
        + pd.DataFrame(one.rows, columns=list(one.columns)).to_html(
            escape=True, index=False, max_rows=60, border=0
        )
        for one in _sections.sections_of(report)
        if one.rows
    )
    return f"<h3>{escape(_sections.heading_of(report))}</h3>{said}{tables}"
