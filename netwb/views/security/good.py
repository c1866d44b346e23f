"""How much good traffic a blackhole may cost: what its tenant's busiest port takes in.

What of it is for the one address no counter knows, so it is said as what it is: the most that it can be.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from netwb.errors import InventoryError, MetricsError
from netwb.workbench import Workbench

WITHIN = timedelta(hours=1)
KEPT = timedelta(seconds=60)  # while one types it is the same


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodTraffic:
    """95th percentile of the last hour into the tenant's busiest port, in bit/s."""

    port: str
    p95_bps: float


@dataclass(slots=True)
class KeptTraffic:
    """What was read lately, by tenant."""

    _kept: dict[str, tuple[datetime, GoodTraffic | None]] = field(default_factory=dict)

    def of(self, bench: Workbench, tenant: str, now: datetime) -> GoodTraffic | None:
        """None: no port of it is counted, or nobody may see it. Waits for the counters."""
        kept = self._kept.get(tenant)
        if kept is None or not now - KEPT <= kept[0] <= now:
            kept = self._kept[tenant] = now, _read(bench, tenant, now)
        return kept[1]


def _read(bench: Workbench, tenant: str, now: datetime) -> GoodTraffic | None:
    try:
        busy = bench.where(tenant=tenant).busiest(since=now - WITHIN, until=now, most=1)
    except (InventoryError, MetricsError):  # it is no reason to hide what the guard says
        return None
    for one in busy:
        if one.p95_in is not None:
            port = f"{one.port.hostname} {one.port.name}"
            return GoodTraffic(port=port, p95_bps=one.p95_in)
    return None
