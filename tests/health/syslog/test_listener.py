"""The sockets by themselves: floods, long datagrams, connections that break off."""

from __future__ import annotations

import asyncio
import resource
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from netwb.health.syslog import listener as listening
from netwb.health.syslog.bursts import Bursts
from netwb.health.syslog.intake import Intake
from netwb.health.syslog.listener import Listener, bind
from netwb.health.syslog.messages import LONGEST
from netwb.health.syslog.sources import Sources
from tests.health.syslog.data import RULES
from tests.health.syslog.test_sources import sender

BY_ANA = b"<189>1: %SYS-5-CONFIG_I: Configured from console by ana on vty0 (192.0.2.7)"
EDGES = 200
FLOOD = 10_000
SENDER = """
import socket, sys, time
port, edges, flood = map(int, sys.argv[1:])
made = []
for number in range(edges):
    made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    made[-1].bind((f"127.0.1.{number + 1}", 0))
    made[-1].connect(("127.0.0.1", port))
noise = b"<189>%d: %%PARSER-5-CFGLOG_LOGGEDCMD: User:bo  logged command:interface Gi0/%d"
change = b"<189>%d: %%SYS-5-CONFIG_I: Configured from console by p%d on vty0 (192.0.2.7)"
sys.stdin.readline()
began = time.monotonic()
for number in range(flood):
    while time.monotonic() < began + number / flood:
        pass
    edge = number % edges
    last = number >= flood - edges
    made[edge].send((change if last else noise) % (number, edge))
"""


@pytest.fixture
def intake() -> Intake:
    numbers = count(1)
    made = Intake(Bursts(wait_s=90, most_s=600, new_id=lambda: f"b{next(numbers)}"), RULES)
    made.sources = Sources(
        [sender(f"edge{number}", f"127.0.1.{number}") for number in range(1, EDGES + 1)]
        + [sender("edge6", "::1")]
    )
    return made


def now() -> datetime:
    return datetime.now(UTC)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - a count has no event
            await asyncio.sleep(0.01)


def send(port: int, *messages: bytes, address: str = "127.0.1.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind((address, 0))
        for message in messages:
            made.sendto(message, ("127.0.0.1", port))


def test_ten_thousand_messages_in_a_second_lose_no_devices_change(intake: Intake) -> None:
    udp = bind(socket.SOCK_DGRAM, "127.0.0.1", 0)
    arguments = [str(udp.getsockname()[1]), str(EDGES), str(FLOOD)]
    process = subprocess.Popen([sys.executable, "-c", SENDER, *arguments], stdin=subprocess.PIPE)

    async def flood() -> float:
        listener = Listener(intake, now, lambda: None)
        listener.hear_datagrams(udp)
        assert process.stdin
        process.stdin.close()
        loop, longest = asyncio.get_running_loop(), 0.0
        async with asyncio.timeout(60):
            while sum(intake.counts.values()) < FLOOD:
                began = loop.time()
                await asyncio.sleep(0.01)
                longest = max(longest, loop.time() - began)
        await listener.close()
        return longest

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    longest = asyncio.run(flood())

    assert process.wait(30) == 0
    assert dict(intake.counts) == {"change": FLOOD}
    kept = {burst.device_id: burst.said[-1].by for burst in intake.bursts.unkept()}
    assert kept == {f"acme/edge{number + 1}": f"p{number}" for number in range(EDGES)}
    assert longest < 5  # 0.2 s on a machine that does nothing else
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


def test_what_the_kernel_drops_is_counted(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BUFFER_BYTES", 4096)

    async def overflow() -> None:
        listener = Listener(intake, now, lambda: None)
        udp = bind(socket.SOCK_DGRAM, "127.0.0.1", 0)
        listener.hear_datagrams(udp)
        port = udp.getsockname()[1]
        send(port, *[BY_ANA] * 500)  # the loop does not turn meanwhile
        await until(lambda: intake.counts["change"] > 0)
        send(port, BY_ANA)
        await until(lambda: intake.counts["lost"] > 0)
        await listener.close()

    asyncio.run(overflow())

    assert intake.counts["change"] + intake.counts["lost"] == 501


def test_a_datagram_beyond_any_message_is_dropped_and_counted(intake: Intake) -> None:
    async def long() -> None:
        listener = Listener(intake, now, lambda: None)
        udp = bind(socket.SOCK_DGRAM, "127.0.0.1", 0)
        listener.hear_datagrams(udp)
        send(udp.getsockname()[1], BY_ANA + b" " * LONGEST, BY_ANA.ljust(LONGEST), b"")
        await until(lambda: sum(intake.counts.values()) == 3)
        await listener.close()

    asyncio.run(long())

    assert dict(intake.counts) == {"cut": 1, "change": 1, "other": 1}


def test_what_came_before_the_end_is_read(intake: Intake) -> None:
    async def at_once() -> None:
        listener = Listener(intake, now, lambda: None)
        udp = bind(socket.SOCK_DGRAM, "127.0.0.1", 0)
        listener.hear_datagrams(udp)
        send(udp.getsockname()[1], *[BY_ANA] * 150)  # what any kernel's buffer holds
        await listener.close()

    asyncio.run(at_once())

    assert dict(intake.counts) == {"change": 150}


@pytest.mark.parametrize(
    ("address", "source"), [("::1", "::1"), ("::", "::1"), ("::", "127.0.1.1")]
)
def test_both_families_are_heard(intake: Intake, address: str, source: str) -> None:
    family = socket.AF_INET6 if ":" in source else socket.AF_INET
    target = "::1" if family == socket.AF_INET6 else "127.0.0.1"

    async def hear() -> None:
        listener = Listener(intake, now, lambda: None)
        udp = bind(socket.SOCK_DGRAM, address, 0)
        tcp = bind(socket.SOCK_STREAM, address, 0)
        listener.hear_datagrams(udp)
        await listener.hear_streams(tcp)
        with socket.socket(family, socket.SOCK_DGRAM) as made:
            made.bind((source, 0))
            made.sendto(BY_ANA, (target, udp.getsockname()[1]))
        port = tcp.getsockname()[1]
        _, writer = await asyncio.open_connection(target, port, local_addr=(source, 0))
        writer.write(BY_ANA + b"\n")
        await writer.drain()
        await until(lambda: intake.counts["change"] == 2)
        writer.close()
        await listener.close()

    asyncio.run(hear())


@pytest.mark.parametrize("ending", ["orderly", "reset", "never"])
def test_a_connection_may_end_as_it_likes(intake: Intake, ending: str) -> None:
    async def hear() -> None:
        listener = Listener(intake, now, lambda: None)
        tcp = bind(socket.SOCK_STREAM, "127.0.0.1", 0)
        await listener.hear_streams(tcp)
        made = socket.create_connection(tcp.getsockname(), source_address=("127.0.1.1", 0))
        made.sendall(BY_ANA + b"\n" + BY_ANA)
        await until(lambda: intake.counts["change"] == 1)
        if ending == "reset":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if ending != "never":
            made.close()
        if ending == "orderly":
            await until(lambda: intake.counts["change"] == 2)
        await asyncio.wait_for(listener.close(), 10)
        made.close()

    asyncio.run(hear())
    assert "cut" not in intake.counts


def test_more_connections_than_are_allowed_are_closed_and_counted(intake: Intake) -> None:
    async def hear() -> None:
        listener = Listener(intake, now, lambda: None, connections=3)
        tcp = bind(socket.SOCK_STREAM, "127.0.0.1", 0)
        await listener.hear_streams(tcp)
        held = [
            await asyncio.open_connection(*tcp.getsockname(), local_addr=(f"127.0.1.{number}", 0))
            for number in range(1, 6)
        ]
        await until(lambda: intake.counts["full"] == 2)
        assert await held[-1][0].read() == b""
        held[0][1].write(BY_ANA + b"\n")
        await until(lambda: intake.counts["change"] == 1)
        for _, writer in held:
            writer.close()
        await listener.close()

    asyncio.run(hear())


def test_a_port_that_may_not_be_opened_is_an_error_and_leaves_nothing_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    with pytest.raises(OSError, match="assign"):
        bind(socket.SOCK_DGRAM, "192.0.2.9", 0)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
