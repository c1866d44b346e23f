"""The windows of a bill as a chart on paper: in above zero, out below it, the 95th, what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties

from netwb.amounts import amount, prefix_of
from netwb.metrics.billing.reckoning import Counted, Summed, sum_up
from netwb.metrics.billing.records import Direction, GroupBill, Span
from netwb.metrics.samples import Real
from netwb.metrics.series.percentiles import WINDOW_S

_IN, _OUT, _SUM, _GREY = "#2f6fe0", "#0b8577", "#4a5562", "#5f6a78"
_MISSING, _EXCLUDED = "#c5ccd6", "#e3b352"
_SIDES: dict[Direction, tuple[int, str]] = {"in": (1, _IN), "out": (-1, _OUT), "sum": (1, _SUM)}


def draw_windows(axes: Axes, one: GroupBill, counted: Counted, *, font: FontProperties) -> None:
    """Each window of the month that is over."""
    summed = sum_up(counted)
    days = (counted.volumes.begin - one.month.since) / 86_400
    shown: Sequence[Direction] = ("sum",) if one.terms.method == "sum" else ("in", "out")
    rates = {name: _rates(summed, name) for name in shown}
    for name in shown:
        sign, color = _SIDES[name]
        axes.fill_between(days, sign * rates[name], color=color, alpha=0.18, linewidth=0)
        axes.plot(days, sign * rates[name], color=color, linewidth=0.5, label=name)
    _limits(axes, rates)
    _lines(axes, one, font)
    _bands(axes, one.missing, one.month.since, _MISSING)
    _bands(axes, one.excluded, one.month.since, _EXCLUDED)
    _key(axes, one, font)
    _days(axes, one, font)
    _amounts(axes, font)


def _rates(summed: Summed, direction: Direction) -> Real:
    rates = summed.octets[direction] * 8 / WINDOW_S
    return np.where(summed.some, rates, np.nan)


def _limits(axes: Axes, rates: dict[Direction, Real]) -> None:
    known = {name: float(np.nanmax(each)) for name, each in rates.items()}
    above = max((most for name, most in known.items() if _SIDES[name][0] > 0), default=0.0)
    below = max((most for name, most in known.items() if _SIDES[name][0] < 0), default=0.0)
    room = max(above, below, 1.0)
    axes.set_ylim(
        -1.12 * max(below, 0.08 * room if "out" in rates else 0), 1.12 * max(above, 0.08 * room)
    )


def _lines(axes: Axes, one: GroupBill, font: FontProperties) -> None:
    """The 95th of each direction that the method looks at; the one that is billed is thicker."""
    for found in one.percentiles:
        sign, color = _SIDES[found.direction]
        billed = found == one.billed
        axes.axhline(
            sign * found.bps, color=color, linewidth=1.1 if billed else 0.7, linestyle=(0, (4, 2))
        )
        axes.annotate(
            f"95th {found.direction} {amount(found.bps, 'bits')}",
            (1, sign * found.bps),
            xycoords=("axes fraction", "data"),
            xytext=(-3, 3 * sign),
            textcoords="offset points",
            horizontalalignment="right",
            verticalalignment="bottom" if sign > 0 else "top",
            fontproperties=font,
            color=color,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.8},
        )
    axes.axhline(0, color=_GREY, linewidth=0.6)


def _bands(axes: Axes, spans: Sequence[Span], since: int, color: str) -> None:
    for span in spans:
        begin, end = ((at.timestamp() - since) / 86_400 for at in (span.since, span.until))
        axes.axvspan(begin, max(end, begin + 0.02), color=color, alpha=0.45, linewidth=0)


def _key(axes: Axes, one: GroupBill, font: FontProperties) -> None:
    """What a coloured band is, where there is one."""
    words = [
        (word, color)
        for word, color, spans in (
            ("missing", _MISSING, one.missing),
            ("excluded", _EXCLUDED, one.excluded),
        )
        if spans
    ]
    for place, (word, color) in enumerate(words):
        axes.annotate(
            f" {word} ",
            (0, 1),
            xycoords="axes fraction",
            xytext=(4 + 42 * place, 3),
            textcoords="offset points",
            fontproperties=font,
            bbox={"facecolor": color, "edgecolor": "none", "pad": 1.2, "alpha": 0.6},
        )


def _days(axes: Axes, one: GroupBill, font: FontProperties) -> None:
    """Local midnights, whatever clocks do in between."""
    zone = ZoneInfo(one.month.time_zone)
    first = datetime.fromtimestamp(one.month.since, UTC).astimezone(zone)
    noons = [first.replace(hour=12) + timedelta(days=day) for day in range(31)]
    midnights = [noon.replace(hour=0) for noon in noons if noon.month == first.month]
    places = [(at.timestamp() - one.month.since) / 86_400 for at in midnights]
    axes.set_xlim(0, (one.month.until - one.month.since) / 86_400)
    axes.set_xticks(places[::3], [f"{at.day}" for at in midnights[::3]], fontproperties=font)
    axes.set_xlabel(f"day, {one.month.time_zone}", fontproperties=font, color=_GREY)


def _amounts(axes: Axes, font: FontProperties) -> None:
    low, high = axes.get_ylim()
    factor, prefix = prefix_of(max(abs(low), abs(high)))
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    words = [f"{abs(tick) / factor:g}" for tick in ticks]
    axes.set_yticks(ticks, words, fontproperties=font)
    axes.set_ylabel(f"{prefix}bit/s", fontproperties=font, color=_GREY)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=_GREY, width=0.5, length=2)
