"""What happened in the time of a chart: its marks, and the list that is their accessible form. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from netwb.metrics.series.flows import Event, EventKind
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import esc, icon, link, page_url, shape, stat, timed
from netwb.views.navigation import Moment
from netwb.views.traffic.attacks import Attack, attack_row
from netwb.workbench.traffic_records import PortTraffic

MOST_GAPS = 20  # in the list; the chart has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A change of the device's configuration within the time."""

    at: datetime
    author: str
    added: int
    removed: int
    said: str  # sections that it touched
    url: str

    @property
    def words(self) -> str:
        """As a flag says it: `ana +7 -6`."""
        return f"{self.author} +{self.added} {words.MINUS}{self.removed}"


def diff_url(address: Address, device_id: str, revision: str) -> str:
    """Where a revision is compared with the one before it."""
    return page_url("configs", change=f"{device_id}@{revision}", **address.kept())


def render_marks(
    traffic: PortTraffic, marks: Sequence[Mark], moment: Moment, attacks: Sequence[Attack] = ()
) -> str:
    """The marks once more as a list, newest first: their accessible form."""
    rows = [
        *((int(mark.at.timestamp()), _mark_row(mark, moment)) for mark in marks),
        *((int(one.since.timestamp()), attack_row(one, moment)) for one in attacks),
        *((begin, _gap_row(begin, end, moment)) for begin, end in _told(traffic)),
        *((event.at, _event_row(event, moment)) for event in traffic.events),
    ]
    if not rows:
        return '<div class="lbl pad">On this chart</div><p class="t3 sm pad">No change, no attack, no gap.</p>'
    body = "".join(f"<tr>{cells}</tr>" for _, cells in sorted(rows, reverse=True))
    return f'<div class="lbl pad">On this chart</div><table class="marks" id="marks"><tbody>{body}</tbody></table>'


def _told(traffic: PortTraffic) -> list[tuple[int, int]]:
    """The longest gaps; one that an event explains is told by that."""
    explained = {event.at for event in traffic.events}
    found = [(begin, end) for begin, end in traffic.gaps if end not in explained]
    return sorted(found, key=lambda gap: gap[0] - gap[1])[:MOST_GAPS]


def _mark_row(mark: Mark, moment: Moment) -> str:
    done = f"<b>{esc(mark.author)}</b> {esc(mark.said)} {stat(mark.added, mark.removed)}"
    return (
        f"<td>{timed(mark.at, moment.now, moment.zone)}</td>"
        f'<td>{icon("flag", size=12)} {done}</td><td class="r">{link(mark.url, "Diff", class_="ac")}</td>'
    )


EVENT_WORDS: dict[EventKind, str] = {
    "reset": "the counters began anew; nothing is counted across it",
    "fell": "a counter fell without a word; nothing is counted across it",
    "reindex": "it goes by another name from here on; nothing is counted across it",
    "absurd": "more than the port can carry; left out",
    "over": "more than 1.1 times the speed that the device tells; kept",
    "mixed": "two interfaces of its device have this one name and were counted as one by turns; left out",
    "speed": "the device tells another speed from here on",
}


def _event_row(event: Event, moment: Moment) -> str:
    at = datetime.fromtimestamp(event.at, UTC)
    said = f'{shape("unknown")} <span class="t2">{esc(EVENT_WORDS[event.kind])}</span>'
    return f'<td>{timed(at, moment.now, moment.zone)}</td><td colspan="2">{said}</td>'


def _gap_row(begin: int, end: int, moment: Moment) -> str:
    first, last = (datetime.fromtimestamp(at, UTC) for at in (begin, end))
    same = first.astimezone(moment.zone).date() == last.astimezone(moment.zone).date()
    ends = words.clock(last, moment.zone) if same else timed(last, moment.now, moment.zone)
    span = f"{timed(first, moment.now, moment.zone)} to {ends}"
    return (
        f'<td>{span}</td><td colspan="2">{shape("unknown")} <span class="t2">no data for'
        f" {words.span(end - begin)}; not counted as zero</span></td>"
    )
