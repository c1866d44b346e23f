"""What stands over the picture: the sum in numbers, what it lacks, and what its colours mean. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from zoneinfo import ZoneInfo

from netwb.amounts import amount, octets
from netwb.views import words
from netwb.views.html import esc, shape, tag
from netwb.views.theme import Scheme, tokens
from netwb.views.traffic.driver import Sign
from netwb.views.traffic.overview.heat import CLASSES, UNKNOWN
from netwb.views.traffic.overview.palette import PORTS, colours
from netwb.views.traffic.overview.query import Picture
from netwb.views.traffic.overview.spans import stretch
from netwb.views.traffic.overview.stack import named
from netwb.views.traffic.overview.table import THIN
from netwb.workbench.traffic_many_records import TrafficOverview, TrafficSum
from netwb.workbench.traffic_records import SIDES

_TOLD = 3  # stretches in one line, the worst


def render_sum(total: TrafficSum, zone: ZoneInfo, *, every_s: int = 0) -> str:
    """Both directions of all ports as one, of how many of how many, and where some are missing.

    every_s   0: of each poll; else of one sample of so many seconds
    """
    numbers = "".join(_side(total, side) for side in SIDES)
    thin = tag("span", "by 5-minute samples", class_="t3 nowrap", title=THIN)
    return (
        f'<div class="sum-line"><span class="t2 nowrap">{_of(total)}</span>{numbers}'
        f"{thin if every_s else ''}</div>{_short(total, zone)}"
    )


def render_waits(shown: TrafficOverview, picture: Picture) -> str:
    """What a picture without a line waits for; nothing where it has one."""
    if not len(shown.ports):
        return ""
    said = ""
    if not shown.sum.known:
        said = "No port has data in this time: a rate needs two samples of a port"
    elif picture != "sum" and not shown.shares.lines:
        said = "The picture waits for the first whole window of five minutes"
    return f'<div class="sum-line"><span class="t2">{said}</span></div>' if said else ""


def _of(total: TrafficSum) -> str:
    if total.known == total.asked:
        return f"Sum of <b>{words.count(total.asked, 'port')}</b>"
    said = f"Sum of <b>{words.number(total.known)} of {words.count(total.asked, 'port')}</b>"
    title = "The others have no data in this time, and the sum is without them"
    return tag("span", f"{shape('warn')} {said}", class_="st st-warn", title=title)


def _side(total: TrafficSum, side: str) -> str:
    flow = total.flows["in" if side == "in" else "out"]
    rates = (("mean", flow.average), ("95th", flow.percentile.value), ("max", flow.most))
    said = "".join(
        f'<span class="nowrap{" roomy" if name != "95th" else ""}">'
        f'<span class="t3">{name}</span> <b>{amount(value, "bits")}</b></span>'
        for name, value in rates
    )
    whole = f'<span class="nowrap wide-only"><span class="t3">total</span> <b>{octets(flow.total)}</b></span>'
    return (
        f'<span class="sum-side"><i class="key {side}"></i>{"In" if side == "in" else "Out"}'
        f"{said}{whole}</span>"
    )


def _short(total: TrafficSum, zone: ZoneInfo) -> str:
    """A low that is none: fewer ports have data there."""
    if not total.short:
        return ""
    worst = sorted(total.short, key=lambda one: (one.ports - one.of, -one.since))[:_TOLD]
    told = "; ".join(
        f"{stretch(one.since, one.until, zone)}: {one.ports} of {one.of}"
        for one in sorted(worst, key=lambda one: one.since)
    )
    more = len(total.short) - _TOLD
    rest = f"; and {words.count(more, 'more stretch', 'more stretches')}" if more > 0 else ""
    said = f"Fewer ports have data, and the sum is too low: {told}{rest}"
    return f'<div class="sum-line short st-warn" id="short">{shape("warn")}<span>{esc(said)}</span></div>'


def render_legend(shown: TrafficOverview, picture: Picture) -> str:
    """What colours and lines of the picture mean."""
    step = words.span(shown.sum.step_s)
    if picture == "heat":
        return _heat_legend(shown)
    if picture == "sum":
        parts = [
            f'<span><i class="key in"></i>In, mean of {step}</span>',
            '<span><i class="key out"></i>Out</span>',
            '<span class="wide-only"><i class="key p95"></i>95th percentile of the sum</span>',
            '<span class="wide-only">hatched: no data, or of notably fewer ports</span>',
        ]
        return f'<div class="legend">{"".join(parts)}</div>'
    names = named(shown.shares)
    lines = len(shown.shares.lines)
    parts = [
        f'<span class="cut"><i class="swatch" style="background:var(--k{place if place < lines else PORTS})">'
        f"</i>{esc(name)}</span>"
        for place, name in enumerate(names)
    ]
    return f'<div class="legend" id="stacked">{"".join(parts)}<span class="push t3 wide-only">mean of {step}</span></div>'


def key_of(shown: TrafficOverview, picture: Picture, scheme: Scheme) -> tuple[Sign, ...]:
    """The same for a picture that is kept, which has only itself to tell it."""
    colour, step = tokens(scheme), words.span(shown.sum.step_s)
    if picture == "heat":
        return (
            *(
                Sign(word=name, color=colour[token], strength=alpha)
                for name, token, alpha in _classes()
            ),
            Sign(word="speed unknown", color=colour[UNKNOWN[0]], strength=UNKNOWN[1]),
            Sign(word=f"hatched: no data · a cell: mean of {words.span(shown.heat.cell_s)}"),
        )
    if picture == "sum":
        return (
            Sign(word=f"In, mean of {step}", color=colour["in"]),
            Sign(word="Out", color=colour["out"]),
            Sign(word="dashed: 95th percentile of the sum"),
            Sign(word="hatched: no data, or of notably fewer ports"),
        )
    lines, layers = len(shown.shares.lines), colours(scheme)
    return (
        *(
            Sign(word=name, color=layers[place if place < lines else PORTS])
            for place, name in enumerate(named(shown.shares))
        ),
        Sign(word=f"mean of {step}"),
    )


def _classes() -> Iterator[tuple[str, str, float]]:
    """Name, token and strength of each class of shares."""
    begin = 0.0
    for end, token, alpha in CLASSES:
        whole = isfinite(end)
        yield (f"{begin:g}\N{EN DASH}{end:g} %" if whole else f"from {begin:g} %"), token, alpha
        begin = end


def _heat_legend(shown: TrafficOverview) -> str:
    parts = [
        f'<span><i class="swatch" style="background:var(--{token});opacity:{alpha}"></i>{name}</span>'
        for name, token, alpha in _classes()
    ]
    cell = words.span(shown.heat.cell_s)
    parts.append('<span class="wide-only"><i class="swatch none"></i>speed unknown</span>')
    help_ = f"a cell: mean of {cell}, busier direction, of the port · click opens it"
    return f'<div class="legend" id="heat">{"".join(parts)}<span class="push t3 wide-only">{help_}</span></div>'
