"""The fleet: addresses, logins of each kind, nights, jump hosts, and a clean end."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from ipaddress import IPv4Address

import asyncssh
import pytest

from netwb.errors import NetwbError, UnknownDeviceError
from netwb.lab.device import LabJump
from netwb.lab.faults import Fault
from netwb.lab.fleet import Fleet
from tests.lab.ground import (
    ENABLE,
    PASSWORD,
    connect,
    make_device,
    make_edit,
    make_world,
    show_running,
    terminal_on,
)

JUMP = LabJump(key="jump1", username="hopper", password="jump-password")


def test_all_devices_listen_on_one_port_of_neighboring_loopback_addresses() -> None:
    world = make_world(*(make_device(f"acme/edge{number}") for number in range(5)))

    with Fleet(world, first_address="127.9.0.253") as fleet:
        addresses = [fleet.address(key) for key in fleet.keys]
        port = fleet.port

    assert addresses == ["127.9.0.253", "127.9.0.254", "127.9.1.1", "127.9.1.2", "127.9.1.3"]
    assert port > 1024
    assert all(IPv4Address(address).is_loopback for address in addresses)


@pytest.mark.parametrize("first_address", ["192.0.2.1", "127.255.255.254"])
def test_nothing_listens_off_the_loopback(first_address: str) -> None:
    world = make_world(make_device("acme/edge1"), make_device("acme/edge2"))

    with pytest.raises(NetwbError, match="is no loopback address"):
        Fleet(world, first_address=first_address)


def test_a_port_that_is_taken_is_said_at_once() -> None:
    with closing(socket.create_server(("127.9.2.1", 0))) as taken:
        fleet = Fleet(
            make_world(make_device()), first_address="127.9.2.1", port=taken.getsockname()[1]
        )

        with pytest.raises(OSError, match="address already in use"):
            fleet.__enter__()

    assert "lab" not in {thread.name for thread in threading.enumerate()}


def test_a_new_night_shows_its_edits_from_the_next_command_on() -> None:
    device = make_device()
    world = make_world(device, edits=[make_edit(device.key, night=1)])

    with Fleet(world) as fleet:
        before = show_running(fleet, device.key, "edge1#")
        fleet.set_night(1)
        after = show_running(fleet, device.key, "edge1#")

    assert before == world.running(device.key, 0)
    assert after == world.running(device.key, 1)


def test_the_same_seed_gives_the_same_host_keys_and_another_seed_others() -> None:
    world = make_world(make_device())
    keys = []
    for seed in ("one", "one", "two"):
        with Fleet(world, seed=seed) as fleet:
            keys.append(fleet.host_key("acme/edge1"))

    assert keys[0] == keys[1] != keys[2]
    assert keys[0].startswith("ssh-ed25519 ")


def test_keyboard_interactive_only() -> None:
    device = make_device(authentication="keyboard-interactive")
    with Fleet(make_world(device)) as fleet:
        text = show_running(fleet, device.key, "edge1#", preferred_auth="keyboard-interactive")
        with pytest.raises(asyncssh.PermissionDenied):
            show_running(fleet, device.key, "edge1#", preferred_auth="password")

    assert "hostname edge1" in text


def test_public_key_only() -> None:
    right, wrong = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    line = right.export_public_key("openssh").decode().strip()
    device = make_device(authentication="publickey", public_key=line)
    with Fleet(make_world(device)) as fleet:
        text = show_running(fleet, device.key, "edge1#", client_keys=[right], password=None)
        with pytest.raises(asyncssh.PermissionDenied):
            show_running(fleet, device.key, "edge1#", client_keys=[wrong], password=None)

    assert "hostname edge1" in text


def test_a_wrong_password_is_refused_and_counted() -> None:
    with Fleet(make_world(make_device())) as fleet:
        with pytest.raises(asyncssh.PermissionDenied):
            show_running(fleet, "acme/edge1", "edge1#", password="wrong")
        seen = fleet.seen("acme/edge1")

    assert (seen.connections, seen.logins, seen.refusals) == (1, 0, 1)


def test_a_rotated_password_is_the_only_one_from_then_on() -> None:
    with Fleet(make_world(make_device())) as fleet:
        fleet.set_password("acme/edge1", "new-password")

        text = show_running(fleet, "acme/edge1", "edge1#", password="new-password")
        with pytest.raises(asyncssh.PermissionDenied):
            show_running(fleet, "acme/edge1", "edge1#")

    assert "hostname edge1" in text


def test_enable_over_ssh() -> None:
    device = make_device(enable=ENABLE)

    async def climb(fleet: Fleet) -> str:
        async with terminal_on(fleet, device.key) as terminal:
            await terminal.read_until("edge1>")
            await terminal.type("enable\n", "Password: ")
            return await terminal.type(f"{ENABLE}\n", "edge1#")

    with Fleet(make_world(device)) as fleet:
        assert asyncio.run(climb(fleet)).endswith("edge1#")


def test_one_command_may_come_by_exec() -> None:
    async def ask(fleet: Fleet) -> bytes:
        connection = await connect(fleet, "acme/edge1")
        async with connection:
            done = await connection.run("show clock", encoding=None)
        assert isinstance(done.stdout, bytes)
        return done.stdout

    with Fleet(make_world(make_device())) as fleet:
        assert asyncio.run(ask(fleet)) == b"02:00:00.000 UTC Sun Nov 1 2026\r\n"


def test_what_is_typed_while_the_device_thinks_is_answered_afterwards() -> None:
    async def hurry(fleet: Fleet) -> str:
        async with terminal_on(fleet, "acme/edge1") as terminal:
            await terminal.read_until("edge1#")
            typed = "terminal length 0\nshow running-config\nshow clock\n"
            return await terminal.type(typed, "Nov 1 2026\r\nedge1#")

    with Fleet(make_world(make_device()), think_s=0.05) as fleet:
        screen = asyncio.run(hurry(fleet))

    assert screen.index("\nend\r\n") < screen.index("show clock") < screen.index("02:00:00")


def test_a_session_whose_input_ended_still_says_all_and_ends() -> None:
    async def pour(fleet: Fleet) -> str:
        async with terminal_on(fleet, "acme/edge1") as terminal:
            terminal.pour("terminal length 0\nshow running-config\n")
            return await terminal.read_until("never seen")

    with Fleet(make_world(make_device()), think_s=0.02) as fleet:
        screen = asyncio.run(pour(fleet))

    assert screen.endswith("\nend\r\n\r\nedge1#")


def test_a_client_that_leaves_while_the_device_thinks_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def leave(fleet: Fleet) -> None:
        connection = await connect(fleet, "acme/edge1")
        process = await connection.create_process(term_type="vt100", encoding=None)
        process.stdin.write(b"terminal length 0\nshow running-config\n")
        process.close()
        await process.wait_closed()
        async with connection:
            await connection.run("show clock", encoding=None)

    with Fleet(make_world(make_device()), think_s=0.02) as fleet:
        asyncio.run(leave(fleet))
        turns = (fleet.seen("acme/edge1").sessions for _ in range(1000))  # of the fleet's loop
        all_ended = any(sessions == 0 for sessions in turns)

    assert all_ended
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_no_packet_of_a_device_is_empty() -> None:
    kinds: list[int] = []

    async def look(fleet: Fleet) -> None:
        connection = await connect(fleet, "acme/edge1")
        connection.log_received_packet = lambda kind, *_: kinds.append(kind)  # type: ignore[method-assign]  # it is told of all
        async with connection:
            await connection.run("show clock", encoding=None)

    with Fleet(make_world(make_device())) as fleet:
        asyncio.run(look(fleet))

    ignore, channel_confirmed = 2, 91  # RFC 4253 section 12, RFC 4254 section 9
    assert channel_confirmed in kinds
    assert ignore not in kinds


def test_commands_and_sessions_are_counted() -> None:
    async def two_at_once(fleet: Fleet) -> None:
        async with terminal_on(fleet, "acme/edge1") as one, terminal_on(fleet, "acme/edge1") as two:
            await one.read_until("edge1#")
            await two.read_until("edge1#")
            await two.type("show clock\n", "edge1#")

    with Fleet(make_world(make_device())) as fleet:
        asyncio.run(two_at_once(fleet))
        seen = fleet.seen("acme/edge1")

    assert seen.most_sessions == 2
    assert seen.logins == 2
    assert seen.commands == ("show clock",)


@pytest.mark.parametrize("by", ["address", "key"])
def test_a_jump_host_leads_to_devices(by: str) -> None:
    async def hop(fleet: Fleet) -> bytes:
        jump = await connect(fleet, JUMP.key, username=JUMP.username, password=JUMP.password)
        async with jump:
            target = fleet.address("acme/edge1") if by == "address" else "acme/edge1"
            inner = await asyncssh.connect(
                target,
                fleet.port,
                tunnel=jump,
                username="netwb",
                password=PASSWORD,
                known_hosts=None,
                config=None,
                agent_path=None,
                client_keys=None,
            )
            async with inner:
                done = await inner.run("show clock", encoding=None)
        assert isinstance(done.stdout, bytes)
        return done.stdout

    with Fleet(make_world(make_device()), jumps=[JUMP]) as fleet:
        answer = asyncio.run(hop(fleet))
        seen = fleet.seen(JUMP.key)

    assert answer.endswith(b"2026\r\n")
    assert (seen.connections, seen.logins, len(seen.commands)) == (1, 1, 1)


def test_a_jump_host_leads_nowhere_else() -> None:
    async def stray(fleet: Fleet, port: int) -> None:
        jump = await connect(fleet, JUMP.key, username=JUMP.username, password=JUMP.password)
        async with jump:
            await jump.open_connection("127.0.0.1", port)

    with (
        closing(socket.create_server(("127.0.0.1", 0))) as elsewhere,
        Fleet(make_world(make_device()), jumps=[JUMP]) as fleet,
        pytest.raises(asyncssh.ChannelOpenError, match="not a device of this lab"),
    ):
        asyncio.run(stray(fleet, elsewhere.getsockname()[1]))


def test_several_threads_may_set_faults_at_once() -> None:
    faults: list[Fault | None] = ["port_closed", None, "host_key_changed", "no_banner"] * 5

    with Fleet(make_world(make_device())) as fleet, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda fault: fleet.set_fault("acme/edge1", fault), faults))
        fleet.set_faults({})

        assert "hostname edge1" in show_running(fleet, "acme/edge1", "edge1#")


def test_leaving_cuts_sessions_and_leaves_no_thread_or_listener() -> None:
    async def stay(fleet: Fleet) -> None:
        connection = await connect(fleet, "acme/edge1")
        await asyncio.to_thread(fleet.__exit__)
        await connection.wait_closed()

    before = set(threading.enumerate())
    fleet = Fleet(make_world(make_device()))
    fleet.__enter__()
    place = fleet.address("acme/edge1"), fleet.port

    asyncio.run(stay(fleet))

    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(place)


def test_leaving_ends_a_connection_that_was_never_answered() -> None:
    with Fleet(make_world(make_device())) as fleet:
        fleet.set_fault("acme/edge1", "no_banner")
        waiting = socket.create_connection((fleet.address("acme/edge1"), fleet.port))

    with closing(waiting):
        waiting.settimeout(5)
        assert waiting.recv(1) == b""


def test_an_unknown_device_is_named() -> None:
    with Fleet(make_world(make_device())) as fleet, pytest.raises(UnknownDeviceError, match="'x'"):
        fleet.set_fault("x", "empty")


def test_a_fleet_that_is_not_running_says_so() -> None:
    with pytest.raises(NetwbError, match="not running"):
        Fleet(make_world(make_device())).set_night(1)
