"""Construct what knows of attacks: own space, routers, senders, the never-list and the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.blackhole.ledger.events import Events
from netwb.blackhole.ledger.heads import Heads
from netwb.blackhole.ledger.ledger import Ledger
from netwb.blackhole.links import ApprovalLinks
from netwb.blackhole.never import NeverList
from netwb.blackhole.policies import Policies, caps_of
from netwb.blackhole.routers import Routers
from netwb.blackhole.senders import Senders
from netwb.blackhole.space import FindPorts, Space
from netwb.settings import Settings
from netwb.store.database import Database
from netwb.store.keyring import Keyring


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackParts:
    """What one home knows of attacks."""

    space: Space
    routers: Routers
    senders: Senders
    never: NeverList
    heads: Heads
    events: Events
    ledger: Ledger
    policies: Policies
    links: ApprovalLinks


def compose_attacks(
    database: Database,
    keyring: Keyring,
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    ports: FindPorts,
) -> AttackParts:
    """Nothing is read before its first use. `ports` finds those that prefixes are routed to."""
    space = Space(database, clock, ports)
    routers = Routers(database, clock)
    heads = Heads(database, clock)
    never = NeverList(database, settings, space.all)
    return AttackParts(
        space=space,
        routers=routers,
        senders=Senders(database, keyring, clock),
        never=never,
        heads=heads,
        events=Events(database, clock),
        ledger=Ledger(database, clock),
        policies=Policies(
            database=database,
            caps=caps_of(settings.blackhole),
            space=space,
            never=never,
            routers=routers,
            heads=heads,
        ),
        links=ApprovalLinks(
            keyring,
            pages=settings.web.public_url,
            holds=timedelta(minutes=settings.blackhole.hold_minutes),
            clock=clock,
        ),
    )
