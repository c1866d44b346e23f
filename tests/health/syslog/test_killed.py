"""`kill -9` of the listener at random moments: every change that SQL has is backed up."""

from __future__ import annotations

import random
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import select

from netwb.roles import ALL_TENANTS
from netwb.store.models import JobRow
from tests.benches import Rig, rig
from tests.conftest import FULL
from tests.health.syslog.listening import eventually, free_port

KILLS = 20 if FULL else 3
CHILD = Path(__file__).with_name("listening_child.py")
CONFIGURED = b"<189>7: %SYS-5-CONFIG_I: Configured from console by ana on vty0 (192.0.2.7)"


def start(made: Rig, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(CHILD), str(made.bench.home), str(port), "0.5"])


def filed(made: Rig) -> set[str]:
    """Devices of every job that was filed."""
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        rows = session.scalars(select(JobRow)).all()
        return {device for row in rows for device in row.params["devices"]}


def test_a_killed_listener_loses_no_change_and_files_none_twice(
    tmp_path: Path, dice: random.Random
) -> None:
    names = tuple(f"edge{number}" for number in range(KILLS))
    with rig(tmp_path, {"acme": names}) as made:
        for number, name in enumerate(names, 1):
            made.bench.set_device(name, syslog_source=f"127.0.2.{number}")
        port = free_port(socket.SOCK_DGRAM)
        process = start(made, port)
        try:
            for number, name in enumerate(names, 1):
                hear(made, f"acme/{name}", f"127.0.2.{number}", port)
                threading.Event().wait(dice.uniform(0, 0.8))  # until before, while or after filing
                process.send_signal(signal.SIGKILL)
                process.wait()
                process = start(made, port)
            eventually(lambda: filed(made) == {device.id for device in made.devices.values()})
            eventually(lambda: not made.bench._parts.bursts.waiting())
        finally:
            process.kill()
            process.wait()

        assert {kept.tries for kept in made.bench._parts.bursts.unanswered()} == {1}


def hear(made: Rig, name: str, address: str, port: int) -> None:
    """Send until the listener is up and has kept it."""

    def is_kept() -> bool:
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            sender.bind((address, 0))
            sender.sendto(CONFIGURED, ("127.0.0.1", port))
        return bool(made.bench._parts.bursts.of([made.devices[name].id]))

    eventually(is_kept)
