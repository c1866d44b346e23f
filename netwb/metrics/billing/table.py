"""A bill's windows as CSV: from it anybody gets the same figure. Pure.

A row a window: when it begins, what it counts as, the octets of each port, their sums, and the rates.
Octets stand where there is data; rates only in the rows that are ranked, rounded down to whole bit/s,
so that the figure is the CEILING(0.95 n)-th smallest of the n numbers in a column of rates. Names of
ports come from devices: they are one line each, and no spreadsheet takes one for a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from netwb.metrics.billing.reckoning import Counted, Summed, bps_of, sum_up
from netwb.metrics.billing.records import DIRECTIONS, BilledPort
from netwb.metrics.series.windows import NONE
from netwb.spreadsheets import tame

_FIRST = ("window (UTC)", "window (local)", "state")
_SUMS = ("in octets", "out octets", "sum octets", "in bit/s", "out bit/s", "sum bit/s")
_TIME = "%Y-%m-%dT%H:%M:%S%z"


def csv_of(counted: Counted) -> str:
    """Quoted and with line ends as RFC 4180 says."""
    head = (*_FIRST, *_port_heads(counted.ports), *_SUMS)
    return "".join(map(_line, (head, *_rows(counted, sum_up(counted)))))


def _line(cells: Iterable[object]) -> str:
    return ",".join(map(_quoted, cells)) + "\r\n"


def _quoted(cell: object) -> str:
    text = str(cell)
    if '"' not in text and "," not in text:
        return text
    return '"' + text.replace('"', '""') + '"'


def _port_heads(ports: tuple[BilledPort, ...]) -> Iterator[str]:
    for port in ports:
        named = tame(_one_line(f"{port.device} {port.name}"))
        yield f"{named} in octets"
        yield f"{named} out octets"


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _rows(counted: Counted, summed: Summed) -> Iterator[list[object]]:
    zone = ZoneInfo(counted.month.time_zone)
    received, sent = counted.volumes.received.T.tolist(), counted.volumes.sent.T.tolist()
    totals = [summed.octets[direction].tolist() for direction in DIRECTIONS]
    for place, at in enumerate(counted.volumes.begin.tolist()):
        begin = datetime.fromtimestamp(at, UTC)
        yield [
            begin.strftime("%Y-%m-%dT%H:%M:%SZ"),
            begin.astimezone(zone).strftime(_TIME),
            _state(summed, place),
            *_octets(received[place], sent[place]),
            *_sums([total[place] for total in totals], summed, place),
        ]


def _state(summed: Summed, place: int) -> str:
    if summed.excluded[place]:
        return "excluded"
    if not summed.some[place]:
        return "missing"
    return "counted" if summed.all[place] else "partial"


def _octets(received: list[int], sent: list[int]) -> Iterator[object]:
    for pair in zip(received, sent, strict=True):
        yield from ("" if one == NONE else one for one in pair)


def _sums(octets: list[int], summed: Summed, place: int) -> list[object]:
    if not summed.some[place]:
        return [""] * len(_SUMS)
    ranked = bool(summed.counted[place])
    return [*octets, *(bps_of(one) if ranked else "" for one in octets)]
