"""Tokens as their owner and those who manage people see them: state, rights, and a form read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from netwb.access.expiry import OVERLAP, nearness
from netwb.access.records import RotatedToken, Token
from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views.fields import (
    Ask,
    Field,
    dialog,
    select_field,
    shown_once,
    text_field,
    text_of,
    texts_of,
)
from netwb.views.html import Shape, age, esc, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import IN_USE
from netwb.views.words import count, exact, exact_day, listed, until, when

_SHOWN = 6  # characters of an id that tell the tokens of one page apart
OVERLAPS = (0, 1, 3, 7, 14, 30)  # days that are offered
_SHAPES: Mapping[str, Shape] = {"urgent": "bad", "soon": "warn", "far": "ok"}


def is_over(token: Token, now: datetime) -> bool:
    """Whether it opens nothing any more."""
    return nearness(token, now) == "over"


def is_replaced(token: Token, tokens: Collection[Token], now: datetime) -> bool:
    """Whether one of these took over from it, and is in force."""
    return any(one.id == token.replaced_by and not is_over(one, now) for one in tokens)


def short(token_id: str) -> str:
    """The beginning of an id, with all of it as its title."""
    return tag("span", esc(token_id[:_SHOWN]), class_="t3 sm mono", title=token_id)


def relation(token: Token) -> str:
    """Which token it took over from, and which one took over from it."""
    said = (("replaces", token.replaces), ("replaced by", token.replaced_by))
    return " ".join(f'<span class="t3 sm">{word}</span> {short(of)}' for word, of in said if of)


def ends(token: Token, moment: Moment, *, replaced: bool = False) -> str:
    """Since when it opens nothing, or how long it still does; loud unless another took over."""
    now, zone = moment.now, moment.zone
    if token.revoked_at is not None:
        return state("waived", f"revoked {when(token.revoked_at, now, zone)}")
    if token.expires_at <= now:
        return state("waived", f"ended {when(token.expires_at, now, zone)}")
    shape = "waived" if replaced else _SHAPES[nearness(token, now)]
    left = state(shape, f"in {until(token.expires_at, now)}")
    return tag("span", left, title=exact(token.expires_at, zone))


def used(token: Token, now: datetime) -> str:
    """How long ago it was, or that it never was."""
    return age(token.used_at, now) if token.used_at else '<span class="t3">never</span>'


def rights(token: Token, *, all_of_them: str) -> str:
    """What it may; `all_of_them` names whose rights it has where neither role nor rights narrow it."""
    if token.allow is not None:
        return listed(tuple(token.allow), at_most=3) or "nothing"
    return f"as {token.role}" if token.role else all_of_them


def offered_rights(held: Collection[Permission]) -> list[tuple[str, str]]:
    """Those of them that anything asks for, for a form, in the order of the roles' table."""
    return [(right.value, right.value) for right in Permission if right in IN_USE and right in held]


def rights_of(fields: Mapping[str, Any]) -> tuple[Permission, ...] | None:
    """What a form ticks; None for nothing, which means all."""
    try:
        return tuple(Permission(text) for text in texts_of(fields, "allow")) or None
    except ValueError as error:
        msg = "a right is not known; tick those that the form shows"
        raise InputError(msg) from error


def networks_of(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Networks as a person writes them, parted by commas or blanks."""
    return tuple(text_of(fields, "networks").replace(",", " ").split())


def rotate_dialog(token: Token, filled: Mapping[str, Any], *, wrong: str = "") -> str:
    """A successor with the same rights, and how long both open."""
    lasts = max(1, round((token.expires_at - token.created_at) / timedelta(days=1)))
    ask = Ask(
        title=f"Rotate {token.note or token.id}",
        act="rotate-token",
        yes="Rotate",
        data={"id": token.id},
        wrong=wrong,
    )
    days = Field(
        name="days",
        label="Days that the new one holds",
        id="rotate-days",
        value=text_of(filled, "days") or str(lasts),
    )
    overlap = Field(
        name="overlap",
        label="The old one still opens",
        id="rotate-overlap",
        value=text_of(filled, "overlap") or str(OVERLAP.days),
        hint="never beyond its own end",
    )
    offered = [(str(one), f"{count(one, 'day')}" if one else "not at all") for one in OVERLAPS]
    text = (
        f"A new token of {token.user} with the same rights, scope, networks and note. Both open until"
        " the old one ends, so that nothing stands still while the new text is put in its place."
    )
    content = (
        tag("p", esc(text), class_="t2 wide")
        + text_field(days, inputmode="numeric")
        + select_field(overlap, offered)
    )
    return dialog(ask, content, two_columns=True)


def rotated_dialog(rotated: RotatedToken) -> str:
    """The successor's text, this once, and until when the old one opens."""
    issued, old = rotated.issued, rotated.old
    over = old.expires_at <= issued.token.created_at
    more = f"The old one opens {'no more' if over else f'until {exact_day(old.expires_at)}'}."
    title = f"Successor of {old.note or old.id}"
    return shown_once(title, issued.secret, ends=exact_day(issued.token.expires_at), more=more)


def rotation_of(fields: Mapping[str, Any]) -> tuple[int, timedelta]:
    """Days and overlap of a form."""
    overlap = text_of(fields, "overlap")
    if overlap not in map(str, OVERLAPS):
        msg = "there is no such overlap; choose from the form"
        raise InputError(msg)
    return days_of(fields), timedelta(days=int(overlap))


def days_of(fields: Mapping[str, Any]) -> int:
    """Days as a form gives them; 0, which is refused with all else that is wrong, for no number."""
    days = text_of(fields, "days")
    usable = days.isascii() and days.isdigit() and len(days) <= 4
    return int(days) if usable else 0
