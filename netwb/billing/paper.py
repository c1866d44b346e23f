"""A tenant's bill as PDF: a page a group, with its figure and how anybody reckons it again.

The same bill gives the same bytes. How a sheet is written stands in `netwb.paper`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.amounts import amount, octets, speed
from netwb.billing.drawing import draw_windows
from netwb.billing.records import BillVersion, TenantBill
from netwb.billing.sentences import (
    METHOD,
    STATE,
    figure_of,
    forecast_of,
    many_windows,
    part_of_month,
    reckoned_by,
    unfinished_of,
)
from netwb.metrics.billing.reckoning import Counted
from netwb.metrics.billing.records import GroupBill, Span, many
from netwb.paper import (
    A4_MM,
    FOOT,
    GREY,
    LEFT,
    LINE_MM,
    POINTS,
    RIGHT,
    Sheet,
    cut,
    font,
    printed,
    wrapped,
)

_MOST_PORTS, _MOST_TIMES = 6, 4  # that are named; the CSV has them all
_TITLE = 44  # letters of it
_CHART_MM = (45, 90)  # it takes what the words leave


def pdf_of(bill: TenantBill, groups: Sequence[GroupBill], counted: Mapping[str, Counted]) -> bytes:
    """A page a group.

    counted   windows by group; one that is not there is too old, and has its figures alone
    """
    return printed(f"Bill of {bill.tenant}, {bill.month}", _sheets(bill, groups, counted))


def _sheets(
    bill: TenantBill, groups: Sequence[GroupBill], counted: Mapping[str, Counted]
) -> Iterator[Sheet]:
    for number, one in enumerate(groups, start=1):
        sheet = Sheet()
        _fill(sheet, bill, one, counted.get(one.terms.group))
        _foot(sheet, one, f"{number} of {len(groups)}")
        yield sheet


def _fill(sheet: Sheet, bill: TenantBill, one: GroupBill, counted: Counted | None) -> None:
    zone = ZoneInfo(one.month.time_zone)
    title = f"{bill.tenant} · {one.terms.group}"
    sheet.write(title[:_TITLE], size="title", face="bold")
    sheet.write(one.month.name, x_mm=RIGHT, size="title", face="bold", align="right")
    sheet.down(6)
    sheet.write(_standing(bill.frozen, one, zone), color=GREY)
    for note in (said for said in bill.notes if said.startswith(f"{one.terms.group}: ")):
        for line in wrapped(note):
            sheet.down()
            sheet.write(line, color=GREY)
    sheet.rule()
    sheet.down(4)
    sheet.write(figure_of(one), size="figure", face="bold")
    sheet.down(6)
    if one.billed is not None:
        sheet.write(
            f"95th percentile, {one.billed.bps:,} bit/s, {one.billed.direction}", color=GREY
        )
        sheet.down()
    sheet.rule()
    _terms(sheet, one, zone)
    sheet.rule()
    below = _below(one, zone)
    _chart(sheet, one, counted, sum(max(1, len(lines)) for _, lines in below) * LINE_MM)
    sheet.rule()
    for label, lines in below:
        sheet.put(label, lines)


def _standing(frozen: BillVersion | None, one: GroupBill, zone: ZoneInfo) -> str:
    if (unfinished := unfinished_of(one)) is not None:
        return f"DRAFT: {unfinished}, and figures still change"
    if frozen is None:
        return "DRAFT: the month is not frozen, figures may still change"
    words = f"Version {frozen.version}, frozen {_at(frozen.frozen_at, zone)} by {frozen.frozen_by}"
    if frozen.reopened_at is not None:
        words += f"; NOT IN FORCE, reopened {_at(frozen.reopened_at, zone)}: {frozen.reason}"
    return words


def _terms(sheet: Sheet, one: GroupBill, zone: ZoneInfo) -> None:
    commit, over = one.terms.commit_bps, one.overage_bps
    sheet.said("Method", METHOD[one.terms.method])
    sheet.said("Committed", "nothing" if commit is None else f"{speed(commit)} ({commit:,} bit/s)")
    if over is not None:
        sheet.said("Above it", f"{amount(over, 'bits')} ({over:,} bit/s)")
    sheet.said(
        "Month", f"{one.month.name} of {one.month.time_zone}, {one.windows:,} windows of 5 min"
    )
    for found in one.percentiles:
        said = (
            f"{found.bps:,} bit/s = {found.octets:,} octets x 8 / 300; rank {found.rank:,} of "
            f"{found.windows:,}; at {_at(found.at, zone)}"
        )
        sheet.said(f"95th, {found.direction}", said)
    if one.state == "reckoned":
        sheet.said("Carried", f"in {octets(one.octets_in)}, out {octets(one.octets_out)}")
    if (words := forecast_of(one)) is not None:
        sheet.said("Forecast", words)


def _chart(sheet: Sheet, one: GroupBill, counted: Counted | None, below_mm: float) -> None:
    if one.state in {"no_ports", "no_data"}:
        sheet.said("Windows", STATE[one.state])
        return
    if counted is None:
        sheet.said("Windows", "past their time: they are kept for 26 months, the figures for good")
        return
    room = sheet.y_mm - FOOT - below_mm - 22  # its axis, a rule, the foot
    height_mm = min(max(room, _CHART_MM[0]), _CHART_MM[1])
    left, width = (LEFT + 14) / A4_MM[0], (RIGHT - LEFT - 14) / A4_MM[0]
    bottom = (sheet.y_mm - height_mm + 2) / A4_MM[1]
    axes = sheet.figure.add_axes((left, bottom, width, (height_mm - 2) / A4_MM[1]))
    draw_windows(axes, one, counted, font=font("regular", POINTS["small"]))
    sheet.down(height_mm + 8)


def _below(one: GroupBill, zone: ZoneInfo) -> list[tuple[str, list[str]]]:
    """What stands under the chart: labels, and lines that are short enough."""
    if one.state == "no_ports":
        return [("Ports", ["no port was in this group, and none of its windows is missing"])]
    long = {
        "Reckoned again": [part for line in reckoned_by(one) for part in wrapped(line)],
        "Policy": list(wrapped(one.policy)),
    }
    short = {
        "Missing": _times(one.missing, zone),
        "In part": _times(one.partial, zone),
        "Excluded": _exclusions(one, zone),
        "Ports": _ports(one),
    }
    return [
        *((label, [cut(line) for line in lines]) for label, lines in short.items()),
        *long.items(),
    ]


def _times(spans: tuple[Span, ...], zone: ZoneInfo) -> Iterator[str]:
    if not spans:
        return
    named = [_span(one.since, one.until, zone) for one in spans[:_MOST_TIMES]]
    yield f"{many_windows(many(spans))}: {'; '.join(named[:2])}"
    yield from ("; ".join(named[place : place + 2]) for place in range(2, len(named), 2))
    if len(spans) > len(named):
        yield f"and {len(spans) - len(named):,} more times; the CSV marks each window"


def _exclusions(one: GroupBill, zone: ZoneInfo) -> Iterator[str]:
    if not one.exclusions:
        return
    yield many_windows(many(one.excluded))
    for said in one.exclusions[:_MOST_TIMES]:
        yield f"{_span(said.since, said.until, zone)}: {said.reason}"
    if len(one.exclusions) > _MOST_TIMES:
        yield f"and {len(one.exclusions) - _MOST_TIMES:,} more times; the CSV marks each window"


def _span(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """Of one day the day is said once."""
    first, last = since.astimezone(zone), until.astimezone(zone)
    end = f"{last:%H:%M %Z}" if first.date() == last.date() else _at(until, zone)
    begin = f"{first:%Y-%m-%d %H:%M}"
    return (
        f"{begin} to {end}" if first.tzname() == last.tzname() else f"{_at(since, zone)} to {end}"
    )


def _ports(one: GroupBill) -> Iterator[str]:
    for port in one.ports[:_MOST_PORTS]:
        circuit = f", circuit {port.circuit_ref}" if port.circuit_ref else ""
        part = part_of_month(port, ZoneInfo(one.month.time_zone))
        yield f"{port.device} {port.name}{circuit}{', ' if part else ''}{part}"
    if len(one.ports) > _MOST_PORTS:
        yield f"and {len(one.ports) - _MOST_PORTS:,} more; the CSV has columns for each"


def _foot(sheet: Sheet, one: GroupBill, place: str) -> None:
    sheet.y_mm = FOOT
    sheet.write(f"SHA-256 of the windows and terms: {one.digest}", size="small", color=GREY)
    sheet.write(place, x_mm=RIGHT, size="small", color=GREY, align="right")


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
