"""What happens to ports while they are polled: a history stays whole, and has nobody else's octets.

Agents count by curves that can be asked again, each port by its own: whatever minute has a rate must
have that port's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from netwb.inventory.records import NewCredential, SecretKind, SecretSource
from netwb.lab.snmp.curves import Direction, curve_of
from netwb.lab.snmp.device import Agent, AgentEvent, AgentFault, AgentPort, EventKind
from netwb.lab.snmp.fleet import AgentFleet
from netwb.metrics.poller.records import PollOutcome
from tests.benches import PASSWORD, START, Rig, rig

EVERY_S = 60
MINUTES = 12
BEGAN = START.timestamp()


@dataclass(frozen=True, kw_only=True)
class Place:
    """A device that is an agent; time is the bench's."""

    made: Rig
    fleet: AgentFleet
    agent: Agent

    def poll(self, minutes: int = MINUTES, fault: AgentFault | None = None) -> list[PollOutcome]:
        """Once a minute."""
        self.fleet.set_fault(self.agent.key, fault)
        outcomes: list[PollOutcome] = []
        for _ in range(minutes):
            outcomes += self.made.bench.poll(on_device=lambda _: None).outcomes
            self.made.clock.advance(seconds=EVERY_S)
        return outcomes

    def names(self) -> list[str]:
        return [port.name for port in self.made.bench.ports()]

    def silent(self, name: str, *keys: str, side: Direction = "in") -> set[int]:
        """Minutes without a rate; in each other one that of an agent's port, or the test fails.

        keys   of the ports that it may be of
        """
        minutes = int((self.made.clock().timestamp() - BEGAN) // EVERY_S) - 1
        found = self.made.bench.traffic(
            "acme/edge1", name, since=START, until=self.made.clock.now, hours=1
        )
        assert found.step_s == EVERY_S
        flow = found.flows["bits", side]
        measured = {
            minute
            for minute, begin in enumerate(found.begin[:minutes])
            if np.isfinite(flow.mean[minute]) and begin >= BEGAN
        }
        for minute in measured:
            wanted = {self.rate(key, minute, side) for key in keys}
            got = float(flow.mean[minute])
            assert any(got == pytest.approx(rate) for rate in wanted), (name, minute)
        return set(range(minutes)) - measured

    def rate(self, key: str, minute: int, side: Direction = "in") -> float:
        """The truth, bit/s."""
        port = next(port for port in self.agent.ports if port.key == key)
        curve = curve_of(self.agent.seed, f"{self.agent.key}/{key}", side, port.speed_mbps)
        begin = BEGAN + minute * EVERY_S
        return 8 * (curve.octets(begin + EVERY_S) - curve.octets(begin)) / EVERY_S


def port(number: int, name: str, alias: str = "") -> AgentPort:
    return AgentPort(
        key=str(number), index=500 + number, name=name.encode(), alias=alias.encode(), descr=b"long"
    )


def event(
    minute: float, kind: EventKind, port: str = "", text: str = "", **more: int
) -> AgentEvent:
    at = BEGAN + minute * EVERY_S
    return AgentEvent(at=at, kind=kind, port=port, text=text.encode("latin-1"), **more)


PORTS = (port(1, "ge-0/0/0", "C-1"), port(2, "ge-0/0/1", "C-2"), port(3, "ge-0/0/2"))


@contextmanager
def place(
    folder: Path,
    *events: AgentEvent,
    ports: Sequence[AgentPort] = PORTS,
    counters: Literal["64", "32", "old"] = "64",
) -> Iterator[Place]:
    agent = Agent(
        key="edge1",
        sysname="edge1",
        ports=tuple(ports),
        events=events,
        community=PASSWORD.encode(),
        counters=counters,
    )
    with (
        rig(folder, {"acme": ("edge1",)}) as made,
        AgentFleet([agent], clock=lambda: made.clock().timestamp()) as fleet,
    ):
        secrets: dict[SecretKind, SecretSource] = {"snmp_community": SecretSource(origin="env:PW")}
        made.bench.add_credential(NewCredential(tenant="acme", name="snmp", secrets=secrets))
        made.bench.set_device(
            "edge1", snmp_credential="snmp", address=fleet.address("edge1"), snmp_port=fleet.port
        )
        yield Place(made=made, fleet=fleet, agent=agent)


def test_a_port_that_is_renamed_and_back_has_one_history(tmp_path: Path) -> None:
    there, back = event(3.5, "rename", "2", "wan"), event(7.5, "rename", "2", "ge-0/0/1")
    with place(tmp_path, there, back) as at:
        at.poll()

        assert at.names() == ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2"]
        assert at.made.bench.port("edge1", "wan").name == "ge-0/0/1"
        assert at.silent("ge-0/0/1", "2") == {3, 7}, (
            "under another name it may be another's counter"
        )
        assert at.silent("ge-0/0/0", "1") == set()


def test_a_name_that_another_port_bears_meanwhile_is_nobody_elses_history(tmp_path: Path) -> None:
    events = (
        event(2.5, "rename", "1", "wan"),
        event(4.5, "rename", "2", "ge-0/0/0"),
        event(6.5, "rename", "2", "ge-0/0/1"),
        event(8.5, "rename", "1", "ge-0/0/0"),
    )
    with place(tmp_path, *events) as at:
        at.poll()

        assert at.names() == ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2"]
        assert at.silent("ge-0/0/0", "1") == {2, 8}
        assert at.silent("ge-0/0/1", "2") == {4, 6}


def test_two_ports_that_change_names_are_told_apart_by_them(tmp_path: Path) -> None:
    events = (event(4.5, "rename", "1", "ge-0/0/1"), event(4.5, "rename", "2", "ge-0/0/0"))
    with place(tmp_path, *events) as at:
        at.poll()

        assert at.names() == ["ge-0/0/1", "ge-0/0/0", "ge-0/0/2"]
        assert at.silent("ge-0/0/0", "1", "2") == at.silent("ge-0/0/1", "1", "2") == {4}


def test_interfaces_that_are_numbered_anew_and_back_lose_nothing(tmp_path: Path) -> None:
    with place(tmp_path, event(3.5, "reindex", by=1), event(7.5, "reindex", by=-1)) as at:
        at.poll()

        assert at.names() == ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2"]
        for key, name in enumerate(at.names(), 1):
            assert at.silent(name, str(key)) == set()


def test_while_two_ports_bear_one_name_neither_is_read(tmp_path: Path) -> None:
    events = (event(3.5, "rename", "3", "ge-0/0/0"), event(6.5, "rename", "3", "ge-0/0/2"))
    with place(tmp_path, *events) as at:
        at.poll()

        assert at.names() == ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2"]
        assert at.silent("ge-0/0/0", "1") == at.silent("ge-0/0/2", "3") == {3, 4, 5, 6}
        assert at.silent("ge-0/0/1", "2") == set()


@pytest.mark.parametrize(("fault", "side"), [("half_table", "out"), ("refused", "in")])
def test_what_a_device_does_not_answer_is_a_gap(
    tmp_path: Path, fault: AgentFault, side: Direction
) -> None:
    with place(tmp_path) as at:
        at.poll(4)
        bad = at.poll(4, fault)
        at.poll(4)

        assert {outcome.status for outcome in bad} <= {"partial", "failed"}
        assert at.silent("ge-0/0/0", "1", side=side) == {3, 4, 5, 6, 7}
        assert at.names() == ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2"]


def test_a_counter_that_goes_backwards_is_no_traffic(tmp_path: Path) -> None:
    with place(tmp_path, event(4.5, "reset", "1")) as at:
        at.poll()

        assert at.silent("ge-0/0/0", "1") == {4}
        assert at.silent("ge-0/0/1", "2") == set()


def test_a_device_without_counters_of_64_bits_has_ports_and_no_traffic(tmp_path: Path) -> None:
    with place(tmp_path, counters="32") as at:
        outcomes = at.poll(3)

        assert at.names() == ["ge-0/0/0", "ge-0/0/1", "ge-0/0/2"]
        assert at.silent("ge-0/0/0", "1") == {0, 1}
        assert "no counters of 64 bits" in outcomes[-1].notes[0]


def test_a_device_that_knows_no_ifname_has_no_ports_and_says_so(tmp_path: Path) -> None:
    with place(tmp_path, counters="old") as at:
        (outcome,) = at.poll(1)

        assert at.names() == []
        assert outcome.status == "answered"
        assert outcome.notes == ("3 of 3 interfaces have no ifName, and none of these is read",)


def test_hostile_names_and_aliases_are_kept_as_one_line_and_read(tmp_path: Path) -> None:
    ports = (
        port(1, 'ge "0"\n/1', "C-1"),
        port(2, "d'oh\r\n; drop table port; --", "C-2"),
        replace(port(3, "eth2"), alias="Küche 3. Stock".encode("latin-1")),
        port(4, "eth3,host=x y\\"),
    )
    with place(tmp_path, event(3.5, "alias", "4", "\x00\xff\xfe<b>"), ports=ports) as at:
        at.poll(6)

        names = at.names()
        assert names == ['ge "0"?/1', "d'oh??; drop table port; --", "eth2", "eth3,host=x y\\"]
        aliases = [port.alias for port in at.made.bench.ports()]
        assert aliases == ["C-1", "C-2", "Küche 3. Stock", "?ÿþ<b>"]
        for key, name in enumerate(names, 1):
            assert at.silent(name, str(key)) == set()
