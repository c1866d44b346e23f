"""The metrics store of a home: its own SQLite file, or the InfluxDB that its settings name."""

from __future__ import annotations

from pathlib import Path

from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.store import MetricsStore

FILE = "metrics.db"


def compose_metrics(home: Path) -> MetricsStore:
    """What counters are written to and read from; nothing is opened before its first use."""
    return SqliteStore(home / FILE)
