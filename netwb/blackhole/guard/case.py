"""What a request is judged by: the request beside all that concerns it. Pure.

Who asks with a narrower scope must not tell another tenant's address from nobody's. So the case of
an address that they may not know has no prefix and no history, and no guard can give away more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.blackhole.guard.approving import counting
from netwb.blackhole.guard.space import strictest
from netwb.blackhole.records import (
    Approval,
    Caps,
    IPNetwork,
    OwnPrefix,
    Policy,
    Reach,
    Request,
    Standing,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, and what there is about it.

    prefix      the longest that holds it, where who asks may know of that
    standing    all else that stands, whosever it is
    repeat      what stands for the same network already, and is to go on standing
    earlier     how often it was announced lately, beside what goes on
    approvals   those that count
    """

    request: Request
    policy: Policy
    now: datetime
    prefix: OwnPrefix | None
    active: Sequence[Standing]
    standing: tuple[Standing, ...]
    repeat: Standing | None
    earlier: int
    approvals: tuple[Approval, ...]

    @property
    def network(self) -> IPNetwork:
        """What is to be blackholed."""
        return self.request.network

    @property
    def caps(self) -> Caps:
        """The settings."""
        return self.policy.caps

    @property
    def sees_all(self) -> bool:
        """Whether who asks may read of every tenant."""
        return self.request.tenants is None

    @property
    def known(self) -> bool:
        """Whether reasons may speak of this address."""
        return self.prefix is not None or self.sees_all

    @property
    def reach(self) -> Reach:
        """How far it would be heard: what stands goes on, and what is asked for joins it."""
        wanted = self.request.reach or (self.prefix.reach if self.prefix else "edge")
        if self.repeat is None or self.repeat.reach == wanted:
            return wanted
        return "both"

    @property
    def needs(self) -> str | None:
        """Why another person must say so; None: nobody must."""
        if self.prefix is not None and self.prefix.mode == "approve":
            return f"{self.prefix.network} of {self.prefix.tenant} is blackholed by approval only"
        if self.reach != "edge":
            return "The upstream would drop it too, which is by approval only"
        return None


def look(request: Request, policy: Policy, active: Sequence[Standing], now: datetime) -> Case:
    """The request beside what concerns it."""
    prefix = visible(request, policy)
    known = prefix is not None or request.tenants is None
    same = _same(request.network, active) if known else []
    own = set(map(id, same))
    going_on = [one for one in same if one.ended_at is None and not one.withdrawing]
    since = now - timedelta(minutes=policy.caps.repeat_within_minutes)
    return Case(
        request=request,
        policy=policy,
        now=now,
        prefix=prefix,
        active=active,
        standing=tuple(one for one in active if one.ended_at is None and id(one) not in own),
        repeat=max(
            going_on, key=lambda one: (one.expires_at, one.announced_at, one.reach), default=None
        ),
        earlier=sum(one.withdrawing or (one.ended_at or since) > since for one in same),
        approvals=counting(request.approvals, request.person, now, policy.caps.approval_minutes),
    )


def _same(network: IPNetwork, active: Sequence[Standing]) -> list[Standing]:
    """Of exactly that network. Numbers first: two networks take ten times as long to be compared."""
    first = int(network.network_address)
    return [
        one
        for one in active
        if int(one.network.network_address) == first and one.network == network
    ]


def visible(request: Request, policy: Policy) -> OwnPrefix | None:
    """The longest prefix that holds it; None too where its tenant is none of who asks."""
    found = strictest(policy.prefixes, request.network)
    if found is None or (request.tenants is not None and found.tenant_id not in request.tenants):
        return None
    return found
