"""Construct the engine of blackholes: what writes to routers, and what it is asked by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from netwb.blackhole.engine.parts import ENGINE, EngineParts
from netwb.blackhole.trigger.keeping import Keeper
from netwb.blackhole.trigger.triggers import Triggers
from netwb.inventory.credentials import Credentials
from netwb.inventory.devices import Devices
from netwb.inventory.records import Target
from netwb.platforms.record import Platform
from netwb.roles import ALL_TENANTS, Actor, Role
from netwb.settings import Settings
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.leases import Leases
from netwb.store.notices import Notices
from netwb.workbench.compose_attacks import AttackParts

MACHINE = Actor(name=ENGINE, role=Role.ADMIN, scope=ALL_TENANTS)


def compose_engine(  # noqa: PLR0913 - what it stands on, each by its name
    *,
    attacks: AttackParts,
    database: Database,
    devices: Devices,
    credentials: Credentials,
    platforms: Mapping[str, Platform],
    audit: Audit,
    notices: Notices,
    settings: Settings,
    clock: Callable[[], datetime],
) -> EngineParts:
    """Nothing is connected to before its first use. `triggers.close()` ends its sessions."""

    def target(device_id: str) -> Target:
        (found,) = credentials.targets(ALL_TENANTS, [devices.get(ALL_TENANTS, device_id)])
        return found

    def trust(of: Target, host_key: str) -> None:
        devices.first_keys(ALL_TENANTS, {of.device_id: host_key}, actor=MACHINE)

    holder = holder_name(new_id())
    keeper = Keeper(
        targets=target, platforms=platforms, settings=settings.collect, on_new_host_key=trust
    )
    return EngineParts(
        ledger=attacks.ledger,
        events=attacks.events,
        heads=attacks.heads,
        policies=attacks.policies,
        routers=attacks.routers,
        triggers=Triggers(keeper, clock=clock),
        leases=Leases(database, holder, clock),
        holder=holder,
        audit=audit,
        notices=notices,
        clock=clock,
        settings=settings.blackhole,
        answer_at=attacks.links.maker(),
    )
