"""All that the guard goes by, put together: space, never-list, triggers, caps, pause, shadow."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from netwb.blackhole.ledger.heads import Heads
from netwb.blackhole.never import NeverList
from netwb.blackhole.records import Caps, Policy
from netwb.blackhole.routers import Routers
from netwb.blackhole.space import Space
from netwb.roles import ALL_TENANTS
from netwb.settings import BlackholeSettings
from netwb.store.database import Database
from netwb.store.models import SiteRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """Reads what there is now. It is of all tenants: the guard tells nobody more than they may know."""

    database: Database
    caps: Caps
    space: Space
    never: NeverList
    routers: Routers
    heads: Heads

    def now(self) -> Policy:
        """The policy as it is stored at this moment."""
        paused = self.heads.paused()
        return Policy(
            prefixes=self.space.all(),
            never=self.never.all(),
            caps=self.caps,
            triggers=self.routers.list(ALL_TENANTS, "trigger"),
            shadow=self._shadow(),
            paused=None if paused is None else paused.why,
            paused_at=None if paused is None else paused.at,
            expirer_at=self.heads.expirer_at(),
        )

    def _shadow(self) -> frozenset[str]:
        with self.database.reading(ALL_TENANTS) as session:
            return frozenset(session.scalars(select(SiteRow.id).where(SiteRow.shadow)))


def caps_of(settings: BlackholeSettings) -> Caps:
    """The caps that the settings give."""
    return Caps(
        active=settings.active,
        active_per_tenant=settings.active_per_tenant,
        per_minute=settings.per_minute,
        minutes=settings.minutes,
        max_minutes=settings.max_minutes,
        repeat_within_minutes=settings.repeat_within_minutes,
        late_minutes=settings.late_minutes,
        break_glass_minutes=settings.break_glass_minutes,
        approval_minutes=settings.approval_minutes,
    )
