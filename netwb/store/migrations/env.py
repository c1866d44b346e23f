"""Alembic's entry: `store.schema` gives the connection and holds the transaction."""

from __future__ import annotations

from alembic import context

from netwb.store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by rebuilding it
)
context.run_migrations()
