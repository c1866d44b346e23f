"""`metrics.language = "flux"`: an InfluxDB 2.x, asked through influxdb-client."""

from __future__ import annotations

from netwb.errors import SettingsError
from netwb.metrics.flux.store import FluxStore
from netwb.metrics.influx.source import Source
from netwb.metrics.store import MetricsStore
from netwb.settings import MetricsSettings


def opened(settings: MetricsSettings, source: Source) -> MetricsStore:
    """The store; nothing is asked yet. SettingsError where it could not be asked."""
    if not settings.organization:
        msg = (
            "setting metrics.language is flux, which needs metrics.organization; name the bucket's"
        )
        raise SettingsError(msg)
    if settings.username:
        msg = "setting metrics.language is flux, which asks by a token; clear metrics.username"
        raise SettingsError(msg)
    return FluxStore(source)
