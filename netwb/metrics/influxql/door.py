"""`metrics.language = "influxql"`: an InfluxDB of 1.x, 2.x or 3, asked over HTTP."""

from __future__ import annotations

from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.store import MetricsStore
from netwb.settings import MetricsSettings


def opened(settings: MetricsSettings, source: Source) -> MetricsStore:
    """The store; nothing is asked yet."""
    del settings
    return InfluxqlStore(source)
