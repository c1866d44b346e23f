"""The one place where a reader's scope becomes SQL (design D14).

Every select, update and delete of a session is narrowed to the tenants of its scope, for each class
with `TenantOwned` and for the tenants themselves; also in joins, aliases, subqueries, counts,
`Session.get` and bulk statements. New and changed rows must lie in the scope too. What SQLAlchemy
cannot narrow (text, plain tables) is refused in a narrowed session, and nowhere to be found in
netwb: `tests/store/test_raw_selects.py` reads the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ClauseElement, Table, TextClause, event
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria
from sqlalchemy.sql import visitors

from netwb.errors import NotPermittedError, StoreError
from netwb.roles import Scope
from netwb.store.models import Base, TenantOwned, TenantRow

SCOPE = "netwb.scope"  # key in Session.info


def attach(sessions: sessionmaker[Session]) -> None:
    """Narrow every session that this factory makes by the Scope in its `info`."""
    event.listen(sessions, "do_orm_execute", _narrow)
    event.listen(sessions, "before_flush", _refuse_foreign_rows)


def scope_of(session: Session) -> Scope:
    """Scope that the session was opened with."""
    scope = session.info[SCOPE]
    assert isinstance(scope, Scope)
    return scope


def _narrow(state: ORMExecuteState) -> None:
    tenants = scope_of(state.session).tenants
    if tenants is None:
        return
    if state.is_insert:
        _refuse_foreign_inserts(state, tenants)
    if not state.is_orm_statement:
        _refuse_what_cannot_be_narrowed(state.statement)
    allowed = sorted(tenants)
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantOwned, lambda cls: cls.tenant_id.in_(allowed), include_aliases=True
        ),
        with_loader_criteria(TenantRow, lambda cls: cls.id.in_(allowed), include_aliases=True),
    )


def _refuse_what_cannot_be_narrowed(statement: Any) -> None:
    """Text, and tenant tables that are read past their class, carry no entity to narrow."""
    owned = _owned_tables()
    for part in visitors.iterate(statement):
        raw = isinstance(part, TextClause)
        if raw or (isinstance(part, Table) and part in owned and not part._annotations):  # noqa: SLF001 - SQLAlchemy marks a table that comes from a class only there
            msg = (
                "statement reads tables past their class, so no scope can narrow it; select classes"
            )
            raise StoreError(msg)


def _owned_tables() -> frozenset[Any]:
    classes = (mapper.class_ for mapper in Base.registry.mappers)
    return frozenset(
        cls.__table__ for cls in classes if issubclass(cls, TenantOwned) or cls is TenantRow
    )


def _refuse_foreign_inserts(state: ORMExecuteState, tenants: frozenset[str]) -> None:
    mapper = state.bind_mapper
    if mapper is None or not issubclass(mapper.class_, TenantOwned):
        return
    given = state.parameters or {}
    rows = [given] if isinstance(given, Mapping) else given
    named = [row["tenant_id"] for row in rows if "tenant_id" in row]
    assert isinstance(state.statement, ClauseElement)
    values = state.statement.compile(column_keys=[]).params.items()
    inline = [value for name, value in values if name.startswith("tenant_id") and value]
    _refuse_outside([*named, *inline], tenants)


def _refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    tenants = scope_of(session).tenants
    if tenants is None:
        return
    rows = (*session.new, *session.dirty, *session.deleted)
    _refuse_outside((row.tenant_id for row in rows if isinstance(row, TenantOwned)), tenants)


def _refuse_outside(found: Iterable[str], tenants: frozenset[str]) -> None:
    foreign = sorted(set(found) - tenants)
    if foreign:
        msg = f"tenant {foreign[0]} is outside of this actor's scope; ask an admin to widen it"
        raise NotPermittedError(msg)
