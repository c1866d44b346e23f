"""A ledger to test on: a rig on either database, and a guard that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from ipaddress import ip_network

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.ledger.sitting import Begun
from netwb.blackhole.records import (
    Answer,
    Entry,
    OwnPrefix,
    Reason,
    Request,
    Router,
    Standing,
    Verdict,
)
from netwb.workbench.compose_attacks import AttackParts
from tests.benches import Rig

WITHIN = timedelta(hours=2)
MINUTES = timedelta(minutes=10)
TENANTS = {"acme": ("trg1", "edge1"), "umbra": ("trg2",)}
Guard = Callable[[Request, Sequence[Standing]], Verdict]


def attacks(made: Rig) -> AttackParts:
    return made.bench._parts.attacks


def tenant_id(made: Rig, slug: str) -> str:
    return made.bench.tenant(slug).id


def own(made: Rig, tenant: str = "acme", network: str = "203.0.113.0/24") -> OwnPrefix:
    """A prefix of that tenant, which need not be registered."""
    return OwnPrefix(
        id="p-1",
        tenant_id=tenant_id(made, tenant),
        tenant=tenant,
        network=ip_network(network),
        mode="auto",
        reach="edge",
        by_customer=False,
        site_id=None,
        site=None,
    )


def request(network: str = "203.0.113.10/32", **changes: object) -> Request:
    given: dict[str, object] = {
        "network": ip_network(network),
        "alarm": True,
        "by": "sender:fnm1",
        "person": None,
        "tenants": None,
        "reason": "an alarm",
    }
    return Request(**{**given, **changes})  # type: ignore[arg-type]


def answering(
    made: Rig,
    answer: Answer = "allow",
    *,
    tenant: str | None = "acme",
    shadow: bool = False,
    minutes: timedelta = MINUTES,
) -> Guard:
    """A guard that always answers so."""
    prefix = own(made, tenant) if tenant else None

    def decide(_asked: Request, _standing: Sequence[Standing]) -> Verdict:
        return Verdict(
            answer=answer,
            reasons=(Reason(guard="test", answer=answer, text="as the test says"),),
            prefix=prefix,
            reach="edge",
            expires_at=made.clock() + minutes,
            shadow=shadow,
        )

    return decide


def capped(made: Rig, cap: int) -> Guard:
    """A guard that holds what goes beyond a cap."""

    def decide(asked: Request, standing: Sequence[Standing]) -> Verdict:
        stands = sum(one.ended_at is None for one in standing)
        answer: Answer = "allow" if stands < cap else "hold"
        return answering(made, answer)(asked, standing)

    return decide


def begin(
    made: Rig,
    network: str = "203.0.113.10/32",
    answer: Answer = "allow",
    *,
    tenant: str | None = "acme",
) -> Entry:
    """One more, as the guard answers."""
    return begun(made, request(network), answering(made, answer, tenant=tenant)).entry


def begun(made: Rig, asked: Request, decide: Guard, **causes: object) -> Begun:
    return attacks(made).ledger.begin(asked, decide, within=WITHIN, **causes)  # type: ignore[arg-type]


def settle(made: Rig, event_id: int, said: str, *, blackhole_id: str | None = None) -> None:
    """What came of one event."""
    with attacks(made).ledger.sitting() as sitting:
        sitting.settle(event_id, said, blackhole_id=blackhole_id)


def trigger(made: Rig, device: str = "acme/trg1") -> Router:
    """That device as a trigger; it is made one at the first time."""
    for one in made.bench.triggers():
        if one.label == device:
            return one
    return made.bench.add_trigger(device)


def event(address: str = "203.0.113.10", **changes: object) -> AttackEvent:
    given: dict[str, object] = {
        "action": "ban",
        "address": ip_network(address).network_address,
        "direction": "incoming",
    }
    return AttackEvent(**{**given, **changes})  # type: ignore[arg-type]
