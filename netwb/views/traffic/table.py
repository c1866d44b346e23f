"""What stands under a chart: numbers of both directions, marks as a list, the busiest ports. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from netwb.amounts import Unit, amount, change, octets, speed
from netwb.inventory.ports.records import Port
from netwb.metrics.series.flows import Event, EventKind, Flow
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import age, csv_of, esc, icon, link, page_url, shape, stat, tag, when
from netwb.views.navigation import Moment
from netwb.workbench.traffic_records import SIDES, BusyPort, Kind, PortTraffic, Side

NOT_APPLICABLE = "\N{EN DASH}"
SIDE_WORDS: dict[Side, str] = {"in": "In", "out": "Out"}


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


def kind_of(unit: Unit) -> Kind:
    """What a unit is measured of."""
    return "packets" if unit == "packets" else "bits"


def in_unit(value: float | None, unit: Unit, port: Port) -> float | None:
    """A rate in that unit; None where the port's speed, which it is a share of, is not known."""
    if value is None or unit != "percent":
        return value
    limit = port.limit_bps
    return 100 * value / limit if limit else None


def render_head(traffic: PortTraffic, moment: Moment) -> str:
    """The port's own words as the title, its name beside it; speed, and how old the newest sample is."""
    port = traffic.port
    title = port.alias or port.name
    beside = f"{port.hostname} {port.name}" if port.alias else port.hostname
    limit = speed(port.limit_bps)
    chip = tag("span", esc(limit), class_="chip") if limit else ""
    return (
        f'<div class="port-head"><b class="cut">{esc(title)}</b>'
        f'<span class="t2 cut">{esc(beside)}</span>{chip}{_circuit(port)}'
        f'<span class="push t3 sm">{_newest(traffic, moment)}</span></div>'
    )


def _circuit(port: Port) -> str:
    said = f"circuit {port.circuit_ref}" if port.circuit_ref else ""
    return tag("span", esc(said), class_="t3 sm cut") if said else ""


def _newest(traffic: PortTraffic, moment: Moment) -> str:
    if traffic.newest is None:
        return "nothing was measured yet"
    every = f", every {traffic.interval_s} s"
    return f"newest sample <b>{age(traffic.newest, moment.now)}</b> ago{every}"


def render_legend(unit: Unit, step_s: int, zone: str, *, week: bool, flags: bool) -> str:
    """What the lines mean, in words."""
    step = words.span(step_s)
    kind = " packets" if unit == "packets" else ""
    parts = [
        f'<span><i class="key in"></i>In{kind}, mean of {step}</span>',
        '<span><i class="key out"></i>Out</span>',
        '<span><i class="key band"></i>up to the highest poll</span>',
        '<span class="wide-only"><i class="key p95"></i>95th percentile</span>',
    ]
    if week:
        parts.append('<span class="wide-only"><i class="key week"></i>week before</span>')
    if flags:
        parts.append(f'<span class="wide-only">{icon("flag", size=12)} config change</span>')
    help_ = f"drag to zoom, wheel too · {esc(zone)} time"
    return (
        f'<div class="legend">{"".join(parts)}<span class="push t3 wide-only">{help_}</span></div>'
    )


def render_numbers(
    traffic: PortTraffic, before: PortTraffic | None, unit: Unit, *, poll: str
) -> str:
    """Min, mean, 95th, max, total, change and share of both directions."""
    heads = (
        "Direction",
        "Min",
        "Mean",
        "95th",
        f"Max, {poll}",
        "Total",
        "95th, week before",
        "Of port",
    )
    head = "".join(
        tag("th", esc(text), class_="r" if number else None) for number, text in enumerate(heads)
    )
    rows = "".join(_numbers_row(traffic, before, unit, side) for side in SIDES)
    return (
        f'<table class="numbers fold" id="numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _numbers_row(traffic: PortTraffic, before: PortTraffic | None, unit: Unit, side: Side) -> str:
    kind, port = kind_of(unit), traffic.port
    flow = traffic.flows[kind, side]
    was = before.flows[kind, side] if before else None
    said = [amount(in_unit(value, unit, port), unit) for value in _values(flow)]
    said[2] = f"<b>{said[2]}</b>"
    total = octets(flow.total) if kind == "bits" else _packets(flow.total)
    share = in_unit(flow.percentile.value, "percent", port) if kind == "bits" else None
    more = [
        total,
        change(flow.percentile.value, was.percentile.value) if was else NOT_APPLICABLE,
        amount(share, "percent") if share is not None else NOT_APPLICABLE,
    ]
    labels = ("Min", "Mean", "95th", "Max", "Total", "Week before", "Of port")
    cells = "".join(
        tag("td", text, class_="r", data_label=label)
        for label, text in zip(labels, [*said, *more], strict=True)
    )
    return f'<tr><td><i class="key {side}"></i>{SIDE_WORDS[side]}</td>{cells}</tr>'


def _values(flow: Flow) -> tuple[float | None, ...]:
    return (flow.least, flow.average, flow.percentile.value, flow.most)


def _packets(total: float | None) -> str:
    return words.number(round(total)) if total is not None else "no data"


def render_marks(traffic: PortTraffic, marks: Sequence[Mark], moment: Moment) -> str:
    """The marks once more as a list, newest first: their accessible form."""
    rows = [
        *((int(mark.at.timestamp()), _mark_row(mark, moment)) for mark in marks),
        *((begin, _gap_row(begin, end, moment)) for begin, end in traffic.gaps),
        *((event.at, _event_row(event, moment)) for event in traffic.events),
    ]
    if not rows:
        return '<div class="lbl pad">On this chart</div><p class="t3 sm pad">No change, no gap.</p>'
    body = "".join(f"<tr>{cells}</tr>" for _, cells in sorted(rows, reverse=True))
    return f'<div class="lbl pad">On this chart</div><table class="marks" id="marks"><tbody>{body}</tbody></table>'


def _mark_row(mark: Mark, moment: Moment) -> str:
    done = f"<b>{esc(mark.author)}</b> {esc(mark.said)} {stat(mark.added, mark.removed)}"
    return (
        f"<td>{when(mark.at, moment.now, moment.zone)}</td>"
        f'<td>{icon("flag", size=12)} {done}</td><td class="r">{link(mark.url, "Diff")}</td>'
    )


EVENT_WORDS: dict[EventKind, str] = {
    "reset": "the counters began anew; nothing is counted across it",
    "fell": "a counter fell without a word; nothing is counted across it",
    "absurd": "more than the port can carry; left out",
    "over": "more than 1.1 times the speed that the device tells; kept",
    "speed": "the device tells another speed from here on",
}


def _event_row(event: Event, moment: Moment) -> str:
    at = datetime.fromtimestamp(event.at, UTC)
    said = f'{shape("unknown")} <span class="t2">{esc(EVENT_WORDS[event.kind])}</span>'
    return f'<td>{when(at, moment.now, moment.zone)}</td><td colspan="2">{said}</td>'


def _gap_row(begin: int, end: int, moment: Moment) -> str:
    first, last = (datetime.fromtimestamp(at, UTC) for at in (begin, end))
    span = f"{when(first, moment.now, moment.zone)} to {words.clock(last, moment.zone)}"
    return (
        f'<td>{span}</td><td colspan="2">{shape("unknown")} <span class="t2">no data for'
        f" {words.span(end - begin)}; not counted as zero</span></td>"
    )


def render_busiest(
    busiest: Sequence[BusyPort], address: Address, *, span: str, chosen: str = ""
) -> str:
    """Ports by their 95th of the time, each a way to its chart."""
    head = (
        f'<thead><tr><th>Busiest ports, {esc(span)}</th><th></th><th class="r">of port</th>'
        '<th class="r">95th</th></tr></thead>'
    )
    rows = "".join(_busy_row(one, address, chosen) for one in busiest)
    return f'<table class="busiest" id="busiest">{head}<tbody>{rows}</tbody></table>'


def _busy_row(one: BusyPort, address: Address, chosen: str) -> str:
    port, share = one.port, one.share
    name = link(
        address.url(port=port.id),
        f"<b>{esc(port.hostname)}</b> {esc(port.name)}",
        data_act="port",
        data_port=port.id,
        title=port.alias or port.name,
    )
    width = min(100.0, share or 0.0)
    bar = f'<span class="meter"><span style="width:{width:.0f}%"></span></span>' if share else ""
    said = amount(share, "percent") if share is not None else NOT_APPLICABLE
    cells = (
        f'<td class="cut">{name}</td><td>{bar}</td><td class="r">{said}</td>'
        f'<td class="r">{amount(one.p95, "bits")}</td>'
    )
    return tag("tr", cells, class_="sel" if port.id == chosen else None)


def csv_file(traffic: PortTraffic) -> bytes:
    """The buckets of a chart: begin and bit/s, packets/s; empty where there is no data."""
    kinds: tuple[Kind, ...] = ("bits", "packets")
    names = {"bits": "bps", "packets": "pps"}
    head = ["begin"]
    columns: list[list[float]] = []
    for kind in kinds:
        for side in SIDES:
            flow = traffic.flows[kind, side]
            head += [f"{side}_mean_{names[kind]}", f"{side}_highest_{names[kind]}"]
            columns += [flow.mean.tolist(), flow.highest.tolist()]
    rows = (
        [datetime.fromtimestamp(begin, UTC), *(_cell(column[place]) for column in columns)]
        for place, begin in enumerate(traffic.begin.tolist())
    )
    return csv_of(head, rows)


def _cell(value: float) -> float | None:
    return round(value, 3) if value == value else None  # noqa: PLR0124 - NaN is no number


def busiest_csv(busiest: Sequence[BusyPort]) -> bytes:
    """Busiest ports with their words."""
    head = (
        "tenant",
        "site",
        "device",
        "port",
        "alias",
        "circuit_ref",
        "p95_in_bps",
        "p95_out_bps",
        "percent",
    )
    return csv_of(
        head,
        (
            (
                *(one.port.tenant, one.port.site, one.port.hostname, one.port.name),
                *(one.port.alias, one.port.circuit_ref, one.p95_in, one.p95_out, one.share),
            )
            for one in busiest
        ),
    )


def diff_url(address: Address, device_id: str, revision: str) -> str:
    """Where a revision is compared with the one before it."""
    return page_url("configs", device=device_id, rev=revision, **address.kept())
