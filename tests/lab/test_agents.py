"""Simulated SNMP agents: counters that follow from the time, events, and net-snmp's own programs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.errors import NetwbError
from netwb.lab.snmp import ber
from netwb.lab.snmp.curves import BEGAN_AT, curve_of
from netwb.lab.snmp.device import Agent, AgentEvent, usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from netwb.lab.snmp.mib import Mib
from netwb.lab.snmp.past import counted, up_ports
from netwb.lab.snmp.state import PortState, states
from tests.real_components import require_real

NOW = 1_795_900_000.0
DAY_S = 86_400
MOMENTS = st.floats(BEGAN_AT, 2_000_000_000)


def port_at(now: float, *events: AgentEvent) -> PortState:
    """The first port of an agent to which these happened, as far as they lie before."""
    agent = usual_agent("edge1", 3, events=events)
    return states(agent, [event for event in events if event.at <= now])[0]


@given(MOMENTS, st.floats(0, 10 * DAY_S), st.sampled_from([10, 1000, 400_000]))
def test_what_was_counted_never_falls_and_is_the_same_for_each_asker(
    at: float, later_s: float, speed_mbps: int
) -> None:
    one, same = (curve_of("lab", "edge1/1", "in", speed_mbps) for _ in range(2))

    assert one.octets(at) == same.octets(at)
    assert 0 <= one.octets(at) <= one.octets(at + later_s)


@given(MOMENTS)
def test_no_rate_is_above_the_ports_speed(at: float) -> None:
    curve = curve_of("lab", "edge1/1", "in", 1000)

    counted = curve.octets(at + 60) - curve.octets(at)
    assert 0 <= counted / 60 <= 125_000_000
    assert abs(counted / 60 - curve.rate(at + 30)) < 125_000_000 * 0.05


def test_evenings_are_busier_than_mornings() -> None:
    curve = curve_of("lab", "edge1/1", "in", 1000)
    midnight = BEGAN_AT + 100 * DAY_S

    def carried(hour: int) -> int:
        begin = midnight + hour * 3600
        return curve.octets(begin + 3600) - curve.octets(begin)

    assert carried(20) > 1.3 * carried(8)


def test_the_past_of_an_agent_is_what_it_would_have_answered() -> None:
    agent = usual_agent("edge1", 3)
    names = up_ports(agent)

    ((at, counters),) = counted(agent, names[1:], [int(NOW)])

    port = states(agent, ())[1]
    own = counters[names[1]]
    assert (at, list(counters)) == (NOW, list(names[1:]))
    assert own == {"ifHCInOctets": port.into.octets(NOW), "ifHCOutOctets": port.out.octets(NOW)}


def test_a_reset_begins_at_zero_and_says_when() -> None:
    reset = AgentEvent(at=NOW, kind="reset", port="1")
    before, after = port_at(NOW - 1, reset), port_at(NOW, reset)

    assert before.into.octets(NOW - 1) > 10**12
    assert after.into.octets(NOW) == 0
    assert after.reset_at == NOW


def test_a_wrap_comes_at_its_moment() -> None:
    wrap = AgentEvent(at=NOW, kind="wrap", port="1")
    state = port_at(NOW - 10, wrap)

    assert state.into.octets(NOW - 10) % 2**64 > 2**63
    assert state.into.octets(NOW) % 2**64 == 0
    assert 0 < state.into.octets(NOW + 10) % 2**64 < 10 * 125_000_000


def test_a_stall_stands_still_and_then_shows_what_passed_meanwhile() -> None:
    stall = AgentEvent(at=NOW, kind="stall", port="1", until=NOW + 60)
    state, free = port_at(NOW, stall), port_at(NOW)

    assert state.into.octets(NOW + 59) == state.into.octets(NOW)
    assert state.into.octets(NOW + 60) == free.into.octets(NOW + 60)


def test_a_reboot_begins_all_anew() -> None:
    reboot = AgentEvent(at=NOW, kind="reboot")
    view = Mib(usual_agent("edge1", 3, events=[reboot])).at(NOW + 5)

    assert view.booted_at == NOW
    assert all(state.into.octets(NOW) == 0 for state in view.ports)


def test_a_re_index_moves_every_index_and_no_counter() -> None:
    event = AgentEvent(at=NOW, kind="reindex", by=7)
    mib = Mib(usual_agent("edge1", 3, events=[event]))
    before, after = mib.at(NOW - 1).ports, mib.at(NOW).ports

    assert [state.index + 7 for state in before] == [state.index for state in after]
    assert [s.into.octets(NOW) for s in before] == [s.into.octets(NOW) for s in after]


@given(st.integers(-(2**31), 2**64))
def test_whole_numbers_come_back_as_they_were_written(value: int) -> None:
    content, _ = ber._expect(ber.integer(value), 0, ber.INTEGER)

    assert int.from_bytes(content, "big", signed=True) == value


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20))
def test_oids_come_back_as_they_were_written(rest: list[int]) -> None:
    oid = (1, 3, *rest)

    assert ber._oid(ber.oid_content(oid)) == oid


@given(st.binary(max_size=200))
def test_octets_that_are_no_message_are_dropped(packet: bytes) -> None:
    with pytest.raises(ber.BerError):
        ber.parse_request(packet)


@pytest.fixture(scope="module")
def fleet() -> Iterator[AgentFleet]:
    old = Agent(key="old1", sysname="old1", ports=usual_agent("old1", 2).ports, counters="32")
    with AgentFleet([usual_agent("edge1", 4), old], clock=lambda: NOW) as running:
        yield running


def net_snmp(fleet: AgentFleet, program: str, key: str, *arguments: str) -> list[str]:
    """Lines that a program of net-snmp's prints of an agent."""
    require_real(program, shutil.which(program) is not None)
    at = f"{fleet.address(key)}:{fleet.port}"
    command = [program, "-v2c", "-cpublic", "-On", "-m", "", "-r0", "-t5", *arguments[:-1], at]
    done = subprocess.run(
        [*command, arguments[-1]], capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout.splitlines()


@pytest.mark.real
def test_a_walk_by_net_snmp_goes_through_everything_in_order(fleet: AgentFleet) -> None:
    lines = net_snmp(fleet, "snmpwalk", "edge1", "1.3")

    oids = [tuple(map(int, line.split(" = ")[0].split(".")[1:])) for line in lines[:-1]]
    assert oids == sorted(set(oids))
    assert len(oids) == 3 + 20 * 4 + 2
    assert "No more variables left" in lines[-1]
    octets = states(usual_agent("edge1", 4), ())[0].into.octets(NOW)
    assert f".1.3.6.1.2.1.31.1.1.1.6.501 = Counter64: {octets}" in lines


@pytest.mark.real
def test_bulk_walks_give_the_same_as_single_steps(fleet: AgentFleet) -> None:
    column = "1.3.6.1.2.1.31.1.1.1.6"

    bulk = net_snmp(fleet, "snmpbulkwalk", "edge1", "-Cr10", column)

    assert bulk == net_snmp(fleet, "snmpwalk", "edge1", column)
    assert len(bulk) == 4


@pytest.mark.real
def test_an_old_device_has_no_column_of_64_bits(fleet: AgentFleet) -> None:
    (line,) = net_snmp(fleet, "snmpwalk", "old1", "1.3.6.1.2.1.31.1.1.1.6")

    assert "No Such" in line or "No more variables" in line
    assert len(net_snmp(fleet, "snmpwalk", "old1", "1.3.6.1.2.1.2.2.1.10")) == 2


def test_an_agent_that_is_not_there_is_named(fleet: AgentFleet) -> None:
    with pytest.raises(NetwbError, match="the lab has no agent 'nope'"):
        fleet.set_fault("nope", "silent")
