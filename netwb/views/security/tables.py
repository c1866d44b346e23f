"""What stands, and what came of the rest: expired, withdrawn, denied, would-have, attacks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from netwb.blackhole.addresses import written
from netwb.blackhole.attack_records import ReceivedEvent
from netwb.blackhole.records import Answer, Blackhole, State
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import Shape, button, csv_of, esc, link, shape, state, tag, when
from netwb.views.security.look import ENDED, MORE, MOST, TABS, Look, Tab, opening
from netwb.views.security.reading import Shown
from netwb.views.security.words import Eye, as_drawn, asker, countdown, may_withdraw, on_routers

TITLES: Mapping[Tab, str] = {
    "recent": "Recent",
    "shadow": "Would have",
    "events": "Attacks without action",
}
SHAPES: Mapping[State, Shape] = {
    "expired": "ok",
    "withdrawn": "waived",
    "denied": "bad",
    "failed": "bad",
    "shadow": "ghost",
}
EMPTY: Mapping[Tab, str] = {
    "recent": "Nothing has ended, and nothing was denied.",
    "shadow": "No site is in shadow, or no attack on one was seen: nothing was only written down.",
    "events": "Every attack that a detector reported led to a blackhole or to a denial.",
}
WOULD: Mapping[Answer, str] = {
    "allow": "would stand",
    "hold": "would be held",
    "deny": "would be denied",
}
CSV_HEAD = ("asked", "address", "tenant", "state", "reason", "ended", "asked_by")


def render_standing(shown: Shown, eye: Eye) -> str:
    """The one that ends first is first."""
    most = f" of at most {words.number(shown.limits.active)}" if eye.wide else ""
    number = f'<span class="n">{words.number(len(shown.standing))}{most}</span>'
    acts = _acts(shown, eye)
    head = f'<div class="hh"><b class="h">Active{number}</b><span class="push acts">{acts}</span></div>'
    if not shown.standing:
        said = "Nothing is blackholed now."
        body = f'<div class="quiet">{shape("ok")}<span>{said}</span></div>'
    else:
        rows = "".join(_standing(one, eye) for one in shown.standing)
        body = (
            f'<table class="fold stands"><thead><tr><th>Address</th><th>Attack</th>'
            f"<th>Verified on routers</th><th>Ends in</th><th></th></tr></thead><tbody>{rows}</tbody></table>"
        )
    return f'<section class="card" aria-label="Active">{head}{body}</section>'


def _acts(shown: Shown, eye: Eye) -> str:
    pause = (
        button("Pause…", "ask-pause", id="pause")
        if eye.switches and shown.running.paused is None
        else ""
    )
    some = shown.standing or shown.held
    every = (
        button("Withdraw all…", "ask-withdraw-all", kind="danger", id="withdraw-all")
        if eye.approves and some
        else ""
    )
    return pause + every


def _standing(one: Blackhole, eye: Eye) -> str:
    tenant = f'<span class="of">{esc(one.tenant or "")}</span>' if eye.several else ""
    ends = "" if one.expires_at is None else _ends(one, eye)
    withdraw = (
        button("Withdraw…", "ask-withdraw", id=f"withdraw-{one.id}", **as_drawn(one))
        if may_withdraw(one, eye) and one.state != "withdrawing"
        else ""
    )
    by = "" if one.alarm else f'<span class="t3">, by {esc(asker(one))}</span>'
    routers = on_routers(one, with_words=eye.addresses)
    return (
        f'<tr><td class="mono">{_broken(one)}{tenant}</td><td class="t2 sm wrap">{esc(one.reason)}{by}</td>'
        f'<td class="rts">{routers}</td><td class="ends">{ends}</td><td class="r">{withdraw}</td></tr>'
    )


def _broken(one: Blackhole) -> str:
    """A long one goes on in another line, but not within its length."""
    said = esc(one.prefix)
    return said.replace("/", "<wbr>/") if one.network.version == 6 else said


def _ends(one: Blackhole, eye: Eye) -> str:
    assert one.expires_at is not None
    begun = one.announced_at or one.requested_at
    return countdown(one.expires_at, (one.expires_at - begun).total_seconds(), eye.moment.now)


def render_past(shown: Shown, look: Look, address: Address, eye: Eye) -> str:
    """One of three lists; the others are tabs beside it."""
    counts = shown.running.counts
    totals: Mapping[Tab, int | None] = {
        "recent": sum(counts.get(name, 0) for name in ENDED),
        "shadow": counts.get("shadow", 0),
        "events": None,
    }
    tabs = "".join(_tab(tab, totals[tab], look, address) for tab in TABS)
    rows = _events(shown.events, eye) if look.tab == "events" else _past(shown.past, address, eye)
    csv = button("CSV", "csv", icon_="download", id="csv") if rows and look.tab != "events" else ""
    head = (
        f'<div class="hh"><div class="tabs" role="tablist" aria-label="What came of the rest">{tabs}</div>'
        f'<span class="push">{csv}</span></div>'
    )
    told = would_have(shown.shadowed) if look.tab == "shadow" and rows else ""
    body = told + (rows or f'<div class="quiet t2">{EMPTY[look.tab]}</div>')
    more = _older(look, address) if shown.has_more and look.rows < MOST else ""
    foot = f'<div class="more">{more}</div>' if more else ""
    return f'<section class="card" aria-label="{TITLES[look.tab]}">{head}{body}{foot}</section>'


def would_have(shadowed: Sequence[Blackhole]) -> str:
    """`38 would-be blackholes: 30 would stand, 5 would be held, 3 denied`, and against what."""
    if not shadowed:
        return ""
    answers = Counter(one.answer for one in shadowed)
    parts = [f"{words.number(answers[answer])} {said}" for answer, said in WOULD.items() if answers[answer]]  # fmt: skip
    against = Counter(
        reason.text.partition(": ")[2]
        for one in shadowed
        for reason in one.reasons
        if reason.guard == "never_list" and reason.answer == "deny"
    )
    named = [f"{words.number(many)} against {why}" for why, many in against.most_common(3) if why]
    least = "at least " if len(shadowed) >= MOST else ""
    said = (
        f"{least}{words.count(len(shadowed), 'would-be blackhole')}: {', '.join([*parts, *named])}"
    )
    return f'<div class="quiet t2" role="status">{esc(said[:1].upper() + said[1:])}</div>'


def _older(look: Look, address: Address) -> str:
    rows = min(look.rows + MORE, MOST)
    return link(
        address.url(rows=str(rows)),
        "<span>Older ones</span>",
        class_="btn q",
        data_act="older",
        data_rows=rows,
        id="older",
    )


def _tab(tab: Tab, total: int | None, look: Look, address: Address) -> str:
    number = f'<span class="n">{words.number(total)}</span>' if total is not None else ""
    return link(
        address.url(tab=None if tab == TABS[0] else tab, rows=None),
        f"{TITLES[tab]}{number}",
        role="tab",
        aria_selected="true" if tab == look.tab else "false",
        data_act="tab",
        data_tab=tab,
        data_key=str(TABS.index(tab) + 1),
        id=f"tab-{tab}",
    )


def _named(one: Blackhole, address: Address) -> str:
    """All of it is a click away."""
    return link(
        address.url(**opening(one.id)),
        _broken(one),
        data_act="open",
        data_held=one.id,
        id=f"open-{one.id}",
    )


def _past(past: Sequence[Blackhole], address: Address, eye: Eye) -> str:
    if not past:
        return ""
    now, zone = eye.moment.now, eye.moment.zone
    rows = "".join(
        f'<tr><td class="t3">{when(one.ended_at or one.requested_at, now, zone)}</td>'
        f'<td class="mono">{_named(one, address)}</td>'
        + (f'<td class="t2">{esc(one.tenant or "nobody")}</td>' if eye.several else "")
        + f"<td>{state(SHAPES.get(one.state, 'unknown'), state_word(one))}</td>"
        f'<td class="t2 sm wrap">{esc(outcome(one))}</td><td class="t3 sm">{esc(asker(one))}</td></tr>'
        for one in past
    )
    tenant = "<th>Tenant</th>" if eye.several else ""
    return (
        f'<table class="fold past"><thead><tr><th>At</th><th>Address</th>{tenant}<th>State</th><th>Why</th>'
        f"<th>Asked by</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def state_word(one: Blackhole) -> str:
    """`would be held` of what is only written down."""
    return WOULD[one.answer] if one.state == "shadow" else one.state


def outcome(one: Blackhole) -> str:
    """Why it ended or was not; the guard's reasons where nobody said more."""
    if one.state == "shadow":
        return one.reason
    guard = "; ".join(
        reason.text for reason in one.reasons if reason.answer == one.answer != "allow"
    )
    if one.state == "denied" and guard and (one.end_reason or "") in guard:
        return guard
    said = one.end_reason or guard or one.reason
    by = f"by {one.ended_by}: " if one.ended_by and not one.ended_by.startswith("system:") else ""
    return f"{by}{said}"


def past_csv(past: Sequence[Blackhole]) -> bytes:
    """The tab as a file."""
    return csv_of(
        CSV_HEAD,
        [
            (
                one.requested_at,
                one.prefix,
                one.tenant,
                one.state,
                outcome(one),
                one.ended_at,
                one.requested_by,
            )
            for one in past
        ],
    )


def _events(events: Sequence[ReceivedEvent], eye: Eye) -> str:
    if not events:
        return ""
    now, zone = eye.moment.now, eye.moment.zone
    rows = "".join(
        f'<tr><td class="t3">{when(one.received_at, now, zone)}</td>'
        f'<td class="mono">{esc(_whom(one))}</td>'
        + (f'<td class="t2">{esc(one.tenant or "nobody")}</td>' if eye.several else "")
        + f'<td class="t2">{esc(one.event.action)}{_size(one)}</td>'
        f'<td class="t2 sm wrap">{esc(one.said or "not settled yet")}</td>'
        f'<td class="t3 sm">{esc(one.sender)}</td></tr>'
        for one in events
    )
    tenant = "<th>Tenant</th>" if eye.several else ""
    return (
        f'<table class="fold past"><thead><tr><th>At</th><th>Address</th>{tenant}<th>Said</th>'
        f"<th>What came of it</th><th>Detector</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def _whom(one: ReceivedEvent) -> str:
    if one.event.address is not None:
        return written(one.event.address)
    return one.event.hostgroup or "no address"


def _size(one: ReceivedEvent) -> str:
    kind = f" {esc(one.event.attack_type)}" if one.event.attack_type else ""
    size = f", {words.number(one.event.pps)} packets/s" if one.event.pps else ""
    return kind + size


def render_report(one: Blackhole, events: Sequence[ReceivedEvent]) -> str:
    """What the detector said, in its own words."""
    told = [event for event in events if event.event.report]
    parts = "".join(
        f'<div class="lbl">{esc(event.sender)}, {event.received_at:%Y-%m-%d %H:%M:%S} UTC</div>'
        f'<pre class="cmd report" tabindex="0">{esc(event.event.report)}</pre>'
        for event in told
    )
    return parts or tag("p", f"No detector gave a report of {esc(one.prefix)}.", class_="t2")
