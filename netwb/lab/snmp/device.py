"""Words of a simulated SNMP agent: its ports, and what happens to them when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from netwb.lab.draw import Draw
from netwb.lab.snmp.curves import BEGAN_AT

ETHERNET = 6  # IANAifType
AgentFault = Literal["silent", "refused", "slow", "half_table", "too_big", "short_answers"]
EventKind = Literal["reset", "wrap", "stall", "rename", "alias", "down", "up", "reindex", "reboot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPort:
    """One interface as it is at first; `key` is what its curves follow from, whatever it is called."""

    key: str
    index: int
    name: bytes
    alias: bytes = b""
    descr: bytes = b""
    if_type: int = ETHERNET
    speed_mbps: int = 1000
    enabled: bool = True  # else it is shut down, and carries nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent:
    """Something that happens at a moment, epoch seconds.

    port     its key; empty for what happens to the whole device (reindex, reboot)
    text     the new ifName or ifAlias
    until    of a stall: when the counters move again
    by       of a reindex: how far all indexes move
    """

    at: float
    kind: EventKind
    port: str = ""
    text: bytes = b""
    until: float = 0
    by: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One device that answers SNMPv2c.

    counters   "32" : it has no ifXTable counters of 64 bits (RFC 2863 lets slow ports go without);
               "old": no ifXTable at all, and so no ifName (RFC 1213)
    """

    key: str
    sysname: str
    ports: tuple[AgentPort, ...]
    community: bytes = b"public"
    seed: str = "lab"
    events: tuple[AgentEvent, ...] = ()
    counters: Literal["64", "32", "old"] = "64"
    booted_at: float = BEGAN_AT


def usual_agent(
    key: str, ports: int = 48, *, seed: str = "lab", events: Sequence[AgentEvent] = ()
) -> Agent:
    """A switch with that many ports of 1 and 10 Gbit/s, and aliases as people write them."""
    draw = Draw(seed, key, "ports")
    return Agent(
        key=key,
        sysname=key.rpartition("/")[2],
        seed=seed,
        events=tuple(events),
        ports=tuple(_usual_port(draw, number, ports) for number in range(1, ports + 1)),
    )


def _usual_port(draw: Draw, number: int, ports: int) -> AgentPort:
    uplink = number > ports - max(1, ports // 12)
    name = f"{'xe' if uplink else 'ge'}-0/0/{number - 1}"
    alias = "" if draw.chance(25) else f"cust {draw.word(5).upper()} circuit C-{draw.digits(5)}"
    return AgentPort(
        key=str(number),
        index=500 + number,
        name=name.encode(),
        alias=alias.encode(),
        descr=name.encode(),
        speed_mbps=10_000 if uplink else 1000,
    )
