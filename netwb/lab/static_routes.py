"""Static host routes that clients typed at simulated devices, and who hears of them. Pure.

A route that discards and has a tag is announced: every other device of the same tenant hears it, as
the edges of a network hear its triggers. A reboot forgets what was not saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from netwb.lab.model import StaticRoute

Host = IPv4Network | IPv6Network
RouteFault = Literal["silent", "refuses", "answers_anew"]
ANNOUNCED = (666, 667)  # the tags that a trigger's policy lets out


class StaticRoutes:
    """By device: what stands, and what was saved. `on_change` is told the device's key."""

    def __init__(self, on_change: Callable[[str], None] = lambda _: None) -> None:
        self._running: dict[str, dict[Host, int | None]] = {}
        self._saved: dict[str, dict[Host, int | None]] = {}
        self._faults: dict[str, RouteFault] = {}
        self._on_change = on_change

    def put(self, key: str, host: Host, tag: int | None) -> None:
        """Let a route stand; another tag takes the place of the former one."""
        self._running.setdefault(key, {})[host] = tag
        self._on_change(key)

    def remove(self, key: str, host: Host) -> bool:
        """Take a route away, whatever its tag; whether it stood."""
        stood = host in self._running.get(key, {})
        if stood:
            del self._running[key][host]
            self._on_change(key)
        return stood

    def save(self, key: str) -> None:
        """Keep what stands over a reboot."""
        self._saved[key] = dict(self._running.get(key, {}))
        self._on_change(key)

    def reboot(self, key: str) -> None:
        """Stand as saved."""
        self._running[key] = dict(self._saved.get(key, {}))
        self._on_change(key)

    def set_fault(self, key: str, fault: RouteFault | None) -> None:
        """Answer the next lines of a configuration so; None: as a good device does."""
        self._faults.pop(key, None)
        if fault is not None:
            self._faults[key] = fault

    def fault(self, key: str) -> RouteFault | None:
        """How lines of a configuration are answered wrongly."""
        return self._faults.get(key)

    def standing(self, key: str) -> Mapping[Host, int | None]:
        """Tags by host."""
        return dict(self._running.get(key, {}))

    def saved(self, key: str) -> Mapping[Host, int | None]:
        """Tags by host, as they are after a reboot."""
        return dict(self._saved.get(key, {}))

    def discards(self, key: str, host: Host) -> Literal["static", "bgp"] | None:
        """How a device knows that this host is to be dropped; None: it does not."""
        if host in self._running.get(key, {}):
            return "static"
        tenant = key.partition("/")[0]
        others = (
            routes
            for other, routes in self._running.items()
            if other != key and other.partition("/")[0] == tenant
        )
        return "bgp" if any(routes.get(host) in ANNOUNCED for routes in others) else None


def as_routes(tags: Mapping[Host, int | None]) -> tuple[StaticRoute, ...]:
    """As a model has them."""
    return tuple(
        StaticRoute(
            network=str(host.network_address),
            length=host.prefixlen,
            next_hop=None,
            name="",
            tag=tag,
        )
        for host, tag in tags.items()
    )
