"""What the engine stands on, and the question that each of its steps asks the guard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from netwb.blackhole.guard.deciding import decide
from netwb.blackhole.ledger.events import Events
from netwb.blackhole.ledger.heads import Heads
from netwb.blackhole.ledger.ledger import Ledger
from netwb.blackhole.ledger.sitting import Decide
from netwb.blackhole.policies import Policies
from netwb.blackhole.records import (
    Blackhole,
    IPNetwork,
    OnRouter,
    Reach,
    Request,
    Router,
    RouteThere,
    Saved,
    Standing,
    Verdict,
)
from netwb.blackhole.routers import Routers
from netwb.settings import BlackholeSettings
from netwb.store.audit import Audit
from netwb.store.leases import Leases
from netwb.store.notices import Notices

ENGINE = "system:blackhole"  # who the engine is in the audit


class AtRouters(Protocol):
    """What the engine does at routers: `blackhole.trigger.Triggers`, of which this is the part it uses."""

    def commands(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> tuple[str, ...]:
        """What would be typed."""

    def start_announce(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> Future[Mapping[IPNetwork, OnRouter]]:
        """Begin to announce."""

    def start_withdraw(
        self, router: Router, networks: Sequence[IPNetwork]
    ) -> Future[Mapping[IPNetwork, OnRouter]]:
        """Begin to withdraw."""

    def start_save(self, router: Router) -> Future[Saved]:
        """Begin to save the configuration, where that is safe."""

    def start_list(self, router: Router) -> Future[Mapping[IPNetwork, RouteThere]]:
        """Begin to list the host routes there."""

    def start_verify(
        self, edge: Router, networks: Sequence[IPNetwork], *, within_s: float = 0.0
    ) -> Future[Mapping[IPNetwork, RouteThere]]:
        """Begin to look where an edge sends them."""

    def close(self) -> None:
        """End every session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineParts:
    """Adapters and clocks.

    holder      this process among those that may lead
    answer_at   where people answer one that is held; it gives "" where that is not said
    """

    ledger: Ledger
    events: Events
    heads: Heads
    policies: Policies
    routers: Routers
    triggers: AtRouters
    leases: Leases
    holder: str
    audit: Audit
    notices: Notices
    clock: Callable[[], datetime]
    settings: BlackholeSettings
    answer_at: Callable[[Blackhole], str]

    @property
    def within(self) -> timedelta:
        """How long what ended counts for the guard."""
        return timedelta(minutes=self.policies.caps.repeat_within_minutes)

    def asking(self) -> Decide:
        """The guard, with the policy as it is now."""
        policy, clock = self.policies.now(), self.clock

        def ask(request: Request, active: Sequence[Standing]) -> Verdict:
            return decide(request, policy, active, clock())

        return ask
