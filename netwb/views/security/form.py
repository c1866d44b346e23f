"""The form that asks for a blackhole, with the guard's answer in it; and the routers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netwb.amounts import amount
from netwb.blackhole.records import OwnPrefix, Router
from netwb.views import words
from netwb.views.causes import cause_alone
from netwb.views.fields import Field, check_field, select_field, text_field
from netwb.views.html import Shape, age, esc, shape, state, tag
from netwb.views.security.good import GoodTraffic
from netwb.views.security.reading import Shown
from netwb.views.security.words import Eye, commands_block, reason_lines
from netwb.workbench.blackhole_records import BlackholeAnswer

SCOPES = (
    ("", "By its policy"),
    ("edge", "Own edge"),
    ("upstream", "Upstreams"),
    ("both", "Own edge and upstreams"),
)
WAIT_MS = 400  # pause in typing after which the guard is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the form, and what the guard says of it.

    answer   None: not asked yet
    wrong    why it cannot be asked, or came to nothing
    good     what its tenant's busiest port takes in
    done     what became of the last one that was asked for
    """

    values: Mapping[str, str] = field(default_factory=dict)
    answer: BlackholeAnswer | None = None
    wrong: str = ""
    good: GoodTraffic | None = None
    done: tuple[Shape, str] | None = None


def offers(shown: Shown, eye: Eye) -> bool:
    """A tenant's own people ask where a prefix of theirs lets them."""
    if not eye.requests:
        return False
    return not eye.customer or any(one.by_customer for one in shown.prefixes)


def render_form(shown: Shown, draft: Draft, eye: Eye) -> str:
    """The card, for whoever may ask."""
    if not offers(shown, eye):
        return ""
    body = _form(shown, draft, eye) if shown.prefixes else _unregistered(eye)
    title = '<div class="hh"><b class="h">Blackhole an address</b></div>'
    return f'<section class="card" aria-label="Blackhole an address">{title}<div class="bd">{body}</div></section>'


def _unregistered(eye: Eye) -> str:
    cure = (
        " <code>netwb prefix add TENANT PREFIX</code> at the server registers one."
        if eye.runs_netwb
        else ""
    )
    return f'<p class="t2">No prefix is registered, so the guard denies everything.{cure}</p>'


def _form(shown: Shown, draft: Draft, eye: Eye) -> str:
    value = draft.values.get
    limits = shown.limits
    fields = (
        text_field(
            Field(
                name="prefix", label="Address", id="ask-prefix", value=value("prefix", ""),
                required=True, wide=True, hint=_own(shown.prefixes),
            ),
            maxlength=60, spellcheck="false", class_="mono", placeholder="203.0.113.21",
        )
        + text_field(
            Field(name="minutes", label="For, in minutes", id="ask-minutes", value=value("minutes", "")),
            kind="number", min=1, max=limits.max_minutes, placeholder=str(limits.minutes),
        )
        + select_field(Field(name="scope", label="Dropped at", id="ask-scope", value=value("scope", "")), SCOPES)
        + text_field(
            Field(
                name="reason", label="Reason, in the audit", id="ask-reason",
                value=value("reason", ""), required=True, wide=True,
            ),
            maxlength=300,
        )
    )  # fmt: skip
    fields += _triggers(shown.routers) + _glass(draft, limits.break_glass_minutes, eye)
    submit = tag(
        "button", "<span>Blackhole it</span>", type="submit", class_="btn pri", id="ask-submit"
    )
    form = tag(
        "form",
        f'{fields}<div class="wide" aria-live="polite">{_answer(draft, eye)}</div>'
        f'<div class="actions left">{submit}<span class="sm t3">Good traffic to it is dropped as well.</span></div>',
        class_="form two",
        id="ask-form",
        data_act="request",
        data_typing="guard",
        data_wait=WAIT_MS,
    )
    return _done(draft) + form


def _triggers(routers: Sequence[Router]) -> str:
    """Each of them announces it: one alone would be one that may be away."""
    names = tuple(one.hostname for one in routers if one.role == "trigger")
    if not names:
        return ""
    said = f"Announced by {words.listed(names, at_most=4)}"
    return f'<p class="wide t3 sm">{esc(said)}</p>'


def _glass(draft: Draft, minutes: int, eye: Eye) -> str:
    """Offered where the guard holds what is asked for, and to whom it is given."""
    broken = bool(draft.values.get("break_glass"))
    holds = draft.answer is not None and draft.answer.answer == "hold"
    if not eye.breaks or not (broken or holds):
        return ""
    field = Field(
        name="break_glass", label="Break the glass", id="ask-glass", value="yes", wide=True,
        hint=f"Without a second person, for {minutes} min at most, with a reason; every admin is told.",
    )  # fmt: skip
    return check_field(field, checked=broken)


def _own(prefixes: Sequence[OwnPrefix]) -> str:
    """What may be asked for, where it is soon said."""
    named = tuple(str(one.network) for one in prefixes)
    return f"A host of {words.listed(named, at_most=2)}"


def _done(draft: Draft) -> str:
    if draft.done is None:
        return ""
    kind, said = draft.done
    return f'<div class="note" role="status">{shape(kind)}<span>{esc(said)}</span></div>'


def _answer(draft: Draft, eye: Eye) -> str:
    """One line, its reasons, and what would be typed."""
    if draft.wrong:
        return f'<p class="t2 sm">{esc(draft.wrong)}</p>'
    answer = draft.answer
    if answer is None:
        return '<p class="t3 sm">The guard answers while you type; nothing is sent by that.</p>'
    kind, said = _line(answer, eye)
    reasons = reason_lines(answer.reasons, key="rest-form")
    sent = ""
    if answer.commands and not answer.shadow:
        until = words.clock(answer.expires_at, eye.moment.zone) if answer.expires_at else ""
        ending = f"taken back at {until}, or when withdrawn"
        sent = f'<span class="lbl">Exactly this will be sent</span>{commands_block(answer.commands, ending)}'
    return f'<div class="ans"><h3>{shape(kind)}<span>{esc(said)}</span></h3>{reasons}{_lost(draft.good)}</div>{sent}'


def _lost(good: GoodTraffic | None) -> str:
    """What may be dropped with the attack; there is no counter of one address."""
    if good is None:
        return ""
    said = (
        f"<b>{esc(amount(good.p95_bps, 'bits'))}</b>, the 95th of the last hour, goes into {esc(good.port)},"
        " its busiest port; what of it is for this address is dropped too"
    )
    return f'<div class="why"><div>{shape("warn")}<span>{said}</span></div></div>'


def _line(answer: BlackholeAnswer, eye: Eye) -> tuple[Shape, str]:
    shadow = "; its site is in shadow, so nothing is sent" if answer.shadow else ""
    if answer.answer == "deny":
        return "bad", "The guard would deny this"
    if answer.answer == "hold":
        return "held", f"The guard would hold this{shadow}"
    until = (
        f", until {words.clock(answer.expires_at, eye.moment.zone)}" if answer.expires_at else ""
    )
    return "ok", f"The guard would allow this{until}{shadow}"


def render_routers(routers: Sequence[Router], eye: Eye) -> str:
    """Which announce and which obey, and when their routes were last read."""
    if not routers:
        if not eye.wide:
            return ""
        cure = " <code>netwb trigger add DEVICE</code> makes one." if eye.runs_netwb else ""
        body = f'<div class="bd"><p class="t2">No trigger router, so nothing is announced.{cure}</p></div>'
    else:
        rows = "".join(_router(one, eye) for one in routers)
        body = f"<table><tbody>{rows}</tbody></table>"
    head = '<div class="hh"><b class="h">Routers</b></div>'
    return f'<section class="card" aria-label="Routers">{head}{body}</section>'


def _router(one: Router, eye: Eye) -> str:
    if one.fault:
        how = state(
            "warn", cause_alone(one.fault, one.hostname) if eye.addresses else "cannot be read"
        )
    elif one.read_at is None:
        how = state("unknown", "not read yet")
    else:
        how = f'{state("ok", "read")} <span class="t3 sm">{age(one.read_at, eye.moment.now)} ago</span>'
    name = f'<b>{esc(one.hostname)}</b> <span class="t3 sm">{esc(one.role)}</span>'
    return f'<tr><td class="cut">{name}</td><td class="wrap">{how}</td></tr>'
