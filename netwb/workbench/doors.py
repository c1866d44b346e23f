"""The doors: how a person or a token becomes a Workbench that acts for it, and how that ends.

What comes out asks for its rights at each call; nothing here is kept in the process.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Self

from netwb.access.expiry import WARNED
from netwb.access.records import Admission, Origin, ProviderLogin
from netwb.errors import NotAuthenticatedError
from netwb.inventory.records import EVERYWHERE
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Rights
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.access import arrivals as _arrivals
    from netwb.access import principals as _principals
    from netwb.access.principals import Principal
    from netwb.access.standing import Standing
else:
    _arrivals = lazy("netwb.access.arrivals")
    _principals = lazy("netwb.access.principals")

VIEW_WINDOW_S = 3600.0  # a view of a tenant is audited once in it, and not at each page


class DoorsFace(Face):
    """`log_in`, `log_out`, `at_session`, `at_token`, `acting_as`, `as_tenant` and the like."""

    def log_in(
        self, name: str, password: str, *, origin: Origin, code: str | None = None
    ) -> Admission:
        """Admit a person of netwb's own by password, and by one-time code where that is on.

        Raises NotAuthenticatedError (one sentence for every cause), CodeNeededError (whose `ticket`
        goes to `log_in_by_code`), LoginThrottledError (with the wait).
        """
        return self._parts.access.login.by_password(name, password, origin=origin, code=code)

    def knows_device(self, name: str, *, origin: Origin) -> bool:
        """Whether that person logged in before from the browser whose device cookie came along."""
        return self._parts.access.login.knows_device(name, origin)

    def log_in_by_code(self, ticket: str, code: str, *, origin: Origin) -> Admission:
        """The second step of a login: the one-time code. A wrong one raises CodeNeededError again."""
        return self._parts.access.login.by_code(ticket, code, origin=origin)

    def at_session(self, secret: str, *, origin: Origin) -> Self:
        """A Workbench that acts for the person of that login, for as long as it lives.

        Raises NotAuthenticatedError, here and at each later call, where it is no live login.
        """
        del origin  # a person's address changes on the way; the secret is what counts
        return self._as(self._of_session(secret))

    def at_token(self, text: str, *, origin: Origin) -> Self:
        """A Workbench that acts for a token, from that address; NotAuthenticatedError as above."""
        return self._as(self._of_token(text, origin)[0])

    def request_by_session(self, secret: str, *, origin: Origin) -> Self:
        """As `at_session`, for the one request that brought it: its rights are read once."""
        del origin  # as above
        who = self._of_session(secret)
        standing = who.standing()
        return self._as(who if standing is None else _principals.Held(who, standing))

    def request_by_token(self, text: str, *, origin: Origin) -> Self:
        """As `at_token`, for the one request that brought it: its rights are read once."""
        return self._as(_principals.Held(*self._of_token(text, origin)))

    def token_ends_at(self) -> datetime | None:
        """The end of the token that this Workbench acts for, from two weeks before it on."""
        standing = self._who.standing()
        ends_at = None if standing is None else standing.expires_at
        near = ends_at is not None and ends_at <= self._parts.clock() + WARNED
        return ends_at if near else None

    def _of_session(self, secret: str) -> Principal:
        access = self._parts.access
        found = access.sessions.find(secret)
        access.provider.ask_again(found)
        return _principals.session_principal(access.standings, found.user_id, found.id)

    def _of_token(self, text: str, origin: Origin) -> tuple[Principal, Standing]:
        access = self._parts.access
        try:
            token_id, standing = access.tokens.find(text, origin)
        except NotAuthenticatedError:
            access.login.refuse("a token", "token", origin)
            raise
        principal = _principals.token_principal(access.standings, token_id, address=origin.address)
        return principal, standing

    def begin_oidc(self, next_page: str, callback_url: str) -> ProviderLogin:
        """Send a person to the login provider; the browser holds `binding` until it comes back.

        callback_url    this server's own, as the provider knows it
        Raises NotAuthenticatedError where no provider is set, LoginProviderError where it is down.
        """
        return self._parts.access.provider.begin(next_page, callback_url)

    def finish_oidc(self, query: Mapping[str, str], *, binding: str, origin: Origin) -> Admission:
        """Admit who comes back from the provider with that query; `next` is the page asked for.

        Raises NotAuthenticatedError, also for who may log in there and not come in here;
        LoginProviderError.
        """
        return self._parts.access.provider.finish(query, binding=binding, origin=origin)

    def end_by_provider(self, logout_token: str) -> int:
        """Back-channel logout: end the logins that the provider's signed token names."""
        return self._parts.access.provider.log_out(logout_token)

    def admit_proxy(self, name: str, groups: Collection[str], *, origin: Origin) -> Admission:
        """Admit whom a trusted proxy logged in; for the server, which knows that it was the proxy.

        Role and scope come from the groups; where no groups header is set, from the user of that
        name that an admin added. Raises NotAuthenticatedError for anybody else.
        """
        self._require_local("the word of a proxy")
        access = self._parts.access
        try:
            if self._parts.settings.access.proxy_groups_header:
                person = _arrivals.Arrival(
                    source="proxy", subject=name, name=name, groups=frozenset(groups)
                )
                arrived = access.arrivals.take_in(person)
            else:
                arrived = access.arrivals.take_in_known(name)
        except NotAuthenticatedError as error:
            access.login.refuse("by the proxy", str(error), origin)
            raise
        return access.login.admit(arrived.user_id, arrived.name, "proxy", origin)

    def log_out(self, secret: str) -> None:
        """End a login; one that has ended already is no fault."""
        ended = self._parts.access.sessions.end_by_secret(secret)
        if ended is not None:
            self._parts.audit.append(ended.user, "logout", ended.user, detail={"session": ended.id})

    def login_rights(self, ids: Collection[str]) -> Mapping[str, Rights]:
        """Public id -> rights now, of those of these logins and walls that live; for a server's watch."""
        standings = self._parts.access.standings
        return {**standings.of_sessions(ids), **standings.of_walls(ids)}

    def note_activity(self) -> None:
        """The person of this login did something in an open page: it is not idle."""
        if self._who.session_id:
            self._parts.access.sessions.note_use(self._who.session_id)

    def settle_denials(self) -> None:
        """Audit the counts of denials whose window is over; upkeep that a server does by the minute."""
        self._require_local("the upkeep of denials")
        self._parts.access.denials.settle()

    def acting_as(self, name: str) -> Self:
        """A copy with the rights of that user, and audited under that name; for the local login."""
        self._require_local("the rights of other users")
        access, own = self._parts.access, self._actor
        user = access.users.get(ALL_TENANTS, name)
        principal = _principals.user_principal(
            access.standings, user.id, means="local", via=own.name
        )
        principal.actor()  # a user who may not act is refused now, not at the first use
        return self._as(principal)

    def as_tenant(self, slug: str) -> Self:
        """What that tenant's own staff see, read only, for whoever sees more than that tenant."""
        tenant = self._parts.places.tenant(self._scope, slug)
        view = _principals.AsTenant(self._who, tenant.id, tenant.slug)
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
