"""Tokens as their owner and those who manage people see them: state, rights, and a form read. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from netwb.access.records import Token
from netwb.errors import InputError
from netwb.roles import Permission
from netwb.views.fields import text_of, texts_of
from netwb.views.html import age, state
from netwb.views.navigation import Moment
from netwb.views.rights import IN_USE
from netwb.views.words import listed, until, when

SOON = timedelta(days=7)  # a token that ends within it is said loudly


def is_over(token: Token, now: datetime) -> bool:
    """Whether it opens nothing any more."""
    return token.revoked_at is not None or token.expires_at <= now


def ends(token: Token, moment: Moment) -> str:
    """Since when it opens nothing, or how long it still does."""
    now, zone = moment.now, moment.zone
    if token.revoked_at is not None:
        return state("waived", f"revoked {when(token.revoked_at, now, zone)}")
    if token.expires_at <= now:
        return state("waived", f"ended {when(token.expires_at, now, zone)}")
    soon = token.expires_at - now < SOON
    return state("warn" if soon else "ok", f"in {until(token.expires_at, now)}")


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
