"""Login sessions: rows in SQL, opened by a random secret of which only the digest is kept.

A new login is a new session with a new secret and a new id, always: what a browser brought before
counts for nothing (session fixation). A session ends when it was idle for too long, after its whole
time, when somebody ends it, and with its user.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, delete, select, update

from netwb.access.records import Admission, LoginSession, Origin
from netwb.access.rows import find_user, session_of, visible
from netwb.access.secrets import digest, new_secret
from netwb.access.standing import ENDED, Standings
from netwb.errors import NotAuthenticatedError, StoreUnavailableError, UnknownNameError
from netwb.roles import ALL_TENANTS, Scope
from netwb.settings import AccessSettings
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.keyring import Keyring
from netwb.store.models import LoginSessionRow, UserRow

SEEN_EVERY_S = 60.0  # a page asks often; one write a minute is enough to tell who is idle
KEPT_DAYS = 30  # ended ones, so that a person can look what was open
Means = Literal["password", "oidc", "proxy"]
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtProvider:
    """What asks the provider about a login again, and how the provider calls it."""

    sid: str = ""
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A live session; `provider_at` is when its provider was last asked, where one is."""

    id: str
    user_id: str
    means: Means
    provider_at: datetime | None


class Sessions:
    """Opens, finds, lists and ends logins."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        standings: Standings,
        settings: AccessSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._standings = standings
        self._settings = settings
        self._clock = clock

    def open(
        self, user_id: str, means: Means, origin: Origin, there: AtProvider | None = None
    ) -> Admission:
        """A new session of an active user; its secret is given this once."""
        now, secret, session_id = self._clock(), new_secret(), new_id()
        row = LoginSessionRow(
            id=session_id,
            user_id=user_id,
            digest=digest(secret),
            means=means,
            opened_at=now,
            seen_at=now,
            expires_at=now + timedelta(seconds=self._settings.session_total_s),
            address=storable(origin.address[:100]),
            browser=storable(origin.browser[:200]),
        )
        if there is not None:
            row.provider_sid, row.provider_at = storable(there.sid) or None, now
        if there is not None and there.refresh_token:
            token = there.refresh_token.encode()
            row.provider_sealed = self._keyring.seal("provider", "", session_id, token)
        with self._database.writing(ALL_TENANTS) as session:
            user = session.get_one(UserRow, user_id)
            user.seen_at = now
            session.add(row)
            old = LoginSessionRow.expires_at < now - timedelta(days=KEPT_DAYS)
            session.execute(delete(LoginSessionRow).where(old))
            return Admission(session=session_of(row, user.name), secret=secret)

    def find(self, secret: str) -> Found:
        """The live session of that secret; NotAuthenticatedError. Notes that it was used."""
        query = (
            select(
                LoginSessionRow.id,
                LoginSessionRow.user_id,
                LoginSessionRow.means,
                LoginSessionRow.seen_at,
                LoginSessionRow.provider_at,
            )
            .join(UserRow, UserRow.id == LoginSessionRow.user_id)
            .where(LoginSessionRow.digest == digest(secret), self._live())
        )
        with self._database.reading(ALL_TENANTS) as session:
            found = session.execute(query).one_or_none()
        if found is None:
            raise NotAuthenticatedError(ENDED)
        if found.seen_at < self._clock() - timedelta(seconds=SEEN_EVERY_S):
            self.note_use(found.id)
        return Found(
            id=found.id,
            user_id=found.user_id,
            means=found.means,
            provider_at=found.provider_at,
        )

    def note_use(self, session_id: str) -> None:
        """The person did something: the session is not idle. A busy database refuses nobody."""
        now = self._clock()
        stale = now - timedelta(seconds=SEEN_EVERY_S)
        mine = (LoginSessionRow.id == session_id) & (LoginSessionRow.seen_at < stale)
        try:
            with self._database.writing(ALL_TENANTS) as session:
                session.execute(update(LoginSessionRow).where(mine).values(seen_at=now))
        except StoreUnavailableError as error:
            logger.warning("login session %s: its use is not noted: %s", session_id, error)

    def end_by_secret(self, secret: str) -> LoginSession | None:
        """Log out; None where there was nothing to end."""
        return self._end(LoginSessionRow.digest == digest(secret))

    def end(self, scope: Scope, session_id: str, *, user_id: str | None = None) -> LoginSession:
        """End one by its id: of `user_id` alone, or of anybody whom the scope sees."""
        whose = visible(scope) if user_id is None else UserRow.id == user_id
        found = self._end((LoginSessionRow.id == storable(session_id)) & whose)
        if found is None:
            msg = f"no open login {session_id[:64]!r}; `netwb user sessions list` lists them"
            raise UnknownNameError(msg)
        return found

    def list(
        self, scope: Scope, *, user: str | None = None, user_id: str | None = None
    ) -> tuple[LoginSession, ...]:
        """Live ones of everybody in scope, of one user in it, or of `user_id` alone; newest first."""
        query = select(LoginSessionRow, UserRow.name).join(
            UserRow, UserRow.id == LoginSessionRow.user_id
        )
        with self._database.reading(ALL_TENANTS) as session:
            if user is not None:
                user_id = find_user(session, scope, user).id
            whose = visible(scope) if user_id is None else UserRow.id == user_id
            newest = query.where(self._live(), whose).order_by(LoginSessionRow.opened_at.desc())
            return tuple(session_of(row, name) for row, name in session.execute(newest))

    def _end(self, which: ColumnElement[bool]) -> LoginSession | None:
        query = select(LoginSessionRow, UserRow.name).join(
            UserRow, UserRow.id == LoginSessionRow.user_id
        )
        with self._database.writing(ALL_TENANTS) as session:
            found = session.execute(query.where(which, self._live())).one_or_none()
            if found is None:
                return None
            row, name = found
            row.ended_at = self._clock()
            return session_of(row, name)

    def _live(self) -> ColumnElement[bool]:
        return self._standings.live() & (UserRow.status == "active")
