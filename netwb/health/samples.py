"""Whether counters can be kept: what they will take on the disk, or whether their InfluxDB answers."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from netwb.health.diagnosis import Diagnosis, advice, ok
from netwb.health.disk import size
from netwb.health.unseen import CHECK, SeenPorts
from netwb.loading import lazy

if TYPE_CHECKING:
    from netwb.metrics import opening as _opening
    from netwb.metrics.records import StoreHealth
    from netwb.metrics.sqlite.forecast import DiskForecast
    from netwb.metrics.store import MetricsStore
    from netwb.settings import MetricsSettings
else:
    _opening = lazy("netwb.metrics.opening")


NEVER = SeenPorts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Bytes: of the file of samples as it is, and free beside it."""

    taken: int
    free: int


def check_samples(
    home: Path, settings: MetricsSettings, store: MetricsStore, seen: SeenPorts = NEVER
) -> Diagnosis:
    """Of the store that the settings name. Raises MetricsError where it does not answer.

    seen   ports that polls have seen: where there are some there should be samples of them
    """
    if settings.url:
        return judge_server(store.health(), seen)
    if not (home / "metrics.db").exists():
        return _lost("metrics.db is not there", seen) or ok(CHECK, "no counter was read yet")
    with closing(_opening.open_sqlite(settings, home)) as own:
        foretold, taken = own.forecast(), own.health().size_bytes or 0
    room = Room(taken=taken, free=shutil.disk_usage(home).free)
    return judge_forecast(foretold, room, settings)


def judge_forecast(foretold: DiskForecast, room: Room, settings: MetricsSettings) -> Diagnosis:
    """Of the file in the home, which grows until its oldest samples go."""
    if not foretold.series:
        return ok(CHECK, f"no counter was read lately; those of before take {size(room.taken)}")
    said = (
        f"counters of {foretold.series:,} ports and devices take {size(room.taken)} now, and"
        f" {size(foretold.whole_bytes)} once each sample is kept for {settings.raw_days} days, and"
        f" one of five minutes for {settings.rollup_days} more"
    )
    if foretold.whole_bytes - room.taken <= room.free:
        return ok(CHECK, said)
    return advice(
        CHECK,
        f"{said}: more than the {size(room.free)} that are free",
        "make room, or lower metrics.raw_days or metrics.rollup_days",
    )


def judge_server(health: StoreHealth, seen: SeenPorts = NEVER) -> Diagnosis:
    """Of a database elsewhere, which answers."""
    if health.newest is None:
        said = f"{health.name} {health.version} answers, and has none"
        return _lost(said, seen) or ok(CHECK, f"{said} yet")
    newest = datetime.fromtimestamp(health.newest, UTC)
    return ok(CHECK, f"{health.name} {health.version} answers, the newest of {newest:%F %H:%M} UTC")


def _lost(said: str, seen: SeenPorts) -> Diagnosis | None:
    if seen.last_at is None:
        return None
    ports = f"{seen.count:,} port{'' if seen.count == 1 else 's'}"
    return advice(
        CHECK,
        f"{said}, though {ports} were seen by polls, last {seen.last_at:%F %H:%M} UTC",
        "look whether it was emptied, whether metrics.url and metrics.database name another one, and"
        " whether `netwb poll` or Telegraf writes into it",
    )
