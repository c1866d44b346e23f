from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys

import pytest

from netwb.metrics.poller.ping import Echo, Pinger
from netwb.metrics.poller.records import PollRules
from tests.metrics.poller.ground import polled, target_at
from tests.real_components import require_real

UNSENT = "255.255.255.255"  # the kernel sends nothing there for who did not ask for broadcasts
NOBODY = NOGROUP = 65534


@pytest.fixture(scope="module")
def _permitted() -> None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return
    require_real("a machine that lets this login ping", False)


def as_nobody(script: str) -> str:
    """What a script prints once it has no capability, and no group that may ping.

    In a network of its own, where no group may; a machine's own may let every group ping.
    """
    require_real("a network and a login of its own (root)", os.geteuid() == 0)
    command = ["unshare", "--net", sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pinged(address: str, times: int = 3) -> Echo | None:
    async def ping() -> Echo | None:
        async with Pinger() as pinger:
            return await pinger.ping(address, times)

    return asyncio.run(ping())


@pytest.mark.real
@pytest.mark.usefixtures("_permitted")
@pytest.mark.parametrize("address", ["127.0.0.1", "127.5.6.7", "::1"])
def test_who_answers_loses_nothing_and_has_a_delay(address: str) -> None:
    echo = pinged(address)

    assert echo is not None
    assert (echo.sent, len(echo.delays_ms)) == (3, 3)
    assert 0 <= echo.values()["average_response_ms"] < 1000
    assert echo.values()["percent_packet_loss"] == 0.0


@pytest.mark.real
@pytest.mark.usefixtures("_permitted")
def test_who_does_not_answer_loses_all_and_has_no_delay() -> None:
    echo = pinged(UNSENT, 1)

    assert echo is not None
    assert echo.values() == {"percent_packet_loss": 100.0}


@pytest.mark.real
@pytest.mark.usefixtures("_permitted")
def test_many_pings_at_once_are_told_apart() -> None:
    async def ping() -> list[Echo | None]:
        async with Pinger() as pinger:
            asked = (pinger.ping(f"127.0.1.{number}", 2) for number in range(1, 200))
            return await asyncio.gather(*asked)

    found = asyncio.run(ping())

    assert [len(echo.delays_ms) for echo in found if echo] == [2] * 199


def test_some_that_are_lost_are_no_part_of_the_mean() -> None:
    echo = Echo(at=0.0, sent=4, delays_ms=(1.0, 2.0))

    assert echo.values() == {"percent_packet_loss": 50.0, "average_response_ms": 1.5}


def test_none_are_sent_where_none_are_wanted() -> None:
    assert pinged("127.0.0.1", 0) is None


@pytest.mark.real
@pytest.mark.usefixtures("_permitted")
def test_a_device_that_is_silent_to_snmp_may_still_answer_pings() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        device = target_at("127.0.0.1", silent.getsockname()[1])

        found = polled(device, PollRules(timeout_s=0.2, retries=0, pings=2))

    assert found.status == "failed"
    (point,) = found.points
    assert point.measurement == "ping"
    assert point.values["percent_packet_loss"] == 0.0


@pytest.mark.real
def test_where_no_ping_may_be_sent_nothing_is_measured_and_it_is_said() -> None:
    """In a process whose user may neither: no capability, no group of the sysctl's."""
    found = as_nobody(f"""
import asyncio, os
from netwb.metrics.poller.ping import Pinger

async def ping():
    async with Pinger() as pinger:
        return pinger.refusal, await pinger.ping("127.0.0.1", 2)

os.setgroups([]), os.setgid({NOGROUP}), os.setuid({NOBODY})
print(asyncio.run(ping()))
""")

    assert "net.ipv4.ping_group_range" in found
    assert found.rstrip().endswith("None)")
