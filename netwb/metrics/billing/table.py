"""A bill's windows as CSV: from it anybody gets the same figure. Pure.

A row a window: when it begins, what it counts as, the octets of each port, their sums, and the rates.
Octets stand where there is data; rates only in the rows that are ranked, rounded down to whole bit/s,
so that the figure is the CEILING(0.95 n)-th smallest of the n numbers in a column of rates. Names of
ports come from devices: they are one line each, and no spreadsheet takes one for a formula. Of a month
that is not over the windows to come are there as well, empty, so that nobody takes it for a whole one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from zoneinfo import ZoneInfo

import numpy as np

from netwb.metrics.billing.reckoning import Counted, Summed, bps_of, sum_up
from netwb.metrics.billing.records import DIRECTIONS, NO_PORTS, TO_COME, BilledPort
from netwb.metrics.series.percentiles import WINDOW_S
from netwb.metrics.series.windows import NONE
from netwb.spreadsheets import one_line, quoted, tame

_FIRST = ("window (UTC)", "window (local)", "state")
_SUMS = ("in octets", "out octets", "sum octets", "in bit/s", "out bit/s", "sum bit/s")


def csv_of(counted: Counted) -> str:
    """Quoted and with line ends as RFC 4180 says."""
    head = (*_FIRST, *_port_heads(counted.ports), *_SUMS)
    rows = (map(str, row) for row in _rows(counted, sum_up(counted)))  # nothing there wants quotes
    return "".join(map(_line, chain([map(quoted, head)], rows)))


def _line(cells: Iterable[str]) -> str:
    return ",".join(cells) + "\r\n"


def _port_heads(ports: tuple[BilledPort, ...]) -> Iterator[str]:
    for port in ports:
        named = tame(one_line(f"{port.device} {port.name}"))
        yield f"{named} in octets"
        yield f"{named} out octets"


def _rows(counted: Counted, summed: Summed) -> Iterator[list[object]]:
    zone = ZoneInfo(counted.month.time_zone)
    by_port = (counted.volumes.received, counted.volumes.sent)
    received, sent = (np.ascontiguousarray(octets.T) for octets in by_port)
    totals = [summed.octets[direction].tolist() for direction in DIRECTIONS]
    for place, at in enumerate(counted.volumes.begin.tolist()):
        yield [
            *_times(datetime.fromtimestamp(at, UTC), zone),
            _state(summed, place) if counted.ports else NO_PORTS,
            *_octets(received[place].tolist(), sent[place].tolist()),
            *_sums([total[place] for total in totals], summed, place),
        ]
    yield from _to_come(counted, zone)


def _to_come(counted: Counted, zone: ZoneInfo) -> Iterator[list[object]]:
    month, due = counted.month, len(counted.volumes.begin)
    empty = [""] * (2 * len(counted.ports) + len(_SUMS))
    for place in range(due, month.windows):
        begin = datetime.fromtimestamp(month.since + WINDOW_S * place, UTC)
        yield [*_times(begin, zone), TO_COME, *empty]


def _times(begin: datetime, zone: ZoneInfo) -> tuple[str, str]:
    return begin.strftime("%Y-%m-%dT%H:%M:%SZ"), begin.astimezone(zone).isoformat(
        timespec="seconds"
    )


def _state(summed: Summed, place: int) -> str:
    if summed.excluded[place]:
        return "excluded"
    if not summed.some[place]:
        return "missing"
    return "counted" if summed.all[place] else "partial"


def _octets(received: list[int], sent: list[int]) -> list[object]:
    pairs = chain.from_iterable(zip(received, sent, strict=True))
    return ["" if one == NONE else one for one in pairs]


def _sums(octets: list[int], summed: Summed, place: int) -> list[object]:
    if not summed.some[place]:
        return [""] * len(_SUMS)
    ranked = bool(summed.counted[place])
    return [*octets, *(bps_of(one) if ranked else "" for one in octets)]
