"""What a page shows at once, as rows of its main table: a frame, and a table in a notebook's cell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from netwb.workbench.records import Records
from netwb.workbench.tables import heading

if TYPE_CHECKING:
    import pandas as pd


class Framed:
    """Mixed into a record with `repr=False`: `rows` is its table, `said` the line above it."""

    __slots__ = ()

    def rows(self) -> Records[Any]:
        """The table."""
        raise NotImplementedError

    def said(self) -> str:
        """What it comes to, in a line."""
        raise NotImplementedError

    def frame(self) -> pd.DataFrame:
        """A row a thing; times aware UTC."""
        return self.rows().frame()

    def __repr__(self) -> str:
        return f"<{self.said()}>"

    def _repr_html_(self) -> str:
        return heading(self.said()) + self.rows()._repr_html_()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoredRow:
    """A device and whether it is up."""

    tenant: str
    site: str
    hostname: str
    platform: str
    status: str
    stale: bool
    reason: str
    collector: str
    observed_at: datetime | None
    age_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledRow:
    """A group of a bill. Rates in bit/s, totals in octets, windows of five minutes.

    state   whether it is reckoned, and why not
    """

    group: str
    method: str
    state: str
    billed_bps: int | None
    rank: int | None
    commit_bps: int | None
    overage_bps: int | None
    octets_in: int
    octets_out: int
    windows: int
    due_windows: int
    present_windows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedLine:
    """A line of a stored text, and who brought it when."""

    line: int
    text: str
    since: datetime
    author: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """A line of a comparison with its numbers on both sides; None: it is not there."""

    section: str
    kind: str
    old_line: int | None
    new_line: int | None
    text: str
