"""What a group of ports comes to in a month. Pure.

Ports of one bill are summed in each window and then ranked: the percentile of a sum is not the sum of
percentiles. Everything is reckoned in whole octets of a window; a rate is 8/300 of them, rounded down
to whole bit/s, which ranks as the octets do. Source: facts of the field, "Traffic and billing" 1 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.billing.digest import digest_of
from netwb.metrics.billing.records import (
    POLICY,
    BilledPort,
    Direction,
    Exclusion,
    Forecast,
    GroupBill,
    GroupState,
    Method,
    Month,
    Percentile,
    Span,
    Terms,
)
from netwb.metrics.samples import Times, Whole
from netwb.metrics.series.percentiles import WINDOW_S, rank_of
from netwb.metrics.series.windows import NONE, Volumes

Bits = NDArray[np.bool_]

_RANKED: Mapping[Method, tuple[Direction, ...]] = {
    "higher": ("in", "out"),
    "sum": ("sum",),
    "in": ("in",),
    "out": ("out",),
}
_WEEK = 7 * 86_400 // WINDOW_S  # traffic of a day of the week is like that of the week before


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counted:
    """All that a group's bill is reckoned from; volumes have a row a port, in the order of `ports`."""

    terms: Terms
    month: Month
    ports: tuple[BilledPort, ...]
    volumes: Volumes
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Summed:
    """A group as one, by window that is over.

    begin      epoch seconds
    octets     by direction; of the ports that have data
    some       of its ports have data
    all        of its ports that were the tenant's then have data
    excluded   left out, whatever data there is
    """

    begin: Times
    octets: Mapping[Direction, Whole]
    some: Bits
    all: Bits
    excluded: Bits

    @property
    def counted(self) -> Bits:
        """The windows that are ranked."""
        found: Bits = self.some & ~self.excluded
        return found


def bps_of(octets: int) -> int:
    """Bit/s of a window, rounded down.

    >>> bps_of(37_500), bps_of(37_499)
    (1000, 999)
    """
    return octets * 8 // WINDOW_S


def reckon(counted: Counted) -> GroupBill:
    """The bill of a group; `state` says why there is no figure."""
    summed = sum_up(counted)
    begin = counted.volumes.begin
    found = _percentiles(counted.terms.method, summed, begin)
    billed = max(found, key=lambda one: one.octets, default=None)
    commit = counted.terms.commit_bps
    ranked = summed.counted
    return GroupBill(
        terms=counted.terms,
        month=counted.month,
        state=_state(counted, summed),
        ports=counted.ports,
        billed=billed,
        percentiles=found,
        overage_bps=None if billed is None or commit is None else max(0, billed.bps - commit),
        octets_in=sum(summed.octets["in"][ranked].tolist()),
        octets_out=sum(summed.octets["out"][ranked].tolist()),
        windows=counted.month.windows,
        due=len(begin),
        present=int(ranked.sum()),
        missing=_spans(begin, ~summed.some & ~summed.excluded) if counted.ports else (),
        partial=_spans(begin, ranked & ~summed.all),
        excluded=_spans(begin, summed.excluded),
        exclusions=counted.exclusions,
        forecast=_forecast(counted, summed) if found else None,
        policy=POLICY,
        digest=digest_of(
            terms=counted.terms,
            month=counted.month,
            ports=counted.ports,
            exclusions=counted.exclusions,
            volumes=counted.volumes,
        ),
    )


def sum_up(counted: Counted) -> Summed:
    """Its ports as one."""
    received, sent = counted.volumes.received, counted.volumes.sent
    absent = (received == NONE).sum(axis=0)
    into = received.sum(axis=0) - NONE * absent
    out = sent.sum(axis=0) - NONE * absent
    some = absent < len(received)
    due = absent - _of_others(counted)
    return Summed(
        begin=counted.volumes.begin,
        octets={"in": into, "out": out, "sum": into + out},
        some=some,
        all=some & (due == 0),
        excluded=_excluded(counted.volumes.begin, counted.exclusions),
    )


def _of_others(counted: Counted) -> Whole:
    """How many ports have no data in each window, as it is not on the bill in all of it."""
    begin = counted.volumes.begin
    end = begin + WINDOW_S
    found = np.zeros(len(begin), np.int64)
    for port, received in zip(counted.ports, counted.volumes.received, strict=True):
        away = [(None, port.since), *port.away, (port.until, None)]
        for since, until in away:
            if since is None and until is None:  # it was the tenant's from the first, or still is
                continue
            there = received == NONE
            there &= since is None or begin >= since.timestamp()
            there &= until is None or end <= until.timestamp()
            found += there
    return found


def _excluded(begin: Times, exclusions: tuple[Exclusion, ...]) -> Bits:
    found = np.zeros(len(begin), np.bool_)
    for one in exclusions:
        found |= (begin < one.until.timestamp()) & (begin + WINDOW_S > one.since.timestamp())
    return found


def _state(counted: Counted, summed: Summed) -> GroupState:
    if not counted.ports:
        return "no_ports"
    if not summed.some.any():
        return "no_data"
    return "reckoned" if summed.counted.any() else "all_excluded"


def _percentiles(method: Method, summed: Summed, begin: Times) -> tuple[Percentile, ...]:
    places = np.flatnonzero(summed.counted)
    if not len(places):
        return ()
    rank = rank_of(len(places))
    found = []
    for direction in _RANKED[method]:
        octets = summed.octets[direction][places]
        value = int(np.partition(octets, rank - 1)[rank - 1])
        at = int(begin[places[np.flatnonzero(octets == value)[0]]])
        one = Percentile(
            direction=direction,
            bps=bps_of(value),
            octets=value,
            rank=rank,
            windows=len(places),
            at=datetime.fromtimestamp(at, UTC),
        )
        found.append(one)
    return tuple(found)


def _spans(begin: Times, these: Bits) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], these, [False])).astype(np.int8)))
    return tuple(
        Span(
            since=datetime.fromtimestamp(int(begin[first]), UTC),
            until=datetime.fromtimestamp(int(begin[last - 1]) + WINDOW_S, UTC),
            windows=int(last - first),
        )
        for first, last in edges.reshape(-1, 2)
    )


def _forecast(counted: Counted, summed: Summed) -> Forecast | None:
    """None of a month that is over."""
    due, windows = len(counted.volumes.begin), counted.month.windows
    if due == windows:
        return None
    to_come = np.arange(due, windows)
    begin = counted.month.since + WINDOW_S * to_come
    to_come = to_come[~_excluded(begin, counted.exclusions)]
    before, known = _week_before(to_come, summed.counted)
    expected = []
    at_least = []
    for direction in _RANKED[counted.terms.method]:
        octets = summed.octets[direction]
        now = octets[summed.counted]
        expected.append(_ranked(np.concatenate((now, octets[before[known]]))))
        at_least.append(_ranked(np.concatenate((now, np.zeros(len(to_come), np.int64)))))
    return Forecast(
        bps=bps_of(max(expected)) if due >= _WEEK else None, at_least_bps=bps_of(max(at_least))
    )


def _week_before(to_come: Whole, counted: Bits) -> tuple[Whole, Bits]:
    """The last window at that time of the week which was ranked, and whether there is one."""
    place, known = to_come.copy(), np.zeros(len(to_come), np.bool_)
    while (open_ := ~known & (place >= 0)).any():
        place[open_] -= _WEEK
        known[open_] = _at(counted, place[open_])
    return place, known


def _at(counted: Bits, place: Whole) -> Bits:
    inside = (place >= 0) & (place < len(counted))
    found = np.zeros(len(place), np.bool_)
    found[inside] = counted[place[inside]]
    return found


def _ranked(octets: Whole) -> int:
    rank = rank_of(len(octets))
    return int(np.partition(octets, rank - 1)[rank - 1])
