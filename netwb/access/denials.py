"""What is audited once for many: denials, refused logins, views of a tenant. Counted in SQL, so that
several processes on one home, or one that is started again and again, are as one.

The first of its kind is audited at once; what repeats within its window is one more event with the
count, when the window is over and somebody looks, or the next one comes. Repeats are gathered in
the process and written once a second, so that a flood of wrong tokens is no flood of writes; a
process that dies loses the count of its last second.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
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
WRITTEN_EVERY_S = 1.0
MOST_TARGETS = (
    20  # of one actor and action in a window, by name; whoever guesses has no end of them
)
OTHERS = "other targets"
_MOST_ACTORS = 10_000  # whose targets are remembered
MOST_GATHERED = 1000  # kinds in memory; more of them are written at once
_BATCH = 200  # rows that one settling takes; the rest is for the next


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What makes two denials the same, and what is told of them."""

    actor: str
    action: str
    target: str
    tenant_id: str
    detail: Mapping[str, Any]

    @property
    def key(self) -> str:
        """A digest of actor, action and target."""
        words = f"{self.actor}\n{self.action}\n{self.target}"
        if self.target == OTHERS:  # one event has one tenant's readers
            words += f"\n{self.tenant_id}"
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(slots=True)
class _Gathered:
    """Repeats of one kind that are not written yet; `until` is the end of its window."""

    kind: _Kind
    until: datetime
    count: int = 0
    written_at_s: float = 0.0


@dataclass(slots=True)
class _Targets:
    """Keys of the kinds of one actor and action that are told by name until then."""

    until: datetime
    keys: set[str] = field(default_factory=set)


class Denials:
    """Gathers repeats of the same actor, action and target. Safe between threads."""

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
        self._lock = threading.Lock()
        self._gathered: dict[str, _Gathered] = {}
        self._targets: dict[tuple[str, str, str], _Targets] = {}

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
        kind = _Kind(
            actor=storable(actor),
            action=action,
            target=storable(target),
            tenant_id=tenant_id,
            detail=dict(detail or {}),
        )
        if not self._is_named(kind, window_s):
            kind = replace(kind, target=OTHERS, detail={})
        by = 1 if repeats == "count" else 0
        gathered = self._gather(kind, by)
        if gathered == "waits":
            return
        self._write(kind, by + gathered, window_s)

    def settle(self) -> None:
        """Audit the counts of windows that are over. Writes only where there is one."""
        self._write_all()
        due = select(DenialRow).where(DenialRow.until <= self._clock()).limit(_BATCH)
        with self._database.reading(ALL_TENANTS) as session:
            if session.scalars(due.limit(1)).first() is None:
                return
        self._keyring.key("audit")
        with self._database.writing(ALL_TENANTS) as session:
            for row in session.scalars(due.with_for_update(skip_locked=True)).all():
                self._tell_repeats(session, row)
                session.delete(row)

    def _is_named(self, kind: _Kind, window_s: float) -> bool:
        """Whether its target is one of the first of this actor and action in the window.

        The others are counted together, so that a guesser of ids does not fill the audit. Whether
        there is room is asked of the table, as other processes name targets too.
        """
        now, who = self._clock(), (kind.actor, kind.action, kind.tenant_id)
        with self._lock:
            known = self._targets.get(who)
            if known is None or known.until <= now:
                known = _Targets(now + timedelta(seconds=window_s))
                self._targets.pop(who, None)
                self._targets[who] = known
                while len(self._targets) > _MOST_ACTORS:
                    del self._targets[next(iter(self._targets))]
            if kind.key in known.keys or len(known.keys) >= MOST_TARGETS:
                return kind.key in known.keys
        named = self._named(kind, now)
        with self._lock:
            known.keys.update(named)
            if len(known.keys) < MOST_TARGETS:
                known.keys.add(kind.key)
            return kind.key in known.keys

    def _named(self, kind: _Kind, now: datetime) -> Sequence[str]:
        """Keys of what is told by name of the same actor and action, whichever process named it."""
        of_one = (DenialRow.actor == kind.actor) & (DenialRow.action == kind.action)
        query = (
            select(DenialRow.key)
            .where(of_one, DenialRow.tenant_id == kind.tenant_id, DenialRow.until > now)
            .where(DenialRow.target != OTHERS)
            .limit(MOST_TARGETS)
        )
        with self._database.reading(ALL_TENANTS) as session:
            return session.scalars(query).all()

    def _gather(self, kind: _Kind, by: int) -> int | Literal["waits"]:
        """Count it here, where its window is known to be open and was written just now.

        Else gives what was gathered besides, to be written with this one.
        """
        with self._lock:
            known = self._gathered.get(kind.key)
            if known is None or known.until <= self._clock():
                return self._gathered.pop(kind.key).count if known else 0
            if monotonic() - known.written_at_s < WRITTEN_EVERY_S:
                known.count += by
                return "waits"
            found, known.count, known.written_at_s = known.count, 0, monotonic()
            return found

    def _write_all(self) -> None:
        """Write what was gathered, whether its window is open or over."""
        with self._lock:
            waiting = [one for one in self._gathered.values() if one.count]
            self._gathered.clear()
        try:
            while waiting:
                one = waiting[-1]
                with self._database.writing(ALL_TENANTS) as session:
                    self._row(session, one.kind, self._clock()).repeats += one.count
                waiting.pop()
        finally:
            self._put_back(waiting)

    def _put_back(self, unwritten: list[_Gathered]) -> None:
        """The database is away: they wait here for the next try."""
        with self._lock:
            for one in unwritten:
                known = self._gathered.setdefault(one.kind.key, one)
                if known is not one:
                    known.count += one.count

    def _write(self, kind: _Kind, count: int, window_s: float) -> None:
        """A first one becomes an event, another one of the window is added to its row."""
        now = self._clock()
        self._keyring.key("audit")  # its first use writes, which may not happen inside
        with self._database.writing(ALL_TENANTS) as session:
            row = self._row(session, kind, now)
            if row.until > now:
                row.repeats += count
            else:
                row.repeats += max(0, count - 1)  # of the window before; this one is told itself
                self._tell_repeats(session, row)
                row.detail, row.until = dict(kind.detail), now + timedelta(seconds=window_s)
                self._tell(session, row, kind.detail)
            until = row.until
        with self._lock:
            if len(self._gathered) < MOST_GATHERED:
                found = self._gathered.setdefault(kind.key, _Gathered(kind, until))
                found.until, found.written_at_s = until, monotonic()

    def _row(self, session: Session, kind: _Kind, now: datetime) -> DenialRow:
        """The row of that kind, held; a fresh one is due at `now`, as clocks go on meanwhile."""
        fresh = DenialRow(
            key=kind.key,
            actor=kind.actor,
            action=kind.action,
            target=kind.target,
            tenant_id=kind.tenant_id,
            detail=dict(kind.detail),
            repeats=0,
            until=now,
        )
        insert_absent(session, fresh)  # two first ones at once are one, and a repeat
        held = select(DenialRow).where(DenialRow.key == kind.key).with_for_update()
        return session.scalars(held).one()

    def _tell_repeats(self, session: Session, row: DenialRow) -> None:
        if row.repeats:
            self._tell(session, row, {**row.detail, "repeats": row.repeats})
        row.repeats = 0

    def _tell(self, session: Session, row: DenialRow, detail: Mapping[str, Any]) -> None:
        self._audit.append_in(
            session, row.actor, row.action, row.target, tenant_id=row.tenant_id, detail=detail
        )
