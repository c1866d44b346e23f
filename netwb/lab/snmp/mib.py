"""What a simulated agent answers to an OID at a moment: system, ifTable, ifXTable. Pure.

Sources: RFC 2863 (IF-MIB), RFC 3418 (SNMPv2-MIB), RFC 3411 (SNMP-FRAMEWORK-MIB).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from netwb.lab.snmp.ber import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    INTEGER,
    OCTETS,
    OID,
    SEQUENCE,
    TIMETICKS,
    Oid,
    element,
    integer,
    oid_content,
    subidentifier,
)
from netwb.lab.snmp.device import Agent, AgentEvent
from netwb.lab.snmp.state import PortState, states

SYSTEM, IF = (1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 2, 1, 2, 2, 1)
IFX, ENGINE = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1), (1, 3, 6, 1, 6, 3, 10, 2, 1)
_MOST_32, _MOST_64 = 2**32, 2**64
Content = Callable[[PortState, float], bytes]  # of a port at a moment
Place = tuple[int, int]  # column and row


class Mib:
    """One agent's objects; what was prepared of them lasts until the next event."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._events = sorted(agent.events, key=lambda event: event.at)
        self._moments = [event.at for event in self._events]
        self._view: tuple[int, View] | None = None

    def at(self, now: float) -> View:
        """The objects as they stand between two events."""
        past = bisect_right(self._moments, now)
        if self._view is None or self._view[0] != past:
            self._view = past, View(self._agent, self._events[:past])
        return self._view[1]


class View:
    """All objects of an agent between two events; OIDs in order, as a walk finds them."""

    def __init__(self, agent: Agent, past: Sequence[AgentEvent]) -> None:
        reboots = [event.at for event in past if event.kind == "reboot"]
        self.booted_at = reboots[-1] if reboots else agent.booted_at
        self.ports = states(agent, past)
        self._indexes = [state.index for state in self.ports]
        self._row_content = [subidentifier(index) for index in self._indexes]
        self._columns = _columns(agent, self.booted_at)
        self._bases = list(self._columns)
        self._base_content = [oid_content(base) for base in self._bases]
        self._scalars = _scalars(agent, self.booted_at, boots=len(reboots) + 1)

    def get(self, oid: Oid, now: float) -> bytes | None:
        """The varbind of one object; None: there is none of that name."""
        if oid in self._scalars:
            return varbind(oid_content(oid), self._scalars[oid](now))
        column, row = self._columns.get(oid[:-1]), bisect_left(self._indexes, oid[-1])
        if column is None or row == len(self._indexes) or self._indexes[row] != oid[-1]:
            return None
        return varbind(oid_content(oid), column(self.ports[row], now))

    def after(self, oid: Oid, now: float) -> Iterator[tuple[Oid, bytes]]:
        """What follows an OID: each object's own, and its varbind."""
        yield from self._scalars_after(oid, now, SYSTEM)
        for column, row in self._places_after(oid):
            content = self._base_content[column] + self._row_content[row]
            value = self._columns[self._bases[column]](self.ports[row], now)
            yield (*self._bases[column], self._indexes[row]), varbind(content, value)
        yield from self._scalars_after(oid, now, ENGINE)

    def _places_after(self, oid: Oid) -> Iterator[Place]:
        """The rest of the column that the OID lies in, then the columns behind it."""
        column = bisect_right(self._bases, oid) - 1
        base = self._bases[column] if column >= 0 else ()
        if column >= 0 and oid[: len(base)] == base:
            row = bisect_right(self._indexes, oid[len(base)]) if len(oid) > len(base) else 0
            yield from ((column, place) for place in range(row, len(self._indexes)))
        for behind in range(column + 1, len(self._bases)):
            yield from ((behind, place) for place in range(len(self._indexes)))

    def _scalars_after(self, oid: Oid, now: float, group: Oid) -> Iterator[tuple[Oid, bytes]]:
        for scalar, content in self._scalars.items():
            if scalar > oid and scalar[: len(group)] == group:
                yield scalar, varbind(oid_content(scalar), content(now))


def varbind(oid: bytes, value: bytes) -> bytes:
    """A name and its value; the name is the content of an OID."""
    return element(SEQUENCE, element(OID, oid) + value)


def _columns(agent: Agent, booted_at: float) -> dict[Oid, Content]:
    def whole(of: Callable[[PortState], int], tag: int = INTEGER) -> Content:
        return lambda state, _: integer(of(state), tag)

    def text(of: Callable[[PortState], bytes]) -> Content:
        return lambda state, _: element(OCTETS, of(state))

    def count(of: Callable[[PortState, float], int], tag: int = COUNTER32) -> Content:
        most = _MOST_64 if tag == COUNTER64 else _MOST_32
        return lambda state, now: integer(of(state, now) % most, tag)

    columns = {
        (*IF, 1): whole(lambda s: s.index),
        (*IF, 2): text(lambda s: s.port.descr),
        (*IF, 3): whole(lambda s: s.port.if_type),
        (*IF, 5): whole(lambda s: min(s.port.speed_mbps * 1_000_000, _MOST_32 - 1), GAUGE32),
        (*IF, 7): whole(lambda s: 1 if s.port.enabled else 2),
        (*IF, 8): whole(lambda s: 1 if s.up else 2),
        (*IF, 10): count(lambda s, now: s.into.octets(now)),
        (*IF, 13): count(lambda s, now: s.into.packets(now) // 900_000),
        (*IF, 14): count(lambda s, now: s.into.packets(now) // 2_000_000),
        (*IF, 16): count(lambda s, now: s.out.octets(now)),
        (*IF, 19): count(lambda s, now: s.out.packets(now) // 700_000),
        (*IF, 20): count(lambda s, now: s.out.packets(now) // 5_000_000),
        (*IFX, 1): text(lambda s: s.name),
        (*IFX, 15): whole(lambda s: s.port.speed_mbps, GAUGE32),
        (*IFX, 18): text(lambda s: s.alias),
        (*IFX, 19): whole(lambda s: max(0, int((s.reset_at - booted_at) * 100)), TIMETICKS),
    }
    if agent.counters == "64":
        columns |= {
            (*IFX, 6): count(lambda s, now: s.into.octets(now), COUNTER64),
            (*IFX, 7): count(lambda s, now: s.into.packets(now), COUNTER64),
            (*IFX, 10): count(lambda s, now: s.out.octets(now), COUNTER64),
            (*IFX, 11): count(lambda s, now: s.out.packets(now), COUNTER64),
        }
    if agent.counters == "old":
        columns = {oid: content for oid, content in columns.items() if oid[: len(IFX)] != IFX}
    return dict(sorted(columns.items()))


def _scalars(agent: Agent, up: float, *, boots: int) -> dict[Oid, Callable[[float], bytes]]:
    return {
        (*SYSTEM, 1, 0): lambda _: element(OCTETS, b"netwb lab agent"),
        (*SYSTEM, 3, 0): lambda now: integer(int((now - up) * 100) % _MOST_32, TIMETICKS),
        (*SYSTEM, 5, 0): lambda _: element(OCTETS, agent.sysname.encode()),
        (*ENGINE, 2, 0): lambda _: integer(boots),
        (*ENGINE, 3, 0): lambda now: integer(int(now - up)),
    }
