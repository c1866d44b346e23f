"""Which metrics store a home has, by its settings; it is opened when it is first used."""

from __future__ import annotations

import tomllib
from pathlib import Path

from netwb.errors import SettingsError
from netwb.loading import packages_with, part_of
from netwb.metrics.influx.server import Server, parse_url
from netwb.metrics.influx.source import Source
from netwb.metrics.schema_map import OWN, Labels, SchemaMap, by_id, parse_schema_map
from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.sqlite.upkeep import Keeping
from netwb.metrics.store import MetricsStore
from netwb.settings import MetricsSettings

DOOR = "door"  # module of a store's folder: `opened(settings, source)`


def open_store(
    settings: MetricsSettings, home: Path, secret: str, labels: Labels = by_id
) -> MetricsStore:
    """The InfluxDB that `metrics.url` names, else `metrics.db` in the home.

    secret   what the reference `metrics.secret` stands for; empty: none
    labels   what devices are called in a database that others fill, by their ids
    Raises SettingsError.
    """
    if not settings.url:
        return open_sqlite(settings, home)
    server = Server(
        url=parse_url(settings.url),
        username=settings.username,
        secret=secret,
        ca_file=settings.ca_file,
        answer_s=settings.answer_s,
    )
    source = Source(
        server=server,
        database=settings.database,
        organization=settings.organization,
        interval_s=settings.interval_s,
        names=read_names(settings.names_file) if settings.names_file else OWN,
        labels=labels,
    )
    if settings.language not in languages():
        known = " or ".join(languages())
        msg = f"setting metrics.language is {settings.language!r}; write {known}"
        raise SettingsError(msg)
    store: MetricsStore = part_of(f"netwb.metrics.{settings.language}", DOOR).opened(
        settings, source
    )
    return store


def languages() -> tuple[str, ...]:
    """Each folder beside this module with a `door`: it opens a store of one kind of server."""
    return packages_with("netwb.metrics", DOOR)


def open_sqlite(settings: MetricsSettings, home: Path) -> SqliteStore:
    """The home's own, which can also say what it will take on the disk (`forecast`)."""
    keeping = Keeping(raw_days=settings.raw_days, rollup_days=settings.rollup_days)
    return SqliteStore(home / "metrics.db", keeping=keeping, interval_s=settings.interval_s)


def read_names(path: str) -> SchemaMap:
    """That file; SettingsError where there is none, or it is wrong."""
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        msg = f"setting metrics.names_file {path} cannot be read: {error.strerror}; correct it"
        raise SettingsError(msg) from error
    except ValueError as error:
        msg = f"setting metrics.names_file {path} is no TOML ({error}); correct it"
        raise SettingsError(msg) from error
    return parse_schema_map(document, path)
