"""What stands on a bill: its groups, how a figure was found, what is left out, the versions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from netwb.amounts import amount, octets, speed
from netwb.billing.records import BillVersion, PortGroup, TenantBill
from netwb.billing.sentences import (
    METHOD,
    figure_of,
    forecast_of,
    many_windows,
    part_of_month,
    reckoned_by,
    unfinished_of,
)
from netwb.metrics.billing.records import Direction, GroupBill, Percentile, Span, many
from netwb.views import words
from netwb.views.address import Address
from netwb.views.billing.groups import render_own
from netwb.views.html import button, esc, link, shape, state, tag, when
from netwb.views.navigation import Moment
from netwb.workbench.billing_records import ShownBill

NOT_APPLICABLE = "\N{EN DASH}"
MOST_SPANS, MOST_PORTS = 12, 40  # that are listed; the CSV has them all
_SPOKEN: Mapping[Direction, str] = {"in": "In", "out": "Out", "sum": "In and out"}


def render_standing(shown: ShownBill, moment: Moment) -> str:
    """Whether the figures may still change, how long they can be reckoned; what is to be noted."""
    notes = "".join(f'<p class="pad">{state("warn", note)}</p>' for note in shown.bill.notes)
    return _stands(shown, moment) + notes


def _stands(shown: ShownBill, moment: Moment) -> str:
    bill = shown.bill
    frozen = bill.frozen
    if frozen is None:
        said = state("running", "Not frozen") + f"<span>{esc(_may_change(bill))}</span>"
        return f'<div class="standing">{said}{_kept(shown, moment)}</div>'
    by = f"{when(frozen.frozen_at, moment.now, moment.zone)} by {esc(frozen.frozen_by)}"
    if frozen.reopened_at is None:
        return (
            f'<div class="standing">{state("ok", f"Frozen as version {frozen.version}")}'
            f"<span>{by}</span></div>"
        )
    again = (
        f"reopened {when(frozen.reopened_at, moment.now, moment.zone)} by {esc(frozen.reopened_by)}"
    )
    return (
        f'<div class="standing">{state("waived", f"Version {frozen.version} is not in force")}'
        f"<span>frozen {by}; {again}: {esc(frozen.reason)}</span></div>"
    )


def _may_change(bill: TenantBill) -> str:
    said = next(filter(None, map(unfinished_of, bill.groups)), None)
    if said is None:
        return "The figures may still change."
    return f"{said[:1].upper()}{said[1:]}. The figures still change."


def _kept(shown: ShownBill, moment: Moment) -> str:
    """A month that is over and not frozen loses its counters."""
    until = shown.kept_until
    if until is None or not shown.bill.groups or not all(one.is_over for one in shown.bill.groups):
        return ""
    day = words.exact_day(until)
    if until <= moment.now:
        return state(
            "warn", f"Since {day} not all of its counters are kept: windows may be missing"
        )
    return state("warn", f"Its counters are kept until {day}: freeze it before")


def render_groups(bill: TenantBill, address: Address, chosen: str) -> str:
    """A row a group; each leads to its windows."""
    heads: tuple[tuple[str, str], ...] = (
        ("Group", ""), ("95th", "r"), ("In", "r wide-only"), ("Out", "r wide-only"),
        ("Committed", "r"), ("Above it", "r"), ("Carried in, out", "r wide-only"),
        ("Windows", "r"), ("Missing", "r"),
    )  # fmt: skip
    if any(not one.is_over for one in bill.groups):
        heads = (*heads, ("Forecast", "r"))
    head = "".join(tag("th", esc(said), class_=class_ or None) for said, class_ in heads)
    rows = "".join(
        _group_row(one, address, chosen, forecast=heads[-1][0] == "Forecast") for one in bill.groups
    )
    return (
        f'<table class="bills fold" id="groups"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _group_row(one: GroupBill, address: Address, chosen: str, *, forecast: bool) -> str:
    name = link(
        address.url(group=one.terms.group),
        f"<b>{esc(one.terms.group)}</b>",
        data_act="group",
        data_group=one.terms.group,
    )
    cells = [
        ("95th", f"<b>{esc(figure_of(one))}</b>", ""),
        ("In", _of(one, "in"), " wide-only"),
        ("Out", _of(one, "out"), " wide-only"),
        ("Committed", esc(speed(one.terms.commit_bps) or NOT_APPLICABLE), ""),
        ("Above it", _over(one), ""),
        ("Carried in, out", f"{octets(one.octets_in)}, {octets(one.octets_out)}", " wide-only"),
        ("Windows", f"{words.number(one.present)} of {words.number(one.windows)}", ""),
        ("Missing", _missing(one), ""),
    ]
    if forecast:
        cells.append(("Forecast", esc(_likely(one)), ""))
    drawn = "".join(
        tag("td", said, class_=f"r{class_}", data_label=label) for label, said, class_ in cells
    )
    return tag(
        "tr",
        f'<td class="cut">{name}</td>{drawn}',
        class_="opens sel" if one.terms.group == chosen else "opens",
        data_act="group",
        data_group=one.terms.group,
    )


def _missing(one: GroupBill) -> str:
    if one.state == "no_ports":
        return NOT_APPLICABLE
    return state("warn", words.number(many(one.missing))) if one.missing else "0"


def _of(one: GroupBill, direction: Direction) -> str:
    found = next((each for each in one.percentiles if each.direction == direction), None)
    return NOT_APPLICABLE if found is None else amount(found.bps, "bits")


def _over(one: GroupBill) -> str:
    if one.overage_bps is None:
        return NOT_APPLICABLE
    return amount(one.overage_bps, "bits") if one.overage_bps else "0"


def _likely(one: GroupBill) -> str:
    if one.forecast is None:
        return NOT_APPLICABLE
    likely = one.forecast.bps
    return "after a week" if likely is None else amount(likely, "bits")


def render_legend(one: GroupBill) -> str:
    """What the lines and bands are, in words."""
    sides = (
        '<span><i class="key sum"></i>In and out together</span>'
        if one.terms.method == "sum"
        else '<span><i class="key in"></i>In</span><span><i class="key out"></i>Out</span>'
    )
    return (
        f'<div class="legend {one.terms.method}"><b>{esc(one.terms.group)}</b>{sides}'
        '<span class="wide-only"><i class="key p95"></i>95th</span>'
        '<span><i class="key gone"></i>missing</span><span><i class="key left"></i>left out</span>'
        f'<span class="push t3">windows of 5 min, {esc(one.month.time_zone)}</span></div>'
    )


def render_group(
    one: GroupBill, shown: ShownBill, moment: Moment, own: PortGroup | None, *, may_edit: bool
) -> str:
    """Under the chart: how the figure is found, what is left out; the versions, the ports.

    own   the group as it is now; one that is on a frozen bill may be none any more
    """
    zone = ZoneInfo(one.month.time_zone)
    left = _found(one, zone) + _left_out(one, shown, zone, may_edit=may_edit)
    right = _versions(one, shown, moment) + _ports(one)
    if own is not None:
        right += render_own(own, may_edit=may_edit)
    return f'<div class="under"><div>{left}</div><div>{right}</div></div>'


def _found(one: GroupBill, zone: ZoneInfo) -> str:
    facts = [("Method", esc(METHOD[one.terms.method]))]
    facts += [
        (f"95th {_SPOKEN[each.direction].lower()}", _percentile(each, zone))
        for each in one.percentiles
    ]
    if (forecast := forecast_of(one)) is not None:
        facts.append(("Forecast", esc(forecast)))
    if again := "<br>".join(esc(line) for line in reckoned_by(one)):
        facts.append(("Again", again))
    facts.append(("SHA-256", f'<code class="digest">{esc(one.digest)}</code>'))
    drawn = "".join(f"<dt>{esc(name)}</dt><dd>{said}</dd>" for name, said in facts)
    return f'<h2 class="h pad">How it is found</h2><dl class="facts">{drawn}</dl>'


def _percentile(each: Percentile, zone: ZoneInfo) -> str:
    return (
        f"<b>{each.bps:,} bit/s</b> = {each.octets:,} octets x 8 / 300, rank {each.rank:,} of "
        f"{each.windows:,}, at {each.at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    )


def _left_out(one: GroupBill, shown: ShownBill, zone: ZoneInfo, *, may_edit: bool) -> str:
    if one.state == "no_ports":
        return ""
    rows = "".join(
        (
            *_span_rows("Missing", one.missing, zone),
            *_span_rows("Only some ports have data", one.partial, zone),
            *_span_rows("Left out", one.excluded, zone),
            *_reasons(one, shown, may_edit=may_edit),
        )
    )
    if not rows:
        return f'<p class="pad">{state("ok", "No window is missing, none is left out")}</p>'
    return (
        f'<h2 class="h pad">Windows that are not like the others</h2><p class="t2 pad sm">{esc(one.policy)}</p>'
        f'<table class="spans" id="spans"><tbody>{rows}</tbody></table>'
    )


def _reasons(one: GroupBill, shown: ShownBill, *, may_edit: bool) -> Iterator[str]:
    """Why times are left out; what is not frozen can be taken back."""
    own = [
        each
        for each in shown.exclusions
        if each.said in one.exclusions and each.group in {None, one.terms.group}
    ]
    for each in own if may_edit else ():
        back = button("Take back…", "ask-include", kind="quiet", data_exclusion=each.id)
        yield f'<tr><td>Reason</td><td>{esc(each.said.reason)}</td><td class="r">{back}</td></tr>'
    for said in () if own and may_edit else one.exclusions:
        yield f"<tr><td>Reason</td><td>{esc(said.reason)}</td><td></td></tr>"


def _span_rows(word: str, spans: Sequence[Span], zone: ZoneInfo) -> Iterable[str]:
    for one in spans[:MOST_SPANS]:
        first, last = one.since.astimezone(zone), one.until.astimezone(zone)
        yield (
            f"<tr><td>{esc(word)}</td><td>{first:%d %b %H:%M} to {last:%d %b %H:%M %Z}</td>"
            f'<td class="r">{many_windows(one.windows)}</td></tr>'
        )
    if len(spans) > MOST_SPANS:
        more = many(tuple(spans[MOST_SPANS:]))
        yield (
            f"<tr><td>{esc(word)}</td><td>and {len(spans) - MOST_SPANS:,} more times</td>"
            f'<td class="r">{many_windows(more)}</td></tr>'
        )


def _versions(one: GroupBill, shown: ShownBill, moment: Moment) -> str:
    """This group in each version, beside each other."""
    if not shown.versions:
        return ""
    rows = "".join(
        _version_row(version, one.terms.group, shown, moment)
        for version in shown.bill.versions[::-1]
    )
    return (
        '<h2 class="h pad">Versions</h2><table class="versions" id="versions"><thead><tr><th>Version</th>'
        f'<th class="r">95th</th><th class="r">Windows</th><th>Frozen</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _version_row(version: BillVersion, group: str, shown: ShownBill, moment: Moment) -> str:
    kept = shown.versions.get(version.version, ())
    found = next((one for one in kept if one.terms.group == group), None)
    figure = esc(figure_of(found)) if found else "not on it"
    present = words.number(found.present) if found else NOT_APPLICABLE
    mark = shape("ok") if version.reopened_at is None else shape("waived")
    said = f"{when(version.frozen_at, moment.now, moment.zone)} {esc(version.frozen_by)}"
    if version.reopened_at is not None:
        said += f'<br><span class="t2">reopened: {esc(version.reason)}</span>'
    return (
        f'<tr><td class="nowrap">{mark} {version.version}</td><td class="r"><b>{figure}</b></td>'
        f'<td class="r">{present}</td><td class="why">{said}</td></tr>'
    )


def _ports(one: GroupBill) -> str:
    zone = ZoneInfo(one.month.time_zone)
    rows = "".join(
        f'<tr><td class="cut"><b>{esc(port.device)}</b> {esc(port.name)}</td>'
        f'<td class="t2">{esc(part_of_month(port, zone) or port.circuit_ref or "")}</td></tr>'
        for port in one.ports[:MOST_PORTS]
    )
    more = len(one.ports) - MOST_PORTS
    if more > 0:
        rows += f'<tr><td colspan="2" class="t2">and {more:,} more; the CSV has columns for each</td></tr>'
    if not rows:
        return f'<p class="pad">{state("warn", "No port is in this group")}</p>'
    return (
        f'<h2 class="h pad">Ports <span class="n">{len(one.ports):,}</span></h2>'
        f'<table class="ports" id="ports"><tbody>{rows}</tbody></table>'
    )
