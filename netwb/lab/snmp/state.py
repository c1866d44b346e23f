"""What became of each port of a simulated agent by a moment: names, indexes, counters. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwb.lab.snmp.curves import Curve, Direction, curve_of
from netwb.lab.snmp.device import Agent, AgentEvent, AgentPort

_OCTETS_PER_PACKET = 700  # a usual mean of mixed traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One direction's counter: its curve, less what had passed when it stood at zero.

    stalled   from when until when it does not move; afterwards it shows what has passed meanwhile
    """

    curve: Curve
    zero: int
    stalled: tuple[float, float] | None = None

    def octets(self, now: float) -> int:
        """What it counted by then, of any size; negative before it wraps to zero."""
        if self.stalled is not None and self.stalled[0] <= now < self.stalled[1]:
            now = self.stalled[0]
        return self.curve.octets(now) - self.zero

    def packets(self, now: float) -> int:
        """Unicast packets of the same time."""
        return self.octets(now) // _OCTETS_PER_PACKET


@dataclass(frozen=True, slots=True, kw_only=True)
class PortState:
    """One port between two events; `reset_at` is when its counters alone began anew, 0: never."""

    port: AgentPort
    index: int
    name: bytes
    alias: bytes
    up: bool
    reset_at: float
    into: Counted
    out: Counted


def states(agent: Agent, past: Sequence[AgentEvent]) -> tuple[PortState, ...]:
    """Every port once these events have been, by index."""
    moved = sum(event.by for event in past if event.kind == "reindex")
    found = (_state(agent, port, past, moved) for port in agent.ports)
    return tuple(sorted(found, key=lambda state: state.index))


def _state(agent: Agent, port: AgentPort, past: Sequence[AgentEvent], moved: int) -> PortState:
    of_port = [event for event in past if event.port in {port.key, ""}]
    name, alias, up, reset_at = port.name, port.alias, port.enabled, 0.0
    for event in of_port:
        match event.kind:
            case "rename":
                name = event.text
            case "alias":
                alias = event.text
            case "down" | "up":
                up = event.kind == "up"
            case "reset" | "reboot":
                reset_at = event.at if event.kind == "reset" else 0.0
    return PortState(
        port=port,
        index=port.index + moved,
        name=name,
        alias=alias,
        up=up,
        reset_at=reset_at,
        into=_counted(agent, port, of_port, "in"),
        out=_counted(agent, port, of_port, "out"),
    )


def _counted(
    agent: Agent, port: AgentPort, past: Sequence[AgentEvent], direction: Direction
) -> Counted:
    carried_mbps = port.speed_mbps if port.enabled else 0
    curve = curve_of(agent.seed, f"{agent.key}/{port.key}", direction, carried_mbps)
    wraps = [e.at for e in agent.events if e.kind == "wrap" and e.port in {port.key, ""}]
    zeros = [e.at for e in past if e.kind in {"reset", "reboot"}]
    stalls = [(e.at, e.until) for e in past if e.kind == "stall"]
    began = (zeros or wraps or [agent.booted_at])[-1]  # a wrap shows before it happens
    return Counted(curve=curve, zero=curve.octets(began), stalled=stalls[-1] if stalls else None)
