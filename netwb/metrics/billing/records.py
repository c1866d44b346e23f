"""Words of bills: frozen records that travel between floors. No arrays, no database.

A group of ports is billed as one: by the 95th percentile of its five-minute windows in a month of
the contract's time zone. Rates are whole bit/s, rounded down; times are aware UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Method = Literal["higher", "sum", "in", "out"]
Direction = Literal["in", "out", "sum"]
GroupState = Literal["reckoned", "no_ports", "no_data", "all_excluded"]

METHODS: tuple[Method, ...] = get_args(Method)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
NO_PORTS = "no ports"  # what it says of each window of a group without any
TO_COME = "to come"  # what the CSV says of a window that is not over
POLICY = (
    "Windows without data are left out: the rank is taken among those that have data. Some contracts "
    "count them as zero, which lowers the figure: the list says which they are. A window in which "
    "only some ports have data counts with those. Excluded windows are left out."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of the contract's zone, from its first local midnight to the next month's.

    since, until   epoch seconds
    """

    name: str  # 2026-11
    time_zone: str
    since: int
    until: int

    @property
    def windows(self) -> int:
        """How many five-minute windows it has: 8,640 where it has 30 days and no clock is changed."""
        return (self.until - self.since) // 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the contract says of a group of ports.

    method   `higher` of the percentiles of both directions, percentile of their `sum`, `in` or `out`
    """

    group: str
    method: Method
    commit_bps: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledPort:
    """A port as it stands on the bill.

    since, until   where it was the tenant's and in the group in a part of the month alone; other
                   windows of it are not on this bill
    away           times between these, from and to, in which it was another's, or not in the group
    """

    id: str
    device: str  # tenant/hostname
    name: str  # ifName
    circuit_ref: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    away: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Span:
    """Windows that follow each other; `until` is where the last one ends."""

    since: datetime
    until: datetime
    windows: int


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Exclusion:
    """A time that is not billed, and why; a window that it touches is left out whole."""

    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentile:
    """The 95th of one direction: the `rank`-th smallest of `windows`, in the window that begins `at`.

    octets   in that window; bps is 8/300 of it, rounded down
    """

    direction: Direction
    bps: int
    octets: int
    rank: int
    windows: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a month that is not over may come to.

    bps            if each window to come is as it was a week before; None before a week is over
    at_least_bps   if nothing flows any more
    """

    bps: int | None
    at_least_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBill:
    """What one group comes to, and how it was found.

    billed        the percentile that the method chooses; None where `state` is not `reckoned`
    percentiles   of the directions that the method looks at
    overage_bps   above the commit; None where there is none to be above, or nothing was reckoned
    windows       of the month; `due` are over, `present` are ranked
    missing       none has data; of a group without ports nothing is missing
    partial       only some of the ports that were the tenant's then have data; they are among the
                  present ones
    digest        SHA-256 over all that the figures were reckoned from
    """

    terms: Terms
    month: Month
    state: GroupState
    ports: tuple[BilledPort, ...]
    billed: Percentile | None
    percentiles: tuple[Percentile, ...]
    overage_bps: int | None
    octets_in: int
    octets_out: int
    windows: int
    due: int
    present: int
    missing: tuple[Span, ...]
    partial: tuple[Span, ...]
    excluded: tuple[Span, ...]
    exclusions: tuple[Exclusion, ...]
    forecast: Forecast | None
    policy: str
    digest: str

    @property
    def is_over(self) -> bool:
        """Whether all of its month's windows are over."""
        return self.due == self.windows


def many(spans: tuple[Span, ...]) -> int:
    """How many windows they are."""
    return sum(span.windows for span in spans)
