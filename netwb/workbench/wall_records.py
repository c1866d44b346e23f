"""What the facade says to a wall: frozen records, UTC, no secret and no address in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from netwb.collect.nights import LastNight
    from netwb.workbench.traffic_records import PortTraffic

SiteStatus = Literal["down", "degraded", "unknown", "maintenance", "up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallSite:
    """A site, as its worst device is.

    reason        why it is not up: of the device that is so for the longest, and how many more are
    since         since when; None: nobody knows
    since_before  it is so for longer than anybody looked back, `since` is how far that was
    observed_at   when any of its devices was last heard of
    """

    tenant: str
    site: str
    status: SiteStatus
    reason: str
    since: datetime | None
    since_before: bool
    observed_at: datetime | None
    devices: int
    up: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WallNews:
    """All that a wall shows, read at one moment.

    sites   worst first, then as their tenants and names
    ports   the busiest of the last hours, with their traffic
    night   the last night's backup; None: there was none yet
    fault   why sites and ports are not known, in a sentence; empty where they are
    """

    as_of: datetime
    interval_s: int
    sites: tuple[WallSite, ...]
    ports: tuple[PortTraffic, ...]
    night: LastNight | None
    newest: datetime | None
    fault: str = ""

    @property
    def next_at(self) -> datetime:
        """When there is more to know."""
        return self.as_of + timedelta(seconds=self.interval_s)
