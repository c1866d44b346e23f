"""What a page of compliance is drawn from, as it was read from the facade at one time."""

from __future__ import annotations

from dataclasses import dataclass

from netwb.compliance.report import ComplianceReport, TrendDay
from netwb.views.compliance.grid import sites
from netwb.workbench import Workbench

TREND_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The report as kept, how findings went, and every site that has devices."""

    report: ComplianceReport
    trend: tuple[TrendDay, ...]
    sites: tuple[str, ...]


def read(bench: Workbench) -> Read:
    """All of it; for a thread."""
    report = bench.compliance()
    trend = tuple(bench.compliance_trend(days=TREND_DAYS))
    return Read(report=report, trend=trend, sites=sites(report))
