"""What a person, a login or a token may in the end; and who may manage whom. Pure.

Effective rights of a token are those of the token and of its owner together, worked out at each
use: whichever of the two is taken something, the token loses it. Source: design, Rights.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from netwb.access.records import TotpKept, TotpState, UserSource
from netwb.errors import NotPermittedError, SettingsError
from netwb.roles import MATRIX, VIEWS, Actor, Permission, Role, Scope

TOTP_WORDS = ("nobody", "admin", "engineer", "everybody")  # of the setting access.totp_for
SET_UP_FIRST = "set up the one-time code first, under /account"
LEAVE_FIRST = "leave this view of the tenant's staff first"
USE_ANOTHER = "use a token that holds it"
_RANK = {role: rank for rank, role in enumerate(Role)}


def lower(one: Role, other: Role) -> Role:
    """The lesser of two roles."""
    return min(one, other, key=_RANK.__getitem__)


def narrowed(
    owner: Actor,
    *,
    name: str,
    role: Role | None,
    tenants: frozenset[str] | None,
    allow: Collection[Permission] | None,
) -> Actor:
    """The owner, as far as a token of these words lets it; None narrows nothing."""
    own = owner.role
    only = owner.permissions if role is None else owner.permissions & MATRIX[role]
    return Actor(
        name=name,
        role=own if own is None or role is None else lower(own, role),
        scope=owner.scope if tenants is None else owner.scope.narrowed(tenants),
        only=only if allow is None else only & frozenset(allow),
        cure=owner.cure or ("" if role is None and allow is None else USE_ANOTHER),
    )


def as_staff_of(actor: Actor, tenant_id: str) -> Actor:
    """What that tenant's own staff would see, of what the actor sees: views, nothing else."""
    return Actor(
        name=actor.name,
        role=Role.CUSTOMER,
        scope=actor.scope.narrowed(frozenset({tenant_id})),
        only=VIEWS & actor.permissions,
        via=actor.via,
        cure=actor.cure or LEAVE_FIRST,
    )


def check_totp_word(word: str) -> None:
    """SettingsError for a mistyped one, which would ask nobody for a code."""
    if word not in TOTP_WORDS:
        msg = f"setting access.totp_for is {word!r}; it must be one of {', '.join(TOTP_WORDS)}"
        raise SettingsError(msg)


def totp_state(stored: TotpKept, *, role: Role, source: UserSource, wanted_for: str) -> TotpState:
    """What is in force: an admin's word on the person, or the setting's on the role."""
    if stored in {"on", "held"} or source != "local":
        return "on" if stored in {"on", "held"} else "off"
    asked = {
        "nobody": frozenset[Role](),
        "admin": frozenset({Role.ADMIN}),
        "engineer": frozenset({Role.ADMIN, Role.ENGINEER}),
        "everybody": frozenset(Role),
    }[wanted_for]
    return "required" if stored == "required" or role in asked else "off"


def require_authority(
    actor: Actor,
    rights: frozenset[Permission],
    scope: Scope,
    *,
    over: Literal["give", "change"],
    thing: str,
) -> None:
    """Raise NotPermittedError where `thing` would have, or has, more than the actor itself.

    Without it, who may manage people could make somebody who may all.
    """
    verb = "may not give" if over == "give" else "may not change"
    beyond = sorted(rights - actor.permissions)
    if beyond:
        msg = f"{actor.name} {verb} {thing}: it lacks {', '.join(beyond)} itself"
        raise NotPermittedError(msg)
    own = actor.scope.tenants
    if own is not None and (not scope.tenants or not scope.tenants <= own):
        wider = "no tenant" if scope.tenants == frozenset() else "tenants outside of its own"
        msg = (
            f"{actor.name} {verb} {thing}: that is a scope of {wider}; ask an admin of all tenants"
        )
        raise NotPermittedError(msg)
