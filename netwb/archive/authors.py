"""Who is named as the author of changes, for who names one that nothing is by."""

from __future__ import annotations

from sqlalchemy import select

from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import RevisionRow


def authors(database: Database, scope: Scope) -> tuple[str, ...]:
    """Every author of a stored revision of the scope's devices, by name."""
    query = select(RevisionRow.author).distinct().order_by(RevisionRow.author)
    with database.reading(scope) as session:
        return tuple(session.scalars(query))
