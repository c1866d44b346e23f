"""Links between namespaces: each is laid as soon as both of its ends are there."""

from __future__ import annotations

import subprocess
import threading
import zlib
from dataclasses import dataclass

from tests.real.blackhole.addresses import MANAGEMENT, OFFICE
from tests.real.namespaces import Namespaces, output

BRIDGE = "office"
_NOBODY = "02:00:00:00:00:01 nud permanent"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One end of a link: a device of a node, with its addresses or as a port of a bridge."""

    node: str
    device: str
    addresses: tuple[str, ...] = ()
    bridge: str | None = None

    @property
    def hardware(self) -> str:
        """Its address on the link, the same after a reboot: its neighbors remember it."""
        return "02:00:" + zlib.crc32(f"{self.node} {self.device}".encode()).to_bytes(4).hex(":")

    def commands(self) -> str:
        """Lines for `ip -batch`."""
        lines = [f"address add {address} dev {self.device}" for address in self.addresses]
        if self.bridge:
            lines.append(f"link set {self.device} master {self.bridge}")
        return "\n".join([*lines, f"link set {self.device} up"])


Link = tuple[End, End]


def _to_edge(node: str, theirs: tuple[str, ...], ours: tuple[str, ...]) -> Link:
    return (
        End(node=node, device="to-edge", addresses=theirs),
        End(node="edge", device=f"to-{node}", addresses=ours),
    )


def _to_office(node: str) -> Link:
    return (
        End(node=node, device="to-office", addresses=(f"{MANAGEMENT[node]}/24",)),
        End(node="office", device=f"to-{node}", bridge=BRIDGE),
    )


LINKS: tuple[Link, ...] = (
    _to_edge(
        "outside",
        ("198.51.100.2/24", "2001:db8:ffff::2/64"),
        ("198.51.100.1/24", "2001:db8:ffff::1/64"),
    ),
    _to_edge(
        "customer",
        ("203.0.113.10/24", "203.0.113.20/24", "2001:db8:cafe::10/64"),
        ("203.0.113.1/24", "2001:db8:cafe::1/64"),
    ),
    _to_edge("trg1", ("10.255.0.2/30",), ("10.255.0.1/30",)),
    _to_edge("trg2", ("10.255.0.6/30",), ("10.255.0.5/30",)),
    *map(_to_office, MANAGEMENT),
)

# For a node before its first link: an address counts at once, and only the edge passes on.
_NODE = """
cd /proc/sys/net
for which in all default; do
    echo 0 >ipv6/conf/$which/accept_dad
    echo 0 >ipv4/conf/$which/rp_filter
done
if [ "$1" = edge ]; then echo 1 >ipv4/ip_forward; echo 1 >ipv6/conf/all/forwarding; fi
if [ "$1" = office ]; then
    ip link add "$2" address 02:00:00:00:00:02 type bridge
    ip address add "$3"/24 dev "$2"
    ip link set "$2" up
fi
"""


class Network:
    """Who is there, and the links between them. Nodes may come from several threads at once."""

    def __init__(self) -> None:
        self._nodes: dict[str, Namespaces] = {}
        self._lock = threading.Lock()

    def join(self, name: str, node: Namespaces) -> None:
        """Link a node with its neighbors: a new one, or one that boots again."""
        node.run("sh", "-e", "-c", _NODE, "node", name, BRIDGE, OFFICE)
        with self._lock:
            self._nodes[name] = node
            for link in LINKS:
                ends = {end.node for end in link}
                if name in ends and ends <= self._nodes.keys():
                    self._lay(link)

    def cut(self, node: str, neighbor: str) -> None:
        """Lose the IPv4 packets between the two in silence: no interface goes down."""
        for end, other in _both_ways(node, neighbor):
            if end.bridge:
                self._ip(end, f"link set {end.device} nomaster")
            for address in _ipv4(other):
                self._ip(end, f"neigh replace {address} lladdr {_NOBODY} dev {end.device}")

    def mend(self, node: str, neighbor: str) -> None:
        """Let a link that was cut carry again."""
        for end, other in _both_ways(node, neighbor):
            if end.bridge:
                self._ip(end, f"link set {end.device} master {end.bridge}")
            for address in _ipv4(other):
                self._ip(end, f"neigh del {address} dev {end.device}")

    def _ip(self, end: End, commands: str) -> None:
        output([*self._nodes[end.node].inside, "ip", "-batch", "-"], given=f"{commands}\n")

    def _lay(self, link: Link) -> None:
        for end in link:  # what the kernel has not buried yet of a node that was stopped
            there = self._nodes[end.node].inside
            subprocess.run(
                [*there, "ip", "link", "delete", end.device], capture_output=True, check=False
            )
        one, other = link
        words = [one.device, "netns", str(self._nodes[one.node].first), "address", one.hardware]
        peer = [other.device, "netns", str(self._nodes[other.node].first), "address"]
        output(["ip", "link", "add", *words, "type", "veth", "peer", "name", *peer, other.hardware])
        for end in link:
            self._ip(end, end.commands())


def _ipv4(end: End) -> list[str]:
    return [address.partition("/")[0] for address in end.addresses if "." in address]


def _both_ways(node: str, neighbor: str) -> tuple[Link, Link]:
    for one, other in LINKS:
        if {one.node, other.node} == {node, neighbor}:
            return (one, other), (other, one)
    msg = f"no link between {node} and {neighbor}"
    raise KeyError(msg)
