"""Selects that are made once and asked often: narrowed as every other, at a third of the cost.

Most of what a small read costs is not the database's: a session, the making of the statement, and
the search for what to narrow in it. A Prepared is looked through once, when it is made, and what it
cannot narrow is refused then. `Database.rows` asks it. Its values are bound by their names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Join, Select, bindparam
from sqlalchemy.sql.selectable import FromClause, SelectBase
from sqlalchemy.sql.visitors import iterate

from netwb.errors import StoreError
from netwb.roles import Scope
from netwb.store.models import Base, TenantOwned, TenantRow

_TENANTS = "netwb_tenants"  # name of the bound list
_TENANT = "netwb_tenant"  # of the one that is bound where there is one


class Prepared:
    """One select over classes; where several are owned by tenants, each row has one of each."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._everything = statement
        owned = [cls for cls in _classes(statement) if issubclass(cls, TenantOwned)]
        if len(owned) > 1 and any(map(_keeps_what_has_none, statement.get_final_froms())):
            names = " and ".join(cls.__name__ for cls in owned)
            msg = (
                f"an outer join over {names} cannot be narrowed when prepared; ask it in a session"
            )
            raise StoreError(msg)
        self._narrowed = self._narrowed_to_one = statement
        self._is_owned = bool(owned)
        for cls in owned:
            among = cls.tenant_id.in_(bindparam(_TENANTS, expanding=True))
            self._narrowed = self._narrowed.where(among)
            # A list is written into the statement at each execution, which takes as long as the rest.
            one = cls.tenant_id == bindparam(_TENANT)
            self._narrowed_to_one = self._narrowed_to_one.where(one)

    def asked(
        self, scope: Scope, values: Mapping[str, Any]
    ) -> tuple[Select[*tuple[Any, ...]], dict[str, Any]]:
        """The statement and the values to run it with, for a reader of that scope."""
        if scope.tenants is None or not self._is_owned:
            return self._everything, dict(values)
        if len(scope.tenants) == 1:
            return self._narrowed_to_one, {**values, _TENANT: next(iter(scope.tenants))}
        return self._narrowed, {**values, _TENANTS: sorted(scope.tenants)}


def _classes(statement: Select[*tuple[Any, ...]]) -> Iterator[type[Any]]:
    """The classes that it reads. What is no class, such as a subquery or an alias, is refused."""
    by_table: dict[FromClause, type[Any]] = {
        mapper.local_table: mapper.class_ for mapper in Base.registry.mappers
    }
    if any(isinstance(part, SelectBase) and part is not statement for part in iterate(statement)):
        msg = "a prepared statement with another inside cannot be narrowed; ask it in a session"
        raise StoreError(msg)
    for source in statement.get_final_froms():
        for table in _tables(source):
            if table not in by_table or by_table[table] is TenantRow:
                msg = f"a prepared statement over {table} cannot be narrowed; ask it in a session"
                raise StoreError(msg)
            yield by_table[table]


def _keeps_what_has_none(source: FromClause) -> bool:
    """Whether it is, or holds, an outer join: a condition on its right side would make it an inner one."""
    if not isinstance(source, Join):
        return False
    inside = _keeps_what_has_none(source.left) or _keeps_what_has_none(source.right)
    return source.isouter or source.full or inside


def _tables(source: FromClause) -> Iterator[FromClause]:
    if isinstance(source, Join):
        yield from _tables(source.left)
        yield from _tables(source.right)
    else:
        yield source
