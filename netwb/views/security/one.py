"""One blackhole in full, as who comes by a link finds it: from a chart, a message, a list. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from netwb.blackhole.records import STANDING, Blackhole
from netwb.views.address import Address
from netwb.views.html import button, esc, link, state, when
from netwb.views.security.look import opening
from netwb.views.security.tables import SHAPES, state_word
from netwb.views.security.words import (
    REACHES,
    Eye,
    asker,
    commands_block,
    on_routers,
    reason_lines,
)


def render_one(one: Blackhole | None, eye: Eye, address: Address) -> str:
    """The one of the address, where it is not held any more; nothing where none is meant."""
    if one is None:
        return ""
    close = link(
        address.url(**opening("")),
        "<span>Close</span>",
        class_="btn q",
        data_act="open",
        data_held="",
        id="close-one",
    )
    whose = f"{esc(one.tenant)} · " if one.tenant else ""
    shape = "hole" if one.state in STANDING else SHAPES.get(one.state, "unknown")
    title = f"<b>{state(shape, f'{one.prefix} is {state_word(one)}')}</b>"
    report = (
        button(
            "Report of the attack", "report", kind="quiet", data_id=one.id, id=f"report-{one.id}"
        )
        if one.alarm
        else ""
    )
    steps = "".join(
        f"<div><span class='lbl'>{name}</span>{said}</div>" for name, said in _steps(one, eye)
    )
    why = _part("What the guard said", reason_lines(one.reasons, key=f"rest-{one.id}"))
    typed = _part("Typed when it was announced", commands_block(one.commands, ""))
    sent = typed if one.commands else ""
    return (
        f'<section class="card" id="held-{esc(one.id)}" aria-label="{esc(one.prefix)}">'
        f'<div class="hh">{title}<span class="push">{report}{close}</span></div><div class="bd">'
        f'<div class="what"><span class="t2">{whose}{esc(one.reason)} · dropped at {REACHES[one.reach]}</span></div>'
        f'<div class="steps">{steps}</div><div class="two">{why}{sent}</div></div></section>'
    )


def _part(title: str, content: str) -> str:
    return f'<div><span class="lbl">{esc(title)}</span>{content}</div>'


def _steps(one: Blackhole, eye: Eye) -> Iterator[tuple[str, str]]:
    """What happened to it, in order; safe markup."""
    now, zone = eye.moment.now, eye.moment.zone
    yield "Asked", f"{when(one.requested_at, now, zone)} by {esc(asker(one))}"
    if one.approvals:
        yield "Approved", esc(", ".join(sorted({given.name for given in one.approvals})))
    if one.announced_at:
        yield "Announced", when(one.announced_at, now, zone)
    if one.state in STANDING:
        yield "Routers", on_routers(one, with_words=eye.addresses)
    if one.ended_at:
        person = one.ended_by and not one.ended_by.startswith("system:")
        by = f" by {esc(one.ended_by)}" if person else ""
        why = f": {esc(one.end_reason)}" if one.end_reason else ""
        yield "Ended", f"{when(one.ended_at, now, zone)}{by}{why}"
    elif one.expires_at:
        yield "Ends", when(one.expires_at, now, zone)
