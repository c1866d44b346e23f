"""What stands over and under a chart: its head and legend, numbers, the busiest ports. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from netwb.amounts import Unit, amount, change, octets, speed
from netwb.inventory.ports.records import Port
from netwb.metrics.series.flows import Flow
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import age, esc, icon, link, state, tag, timed
from netwb.views.navigation import Moment
from netwb.views.traffic.overview.table import SHAPES, THIN, render_full
from netwb.workbench.port_state_records import PortNow
from netwb.workbench.traffic_many_records import STATE_REASONS, STATE_WORDS, PortTrend
from netwb.workbench.traffic_records import SIDES, BusyPort, Kind, PortTraffic, Side

NOT_APPLICABLE = "\N{EN DASH}"
SIDE_WORDS: dict[Side, str] = {"in": "In", "out": "Out"}


def kind_of(unit: Unit) -> Kind:
    """What a unit is measured of."""
    return "packets" if unit == "packets" else "bits"


def in_unit(value: float | None, unit: Unit, port: Port) -> float | None:
    """A rate in that unit; None where the port's speed, which it is a share of, is not known."""
    if value is None or unit != "percent":
        return value
    limit = port.limit_bps
    return 100 * value / limit if limit else None


def render_head(
    traffic: PortTraffic,
    now: PortNow | None,
    moment: Moment,
    *,
    trend: PortTrend | None = None,
    waits: str = "",
) -> str:
    """The port's own words as the title, its name beside it; speed, state, days to full, age.

    now, trend   None: nobody has asked yet
    waits        what is being read, in the place of the age
    """
    port = traffic.port
    title = port.alias or port.name
    beside = f"{port.hostname} {port.name}" if port.alias else port.hostname
    return (
        f'<div class="port-head"><b class="cut">{esc(title)}</b>'
        f'<span class="t2 cut">{esc(beside)}</span>{_speed(port, now, moment)}'
        f"{_state(now, moment) if now is not None else ''}{_full(trend)}{_circuit(port)}"
        f'<span class="push t3 sm">{esc(waits) or _newest(traffic, moment)}</span></div>'
    )


def _speed(port: Port, now: PortNow | None, moment: Moment) -> str:
    limit = speed(port.limit_bps)
    if not limit:
        return ""
    since = now.speed_since if now is not None and not port.speed_override_bps else None
    more = (
        f" since {words.when(since.at, moment.now, moment.zone)}"
        if since and since.is_known
        else ""
    )
    return tag("span", esc(limit + more), class_="chip")


def _state(now: PortNow, moment: Moment) -> str:
    """`up 41 d`; `over 32 d` where it was so for as long as anybody can look back.

    Since its device began anew it is so at least; what was before is no part of it.
    """
    word, since = STATE_WORDS[now.state], now.oper_since
    said, title, more = word, STATE_REASONS[now.state], ""
    if since is not None and now.state in {"up", "down"}:
        long, at = words.age(since.at, moment.now), words.exact(since.at, moment.zone)
        title = f"{title} since {at}".strip()
        said = f"{word} {long}" if since.is_known else f"{word} over {long}"
        if since.restarted:
            said, title = f"{word} at least {long}", f"at least since its device's restart, {at}"
            more = ' <span class="t3 sm wide-only">since the device\N{RIGHT SINGLE QUOTATION MARK}s restart</span>'
    drawn = state(SHAPES[now.state], said)
    return tag("span", drawn + more, title=title or None, class_="nowrap")


def _full(trend: PortTrend | None) -> str:
    if trend is None:
        return ""
    word = '<span class="t3 sm">full in</span> ' if trend.verdict == "filling" else ""
    return tag("span", word + render_full(trend), class_="nowrap", id="full")


def _circuit(port: Port) -> str:
    said = f"circuit {port.circuit_ref}" if port.circuit_ref else ""
    return tag("span", esc(said), class_="t3 sm cut") if said else ""


def _newest(traffic: PortTraffic, moment: Moment) -> str:
    if traffic.newest is None:
        return "nothing was measured yet"
    every = f", every {traffic.usual_s} s"
    if traffic.comes_seldom:
        every += f" (metrics.interval_s is {traffic.interval_s})"
    if moment.now - traffic.until > timedelta(seconds=2 * traffic.usual_s):
        at = timed(traffic.newest, moment.now, moment.zone)
        return f"newest sample in this time <b>{at}</b>{every}"
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
    help_ = f"drag to zoom, wheel too, double click back · {esc(zone)} time"
    return (
        f'<div class="legend">{"".join(parts)}<span class="push t3 wide-only">{help_}</span></div>'
    )


def render_numbers(traffic: PortTraffic, unit: Unit, *, poll: str) -> str:
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
    rows = "".join(_numbers_row(traffic, unit, side) for side in SIDES)
    return (
        f'<table class="numbers fold" id="numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _numbers_row(traffic: PortTraffic, unit: Unit, side: Side) -> str:
    kind, port = kind_of(unit), traffic.port
    flow = traffic.flows[kind, side]
    was = traffic.before.get((kind, side))
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


def render_busiest(
    busiest: Sequence[BusyPort] | None, address: Address, *, span: str, chosen: str = ""
) -> str:
    """Ports by their 95th of the time, each a way to its chart.

    busiest   None: they are being read
    """
    thin = tag("span", " by 5-minute samples", class_="t3", title=THIN)
    head = (
        f"<thead><tr><th>Busiest ports, {esc(span)}{thin if busiest and busiest[0].every_s else ''}</th>"
        '<th></th><th class="r">of port</th><th class="r">95th</th></tr></thead>'
    )
    reading = '<tr><td colspan="4" class="t3">being read…</td></tr>'
    rows = (
        reading if busiest is None else "".join(_busy_row(one, address, chosen) for one in busiest)
    )
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
