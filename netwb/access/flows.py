"""Logins under way between two requests: what the server has to remember, sealed, for minutes.

The browser holds a random ticket and nothing else. Each ticket works once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete

from netwb.access.secrets import digest, new_secret
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.models import LoginFlowRow

FlowKind = Literal["code", "oidc"]


class Flows:
    """Keeps and gives back."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def put(self, kind: FlowKind, known: Mapping[str, str], *, minutes: float) -> str:
        """Remember; gives the ticket. What expired goes."""
        ticket, now = new_secret(), self._clock()
        key = digest(ticket)
        sealed = self._keyring.seal("flow", "", f"{kind} {key}", json.dumps(dict(known)).encode())
        row = LoginFlowRow(
            digest=key, kind=kind, sealed=sealed, expires_at=now + timedelta(minutes=minutes)
        )
        with self._database.writing(ALL_TENANTS) as session:
            session.execute(delete(LoginFlowRow).where(LoginFlowRow.expires_at <= now))
            session.add(row)
        return ticket

    def take(self, kind: FlowKind, ticket: str) -> dict[str, str] | None:
        """What was remembered; None where it is unknown, expired, used, or of another kind."""
        key = digest(ticket)
        mine = (
            (LoginFlowRow.digest == key)
            & (LoginFlowRow.kind == kind)
            & (LoginFlowRow.expires_at > self._clock())
        )
        with self._database.writing(ALL_TENANTS) as session:
            sealed = session.scalar(delete(LoginFlowRow).where(mine).returning(LoginFlowRow.sealed))
        if sealed is None:
            return None
        plain = self._keyring.open("flow", "", f"{kind} {key}", sealed)
        known: dict[str, str] = json.loads(plain)
        return known
