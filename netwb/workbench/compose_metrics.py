"""The metrics store of a home: its own SQLite file, or the InfluxDB that its settings name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from netwb.inventory.labels import device_labels
from netwb.inventory.secret_sources import Secrets
from netwb.metrics.opening import open_store
from netwb.metrics.store import MetricsStore
from netwb.settings import MetricsSettings
from netwb.store.database import Database


def compose_metrics(
    home: Path, settings: MetricsSettings, environment: Mapping[str, str], database: Database
) -> MetricsStore:
    """What counters are written to and read from; nothing is opened before its first use.

    environment   is where the reference of its secret is looked up
    database      tells what devices are called, where others fill the store
    """
    secret = Secrets(environment).resolve("token", settings.secret) if settings.secret else ""
    return open_store(settings, home, secret, partial(device_labels, database))
