"""Who acts, asked anew at each call: a fixed actor, a user, a login, a token, a view of a tenant.

`actor()` raises NotAuthenticatedError once the login ended, the token was revoked, or the user was
disabled: whoever holds a principal holds no right.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

from netwb.access.rights import as_staff_of
from netwb.access.standing import NOT_ACTIVE, Moment, Standing, Standings
from netwb.errors import NotAuthenticatedError, NotPermittedError
from netwb.roles import ALL_TENANTS, Actor, Role

LOCAL = "local:"
SYSTEM = "system:"


class Principal(Protocol):
    """Somebody who acts.

    reference    names it for later: work that it files is done with the rights of that time
    session_id   public id of the login; "" where there is none
    viewing_as   slug of the tenant whose staff's view this is; ""
    """

    @property
    def reference(self) -> str:
        """As above."""
        ...

    @property
    def session_id(self) -> str:
        """As above."""
        ...

    @property
    def viewing_as(self) -> str:
        """As above."""
        ...

    def actor(self) -> Actor:
        """What it may now."""
        ...

    def standing(self) -> Standing | None:
        """The person behind it now; None where there is no user of netwb."""
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """An actor whose rights hang on no row: the login that runs the process, a machine of netwb."""

    held: Actor
    session_id: str = ""
    viewing_as: str = ""

    @property
    def reference(self) -> str:
        """`local:root`, `system:scheduler`."""
        return self.held.name

    def actor(self) -> Actor:
        """Always the same."""
        return self.held

    def standing(self) -> Standing | None:
        """Nobody's."""
        return None


class _OfSql:
    """Somebody whose standing is a row. Safe between threads: an answer is replaced as a whole."""

    viewing_as = ""

    def __init__(
        self,
        reference: str,
        standings: Standings,
        ask: Callable[[], Standing],
        *,
        session_id: str = "",
    ) -> None:
        self.reference = reference
        self.session_id = session_id
        self._standings = standings
        self._ask = ask
        self._kept: tuple[Moment, Standing] | None = None

    def actor(self) -> Actor:
        """By one query a call."""
        return self.standing().actor

    def standing(self) -> Standing:
        """By the same query."""
        kept = self._kept
        if kept is None or not self._standings.is_fresh(kept[0]):
            asked = self._standings.moment()
            kept = self._kept = (asked, self._ask())
        return kept[1]


def user_principal(
    standings: Standings, user_id: str, *, means: Literal["local", "none"] = "none", via: str = ""
) -> Principal:
    """A user, without a login: named by the local login, or by a job that it filed."""

    def ask() -> Standing:
        found = standings.of_user(user_id)
        return replace(found, actor=replace(found.actor, means=means, via=via))

    return _OfSql(f"user:{user_id}", standings, ask)


def session_principal(standings: Standings, user_id: str, session_id: str) -> Principal:
    """The user of a login. What it files outlives the login, so that it refers to the user."""

    def ask() -> Standing:
        return standings.of_session(session_id)

    return _OfSql(f"user:{user_id}", standings, ask, session_id=session_id)


def token_principal(
    standings: Standings, token_id: str, *, address: str | None = None
) -> Principal:
    """A token; what it files is done with its rights, not with its owner's."""
    return _OfSql(f"token:{token_id}", standings, lambda: standings.of_token(token_id, address))


def wall_principal(standings: Standings, wall_id: str, *, address: str | None = None) -> Principal:
    """A screen on a wall; it files nothing."""
    ask = partial(standings.of_wall, wall_id, address)
    return _OfSql(f"wall:{wall_id}", standings, ask, session_id=wall_id)


def named_principal(standings: Standings, reference: str) -> Principal:
    """Who filed a piece of work, by its `reference`; raises NotAuthenticatedError at `actor()`."""
    kind, _, name = reference.partition(":")
    if kind == "user":
        return user_principal(standings, name)
    if kind == "token":
        return token_principal(standings, name)
    if reference.startswith((LOCAL, SYSTEM)):
        return local_principal(reference)
    raise NotAuthenticatedError(NOT_ACTIVE)


def local_principal(name: str) -> Principal:
    """The login that runs the process: who can read the master key may do all."""
    return Fixed(Actor(name=name, role=Role.ADMIN, scope=ALL_TENANTS, means="local"))


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody with the rights of one instant: for one request, which reads them once."""

    inner: Principal
    found: Standing

    @property
    def reference(self) -> str:
        """Of who it is."""
        return self.inner.reference

    @property
    def session_id(self) -> str:
        """Of who it is."""
        return self.inner.session_id

    @property
    def viewing_as(self) -> str:
        """Of who it is."""
        return self.inner.viewing_as

    def actor(self) -> Actor:
        """As it was found."""
        return self.found.actor

    def standing(self) -> Standing | None:
        """As it was found."""
        return self.found


@dataclass(frozen=True, slots=True)
class AsTenant:
    """What a tenant's own staff would see, for somebody whose scope holds more than that tenant."""

    inner: Principal
    tenant_id: str
    viewing_as: str

    @property
    def reference(self) -> str:
        """Its views file nothing."""
        return self.inner.reference

    @property
    def session_id(self) -> str:
        """Of the person's login."""
        return self.inner.session_id

    def actor(self) -> Actor:
        """Views of that tenant; NotPermittedError where the person's scope holds no more than it."""
        return self._viewing(self.inner.actor())

    def standing(self) -> Standing | None:
        """The person, with the rights of the view."""
        found = self.inner.standing()
        return found and replace(found, actor=self._viewing(found.actor))

    def _viewing(self, actor: Actor) -> Actor:
        held = actor.scope.tenants
        if held is not None and (self.tenant_id not in held or len(held) == 1):
            msg = (
                f"{actor.name} may not see as tenant {self.viewing_as}: its scope holds no more"
                " than that tenant; look at your own pages"
            )
            raise NotPermittedError(msg)
        return as_staff_of(actor, self.tenant_id)
