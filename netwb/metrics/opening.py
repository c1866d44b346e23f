"""Which metrics store a home has, by its settings; it is opened when it is first used."""

from __future__ import annotations

from pathlib import Path

from netwb.errors import SettingsError
from netwb.metrics.influxql.http import Server, parse_url
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.sqlite.upkeep import Keeping
from netwb.metrics.store import MetricsStore
from netwb.settings import MetricsSettings


def open_store(settings: MetricsSettings, home: Path, secret: str) -> MetricsStore:
    """The InfluxDB that `metrics.url` names, else `metrics.db` in the home.

    secret   what the reference `metrics.secret` stands for; empty: none
    Raises SettingsError.
    """
    if not settings.url:
        keeping = Keeping(raw_days=settings.raw_days, rollup_days=settings.rollup_days)
        return SqliteStore(home / "metrics.db", keeping=keeping)
    server = Server(
        url=parse_url(settings.url),
        username=settings.username,
        secret=secret,
        ca_file=settings.ca_file,
        answer_s=settings.answer_s,
    )
    if settings.language == "influxql":
        return InfluxqlStore(
            server,
            database=settings.database,
            organization=settings.organization,
            interval_s=settings.interval_s,
        )
    msg = f"setting metrics.language is {settings.language!r}; write influxql"
    raise SettingsError(msg)
