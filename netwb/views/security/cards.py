"""What needs a person: routes that are not netwb's, and what the guard holds; banners over them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from netwb.blackhole.records import Blackhole, Pause, StrayRoute
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import age, button, esc, link, shape, state, tag, when
from netwb.views.security.look import opening
from netwb.views.security.reading import Held, Shown
from netwb.views.security.words import (
    REACHES,
    Eye,
    as_drawn,
    asker,
    commands_block,
    countdown,
    may_withdraw,
    reason_lines,
)
from netwb.workbench.blackhole_page import BlackholeLimits


def render_banners(shown: Shown, eye: Eye) -> str:
    """What keeps all blackholes from being announced, or taken back; and a link that led astray."""
    paused = _paused(shown.running.paused, eye) if shown.running.paused else ""
    return (
        _link_fault(shown.link_fault)
        + paused
        + ("" if shown.running.is_alive else _unwatched(shown, eye))
    )


def _link_fault(fault: str) -> str:
    if not fault:
        return ""
    return f'<div class="note warn" role="alert">{shape("warn")}<span>{esc(fault)}.</span></div>'


def _paused(pause: Pause, eye: Eye) -> str:
    since = when(pause.at, eye.moment.now, eye.moment.zone)
    who = f" by {esc(pause.by)}: {esc(pause.why)}" if eye.wide else ""
    resume = button("Resume", "resume", id="resume") if eye.switches else ""
    said = f"<b>Paused</b> since {since}{who}. New ones are held; what stands ends by its time."
    return f'<div class="note warn" role="note">{shape("held")}<span>{said}</span>{resume}</div>'


def _unwatched(shown: Shown, eye: Eye) -> str:
    at = shown.running.expirer_at
    seen = f" since {age(at, eye.moment.now)}" if at else ""
    cure = " Start <code>netwb scheduler</code> at the server." if eye.runs_netwb else ""
    said = (
        f"<b>Nothing is alive{seen} that would end blackholes</b>, so new ones are held, and what"
        f" stands stays.{cure}"
    )
    return f'<div class="note bad" role="alert">{shape("bad")}<span>{said}</span></div>'


def render_strays(strays: Sequence[StrayRoute], eye: Eye) -> str:
    """Red, and first: nobody knows when these end."""
    if not strays:
        return ""
    title = (
        f"Not ours: {words.count(len(strays), 'blackhole')} on a router that netwb did not announce"
    )
    rows = "".join(_stray(one, eye) for one in strays)
    told = (
        "netwb never removes a route that is not its own. Find out whose it is, and take it off on"
        " the router by hand."
    )
    return (
        f'<section class="card bad" id="strays"><div class="hh"><b>{state("bad", title)}</b></div>'
        f'<div class="bd">{rows}<p class="sm t2">{told}</p></div></section>'
    )


def _stray(one: StrayRoute, eye: Eye) -> str:
    since, now = age(one.since_at, eye.moment.now), eye.moment.now
    seen = age(one.seen_at, now)
    return (
        f'<div class="stray"><span class="big">{esc(one.network)}</span> <span class="t2">on'
        f" <b>{esc(one.router.hostname)}</b>, {esc(one.router.tenant)}, found {since} ago, seen"
        f' {seen} ago</span><code class="line">{esc(one.line)}</code></div>'
    )


def render_held(shown: Shown, eye: Eye, address: Address) -> str:
    """Amber; the one that lapses first is first, and of many the rest are lines that open."""
    cards = "".join(
        _card(one, shown.limits, eye, chosen=one.one.id == shown.opened)
        for one in shown.held
        if one.would is not None
    )
    lines = [one.one for one in shown.held if one.would is None]
    return cards + (_lines(lines, eye, address) if lines else "")


def _lines(held: Iterable[Blackhole], eye: Eye, address: Address) -> str:
    rows = "".join(
        "<tr><td>"
        + link(
            address.url(**opening(one.id)),
            f'<span class="mono">{esc(one.prefix)}</span>',
            data_act="open",
            data_held=one.id,
            id=f"open-{one.id}",
        )
        + f'</td><td class="t2">{esc(one.tenant or "nobody")}</td>'
        f'<td class="t2 sm wrap">{esc(one.reason)}</td>'
        f'<td class="r">{age(one.requested_at, eye.moment.now)}</td></tr>'
        for one in held
    )
    return (
        f'<section class="card held"><div class="hh"><b>{state("held", "Held as well")}</b></div>'
        f'<table class="fold"><tbody>{rows}</tbody></table></section>'
    )


def _card(held: Held, limits: BlackholeLimits, eye: Eye, *, chosen: bool) -> str:
    one, would = held.one, held.would
    assert would is not None
    lapses = one.requested_at + timedelta(minutes=limits.hold_minutes)
    head = (
        f"asked {age(one.requested_at, eye.moment.now)} ago by {esc(asker(one))} · lapses in "
        + countdown(lapses, limits.hold_minutes * 60, eye.moment.now, bar=False)
    )
    of = f"{esc(one.tenant)} · " if one.tenant else ""
    sent = _sent(held, eye)
    why = (
        '<div><span class="lbl">Why the guard holds it</span>'
        f"{reason_lines(would.reasons, key=f'rest-{one.id}')}</div>"
    )
    class_ = "card held chosen" if chosen else "card held"
    title = (
        "Held: waits for a person"
        if would.answer == "hold"
        else f"Held; the guard would {would.answer} it now"
    )
    return (
        f'<section class="{class_}" id="held-{esc(one.id)}" aria-label="{esc(one.prefix)} is held">'
        f'<div class="hh"><b>{state("held", title)}</b><span class="push sm t2">{head}</span></div>'
        f'<div class="bd"><div class="what"><span class="big">{esc(one.prefix)}</span>'
        f'<span class="t2">{of}{esc(one.reason)} · dropped at {REACHES[one.reach]}</span></div>'
        f'<div class="two">{why}{sent}</div>{_answers(held, eye)}</div></section>'
    )


def _sent(held: Held, eye: Eye) -> str:
    would = held.would
    assert would is not None
    until = would.expires_at or held.one.expires_at
    ending = ""
    if until is not None:
        at = words.clock(until, eye.moment.zone)
        ending = f"taken back after {minutes_until(held, eye)} min, at {at} if approved now, or when withdrawn"
    if would.answer == "deny":
        return '<div><span class="lbl">Nothing would be sent</span></div>'
    if not would.commands:
        told = "The provider's routers are told to drop what goes there"
        return f'<div><span class="lbl">What would be done</span><p class="t2 sm">{told}; {esc(ending)}.</p></div>'
    block = commands_block(would.commands, ending)
    return f'<div><span class="lbl">Exactly this would be sent</span>{block}</div>'


def minutes_until(held: Held, eye: Eye) -> int:
    """For how long it would stand, in whole minutes."""
    until = held.would.expires_at if held.would else None
    if until is None:
        return 0
    return max(1, round((until - eye.moment.now).total_seconds() / 60))


def _answers(held: Held, eye: Eye) -> str:
    """Approve is a click on a button that no key is bound to."""
    one, may = held.one, held.may
    assert may is not None
    buttons = []
    refused = {"disabled": True, "title": may.text} if may.answer == "deny" else {}
    if eye.approves:
        whole = minutes_until(held, eye)
        buttons.append(_approve(one, f"Approve {whole} min", "primary", None, refused))
        if whole > SHORT:
            buttons.append(_approve(one, f"Approve {SHORT} min", "plain", SHORT, refused))
        buttons.append(button("Deny…", "ask-deny", id=f"deny-{one.id}", **as_drawn(one)))
    elif may_withdraw(one, eye):
        buttons.append(button("Take back…", "ask-withdraw", id=f"back-{one.id}", **as_drawn(one)))
    said = f'<span class="sm t3">{esc(may.text)}</span>'
    report = (
        button(
            "Report of the attack", "report", kind="quiet", data_id=one.id, id=f"report-{one.id}"
        )
        if one.alarm
        else ""
    )
    return f'<div class="answers">{"".join(buttons)}{said}<span class="push">{report}</span></div>'


SHORT = 10  # minutes of the second button


def _approve(
    one: Blackhole, said: str, kind: str, minutes: int | None, refused: Mapping[str, object]
) -> str:
    return tag(
        "button",
        f"<span>{esc(said)}</span>",
        type="button",
        class_="btn pri" if kind == "primary" else "btn",
        data_act="approve",
        data_minutes=minutes,
        id=f"approve-{one.id}" + (f"-{minutes}" if minutes else ""),
        **as_drawn(one),
        **refused,
    )
