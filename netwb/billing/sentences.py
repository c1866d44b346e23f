"""What a bill says, in words: for the command, the page and the paper alike. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from netwb.amounts import amount
from netwb.metrics.billing.records import (
    NO_PORTS,
    BilledPort,
    Direction,
    GroupBill,
    GroupState,
    Method,
    Month,
    many,
)

METHOD: Mapping[Method, str] = {
    "higher": "the higher of the 95th percentiles in and out",
    "sum": "the 95th percentile of in and out together",
    "in": "the 95th percentile in",
    "out": "the 95th percentile out",
}
STATE: Mapping[GroupState, str] = {
    "reckoned": "reckoned",
    "no_ports": NO_PORTS,
    "no_data": "no data",
    "all_excluded": "all of it is excluded",
}
WINDOW_S = 300
_COLUMN: Mapping[Direction, str] = {"in": "in bit/s", "out": "out bit/s", "sum": "sum bit/s"}


def figure_of(one: GroupBill) -> str:
    """The figure, or why there is none."""
    return STATE[one.state] if one.billed is None else amount(one.billed.bps, "bits")


def forecast_of(one: GroupBill) -> str | None:
    """What a month that is not over may come to; None of one that is."""
    if one.is_over or one.forecast is None:
        return None
    likely = one.forecast.bps
    said = "not before a week of it is over" if likely is None else amount(likely, "bits")
    return f"{said}, at least {amount(one.forecast.at_least_bps, 'bits')}"


def part_of_month(port: BilledPort, zone: ZoneInfo) -> str:
    """In which part of the month a port is on the bill; "" where it is in all of it."""
    words = [
        f"{word} {_local(at, zone)}"
        for word, at in (("from", port.since), ("until", port.until))
        if at is not None
    ]
    away = [f"not from {_local(gone, zone)} to {_local(back, zone)}" for gone, back in port.away]
    return "; ".join([*([f"billed {' '.join(words)} alone"] if words else []), *away])


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def unfinished_of(one: GroupBill) -> str | None:
    """How much of the month is over; None where all of it is."""
    if one.is_over:
        return None
    return f"the month is not over: {one.due:,} of its {many_windows(one.windows)} are"


def seams_of(month: Month, group: str, beside: Iterable[Month]) -> Iterator[str]:
    """Where a month of another zone lies beside it, how much time is on both bills, or on none."""
    for other in beside:
        first, last = sorted((month, other), key=lambda one: one.name)
        begin, end = sorted((first.until, last.since))
        if begin != end:
            on = "on neither bill" if first.until < last.since else "on both bills"
            between = replace(month, since=begin, until=end).windows
            yield (
                f"{group}: {other.name} is frozen in {other.time_zone}, and this month is of "
                f"{month.time_zone}: {many_windows(between)} between them are {on}"
            )


def many_windows(number: int) -> str:
    """`1 window`, `1,024 windows`."""
    return f"{number:,} window{'' if number == 1 else 's'}"


def windows_of(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """From where to where the windows reach that a time touches."""
    first, last = int(since.timestamp()) // WINDOW_S, -(-until.timestamp() // WINDOW_S)
    begin, end = (datetime.fromtimestamp(int(at) * WINDOW_S, UTC) for at in (first, last))
    return begin, end


def missing_of(one: GroupBill) -> str:
    """How many windows of its month no port has data of."""
    number = many(one.missing)
    are = "is" if number == 1 else "are"
    return f"{f'{number:,}' if number else 'none'} of its {many_windows(one.windows)} {are} missing"


def reckoned_by(one: GroupBill) -> Iterator[str]:
    """How anybody gets the same figure from the CSV; there is none of a group without ports."""
    if one.state == "no_ports":
        return
    yield (
        "The octets of all ports are summed in each five-minute window, in and out apart; a rate is "
        "octets x 8 / 300, rounded down to whole bit/s."
    )
    if one.billed is None:
        return
    column = _COLUMN[one.billed.direction]
    yield (
        f"Of the {one.billed.windows:,} windows that are counted, the rank is "
        f"ceil(0.95 x {one.billed.windows:,}) = {one.billed.rank:,}: the figure is the "
        f"{one.billed.rank:,}-th smallest rate, without interpolation."
    )
    yield f'In a spreadsheet: SMALL(column "{column}"; ROUNDUP(COUNT(column "{column}")*95/100; 0))'
