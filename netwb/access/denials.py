"""What is audited once for many: denials, refused logins, views of a tenant. Counted in SQL.

The first of its kind is audited at once; what repeats within its window is one more event with the
count, when the window is over and somebody looks, or the next one comes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.roles import ALL_TENANTS
from netwb.store.audit import Audit
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.inserting import insert_absent
from netwb.store.keyring import Keyring
from netwb.store.models import DenialRow

WINDOW_S = 600.0
_BATCH = 200  # rows that one settling takes; the rest is for the next


class Denials:
    """Gathers repeats of the same actor, action and target."""

    def __init__(
        self,
        database: Database,
        audit: Audit,
        keyring: Keyring,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._audit = audit
        self._clock = clock

    def note(  # noqa: PLR0913 - the event's fields, as in Audit.append
        self,
        actor: str,
        action: str,
        target: str,
        *,
        tenant_id: str = "",
        detail: Mapping[str, Any] | None = None,
        window_s: float = WINDOW_S,
        repeats: Literal["count", "forget"] = "count",
    ) -> None:
        """Audit it, unless the same was audited within the window: then it is counted."""
        now, key = self._clock(), _key(actor, action, target)
        told = dict(detail or {})
        self._keyring.key("audit")  # its first use writes, which may not happen inside
        fresh = DenialRow(
            key=key,
            actor=storable(actor),
            action=action,
            target=storable(target),
            tenant_id=tenant_id,
            detail=told,
            repeats=0,
            until=now,
        )
        with self._database.writing(ALL_TENANTS) as session:
            insert_absent(session, fresh)  # two first ones at once are one, and a repeat
            held = select(DenialRow).where(DenialRow.key == key).with_for_update()
            row = session.scalars(held).one()
            if row.until > now:
                row.repeats += repeats == "count"
                return
            self._tell_repeats(session, row)
            row.detail, row.until = told, now + timedelta(seconds=window_s)
            self._audit.append_in(session, actor, action, target, tenant_id=tenant_id, detail=told)

    def settle(self) -> None:
        """Audit the counts of windows that are over. Writes only where there is one."""
        due = select(DenialRow).where(DenialRow.until <= self._clock()).limit(_BATCH)
        with self._database.reading(ALL_TENANTS) as session:
            if session.scalars(due.limit(1)).first() is None:
                return
        self._keyring.key("audit")
        with self._database.writing(ALL_TENANTS) as session:
            for row in session.scalars(due.with_for_update(skip_locked=True)).all():
                self._tell_repeats(session, row)
                session.delete(row)

    def _tell_repeats(self, session: Session, row: DenialRow) -> None:
        if row.repeats:
            detail = {**row.detail, "repeats": row.repeats}
            self._audit.append_in(
                session, row.actor, row.action, row.target, tenant_id=row.tenant_id, detail=detail
            )
        row.repeats = 0


def _key(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
