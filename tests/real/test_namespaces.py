"""What ends with a test, and what a test may do meanwhile."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.namespaces import Namespaces, RigError, missing
from tests.real.waiting import until
from tests.real_components import require_real

pytestmark = pytest.mark.real

KILLED = """
import sys
from pathlib import Path
from tests.real.test_namespaces import with_a_daemon
node = with_a_daemon(Path(sys.argv[1]))
print(node.first, *node.find("sleep"), flush=True)
sys.stdin.read()
"""


def with_a_daemon(log: Path) -> Namespaces:
    node = Namespaces(log)
    node.run("sh", "-c", "setsid sleep 600 >/dev/null 2>&1 &")
    until(lambda: node.find("sleep"), within_s=10, what="it runs")
    return node


@pytest.fixture(autouse=True)
def _needed() -> None:
    require_real("a network namespace", missing=missing())


def test_a_killed_test_leaves_no_process(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "log")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as test:
        assert test.stdout
        pids = [os.pidfd_open(int(word)) for word in test.stdout.readline().split()]
        test.kill()

    left = list(pids)
    while left and (ended := select.select(left, [], [], 10)[0]):
        left = [one for one in left if one not in ended]
    assert (len(pids), left) == (2, [])
    for one in pids:
        os.close(one)


def test_a_killed_daemon_is_gone_at_once(tmp_path: Path) -> None:
    node = with_a_daemon(tmp_path / "log")

    node.end("sleep", signal.SIGKILL)

    assert [command for _, command in node.processes()] == [b"cat\0"]
    with pytest.raises(RigError, match="sleep does not run"):
        node.end("sleep", signal.SIGKILL)
    node.stop()


def test_a_thread_is_in_another_network_only_meanwhile(tmp_path: Path) -> None:
    node = Namespaces(tmp_path / "log")
    node.run("ip", "address", "add", "192.0.2.7/32", "dev", "lo")

    with node.entered(), socket.create_server(("192.0.2.7", 0)) as there:
        assert there.getsockname()[0] == "192.0.2.7"
    with pytest.raises(OSError, match="assign requested address"):
        socket.create_server(("192.0.2.7", 0))
    node.stop()
