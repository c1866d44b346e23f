"""The network of a blackhole: an upstream, an edge, two triggers, a customer, and who watches.

`addresses.py` draws it. Everything is in namespaces of this test alone and ends with it. netwb runs
in the office: a command by the prefix `inside`, code of the test's own process in `entered`.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from string import Template
from typing import Any, Literal

from tests.real import frr_router
from tests.real.blackhole import fastnetmon
from tests.real.blackhole.addresses import (
    BLACKHOLE,
    DISCARD,
    DISCARD6,
    MANAGEMENT,
    NO_EXPORT,
    OWN,
    OWN6,
    PASSWORD,
    PEERS,
    ROUTERS,
    TRIGGERS,
    Router,
    Trigger,
)
from tests.real.blackhole.fastnetmon import FastNetMon
from tests.real.blackhole.network import Network
from tests.real.blackhole.traffic import Traffic
from tests.real.frr_router import FrrRouter
from tests.real.namespaces import Namespaces, RigError, output
from tests.real.waiting import until

NEEDED = (*frr_router.NEEDED, fastnetmon.PROGRAM, fastnetmon.CLIENT)
_CONFIGS = Path(__file__).parent / "configs"
_UP_S = 30
# Of each trigger on its link to the edge: its own address, and the edge's.
_ON_LINK = {"trg1": ("10.255.0.2", "10.255.0.1"), "trg2": ("10.255.0.6", "10.255.0.5")}


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeRoute:
    """What the edge's kernel does with packets to an address.

    kind      blackhole: it discards them; via: it passes them on; absent: it knows no route
    prefix    the longest that matches, in full; empty where the route is absent
    gateway   of `via`; None: the address is on the device's own network
    """

    kind: Literal["blackhole", "via", "absent"]
    prefix: str = ""
    protocol: str = ""
    device: str = ""
    gateway: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRoute:
    """A prefix as a BGP speaker heard it, by its best path.

    communities  such as `65535:666`; and `no-export`
    peers        names of all who announce it, as in `trg1`
    """

    prefix: str
    communities: frozenset[str]
    peers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """A static route of a trigger that stands in its routing table."""

    prefix: str
    tag: int


class RtbhLab:
    """A running lab, until `stop`. `folder` must be new."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.network = Network()
        self._first_boot: threading.Barrier | None = threading.Barrier(len(ROUTERS))
        self._cuts: list[tuple[str, str]] = []
        self._traffics: list[Traffic] = []
        self._numbers = count()  # of the folders of traffic
        with contextlib.ExitStack() as made:
            self.office = self._node("office")
            made.callback(self.office.stop)
            self.customer = self._node("customer")
            made.callback(self.customer.stop)
            self.fastnetmon = FastNetMon(folder / "fastnetmon", self.network)
            made.callback(self.fastnetmon.node.stop)
            with ThreadPoolExecutor(len(ROUTERS)) as pool:
                booting = {name: pool.submit(self._router, name, made) for name in ROUTERS}
            self.routers = {name: future.result() for name, future in booting.items()}
            self._first_boot = None
            self.await_up()
            self._end = made.pop_all()

    def stop(self) -> None:
        """End all of it."""
        self.fastnetmon.end_floods()
        for traffic in self._traffics:
            traffic.stop()
        self._end.close()

    @property
    def edge(self) -> FrrRouter:
        return self.routers["edge"]

    @property
    def inside(self) -> list[str]:
        """Prefix of a command line that is to run in the office."""
        return self.office.inside

    def entered(self) -> contextlib.AbstractContextManager[None]:
        """This thread, and those that it begins, are in the office's network meanwhile."""
        return self.office.entered()

    def traffic(self) -> Traffic:
        """Begin the customer's traffic; it ends with the test."""
        number = next(self._numbers)
        outside = self.routers["outside"].namespaces
        traffic = Traffic(
            self.folder / f"traffic-{number}", outside=outside, customer=self.customer
        )
        self._traffics.append(traffic)
        return traffic

    def cut(self, node: str, neighbor: str) -> None:
        """Lose what goes between two neighbors, in silence, until the test ends or mends it."""
        self.network.cut(node, neighbor)
        self._cuts.append((node, neighbor))

    def mend(self, node: str, neighbor: str) -> None:
        """Let it go through again."""
        self._cuts.remove((node, neighbor))
        self.network.mend(node, neighbor)

    def edge_route(self, address: str) -> EdgeRoute:
        """What becomes of packets to an address at the edge."""
        family = "-6" if ":" in address else "-4"
        words = ["ip", family, "-json", "route", "show", "match", address]
        routes = json.loads(output([*self.edge.inside, *words]) or "[]")
        bits = 128 if family == "-6" else 32
        return max((_edge_route(one, bits) for one in routes), key=_length, default=_ABSENT)

    def await_edge(
        self, address: str, kind: Literal["blackhole", "via", "absent"], *, within_s: float
    ) -> EdgeRoute:
        """The edge's route to an address, once it is of that kind."""
        what = f"the edge's route to {address} is {kind}"
        look = partial(self.edge_route, address)
        until(lambda: look().kind == kind, within_s=within_s, what=what)
        return look()

    def edge_hears(self, prefix: str) -> HeardRoute | None:
        """A prefix in the edge's BGP, and which triggers announce it."""
        return _heard(self.edge, prefix)

    def upstream_hears(self, prefix: str) -> HeardRoute | None:
        """A prefix in the upstream's BGP; None: it has not heard of it."""
        return _heard(self.routers["outside"], prefix)

    def trigger_routes(self, trigger: Trigger) -> list[StaticRoute]:
        """Its static routes but for the two discard routes, IPv4 before IPv6."""
        return _static_routes(self.routers[trigger])

    def await_up(self) -> None:
        """Every BGP session of the edge is established, and the upstream hears the customer."""
        until(lambda: _are_up(self._sessions()), within_s=_UP_S, what="the edge's sessions are up")
        until(self._upstream_hears_the_customer, within_s=_UP_S, what=f"upstream hears {OWN}")

    def restore(self) -> None:
        """Whatever a test did to it, all is as it was at first."""
        self.fastnetmon.restore()
        while self._traffics:
            self._traffics.pop().stop()
        while self._cuts:
            self.network.mend(*self._cuts.pop())
        for name, router in self.routers.items():
            config = router.folder / "etc/frr/frr.conf"
            config.parent.chmod(0o755)
            if config.read_text() != _config(name):
                config.write_text(_config(name))
                shutil.chown(config, "frr", "frr")  # the login's own, where it saved
            if not router.whole():
                router.reboot()
        for trigger in TRIGGERS:
            until(partial(self._is_clear, trigger), within_s=_UP_S, what=f"{trigger} is clear")
        until(self._is_quiet, within_s=_UP_S, what="the edge forgets what the triggers announced")
        until(self._upstream_hears_the_customer, within_s=_UP_S, what=f"upstream hears {OWN}")

    def edge_has_of(self, trigger: Trigger) -> int:
        """How many prefixes the edge has taken from a trigger."""
        return _taken(self._sessions()[trigger])

    def _is_quiet(self) -> bool:
        sessions = self._sessions()
        return _are_up(sessions) and not any(_taken(sessions[one]) for one in TRIGGERS)

    def _sessions(self) -> dict[str, list[dict[str, Any]]]:
        """Of each peer of the edge: what it says of IPv4 and of IPv6."""
        (told,) = _told(self.edge, "show bgp summary")
        families = [told.get(name, {}).get("peers", {}) for name in _FAMILIES]
        return {
            name: [family[address] for family in families if address in family]
            for address, name in PEERS.items()
        }

    def _upstream_hears_the_customer(self) -> bool:
        commands = f"show bgp ipv4 unicast {OWN}", f"show bgp ipv6 unicast {OWN6}"
        return all(one.get("paths") for one in _told(self.routers["outside"], *commands))

    def _node(self, name: str) -> Namespaces:
        node = Namespaces(self.folder / f"{name}.log")
        self.network.join(name, node)
        return node

    def _router(self, name: Router, made: contextlib.ExitStack) -> FrrRouter:
        router = FrrRouter(
            self.folder / name,
            _config(name),
            password=PASSWORD,
            address=MANAGEMENT.get(name, frr_router.ADDRESS),
            plug=partial(self._plug, name),
        )
        made.callback(router.stop)
        return router

    def _plug(self, name: Router, node: Namespaces) -> None:
        """No daemon starts before its links are there: zebra would miss an address now and then."""
        self.network.join(name, node)
        if self._first_boot:
            self._first_boot.wait(_UP_S)

    def _is_clear(self, trigger: Trigger) -> bool:
        """Whether it has no static route; each that it has is removed.

        Something of the test before may still be at work: what it removed meanwhile is refused here.
        """
        routes = self.trigger_routes(trigger)
        if routes:
            with contextlib.suppress(RigError):
                self.routers[trigger].configure(*(f"no {_command(route)}" for route in routes))
        return not routes


_ABSENT = EdgeRoute(kind="absent")
_FAMILIES = ("ipv4Unicast", "ipv6Unicast")
_NAMES = {**PEERS, "198.51.100.1": "edge"}
_COMMUNITIES = {"blackhole": BLACKHOLE, "noExport": NO_EXPORT}  # FRR's own words in JSON


def _length(route: EdgeRoute) -> int:
    return int(route.prefix.partition("/")[2] or -1)


def _edge_route(route: dict[str, Any], bits: int) -> EdgeRoute:
    prefix = {"default": "0.0.0.0/0" if bits == 32 else "::/0"}.get(route["dst"], route["dst"])
    return EdgeRoute(
        kind="blackhole" if route.get("type") == "blackhole" else "via",
        prefix=prefix if "/" in prefix else f"{prefix}/{bits}",
        protocol=route.get("protocol", ""),
        device=route.get("dev", ""),
        gateway=route.get("gateway"),
    )


def _command(route: StaticRoute) -> str:
    return f"{'ipv6' if ':' in route.prefix else 'ip'} route {route.prefix} Null0"


def _config(name: Router) -> str:
    if name not in _ON_LINK:
        return (_CONFIGS / f"{name}.conf").read_text()
    address, edge = _ON_LINK[name]
    template = Template((_CONFIGS / "trigger.conf").read_text())
    return template.substitute(hostname=name, address=address, edge=edge)


def _are_up(sessions: dict[str, list[dict[str, Any]]]) -> bool:
    return all(
        [session["state"] for session in of_peer] == ["Established"] * len(_FAMILIES)
        for of_peer in sessions.values()
    )


def _taken(sessions: list[dict[str, Any]]) -> int:
    return sum(session["pfxRcd"] for session in sessions)


def _told(router: FrrRouter, *commands: str) -> list[dict[str, Any]]:
    """The JSON documents of commands that show something."""
    text = router.vtysh(*(f"{command} json" for command in commands)).strip()
    found = []
    while text:
        document, end = json.JSONDecoder().raw_decode(text)
        found.append(document)
        text = text[end:].strip()
    return found


def _static_routes(router: FrrRouter) -> list[StaticRoute]:
    return [
        StaticRoute(prefix=prefix, tag=routes[0].get("tag", 0))
        for told in _told(router, "show ip route static", "show ipv6 route static")
        for prefix, routes in told.items()
        if prefix not in {DISCARD, DISCARD6}
    ]


def _heard(router: FrrRouter, prefix: str) -> HeardRoute | None:
    family = "ipv6" if ":" in prefix else "ipv4"
    (told,) = _told(router, f"show bgp {family} unicast {prefix}")
    paths = told.get("paths", [])
    if not paths or told["prefix"] != prefix:
        return None
    best = next((one for one in paths if one.get("bestpath", {}).get("overall")), paths[0])
    return HeardRoute(
        prefix=prefix,
        communities=frozenset(
            _COMMUNITIES.get(one, one) for one in best.get("community", {}).get("list", [])
        ),
        peers=frozenset(_NAMES[one["peer"]["peerId"]] for one in paths),
    )
