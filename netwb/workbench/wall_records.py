"""What the facade says to a wall: frozen records, UTC, no secret and no address in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from netwb.workbench.framed import Framed
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.collect.nights import LastNight
    from netwb.notify.records import Severity
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


@dataclass(frozen=True, slots=True, kw_only=True)
class WallAlarm:
    """What stands wrong of one kind, of how many things; of none of them more than that.

    since   since when the first of them is
    """

    kind: str
    severity: Severity
    many: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WallBlackhole:
    """One that stands, or that waits for a person.

    since     when it was asked for
    until     when it ends, or lapses where it waits; None: nobody knows yet
    routers   that have it, of so many; of the provider's no tenant reads, and `of` is 0
    """

    network: str
    tenant: str | None
    state: Literal["held", "stands", "withdrawing"]
    since: datetime
    until: datetime | None
    routers: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WallBlackholes:
    """What waits and what stands; `first` are those that there is room for: held, then by end."""

    held: int = 0
    standing: int = 0
    first: tuple[WallBlackhole, ...] = ()


NO_BLACKHOLES = WallBlackholes()
FIRST_S = 5  # that a sample takes to be read, after which a wall looks for it


@dataclass(frozen=True, slots=True, kw_only=True)
class WallAttack:
    """A time in which a host of a tenant was blackholed; `until` None: it is so still."""

    tenant_id: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class WallNews(Framed):
    """All that a wall shows, read at one moment.

    sites   worst first, then as their tenants and names
    ports   the busiest of the last hours, with their traffic
    night   the last night's backup; None: there was none yet
    alarms  what stands wrong, the worst first, then the longest
    blackholes  none where who looks may not see them
    attacks     of the charts' time, likewise
    may_chart   whether who looks may see traffic, so that a want of charts is to be explained
    first_at    when the first chart is drawn, where there is none yet; None: there is one, or nobody
                reads anything now
    fault   why sites and ports are not known, in a sentence; empty where they are
    """

    as_of: datetime
    interval_s: int
    sites: tuple[WallSite, ...]
    ports: tuple[PortTraffic, ...]
    night: LastNight | None
    newest: datetime | None
    alarms: tuple[WallAlarm, ...] = ()
    blackholes: WallBlackholes = NO_BLACKHOLES
    attacks: tuple[WallAttack, ...] = ()
    may_chart: bool = False
    first_at: datetime | None = None
    fault: str = ""

    def rows(self) -> Records[WallSite]:
        """The sites."""
        return records_of(self.sites, WallSite)

    def said(self) -> str:
        """How many sites are up, and what stands wrong."""
        up = sum(site.status == "up" for site in self.sites)
        return f"{up} of {len(self.sites)} sites are up, {len(self.alarms)} kinds of alarms stand"

    @property
    def next_at(self) -> datetime:
        """When there is more to know."""
        usual = self.as_of + timedelta(seconds=self.interval_s)
        if self.first_at is None:
            return usual
        return min(usual, self.first_at + timedelta(seconds=FIRST_S))
