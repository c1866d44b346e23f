"""Notices: what people are to be told, once each, and what is wrong now.

An event is told each time. A state is told when it changes, going wrong and coming right, and when
it gets worse than was told; seen wrong again it is silent. A notice is a row beside what it tells of,
in the same transaction where the caller wants that: who is told of it, and when, is decided later
(`netwb.notify`), so that telling never waits for a mail server.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, true, tuple_, update
from sqlalchemy.orm import Session

from netwb.errors import InputError
from netwb.notify.records import (
    KINDS,
    SEVERITIES,
    Happening,
    Notice,
    NoticeState,
    Observed,
    Severity,
    Standing,
)
from netwb.roles import NO_TENANT, Scope
from netwb.store.canonical import storable, storable_json
from netwb.store.database import Database
from netwb.store.inserting import insert_many, upsert
from netwb.store.models import NoticeRow, StandingRow

LONGEST = 500  # characters of a message: a chat line, not a report
_PIECE = 200  # states in one statement: three values each, far below SQLite's limit

_Key = tuple[str, str]  # tenant id, subject
_KEY = tuple_(StandingRow.tenant_id, StandingRow.subject)


class Notices:
    """The notices of one database. Every method takes the caller's session, or makes its own."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def happened(  # noqa: PLR0913 - the notice's fields
        self,
        kind: str,
        *,
        tenant_id: str = "",
        subject: str,
        label: str,
        severity: Severity = "info",
        message: str,
        detail: Mapping[str, Any] | None = None,
        session: Session | None = None,
    ) -> None:
        """Tell one event. No secret in `message` or `detail`."""
        one = Happening(
            tenant_id=tenant_id,
            subject=subject,
            label=label,
            severity=severity,
            message=message,
            detail=detail or {},
        )
        self.happened_many(kind, [one], session=session)

    def happened_many(
        self, kind: str, happenings: Iterable[Happening], *, session: Session | None = None
    ) -> None:
        """Tell events of one kind, in one transaction, in their order."""
        _require_known(kind)
        now = self._clock()
        rows = [_told(kind, one, now, state="event") for one in happenings]
        if rows:
            with self._writing(session) as writing:
                insert_many(writing, NoticeRow, rows)

    def stands(  # noqa: PLR0913 - the state's fields
        self,
        kind: str,
        *,
        tenant_id: str = "",
        subject: str,
        label: str,
        is_wrong: bool,
        severity: Severity = "warning",
        message: str = "",
        detail: Mapping[str, Any] | None = None,
        session: Session | None = None,
    ) -> bool:
        """Say how one thing stands; True where that was told, because it changed."""
        one = Observed(
            tenant_id=tenant_id,
            subject=subject,
            label=label,
            is_wrong=is_wrong,
            severity=severity,
            message=message,
            detail=detail or {},
        )
        return self.stands_many(kind, [one], session=session) == 1

    def stands_many(
        self, kind: str, states: Iterable[Observed], *, session: Session | None = None
    ) -> int:
        """Say how many things stand, in one transaction; gives how many were told.

        A subject that is given twice stands as it was given last.
        """
        _require_known(kind)
        by_key = {(one.tenant_id, one.subject): one for one in states}
        if not by_key:
            return 0
        # In one order everywhere: two runs that see the same devices wait for each other, and no more.
        seen = [by_key[key] for key in sorted(by_key)]
        now = self._clock()
        with self._writing(session) as writing:
            told = [
                row
                for start in range(0, len(seen), _PIECE)
                for row in _changed(writing, kind, seen[start : start + _PIECE], now)
            ]
            insert_many(writing, NoticeRow, told)
        return len(told)

    def forget(
        self, tenant_id: str, subjects: Collection[str], *, session: Session | None = None
    ) -> None:
        """What is wrong with those concerns nobody any more, as they are gone; nobody is told."""
        with self._writing(session) as writing:
            gone = StandingRow.subject.in_(sorted(subjects))
            writing.execute(delete(StandingRow).where(StandingRow.tenant_id == tenant_id, gone))

    def standing(self, scope: Scope, kinds: Collection[str] = ()) -> tuple[Standing, ...]:
        """What is wrong now for the scope's tenants, longest first; no kinds: of every kind.

        What concerns no tenant is seen by a scope of all tenants only.
        """
        query = select(StandingRow).where(_seen_by(scope, StandingRow))
        if kinds:
            query = query.where(StandingRow.kind.in_(sorted(kinds)))
        ordered = query.order_by(StandingRow.since, StandingRow.kind, StandingRow.label)
        with self._database.reading(NO_TENANT) as session:
            return tuple(_standing(row) for row in session.scalars(ordered))

    def list(
        self, scope: Scope, *, since: datetime, kinds: Collection[str] = ()
    ) -> tuple[Notice, ...]:
        """What was told of the scope's tenants since then, in the order of telling."""
        query = select(NoticeRow).where(_seen_by(scope, NoticeRow), NoticeRow.at >= since)
        if kinds:
            query = query.where(NoticeRow.kind.in_(sorted(kinds)))
        with self._database.reading(NO_TENANT) as session:
            return tuple(notice_of(row) for row in session.scalars(query.order_by(NoticeRow.id)))

    @contextmanager
    def _writing(self, session: Session | None) -> Iterator[Session]:
        if session is not None:
            yield session
            return
        with self._database.writing(NO_TENANT) as own:
            yield own


def notice_of(row: NoticeRow) -> Notice:
    """The row as it travels."""
    return Notice(**{name: getattr(row, name) for name in Notice.__slots__})


def _standing(row: StandingRow) -> Standing:
    return Standing(**{name: getattr(row, name) for name in Standing.__slots__})


def _require_known(kind: str) -> None:
    if kind not in KINDS:
        msg = f"{kind[:60]!r} is no kind of notice; kinds are {', '.join(KINDS)}"
        raise InputError(msg)


def _changed(
    session: Session, kind: str, seen: list[Observed], now: datetime
) -> Iterator[dict[str, Any]]:
    """Write down how these stand; the notices of those that changed, in the order given."""
    before = _stood(session, kind, seen)
    new = [one for one in seen if one.is_wrong and _key(one) not in before]
    begun = _begin(session, kind, new, now)
    still = [one for one in seen if one.is_wrong and _key(one) not in begun]
    _keep(session, kind, still, before, now)
    ended = _end(session, kind, [one for one in seen if not one.is_wrong and _key(one) in before])
    for one in seen:
        key = _key(one)
        if key in begun:
            yield _told(kind, one, now, state="wrong", since=now)
        elif one.is_wrong and key in before and _is_worse(one, before[key]):
            yield _told(kind, one, now, state="wrong", since=before[key].since)
        elif key in ended:
            # As grave as it was, so that whoever heard of the fault hears of its end.
            since, severity = ended[key]
            told = _told(kind, one, now, state="recovered", since=since)
            yield {**told, "severity": severity}


def _key(one: Observed) -> _Key:
    return one.tenant_id, one.subject


def _is_worse(one: Observed, before: Standing) -> bool:
    """Than ever since it began."""
    return SEVERITIES.index(one.severity) > SEVERITIES.index(before.severity)


def _stood(session: Session, kind: str, seen: list[Observed]) -> dict[_Key, Standing]:
    """Which of them were wrong already, held until the commit."""
    wanted = [_key(one) for one in seen]
    rows = session.scalars(
        select(StandingRow)
        .where(
            StandingRow.kind == kind,
            _KEY.in_(wanted),
        )
        .order_by(StandingRow.tenant_id, StandingRow.subject)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(row.tenant_id, row.subject): _standing(row) for row in rows}


def _begin(session: Session, kind: str, wrong: list[Observed], now: datetime) -> set[_Key]:
    """Insert those that did not stand; whoever meets another's row has not begun it."""
    if not wrong:
        return set()
    rows = [
        {
            "kind": kind,
            "tenant_id": one.tenant_id,
            "subject": one.subject,
            **_shown(one),
            "severity": one.severity,
            "since": now,
            "seen_at": now,
        }
        for one in wrong
    ]
    insert = upsert(session, StandingRow).on_conflict_do_nothing()
    begun = session.execute(insert.returning(StandingRow.tenant_id, StandingRow.subject), rows)
    return {(row.tenant_id, row.subject) for row in begun}


def _keep(
    session: Session,
    kind: str,
    still: list[Observed],
    before: Mapping[_Key, Standing],
    now: datetime,
) -> None:
    """What is wrong still is as it was seen last, and as grave as it ever was."""
    rows = [
        {
            "kind": kind,
            "tenant_id": one.tenant_id,
            "subject": one.subject,
            **_shown(one),
            "severity": one.severity
            if _key(one) not in before or _is_worse(one, before[_key(one)])
            else before[_key(one)].severity,
            "seen_at": now,
        }
        for one in still
    ]
    if rows:
        session.execute(update(StandingRow), rows)


def _end(session: Session, kind: str, right: list[Observed]) -> dict[_Key, tuple[datetime, str]]:
    """Take away those that are right again: since when each was wrong, and how grave it was."""
    if not right:
        return {}
    gone = (
        delete(StandingRow)
        .where(StandingRow.kind == kind, _KEY.in_([_key(one) for one in right]))
        .returning(
            StandingRow.tenant_id, StandingRow.subject, StandingRow.since, StandingRow.severity
        )
        .execution_options(synchronize_session=False)
    )
    return {
        (row.tenant_id, row.subject): (row.since, row.severity) for row in session.execute(gone)
    }


def _shown(one: Happening | Observed) -> dict[str, Any]:
    message = storable(one.message)
    cut = message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"
    return {"label": storable(one.label), "message": cut, "detail": storable_json(one.detail)}


def _told(
    kind: str,
    one: Happening | Observed,
    now: datetime,
    *,
    state: NoticeState,
    since: datetime | None = None,
) -> dict[str, Any]:
    return {
        "at": now,
        "kind": kind,
        "tenant_id": one.tenant_id,
        "subject": one.subject,
        **_shown(one),
        "severity": one.severity,
        "state": state,
        "since": since,
        "routed_at": None,
    }


def _seen_by(scope: Scope, table: type[NoticeRow | StandingRow]) -> ColumnElement[bool]:
    """Neither table is TenantOwned, so their scope stands here and nowhere else."""
    if scope.tenants is None:
        return true()
    return table.tenant_id.in_(sorted(scope.tenants - {""}))
