"""Log in at the OpenID provider: go there, come back, and be asked about again while logged in.

What a login under way needs is kept here, behind `state`; the browser that began it holds a second
secret in a cookie, so that nobody's link finishes a login in another browser (login CSRF). A login
with a refresh token is checked at the provider every ten minutes of use: who is disabled there, or
in no group that counts, is out. A provider that does not answer ends nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select, update

from netwb.access.arrivals import Arrivals
from netwb.access.flows import Flows
from netwb.access.login import Login
from netwb.access.oidc import REFUSED, Provider
from netwb.access.records import Admission, Origin, ProviderLogin
from netwb.access.secrets import digest, new_secret, same
from netwb.access.sessions import AtProvider, Found
from netwb.access.standing import ENDED
from netwb.errors import LoginProviderError, NotAuthenticatedError
from netwb.roles import ALL_TENANTS
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import LoginSessionRow, UserRow

ASK_EVERY = timedelta(minutes=10)
ASK_SOON = timedelta(minutes=1)  # after a time without an answer
THERE_MINUTES = 15.0  # at the provider, with its own password and second factor
SET_NONE = "no login provider is set; log in by name and password"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDoor:
    """Logins by the provider of the settings."""

    database: Database
    keyring: Keyring
    provider: Provider
    arrivals: Arrivals
    flows: Flows
    login: Login
    clock: Callable[[], datetime]

    def begin(self, next_page: str, callback_url: str) -> ProviderLogin:
        """Where the browser goes, and what it holds meanwhile."""
        if not self.provider.is_set:
            raise NotAuthenticatedError(SET_NONE)
        binding, nonce, verifier = new_secret(), new_secret(), new_secret()
        known = {
            "next": next_page,
            "callback_url": callback_url,
            "binding": digest(binding),
            "nonce": nonce,
            "verifier": verifier,
        }
        state = self.flows.put("oidc", known, minutes=THERE_MINUTES)
        url = self.provider.login_url(
            callback_url=callback_url, state=state, nonce=nonce, verifier=verifier
        )
        return ProviderLogin(url=url, binding=binding)

    def finish(self, query: Mapping[str, str], *, binding: str, origin: Origin) -> Admission:
        """Admit who came back. Raises NotAuthenticatedError, LoginProviderError."""
        known = self.flows.take("oidc", query.get("state", ""))
        if known is None or not same(digest(binding), known["binding"]):
            self.login.refuse("at the provider", "no such login under way", origin)
            msg = "that login took too long, or began in another browser; begin again"
            raise NotAuthenticatedError(msg)
        try:
            told = self.provider.redeem(query, known)
            arrived = self.arrivals.take_in(told.arrival)
        except NotAuthenticatedError as error:
            self.login.refuse("at the provider", str(error), origin)
            raise
        there = AtProvider(sid=told.sid, refresh_token=told.refresh_token)
        admission = self.login.admit(arrived.user_id, arrived.name, "oidc", origin, there)
        return replace(admission, next=known["next"])

    def ask_again(self, found: Found) -> None:
        """Ask the provider whether this person may still, where that is due and possible."""
        now = self.clock()
        asked = found.provider_at
        if found.means != "oidc" or asked is None or now - asked < ASK_EVERY:
            return
        sealed = self._claimed(found, now)
        if sealed is None:
            return  # no refresh token, or another request asks at this moment
        plain = self.keyring.open("provider", "", found.id, sealed).decode()
        try:
            told = self.provider.ask_again(plain, self._subject(found))
            self.arrivals.take_in(told.arrival)
        except LoginProviderError as error:
            logger.warning("login session %s is not checked: %s", found.id, error)
            self._keep(found, {"provider_at": now - ASK_EVERY + ASK_SOON})
        except NotAuthenticatedError as error:
            self._keep(found, {"ended_at": now})
            raise NotAuthenticatedError(ENDED) from error
        else:
            again = self.keyring.seal("provider", "", found.id, told.refresh_token.encode())
            self._keep(found, {"provider_sealed": again})

    def log_out(self, logout_token: str) -> int:
        """Back-channel logout: end what the provider says has ended; gives how many."""
        if not self.provider.is_set:
            raise NotAuthenticatedError(SET_NONE)
        meant = self.provider.read_logout(logout_token)
        of_user = select(UserRow.id).where(UserRow.subject == f"oidc {storable(meant.subject)}")
        whose = (
            LoginSessionRow.provider_sid == storable(meant.sid)
            if meant.sid
            else LoginSessionRow.user_id.in_(of_user)
        )
        live = LoginSessionRow.ended_at.is_(None) & (LoginSessionRow.means == "oidc")
        ending = update(LoginSessionRow).where(whose, live).values(ended_at=self.clock())
        with self.database.writing(ALL_TENANTS) as session:
            return len(session.scalars(ending.returning(LoginSessionRow.id)).all())

    def _claimed(self, found: Found, now: datetime) -> bytes | None:
        """The sealed refresh token, for the one request that sets the time of asking first."""
        mine = (LoginSessionRow.id == found.id) & (LoginSessionRow.provider_at == found.provider_at)
        claim = update(LoginSessionRow).where(mine).values(provider_at=now)
        with self.database.writing(ALL_TENANTS) as session:
            return session.scalar(claim.returning(LoginSessionRow.provider_sealed))

    def _subject(self, found: Found) -> str:
        query = select(UserRow.subject).where(UserRow.id == found.user_id)
        with self.database.reading(ALL_TENANTS) as session:
            subject = session.scalar(query)
        if subject is None:
            raise NotAuthenticatedError(REFUSED)
        return subject.removeprefix("oidc ")

    def _keep(self, found: Found, values: Mapping[str, object]) -> None:
        mine = update(LoginSessionRow).where(LoginSessionRow.id == found.id)
        with self.database.writing(ALL_TENANTS) as session:
            session.execute(mine.values(**values))
