"""Routers in memory at the engine's own seam, and a home whose engine writes to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TypeVar

from netwb.blackhole.attack_records import AttackEvent
from netwb.blackhole.commands import tag_of
from netwb.blackhole.engine.engine import Engine
from netwb.blackhole.engine.parts import EngineParts
from netwb.blackhole.links import ApprovalLinks
from netwb.blackhole.records import (
    Blackhole,
    IPNetwork,
    OnRouter,
    Reach,
    Router,
    RouteThere,
    Saved,
)
from netwb.errors import UnreachableError
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.leases import Leases
from tests.benches import Rig, TestClock, rig
from tests.postgresql import Cluster

VICTIM = ip_network("203.0.113.10/32")
SPACE = "203.0.113.0/24"
PAGES = "https://noc.example"
Value = TypeVar("Value")


@dataclass
class Network:
    """What each trigger has, by device id; edges obey all of them.

    silent   ids of routers that do not answer
    held     ids of routers whose answers come when `release` is called
    """

    routes: dict[str, dict[IPNetwork, RouteThere]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)  # edges that obey nothing
    held: set[str] = field(default_factory=set)
    calls: list[tuple[str, str, tuple[IPNetwork, ...]]] = field(default_factory=list)
    saved: dict[str, list[str]] = field(default_factory=dict)  # what stood as it was saved last
    unsafe: dict[str, str] = field(default_factory=dict)  # why those do not save
    _waiting: list[Callable[[], None]] = field(default_factory=list)

    def there(self, router: Router) -> dict[IPNetwork, RouteThere]:
        return self.routes.setdefault(router.device_id, {})

    def stands(self, hostname_id: str) -> list[str]:
        return sorted(str(network) for network in self.routes.get(hostname_id, {}))

    def release(self) -> None:
        """Every answer that is held comes now."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one()

    # -- what the engine calls

    def commands(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> tuple[str, ...]:
        del router  # all are alike here
        return tuple(f"route {network} tag {tag_of(reach)}" for network in networks)

    def start_announce(
        self, router: Router, networks: Sequence[IPNetwork], reach: Reach
    ) -> Future[Mapping[IPNetwork, OnRouter]]:
        def announce() -> Mapping[IPNetwork, OnRouter]:
            for one in networks:
                self.there(router)[one] = route(one, tag_of(reach))
            return {one: OnRouter(router=router, state="announced") for one in networks}

        return self._begin("announce", router, networks, announce)

    def start_withdraw(
        self, router: Router, networks: Sequence[IPNetwork]
    ) -> Future[Mapping[IPNetwork, OnRouter]]:
        def withdraw() -> Mapping[IPNetwork, OnRouter]:
            for one in networks:
                self.there(router).pop(one, None)
            return {one: OnRouter(router=router, state="withdrawn") for one in networks}

        return self._begin("withdraw", router, networks, withdraw)

    def start_save(self, router: Router) -> Future[Saved]:
        def save() -> Saved:
            self.saved[router.device_id] = self.stands(router.device_id)
            why = self.unsafe.get(router.device_id, "")
            return Saved(saved=not why, why=why)

        return self._begin("save", router, (), save)

    def start_list(self, router: Router) -> Future[Mapping[IPNetwork, RouteThere]]:
        return self._begin("list", router, (), lambda: dict(self.there(router)))

    def start_verify(
        self, edge: Router, networks: Sequence[IPNetwork], *, within_s: float = 0.0
    ) -> Future[Mapping[IPNetwork, RouteThere]]:
        del within_s

        def look() -> Mapping[IPNetwork, RouteThere]:
            heard = set[IPNetwork]().union(*self.routes.values())
            obeys = edge.device_id not in self.deaf
            return {
                one: route(one)
                if obeys and one in heard
                else RouteThere(network=one, kind="other", said="via 198.51.100.2")
                for one in networks
            }

        return self._begin("verify", edge, networks, look)

    def close(self) -> None:
        """Nothing is open."""

    def _begin(
        self,
        what: str,
        router: Router,
        networks: Sequence[IPNetwork],
        work: Callable[[], Value],
    ) -> Future[Value]:
        self.calls.append((what, router.hostname, tuple(networks)))
        future: Future[Value] = Future()

        def answer() -> None:
            if router.device_id in self.silent:
                future.set_exception(UnreachableError(f"{router.label} does not answer"))
            else:
                future.set_result(work())

        if router.device_id in self.held:
            self._waiting.append(answer)
        else:
            answer()
        return future


def route(network: IPNetwork, tag: int = 666) -> RouteThere:
    return RouteThere(network=network, kind="blackhole", tag=tag, said=f"{network} blackhole")


@dataclass
class World:
    """A home with two triggers and an edge, one engine, and what stands on the routers."""

    made: Rig
    network: Network
    engine: Engine
    sender: str

    @property
    def clock(self) -> TestClock:
        return self.made.clock

    def id_of(self, hostname: str) -> str:
        return self.made.devices[f"acme/{hostname}"].id

    def turn(self, times: int = 4) -> None:
        """So many that all that can be done now is done."""
        for _ in range(times):
            self.engine.turn()

    def later(self, **how: float) -> None:
        self.clock.advance(**how)
        self.turn()

    def hear(self, action: str, address: str = "203.0.113.10", **what: object) -> None:
        """A detector says something, now unless told otherwise."""
        attacks = self.made.bench._parts.attacks
        values = {"direction": "incoming", "observed_at": self.clock(), **what}
        event = AttackEvent(action=action, address=ip_address(address), **values)  # type: ignore[arg-type]
        attacks.events.take_in(
            self.sender, f"m{self.clock.now.timestamp()}-{action}-{address}", event, tenant_id=None
        )

    def blackholes(self) -> list[Blackhole]:
        """Oldest first."""
        parts = self.made.bench._parts
        return [*reversed(parts.attacks.ledger.list(parts_scope(), limit=1000))]

    def one(self) -> Blackhole:
        (found,) = self.blackholes()
        return found

    def another_engine(self) -> Engine:
        """As another process has it."""
        return Engine(parts_of(self.made, self.network, "host|2|other"))


def parts_scope() -> Scope:
    return ALL_TENANTS


def parts_of(made: Rig, network: Network, holder: str) -> EngineParts:
    parts = made.bench._parts
    attacks = parts.attacks
    return EngineParts(
        ledger=attacks.ledger,
        events=attacks.events,
        heads=attacks.heads,
        policies=attacks.policies,
        routers=attacks.routers,
        triggers=network,
        leases=Leases(parts.database, holder, made.clock),
        holder=holder,
        audit=parts.audit,
        notices=parts.notices,
        clock=made.clock,
        settings=parts.settings.blackhole,
        answer_at=links_of(made).maker(),
    )


def without_caps(parts: EngineParts) -> EngineParts:
    """So that hundreds stand."""
    caps = replace(parts.policies.caps, active=5000, active_per_tenant=5000, per_minute=5000)
    return replace(parts, policies=replace(parts.policies, caps=caps))


def links_of(made: Rig) -> ApprovalLinks:
    parts = made.bench._parts
    holds = timedelta(minutes=parts.settings.blackhole.hold_minutes)
    return ApprovalLinks(parts.keyring, pages=PAGES, holds=holds, clock=made.clock)


@contextmanager
def world(
    folder: Path,
    *,
    mode: str = "auto",
    cluster: Cluster | None = None,
    leads: bool = True,
    capped: bool = True,
) -> Iterator[World]:
    """Everything in 203.0.113.0/24 is acme's, and blackholed at once unless `mode` says otherwise."""
    hosts = {"acme": ("trg1", "trg2", "edge1"), "umbra": ("core1",)}
    with rig(folder, hosts, cluster=cluster) as made:
        bench = made.bench
        bench.add_prefix("acme", SPACE, mode=mode)  # type: ignore[arg-type]
        most = 40 if capped else 5000
        bench.add_trigger("acme/trg1", max_routes=most)
        bench.add_trigger("acme/trg2", max_routes=most)
        bench.add_edge("acme/edge1")
        sender = bench.add_sender("fnm").sender.id
        network = Network()
        parts = parts_of(made, network, "host|1|one")
        engine = Engine(parts if capped else without_caps(parts))
        there = World(made=made, network=network, engine=engine, sender=sender)
        if leads:
            there.turn()
        yield there
