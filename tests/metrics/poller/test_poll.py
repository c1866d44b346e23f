"""Polls of simulated agents: what they give, and what is said of those that do not answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest

from netwb.errors import (
    DeadlineError,
    LoginNotTriedError,
    NetwbError,
    PollError,
    UnreachableError,
)
from netwb.inventory.ports.records import SnmpLogin
from netwb.lab.snmp.device import Agent, AgentEvent, AgentFault, usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.lab.snmp.mib import Mib
from netwb.metrics.poller.records import PollRules
from netwb.metrics.poller.run import Poll
from netwb.metrics.poller.session import Session
from netwb.metrics.poller.table import Value
from tests.metrics.poller.ground import PATIENT, QUICK, interfaces, polled, target, target_at

NOW = 1_795_900_000.0


@pytest.fixture
def fleet() -> Iterator[AgentFleet]:
    agents = [usual_agent("edge1", 5), usual_agent("edge2", 60), usual_agent("edge3", 2)]
    with AgentFleet(agents, clock=lambda: NOW) as running:
        yield running


def test_a_poll_reads_what_the_agent_has(fleet: AgentFleet) -> None:
    found = polled(target(fleet, "edge1"))

    truth = Mib(usual_agent("edge1", 5)).at(NOW)
    read = interfaces(found)
    assert (found.status, found.cause, found.missing, found.notes) == ("answered", None, (), ())
    assert list(read) == [state.name.decode() for state in truth.ports]
    for state in truth.ports:
        values = read[state.name.decode()]
        assert values["ifHCInOctets"] == state.into.octets(NOW)
        assert values["ifHCOutOctets"] == state.out.octets(NOW)
        assert values["ifHCInUcastPkts"] == state.into.packets(NOW)
        assert values["ifOperStatus"] == values["ifAdminStatus"] == 1
        assert values["ifHighSpeed"] == state.port.speed_mbps
        assert values["ifCounterDiscontinuityTime"] == 0


def test_the_devices_own_clock_comes_with_it(fleet: AgentFleet) -> None:
    (own,) = [p for p in polled(target(fleet, "edge1")).points if p.measurement == "device"]

    up_s = int(NOW - usual_agent("edge1").booted_at)
    assert own.key.name == ""
    assert own.values == {
        "sysUpTime": up_s * 100 % 2**32,
        "snmpEngineTime": up_s,
        "snmpEngineBoots": 1,
    }


def test_a_table_longer_than_one_answer_is_whole(fleet: AgentFleet) -> None:
    found = polled(target(fleet, "edge2"))

    assert found.status == "answered"
    assert len(interfaces(found)) == 60
    assert found.ports is not None
    assert len(found.ports) == 60


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("silent", UnreachableError, "no answer from 127.2.0.1 port"),
        ("refused", UnreachableError, "nothing listens for SNMP at 127.2.0.1 port"),
        ("too_big", PollError, "neither sysUpTime nor ifName"),
    ],
    ids=["silent", "refused", "error-status"],
)
def test_a_device_that_does_not_answer_fails_with_its_cause(
    fleet: AgentFleet, fault: AgentFault, error: type[NetwbError], words: str
) -> None:
    fleet.set_fault("edge1", fault)

    found = polled(target(fleet, "edge1"), QUICK)

    assert found.status == "failed"
    assert isinstance(found.cause, error)
    assert words in str(found.cause)
    assert found.points == ()
    assert found.ports is None


def test_an_agent_that_bears_no_long_answers_is_read_in_short_ones(fleet: AgentFleet) -> None:
    fleet.set_fault("edge2", "short_answers")

    found = polled(target(fleet, "edge2"))

    assert (found.status, found.missing) == ("answered", ())
    assert len(interfaces(found)) == 60


def test_a_wrong_community_reads_as_silence_and_is_named(fleet: AgentFleet) -> None:
    wrong = SnmpLogin(credential="acme/snmp", community="wr0ng-Community")

    found = polled(target(fleet, "edge1", wrong), QUICK)

    assert isinstance(found.cause, UnreachableError)
    assert "is credential acme/snmp right?" in str(found.cause)
    assert "wr0ng" not in f"{found!r}{found.cause}"
    assert fleet.refused("edge1") == 2  # asked once more, then no more


def test_a_device_without_a_login_is_not_asked(fleet: AgentFleet) -> None:
    found = polled(target(fleet, "edge1", None))

    assert isinstance(found.cause, LoginNotTriedError)
    assert fleet.asked("edge1") == 0


def test_half_a_table_is_partial_and_counters_that_came_are_kept(fleet: AgentFleet) -> None:
    fleet.set_fault("edge1", "half_table")

    found = polled(target(fleet, "edge1"))

    assert found.status == "partial"
    assert found.missing == ("ifHCOutOctets of 5 of 5 ports did not come",)
    assert all("ifHCOutOctets" not in values for values in interfaces(found).values())
    assert all("ifHCInOctets" in values for values in interfaces(found).values())


def test_a_slow_device_ends_at_its_deadline(fleet: AgentFleet) -> None:
    fleet.set_fault("edge1", "slow")

    found = polled(target(fleet, "edge1"), PollRules(timeout_s=5, deadline_s=2, pings=0))

    assert isinstance(found.cause, DeadlineError)
    assert "of 15 columns within 2 s" in str(found.cause)
    assert found.took_s >= 2
    assert interfaces(found) == {}


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(fleet: AgentFleet) -> None:
    rules = replace(PATIENT, timeout_s=1, retries=0)

    async def ask() -> dict[int, Value]:
        session = Session(target(fleet, "edge1"), fleet.address("edge1"), rules)
        fleet.set_fault("edge1", "slow")
        with pytest.raises(UnreachableError):
            await session.column("ifName")
        fleet.set_fault("edge1", None)
        late = asyncio.Event()
        asyncio.get_running_loop().add_reader(session._session._fd, late.set)
        await late.wait()
        asyncio.get_running_loop().remove_reader(session._session._fd)
        return await session.column("ifHCInOctets")

    octets = asyncio.run(ask())

    truth = Mib(usual_agent("edge1", 5)).at(NOW)
    assert octets == {state.index: state.into.octets(NOW) for state in truth.ports}


def test_a_name_that_is_not_found_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_asked: object, **_options: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # no resolver is asked by a test
    found = polled(target_at("nowhere.invalid", 161))

    assert isinstance(found.cause, UnreachableError)
    assert "address nowhere.invalid is not found" in str(found.cause)


@pytest.mark.parametrize("address", ["fe80::1", "255.255.255.255"], ids=["no-zone", "broadcast"])
def test_an_address_that_nothing_is_sent_to_fails_in_words(address: str) -> None:
    found = polled(target_at(address, 161), QUICK)

    assert isinstance(found.cause, UnreachableError)
    assert f"no way to {address} port 161" in str(found.cause)


def test_a_device_of_32_bits_gives_no_octets() -> None:
    old = Agent(key="old1", sysname="old1", ports=usual_agent("old1", 2).ports, counters="32")
    with AgentFleet([old]) as fleet:
        found = polled(target(fleet, "old1"))

    assert found.status == "answered"
    assert "no counters of 64 bits" in found.notes[0]
    assert all("ifHCInOctets" not in values for values in interfaces(found).values())
    assert found.ports is not None
    assert len(found.ports) == 2


def test_two_names_alike_are_said_and_the_others_are_read() -> None:
    one, two, three = usual_agent("twin1", 3).ports
    twins = Agent(key="twin1", sysname="twin1", ports=(one, replace(two, name=one.name), three))
    with AgentFleet([twins]) as fleet:
        found = polled(target(fleet, "twin1"))

    assert list(interfaces(found)) == [three.name.decode()]
    assert repr(one.name.decode()) in found.notes[0]


def test_a_reset_a_re_index_and_a_rename_show_as_they_are() -> None:
    events = (
        AgentEvent(at=NOW - 30, kind="reset", port="1"),
        AgentEvent(at=NOW - 30, kind="reindex", by=1000),
        AgentEvent(at=NOW - 30, kind="rename", port="2", text=b"Gi0/9"),
        AgentEvent(at=NOW - 30, kind="alias", port="2", text="Küche".encode("latin-1")),
        AgentEvent(at=NOW - 30, kind="down", port="2"),
    )
    agent = usual_agent("edge1", 2, events=events)
    with AgentFleet([agent], clock=lambda: NOW) as fleet:
        found = polled(target(fleet, "edge1"))

    read = interfaces(found)
    assert found.ports is not None
    assert [(p.name, p.if_index) for p in found.ports] == [("ge-0/0/0", 1501), ("Gi0/9", 1502)]
    assert found.ports[1].alias == "Küche"
    assert 0 < read["ge-0/0/0"]["ifHCInOctets"] < 30 * 125_000_000
    assert read["ge-0/0/0"]["ifCounterDiscontinuityTime"] > 0
    assert read["Gi0/9"]["ifOperStatus"] == 2


def test_many_devices_are_polled_and_each_has_its_outcome(fleet: AgentFleet) -> None:
    fleet.set_fault("edge3", "silent")
    targets = [target(fleet, key) for key in ("edge1", "edge2", "edge3")] * 40

    found = list(Poll(targets, replace(QUICK, at_once=30)))

    assert len(found) == len(targets)
    assert sum(poll.status == "answered" for poll in found) == 80
    assert {p.target.hostname for p in found if p.status == "failed"} == {"edge3"}


def test_whoever_leaves_the_loop_ends_the_poll(fleet: AgentFleet) -> None:
    poll = iter(Poll([target(fleet, "edge2")] * 500, replace(PATIENT, at_once=2)))

    next(poll)
    poll.close()

    asked = fleet.asked("edge2")
    assert asked < 500 * 20
    assert list(poll) == []
    assert fleet.asked("edge2") - asked <= 2  # what was under way


def test_a_poll_that_is_stopped_ends_before_a_silent_device_has_used_its_time(
    fleet: AgentFleet,
) -> None:
    fleet.set_fault("edge1", "silent")
    stopped = Event()
    rules = PollRules(timeout_s=60, deadline_s=600, pings=0)
    targets = [target(fleet, "edge2"), target(fleet, "edge1")]

    found = []
    for result in Poll(targets, rules, stopped.is_set):
        found.append(result.target.hostname)
        stopped.set()

    assert found == ["edge2"]


def test_no_socket_outlives_a_poll_whose_results_are_kept(fleet: AgentFleet) -> None:
    fleet.set_fault("edge1", "silent")
    fleet.set_fault("edge3", "refused")
    targets = [target(fleet, key) for key in ("edge1", "edge2", "edge3")] * 5
    before = len(list(Path("/proc/self/fd").iterdir()))

    kept = list(Poll(targets, QUICK))

    assert len(kept) == 15
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_no_devices_give_nothing() -> None:
    assert list(Poll([], PATIENT)) == []
