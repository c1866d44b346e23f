"""Whether a shard's Telegraf writes: by the newest samples of some of its devices."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from netwb.errors import MetricsError
from netwb.metrics.records import SeriesKey
from netwb.telegraf.records import ShardFiles
from netwb.telegraf.trial import Trial

if TYPE_CHECKING:
    from netwb.metrics.store import MetricsStore

logger = logging.getLogger(__name__)

WATCHED = 200  # devices whose samples prove a shard: one that answers is enough
LOOKED_AT = 1000  # devices that are looked for, spread over all of the shard's
LOOKED_BACK = 5  # intervals in which a device must have given a sample to be one that did
SETTLING_S = 30  # flush and jitter of Telegraf, beside two intervals


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Devices whose samples are waited for, (tenant, id), and whether they gave some before."""

    devices: tuple[tuple[str, str], ...]
    wrote: Literal["yes", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Asks the metrics store, which is opened where it is asked alone."""

    store: Callable[[], MetricsStore]
    clock: Callable[[], datetime]
    interval_s: int

    def watched(self, files: ShardFiles) -> Watched:
        """Devices that gave samples lately; where none did, or nobody knows, some that should."""
        asked = files.asked[:: 1 + len(files.asked) // LOOKED_AT]
        keys = [SeriesKey(tenant=tenant, device_id=device) for tenant, device in asked]
        since = int(self.clock().timestamp()) - LOOKED_BACK * self.interval_s
        try:
            found = self.store().newest(keys, "device", ("sysUpTime",), since)
        except MetricsError as error:
            name = files.shard.name
            logger.warning("shard %s is applied without a look back: %s", name, error)
            found = {}
        heard = [(key.tenant, key.device_id) for key in keys if key in found]
        return Watched(devices=tuple((heard or asked)[:WATCHED]), wrote="yes" if heard else "no")

    def came(self, trial: Trial) -> bool:
        """Whether one of the watched gave a sample since Telegraf was told. Raises MetricsError."""
        keys = [SeriesKey(tenant=tenant, device_id=device) for tenant, device in trial.watched]
        found = self.store().newest(keys, "device", ("sysUpTime",), trial.at)
        return any(one.at > trial.at for one in found.values())

    def until(self, trial: Trial) -> datetime:
        """Two intervals after Telegraf was told, and what it may take to send."""
        return datetime.fromtimestamp(trial.at + 2 * self.interval_s + SETTLING_S, UTC)
