"""INSERT that does nothing when the row is there already, on both databases.

It is race-free where "look, then insert" is not: the loser of a race waits and then sees the row.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from netwb.store.models import Base


def upsert(session: Session, table: type[Base]) -> Any:
    """The dialect's `insert()`, the one that knows `on_conflict_do_...`."""
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return kind.insert(table)


def insert_absent(session: Session, row: Base) -> None:
    """Insert the row, unless one with the same key or unique value is there."""
    state = inspect(row)
    given = [name for name in state.mapper.column_attrs.keys() if name in state.dict]  # noqa: SIM118 - not a dict
    values = {name: state.dict[name] for name in given}
    session.execute(upsert(session, type(row)).values(**values).on_conflict_do_nothing())
