"""An ERP that follows a tenant's events through the facade, and what a poll sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from netwb.erp.event_records import Event
from netwb.inventory.ports.records import SeenPort
from netwb.inventory.ports.sighting import sight
from netwb.roles import ALL_TENANTS
from netwb.workbench import Workbench
from tests.benches import Rig


def tenant_id(bench: Workbench, slug: str) -> str:
    return next(tenant.id for tenant in bench.tenants() if tenant.slug == slug)


@dataclass
class Follower:
    """Follows from when it is made; `heard` keeps all."""

    bench: Workbench
    tenant: str
    after: str = "latest"
    heard: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.news()

    def news(self, *, limit: int = 1000) -> list[Event]:
        """What came since the last time."""
        found: list[Event] = []
        while True:
            following = self.bench.erp_following(tenant_id(self.bench, self.tenant))
            page = self.bench.erp_events(following, after=self.after, limit=limit)
            found += page.items
            self.after = page.next
            if not page.more:
                self.heard += found
                return found

    def told(self) -> list[tuple[Any, ...]]:
        """Kind, subject and what changed of the news."""
        return [(one.kind, one.subject, *_changed(one)) for one in self.news()]


def _changed(one: Event) -> list[Any]:
    if not one.kind.endswith(".changed") or "changed" not in one.detail:
        return []
    return [
        {
            name: (one.detail["old"].get(name, "?"), one.detail["new"].get(name, "?"))
            for name in one.detail["changed"]
        }
    ]


def see(made: Rig, device: str, *names: str, alias: str = "", speed_bps: int = 10**9) -> None:
    """A poll saw these ports on the device."""
    ports = [
        SeenPort(name=name, alias=alias, if_index=n, if_type=6, speed_bps=speed_bps)
        for n, name in enumerate(names, 1)
    ]
    seen = {made.devices[device].id: ports}
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        sight(session, seen, made.clock(), {})
