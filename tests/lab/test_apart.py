"""The fleet in a process of its own, and from the command line."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from netwb.errors import NetwbError, UnknownDeviceError
from netwb.lab.__main__ import main
from netwb.lab.apart import FleetApart
from tests.lab.ground import make_device, make_edit, make_world


def answers(address: str, port: int) -> bool:
    try:
        with closing(socket.create_connection((address, port), timeout=5)) as connection:
            return connection.recv(4) == b"SSH-"
    except ConnectionRefusedError:
        return False


def test_a_fleet_apart_does_what_a_fleet_does() -> None:
    device = make_device()
    world = make_world(device, edits=[make_edit(device.key, night=1)])

    with FleetApart(world) as fleet:
        place = fleet.address(device.key), fleet.port
        fleet.set_night(1)
        fleet.prepare()
        answered = answers(*place)
        fleet.set_fault(device.key, "port_closed")
        answered_when_closed = answers(*place)
        fleet.set_faults({})
        seen = fleet.seen(device.key)
        cpu_s = fleet.cpu_s()
        host_key = fleet.host_key(device.key)
        with pytest.raises(UnknownDeviceError):
            fleet.address("x")

    assert (answered, answered_when_closed) == (True, False)
    assert seen.connections == 1
    assert cpu_s > 0
    assert host_key.startswith("ssh-ed25519 ")
    assert not answers(*place)


def test_a_port_that_is_taken_is_told_to_the_parent() -> None:
    with closing(socket.create_server(("127.9.3.1", 0))) as taken:
        port = taken.getsockname()[1]
        fleet = FleetApart(make_world(make_device()), first_address="127.9.3.1", port=port)

        with pytest.raises(OSError, match="address already in use"):
            fleet.__enter__()


def test_a_fleet_apart_that_is_not_running_says_so() -> None:
    with pytest.raises(NetwbError, match="not running"):
        FleetApart(make_world(make_device())).set_night(1)


@pytest.mark.parametrize("given", ["S3cret", "env:NETWB_NOT_SET", "file:/nowhere"])
def test_the_command_line_takes_no_password_itself(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--password", given])

    error = capsys.readouterr().err
    assert "error: --password: " in error
    assert "S3cret" not in error


def test_the_command_line_prints_where_the_devices_are_and_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "netwb.lab", "--devices", "2", "--first-address", "127.9.4.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        shown = ""
        for line in process.stdout:
            shown += line
            if line == "}\n":
                break
        items = json.loads(shown)["items"]
        answered = [answers(item["address"], item["port"]) for item in items]
        process.send_signal(signal.SIGTERM)

    assert [item["hostname"] for item in items] == ["lab1", "lab2"]
    assert answered == [True, True]
    assert process.returncode == 0
