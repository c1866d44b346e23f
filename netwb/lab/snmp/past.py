"""What a poller would have read of a simulated agent at moments that are past. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netwb.lab.snmp.device import Agent
from netwb.lab.snmp.state import PortState, states

Counters = dict[str, dict[str, int]]  # by ifName, and by the MIB's own name
_WRAPS = 2**64


def up_ports(agent: Agent) -> tuple[str, ...]:
    """Names of the ports that carry something, by index."""
    return tuple(_name(state) for state in states(agent, ()) if state.up)


def counted(
    agent: Agent, names: Sequence[str], moments: Iterable[int]
) -> Iterator[tuple[int, Counters]]:
    """Octets of these ports at each of these moments, epoch seconds; of one without events."""
    found = [(_name(state), state) for state in states(agent, ()) if _name(state) in names]
    for at in moments:
        yield (
            at,
            {
                name: {
                    "ifHCInOctets": state.into.octets(at) % _WRAPS,
                    "ifHCOutOctets": state.out.octets(at) % _WRAPS,
                }
                for name, state in found
            },
        )


def _name(state: PortState) -> str:
    return state.name.decode("utf-8", "replace")
