"""The one place where a reader's scope becomes SQL (design D14).

Every select, update and delete of a session is narrowed to the tenants of its scope, for each class
with `TenantOwned` and for the tenants themselves; also in joins, aliases, subqueries, counts,
`Session.get` and bulk statements. New and changed rows must lie in the scope too. What SQLAlchemy
cannot narrow (text, plain tables) is refused in a narrowed session, and nowhere to be found in
netwb: `tests/store/test_raw_selects.py` reads the source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Delete, Select, TextClause, Update, event
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.sql.util import find_tables

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
    _refuse_foreign_values(state, tenants)
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
    owned = {mapper.local_table for mapper in Base.registry.mappers if _is_owned(mapper.class_)}
    for part in visitors.iterate(statement):
        if isinstance(part, TextClause) or not owned.isdisjoint(_plain_tables(part)):
            msg = "statement passes the classes by, so that no scope can narrow it; select classes"
            raise StoreError(msg)


def _plain_tables(part: Any) -> Iterator[Any]:
    """Tables that this part of a statement names itself, unless it names classes."""
    if isinstance(part, Select | Update | Delete) and not _names_classes(part):
        sources = part.get_final_froms() if isinstance(part, Select) else [part.table]
        for source in sources:
            yield from find_tables(source)


def _names_classes(part: Any) -> bool:
    plugin = part._propagate_attrs.get("compile_state_plugin")  # noqa: SLF001 - is_orm_statement reads the same, for the outermost part only
    return bool(plugin == "orm")


def _is_owned(cls: type) -> bool:
    return issubclass(cls, TenantOwned) or cls is TenantRow


def _refuse_foreign_values(state: ORMExecuteState, tenants: frozenset[str]) -> None:
    """Bulk statements bypass the flush; look at the tenants that they name."""
    mapper = state.bind_mapper
    if state.is_select or mapper is None or not issubclass(mapper.class_, TenantOwned):
        return
    given = state.parameters or {}
    rows: Sequence[Mapping[str, Any]] = [given] if isinstance(given, Mapping) else given
    if _hides_its_rows(state):
        msg = (
            "statement hides which rows it writes, so that no scope can narrow it; add rows instead"
        )
        raise StoreError(msg)
    named = [row["tenant_id"] for row in rows if "tenant_id" in row]
    _refuse_outside([*named, *_values_of(state.statement, "tenant_id")], tenants)


def _hides_its_rows(state: ORMExecuteState) -> bool:
    """UPDATE by a list of keys, INSERT from a SELECT, INSERT that becomes an UPDATE."""
    if not state.is_insert:
        return not isinstance(state.parameters or {}, Mapping)
    from_select = getattr(state.statement, "select", None) is not None
    conflict = getattr(state.statement, "_post_values_clause", None)
    return from_select or hasattr(conflict, "update_values_to_set")


def _values_of(statement: Any, column: str) -> Iterator[Any]:
    """What `.values(...)` sets the column to, also with several rows."""
    single = getattr(statement, "_values", None) or {}
    several = getattr(statement, "_multi_values", None) or ()
    for row in (single, *(row for rows in several for row in rows)):
        for key, value in row.items():
            if getattr(key, "key", key) == column:
                yield getattr(value, "value", value)


def _refuse_foreign_rows(session: Session, _context: Any, _instances: Any) -> None:
    tenants = scope_of(session).tenants
    if tenants is None:
        return
    rows = (*session.new, *session.dirty, *session.deleted)
    _refuse_outside((row.tenant_id for row in rows if isinstance(row, TenantOwned)), tenants)


def _refuse_outside(found: Iterable[Any], tenants: frozenset[str]) -> None:
    foreign = sorted(str(tenant) for tenant in set(found) - tenants)
    if foreign:
        msg = f"tenant {foreign[0]} is outside of this actor's scope; ask an admin to widen it"
        raise NotPermittedError(msg)
