"""What stands over the matrix: order, filters, when it was checked; the sum, which is the legend; the trend. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netwb.compliance.records import SEVERITIES
from netwb.compliance.report import STATE_WORDS, WORST_FIRST, ComplianceReport, TrendDay
from netwb.views.address import Address
from netwb.views.compliance.grid import SHAPES, Shown
from netwb.views.compliance.look import ORDERS, Look, only
from netwb.views.html import age, button, choices, esc, link, shape, tag, when
from netwb.views.navigation import Moment
from netwb.views.words import count, number

_APART = "\N{MIDDLE DOT} "
_WIDTH, _HEIGHT = 120, 24  # px of the trend


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What there is to choose from, and what the person may do.

    sites    as `tenant/site`
    edits    holds compliance.edit
    checks   words of a check under way; "": none is
    """

    report: ComplianceReport
    sites: Sequence[str] = ()
    edits: bool = False
    checks: str = ""
    why: str = ""
    trend: Sequence[TrendDay] = field(default=())


def render_tools(offered: Offered, look: Look, address: Address, at: Moment) -> str:
    """The toolbar."""
    left = _orders(look, address) if look.tab == "matrix" else ""
    left += (_sites(offered, look) + _rules(offered, look) + _boxes(look)) if left else ""
    lists = _lists(look, address)
    right = (
        f"{_checked(offered, at)}{_check_now(offered)}"
        f"{button('CSV', 'csv', icon_='download')}{button('PDF', 'pdf')}"
        if look.tab == "matrix"
        else ""
    )
    return f'<div class="bar tools">{left}{lists}<span class="push">{right}</span></div>'


def _orders(look: Look, address: Address) -> str:
    options = "".join(
        tag(
            "a",
            esc(said),
            href=address.url(sort=None if one == "worst" else one),
            data_act="order",
            data_order=one,
            aria_current="true" if look.order == one else None,
        )
        for one, said in ORDERS
    )
    return f'<span class="seg" role="group" aria-label="Order">{options}</span>'


def _sites(offered: Offered, look: Look) -> str:
    options = [("", "All sites"), *((one, one.replace("/", " / ")) for one in offered.sites)]
    if look.site and look.site not in offered.sites:
        options.append((look.site, look.site))
    return tag(
        "select",
        choices(options, look.site),
        id="site",
        data_act="site",
        data_on="change",
        aria_label="Site",
    )


def _rules(offered: Offered, look: Look) -> str:
    report = offered.report
    of = {one: sum(head.severity == one for head in report.rules) for one in reversed(SEVERITIES)}
    severities = [(one, f"{one}, {number(many)}") for one, many in of.items() if many]
    ids = [(one, one) for one in report.rule_ids]
    options = [("", f"All rules, {number(len(ids))}"), *severities, *ids]
    if look.rules and look.rules not in dict(options):
        options.append((look.rules, look.rules))
    return tag(
        "select",
        choices(options, look.rules),
        id="rules",
        data_act="rules",
        data_on="change",
        aria_label="Rules",
    )


def _boxes(look: Look) -> str:
    boxes = (("open", "Only open", look.opened), ("new", "New since yesterday", look.fresh))
    return "".join(
        f'<label class="check"><input type="checkbox" id="only-{name}" data-act="only"'
        f' data-only="{name}" data-on="change"{" checked" if ticked else ""}>'
        f"<span>{said}</span></label>"
        for name, said, ticked in boxes
    )


def _lists(look: Look, address: Address) -> str:
    """To the rules and to the waivers, and back."""
    every = (("matrix", "Matrix"), ("rules", "Rules"), ("waivers", "Waivers"))
    ways = every[1:] if look.tab == "matrix" else every
    said = "".join(
        link(
            address.url(tab=None if name == "matrix" else name),
            esc(words),
            class_="to" if look.tab == "matrix" else None,
            data_act="tab",
            data_tab=name,
            aria_current="true" if look.tab == name else None,
        )
        for name, words in ways
    )
    return said if look.tab == "matrix" else f'<span class="tabs">{said}</span>'


def _checked(offered: Offered, at: Moment) -> str:
    checked = offered.report.checked_at
    if offered.checks:
        return f'<span class="st st-running" role="status">{shape("running")}<span>{esc(offered.checks)}</span></span>'
    if checked is None:
        return f'<span class="st">{shape("unknown")}<span>never checked</span></span>'
    return (
        f'<span class="sm t2 nowrap wide-only">checked {when(checked, at.now, at.zone)},'
        f" {age(checked, at.now)} ago</span>"
    )


def _check_now(offered: Offered) -> str:
    if not offered.edits:
        return button(
            "Check now", "check", icon_="play", disabled=True, title=f"Check now {offered.why}"
        )
    return button("Check now", "check", icon_="play", disabled=bool(offered.checks))


# ---- the sum


def render_sum(shown: Shown, offered: Offered, look: Look, address: Address) -> str:
    """How many cells of each state, each with its shape, and each a link to what is behind it."""
    said = "".join(
        link(
            address.url(only=None, state=None if look.state == state else state),
            f"{_sign(state)}<b>{number(shown.counts[state])}</b> {esc(STATE_WORDS[state])}",
            data_act="state",
            data_state=state,
            aria_current="true" if look.state == state else None,
        )
        for state in WORST_FIRST
    )
    return f'<div class="sum" id="sum">{said}<span class="push">{_trend(shown, offered, address)}</span></div>'


def _sign(state: str) -> str:
    return '<i class="dot"></i>' if state == "compliant" else shape(SHAPES[state])  # type: ignore[index]  # of WORST_FIRST


def _trend(shown: Shown, offered: Offered, address: Address) -> str:
    days = offered.trend
    drawn = ""
    if len(days) > 1:
        first, last = days[0].non_compliant, days[-1].non_compliant
        words = f"{count(len(days), 'day')}, from {number(first)} to {number(last)}"
        drawn = f"{_steps(days, words)}<span>{esc(words)}</span>"
    if not shown.fresh:
        return f"{drawn}<span>{_APART if drawn else ''}none new since yesterday</span>"
    url = address.url(state=None, only="new")
    new = link(url, esc(f"{number(shown.fresh)} new"), class_="new", data_act="new-ones")
    return f"{drawn}<span>{_APART if drawn else ''}{new} since yesterday</span>"


def _steps(days: Sequence[TrendDay], words: str) -> str:
    """Findings at the end of each day, as a staircase over nothing."""
    most = max(1, *(day.non_compliant for day in days))
    step, room = _WIDTH / len(days), _HEIGHT - 4
    heights = [2 + room * (1 - day.non_compliant / most) for day in days]
    path = f"M0 {heights[0]:.1f}" + "".join(
        f"V{height:.1f}H{(place + 1) * step:.1f}" for place, height in enumerate(heights)
    )
    return (
        f'<svg class="trend" width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' role="img" aria-label="Not compliant, {esc(words)}"><line x1="0" x2="{_WIDTH}"'
        f' y1="{_HEIGHT - 1}" y2="{_HEIGHT - 1}"/><path d="{path}"/></svg>'
    )


def ticked(look: Look, name: str, *, on: bool) -> str | None:
    """The address's word once that box is ticked, or is not any more."""
    return only(look, opened=on) if name == "open" else only(look, fresh=on)
