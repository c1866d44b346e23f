"""The daemon hears devices' messages while it leads."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import cast

from netwb.workbench import Workbench
from scheduler.daemon import _Listener
from tests.benches import rig
from tests.health.syslog.listening import eventually, free_port
from tests.scheduler.processes import daemon

CONFIGURED = b"<189>7: %SYS-5-CONFIG_I: Configured from console by ana on vty0 (192.0.2.7)"


def test_a_message_is_heard_and_its_job_is_done_by_the_daemon(tmp_path: Path) -> None:
    port = str(free_port(socket.SOCK_DGRAM))
    settings = {
        "NETWB_SYSLOG__ADDRESS": "127.0.0.1",
        "NETWB_SYSLOG__UDP_PORT": port,
        "NETWB_SYSLOG__TCP_PORT": "0",
        "NETWB_SYSLOG__WAIT_S": "0.2",
    }
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        made.bench.set_device("edge1", syslog_source="127.0.3.1", port=1)  # nobody answers there
        with daemon(made.bench.home, command=("-m", "netwb", "scheduler"), **settings) as running:
            assert running.says(f"syslog listens on UDP port {port} of 127.0.0.1")
            with socket.socket(type=socket.SOCK_DGRAM) as sender:
                sender.bind(("127.0.3.1", 0))
                sender.sendto(CONFIGURED, ("127.0.0.1", int(port)))
            found = eventually(lambda: [job for job in made.bench.jobs() if job.status == "failed"])

        assert [(job.kind, job.actor) for job in found] == [("backup", "system:scheduler")]


class Breaking:
    """A bench whose listener breaks at once, the first times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.began: list[threading.Event] = []

    def listen_syslog(self, stop: threading.Event) -> None:
        self.began.append(stop)
        if len(self.began) > self.times:
            stop.wait(30)


def test_a_listener_that_broke_is_begun_again_and_ends_with_the_lead() -> None:
    bench = Breaking(2)
    listener = _Listener(cast(Workbench, bench))

    def follows() -> bool:
        listener.follow(leads=True)
        return len(bench.began) == 3

    eventually(follows)
    listener.follow(leads=True)
    assert len(bench.began) == 3
    listener.follow(leads=False)
    assert bench.began[-1].is_set()
    listener.follow(leads=False)
    assert len(bench.began) == 3
