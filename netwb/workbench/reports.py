"""A backup's report with a frame, and a table in a notebook's cell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from netwb.collect.outcome import BackupOutcome, BackupReport
from netwb.loading import lazy
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazy("pandas")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport(BackupReport):
    """What `back_up` gives on the facade."""

    @classmethod
    def of(cls, report: BackupReport) -> Self:
        """The same report, that can be shown."""
        return cls(**{item.name: getattr(report, item.name) for item in fields(report)})

    @property
    def changed(self) -> Records[BackupOutcome]:
        """Devices with a new revision."""
        return records_of(self.with_status("changed"), BackupOutcome)

    @property
    def unchanged(self) -> Records[BackupOutcome]:
        """Devices whose newest revision is still what they have."""
        return records_of(self.with_status("unchanged"), BackupOutcome)

    @property
    def rejected(self) -> Records[BackupOutcome]:
        """Devices whose text was not believed; the last good one stays."""
        return records_of(self.with_status("rejected"), BackupOutcome)

    @property
    def failed(self) -> Records[BackupOutcome]:
        """Devices that gave no text."""
        return records_of(self.with_status("failed"), BackupOutcome)

    def frame(self) -> pd.DataFrame:
        """One row a device, worst first."""
        return records_of(self.outcomes, BackupOutcome).frame()

    def _repr_html_(self) -> str:
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.counts().items()))
        rows = records_of(self.outcomes, BackupOutcome)
        return f"<div>{len(self.outcomes)} devices: {counts}</div>{rows._repr_html_()}"
