"""Tokens as their owner and those who manage people see them: state, rights, and a form read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from netwb.access.expiry import nearness
from netwb.access.records import Token
from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views.fields import text_of, texts_of
from netwb.views.html import Shape, age, esc, state, tag
from netwb.views.navigation import Moment
from netwb.views.rights import IN_USE
from netwb.views.words import exact, listed, until, when

_SHOWN = 6  # characters of an id that tell the tokens of one page apart
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
