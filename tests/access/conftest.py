"""A database of each kind, and a clock that moves when it is told to."""

from __future__ import annotations

from tests.store.conftest import clock, database, postgresql_template, sqlite_template, url

__all__ = ["clock", "database", "postgresql_template", "sqlite_template", "url"]
