"""Column types that refuse what must not be stored: naive times, NUL bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from netwb.errors import StoreError


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept and given back in UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; a naive time is a fault of the caller."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"time {value} has no zone; netwb stores aware times only"
            raise StoreError(msg)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives naive times back; they are UTC by the rule above."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class CleanText(TypeDecorator[str]):
    """Text without NUL, which PostgreSQL cannot hold and C programs cut at."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Refuse NUL, naming no more of the value than its start."""
        del dialect
        if value is not None and "\x00" in value:
            msg = f"text {value[:20]!r} holds a NUL byte; remove it"
            raise StoreError(msg)
        return None if value is None else str(value)
