"""Blackholes as a wall shows them: those that wait for a person first, then by their end."""

from __future__ import annotations

from datetime import datetime, timedelta

from netwb.blackhole.ledger.ledger import Ledger
from netwb.blackhole.ledger.reading import Wanted
from netwb.blackhole.records import STANDING, Blackhole
from netwb.roles import Scope
from netwb.workbench.wall_records import WallAttack, WallBlackhole, WallBlackholes

LINES = 3  # that there is room for
MOST = 500  # of which the first are looked for
HAD = frozenset({"announced", "verified"})


def blackholes_of(ledger: Ledger, scope: Scope, *, hold_minutes: int) -> WallBlackholes:
    """What that scope may see."""
    counts = ledger.counts(scope)
    held = counts.get("held", 0)
    standing = sum(counts.get(state, 0) for state in STANDING)
    if not held + standing:
        return WallBlackholes()
    found = ledger.list(scope, Wanted(states={"held", *STANDING}), limit=MOST)
    first = sorted((_one(one, hold_minutes) for one in found), key=_order)
    return WallBlackholes(held=held, standing=standing, first=tuple(first[:LINES]))


def attacks_of(
    ledger: Ledger, scope: Scope, *, since: datetime, until: datetime
) -> tuple[WallAttack, ...]:
    """What was sent to routers, of that scope and time."""
    found = ledger.list(scope, Wanted(since=since, until=until), limit=MOST)
    return tuple(
        WallAttack(tenant_id=one.tenant_id, since=one.announced_at, until=one.ended_at)
        for one in found
        if one.tenant_id is not None and one.announced_at is not None
    )


def _one(one: Blackhole, hold_minutes: int) -> WallBlackhole:
    held = one.state == "held"
    lapses_at = one.requested_at + timedelta(minutes=hold_minutes)
    return WallBlackhole(
        network=str(one.network.network_address if _is_host(one) else one.network),
        tenant=one.tenant,
        state="held" if held else "withdrawing" if one.state == "withdrawing" else "stands",
        since=one.requested_at,
        until=lapses_at if held else one.expires_at,
        routers=sum(on.state in HAD for on in one.routers),
        of=len(one.routers),
    )


def _is_host(one: Blackhole) -> bool:
    return one.network.prefixlen == one.network.max_prefixlen


def _order(one: WallBlackhole) -> tuple[bool, float, str]:
    until = one.until or one.since
    return one.state != "held", until.timestamp(), one.network
