"""Words and small markup of blackholes: who looks, reasons, countdowns, states on routers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from netwb.blackhole.records import Answer, Blackhole, OnRouter, Reason
from netwb.views.causes import cause_alone
from netwb.views.html import Shape, esc, shape, state, tag
from netwb.views.navigation import Moment
from netwb.views.words import count
from netwb.views.words import left as left_said

SHAPES: Mapping[Answer, Shape] = {"allow": "ok", "hold": "held", "deny": "bad"}
RANKS: Mapping[Answer, int] = {"deny": 0, "hold": 1, "allow": 2}
TOLD = ("own_space", "never_list", "cap_of_tenant", "cap")  # of those that did not object
LAST_TENTH = 10
GOOD = frozenset({"announced", "verified"})
REACHES = {"edge": "own edge", "upstream": "upstreams", "both": "own edge and upstreams"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Eye:
    """Who looks, and when.

    wide        sees every tenant, those to come too
    several     sees more than one: columns say which
    requests, approves   what they may ask and answer
    switches    may pause all, and resume
    addresses   may see where routers are managed at, which their own words name
    runs_netwb  is told what to do at the server
    breaks      may break the glass
    """

    moment: Moment
    wide: bool
    several: bool
    requests: bool
    approves: bool
    switches: bool
    name: str
    customer: bool
    addresses: bool
    runs_netwb: bool
    breaks: bool = False


def may_withdraw(one: Blackhole, eye: Eye) -> bool:
    """A tenant's own people take back what they asked for; the others whatever they may see."""
    return eye.approves or (eye.requests and one.requested_by == eye.name)


def as_drawn(one: Blackhole) -> dict[str, Any]:
    """Attributes of what acts on it: the act is about this one as it stands on the page."""
    return {"data_id": one.id, "data_seen": one.version}


def asker(one: Blackhole) -> str:
    """`detector fnm`, `ana`."""
    name = one.requested_by
    return f"detector {name.removeprefix('sender:')}" if name.startswith("sender:") else name


def reason_lines(reasons: Iterable[Reason], *, key: str) -> str:
    """What stands in the way, and some of what does not object; the rest of that is folded.

    key   keeps the fold open over a redraw
    """
    ranked = sorted(reasons, key=lambda one: RANKS[one.answer])
    loud = [one for one in ranked if one.answer != "allow"]
    quiet = [one for one in ranked if one.answer == "allow"]
    told = [one for name in TOLD for one in quiet if one.guard == name]
    rest = [one for one in quiet if one not in told]
    fold = ""
    if rest:
        lines = "".join(map(_reason, rest))
        said = f"{count(len(rest), 'more guard')} {'does' if len(rest) == 1 else 'do'} not object"
        fold = (
            f'<details id="{esc(key)}" class="rest"><summary>{esc(said)}</summary>{lines}</details>'
        )
    return f'<div class="why">{"".join(map(_reason, [*loud, *told]))}{fold}</div>'


def _reason(one: Reason) -> str:
    first, apart, cure = one.text.partition("; ")
    said = esc(one.text)
    if one.answer != "allow":
        said = f"<b>{esc(first)}</b>{apart}{esc(cure)}"
    unseen = {"allow": "does not object", "hold": "holds", "deny": "denies"}[one.answer]
    return f'<div>{shape(SHAPES[one.answer])}<span><span class="unseen">{unseen}: </span>{said}</span></div>'


def commands_block(commands: Mapping[str, tuple[str, ...]], ending: str) -> str:
    """By router, exactly; under them when it is taken back."""
    lines = "".join(
        f'<span class="on">{esc(label)}</span>\n{esc(line)}\n' if number == 0 else f"{esc(line)}\n"
        for label, typed in sorted(commands.items())
        for number, line in enumerate(typed)
    )
    return f'<pre class="cmd" tabindex="0">{lines}<span class="on">{esc(ending)}</span></pre>'


def countdown(until: datetime, whole_s: float, now: datetime, *, bar: bool = True) -> str:
    """`06:12` and how much of it is left; the browser counts on from there."""
    left = max(0.0, (until - now).total_seconds())
    share = min(100.0, 100 * left / whole_s) if whole_s > 0 else 0.0
    low = " low" if share <= LAST_TENTH else ""
    drawn = f'<span class="tr"><i style="width:{share:.1f}%"></i></span>' if bar else ""
    return tag(
        "span",
        f"<b>{left_said(left)}</b>{drawn}",
        class_=f"cdn{low}" if bar else "cdn bare",
        role="timer",
        data_until=f"{until.timestamp():.0f}",
        data_whole=f"{whole_s:.0f}",
        title=f"{until:%Y-%m-%d %H:%M:%S} UTC",
    )


def on_routers(one: Blackhole, *, with_words: bool) -> str:
    """`dropped on 3 of 3`; a part of them is named.

    with_words   and what it said, which may name where it is managed at
    """
    total = len(one.routers)
    if one.state == "withdrawing":
        gone = sum(on.state == "withdrawn" for on in one.routers)
        head = state(
            "running",
            f"being taken back, gone on {gone} of {total}" if total else "being taken back",
        )
        return head + _said(
            [on for on in one.routers if on.state == "failed"], with_words=with_words
        )
    good = sum(on.state in GOOD for on in one.routers)
    wrong = [on for on in one.routers if on.state not in GOOD]
    failed = [on for on in wrong if on.state == "failed"]
    if one.state == "intended" and not failed:
        return state(
            "running", f"being announced, {good} of {total}" if total else "being announced"
        )
    if not total:  # of the provider's routers no tenant reads
        return state("ok", "dropped")
    if not wrong:
        return state("ok", f"dropped on {good} of {total}")
    return state("warn" if good else "bad", f"dropped on {good} of {total}") + _said(
        wrong, with_words=with_words
    )


def _said(wrong: Iterable[OnRouter], *, with_words: bool) -> str:
    return "".join(
        f'<span class="said">{esc(on.router.hostname)}: {esc(cause_alone(on.said, on.router.hostname) if with_words and on.said else on.state)}</span>'
        for on in wrong
    )
