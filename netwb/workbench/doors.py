"""The doors: how a person or a token becomes a Workbench that acts for it, and how that ends.

What comes out asks for its rights at each call; nothing here is kept in the process.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from netwb.access.principals import (
    AsTenant,
    Principal,
    session_principal,
    token_principal,
    user_principal,
)
from netwb.access.records import Admission, Origin
from netwb.errors import NotAuthenticatedError
from netwb.inventory.records import EVERYWHERE
from netwb.roles import ALL_TENANTS
from netwb.workbench.face import Face

VIEW_WINDOW_S = 3600.0  # a view of a tenant is audited once in it, and not at each page


class DoorsFace(Face):
    """`log_in`, `log_out`, `at_session`, `at_token`, `acting_as`, `as_tenant`."""

    def log_in(
        self, name: str, password: str, *, origin: Origin, code: str | None = None
    ) -> Admission:
        """Admit a person of netwb's own by password, and by one-time code where that is on.

        Raises NotAuthenticatedError (one sentence for every cause), CodeNeededError (whose `ticket`
        goes to `log_in_by_code`), LoginThrottledError (with the wait).
        """
        return self._parts.access.login.by_password(name, password, origin=origin, code=code)

    def log_in_by_code(self, ticket: str, code: str, *, origin: Origin) -> Admission:
        """The second step of a login: the one-time code. A wrong one raises CodeNeededError again."""
        return self._parts.access.login.by_code(ticket, code, origin=origin)

    def at_session(self, secret: str, *, origin: Origin) -> Self:
        """A Workbench that acts for the person of that login, for as long as it lives.

        Raises NotAuthenticatedError, here and at each later call, where it is no live login.
        """
        del origin  # a person's address changes on the way; the secret is what counts
        access = self._parts.access
        session_id, user_id = access.sessions.find(secret)
        return self._as(session_principal(access.standings, user_id, session_id))

    def at_token(self, text: str, *, origin: Origin) -> Self:
        """A Workbench that acts for a token, from that address; NotAuthenticatedError as above."""
        access = self._parts.access
        try:
            token_id = access.tokens.find(text, origin)
        except NotAuthenticatedError:
            access.login.refuse("a token", "token", origin)
            raise
        return self._as(token_principal(access.standings, token_id, address=origin.address))

    def log_out(self, secret: str) -> None:
        """End a login; one that has ended already is no fault."""
        ended = self._parts.access.sessions.end_by_secret(secret)
        if ended is not None:
            self._parts.audit.append(ended.user, "logout", ended.user, detail={"session": ended.id})

    def live_sessions(self, ids: Collection[str]) -> frozenset[str]:
        """Which of these logins live, by their public ids; for a server's watch over open pages."""
        return self._parts.access.sessions.live(ids)

    def note_activity(self) -> None:
        """The person of this login did something in an open page: it is not idle."""
        if self._who.session_id:
            self._parts.access.sessions.note_use(self._who.session_id)

    def acting_as(self, name: str) -> Self:
        """A copy with the rights of that user, and audited under that name; for the local login."""
        self._require_local("the rights of other users")
        access, own = self._parts.access, self._actor
        user = access.users.get(ALL_TENANTS, name)
        principal = user_principal(access.standings, user.id, means="local", via=own.name)
        principal.actor()  # a user who may not act is refused now, not at the first use
        return self._as(principal)

    def as_tenant(self, slug: str) -> Self:
        """What that tenant's own staff see, read only, for whoever sees more than that tenant."""
        tenant = self._parts.places.tenant(self._scope, slug)
        view = AsTenant(self._who, tenant.id, tenant.slug)
        with self._denials_audited("view.as_tenant", tenant.slug):
            actor = view.actor()
        self._parts.access.denials.note(
            actor.name,
            "view.as_tenant",
            tenant.slug,
            tenant_id=tenant.id,
            detail={"session": self._who.session_id},
            window_s=VIEW_WINDOW_S,
            repeats="forget",
        )
        return self._as(view)

    def _as(self, who: Principal) -> Self:
        return type(self)(self._parts, who, EVERYWHERE)
