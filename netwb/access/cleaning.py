"""Take away what no login, token or wall needs any more: long ended ones, and what was counted.

What was denied is audited before its row goes; the audit itself keeps the life of every login,
token and wall, so that nothing is lost with these rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from netwb.access.denials import Denials
from netwb.access.throttle import QUIET
from netwb.store.database import Database
from netwb.store.models import (
    DenialRow,
    LoginFlowRow,
    LoginSessionRow,
    LoginThrottleRow,
    TokenRow,
    TokenTenantRow,
    WallRow,
    WallTenantRow,
)
from netwb.store.retention import Act, swept


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessCleaned:
    """How many rows of each kind went."""

    sessions: int
    tokens: int
    login_flows: int
    throttles: int
    denials: int
    walls: int = 0


class AccessCleaning:
    """Cleans the tables of access."""

    def __init__(
        self, *, database: Database, denials: Denials, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._denials = denials
        self._clock = clock

    def clean(self, kept: timedelta | None, act: Act) -> AccessCleaned:
        """Sessions, tokens and walls that ended longer ago than `kept` (None: they stay), and the rest.

        What is under way or counted lives for minutes, and goes when it is over.
        """
        now, database = self._clock(), self._database
        return AccessCleaned(
            sessions=0 if kept is None else self._sessions(now - kept, act),
            tokens=0 if kept is None else self._tokens(now - kept, act),
            login_flows=swept(database, LoginFlowRow.digest, LoginFlowRow.expires_at <= now, act),
            throttles=swept(
                database,
                LoginThrottleRow.key,
                (LoginThrottleRow.tried_at < now - QUIET) & (LoginThrottleRow.until <= now),
                act,
            ),
            denials=self._denials_over(now, act),
            walls=0 if kept is None else self._walls(now - kept, act),
        )

    def _sessions(self, before: datetime, act: Act) -> int:
        over = (LoginSessionRow.expires_at < before) | (LoginSessionRow.ended_at < before)
        return swept(self._database, LoginSessionRow.id, over, act)

    def _tokens(self, before: datetime, act: Act) -> int:
        """A token's tenants go first: they name it."""
        over = (TokenRow.expires_at < before) | (TokenRow.revoked_at < before)
        if act == "remove":
            of_old = TokenTenantRow.token_id.in_(select(TokenRow.id).where(over))
            swept(self._database, TokenTenantRow.token_id, of_old, act)
        return swept(self._database, TokenRow.id, over, act)

    def _walls(self, before: datetime, act: Act) -> int:
        """Revoked ones, and those whose code nobody typed; a wall that lives has no end."""
        unused = WallRow.enrolled_at.is_(None) & (WallRow.code_until_at < before)
        over = (WallRow.revoked_at < before) | unused
        if act == "remove":
            of_old = WallTenantRow.wall_id.in_(select(WallRow.id).where(over))
            swept(self._database, WallTenantRow.wall_id, of_old, act)
        return swept(self._database, WallRow.id, over, act)

    def _denials_over(self, now: datetime, act: Act) -> int:
        over = DenialRow.until <= now
        found = swept(self._database, DenialRow.key, over, "count")
        left = found if act == "remove" else 0
        while left:
            self._denials.settle()
            before, left = left, swept(self._database, DenialRow.key, over, "count")
            if left >= before:
                break  # another process has them in hand
        return found
