"""Embedded stores of tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.sqlite.upkeep import Keeping

FAR = datetime(2100, 1, 1, tzinfo=UTC)  # what is old goes by the newest sample alone
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def opened(
    folder: Path,
    *,
    raw_days: int = 35,
    rollup_days: int = 400,
    busy_timeout_s: float = 10.0,
    interval_s: int = 60,
    now: datetime = FAR,
) -> SqliteStore:
    """The store of that home; at `LONG_AGO` nothing is old enough to be packed."""
    return SqliteStore(
        folder / "metrics.db",
        keeping=Keeping(raw_days=raw_days, rollup_days=rollup_days),
        interval_s=interval_s,
        clock=lambda: now,
        busy_timeout_s=busy_timeout_s,
    )
