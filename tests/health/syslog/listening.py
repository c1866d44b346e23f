"""A listener of a rig, on free ports of loopback."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from netwb.workbench import Workbench
from tests.benches import with_parts

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """A listener that runs."""

    bench: Workbench
    udp_port: int
    tcp_port: int

    def send(self, *messages: str | bytes, address: str = "127.0.0.1") -> None:
        """Datagrams from that address."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((address, 0))
            for message in messages:
                data = message.encode() if isinstance(message, str) else message
                sender.sendto(data, ("127.0.0.1", self.udp_port))

    def connect(self, address: str = "127.0.0.1") -> socket.socket:
        """A TCP connection from that address."""
        return socket.create_connection(
            ("127.0.0.1", self.tcp_port), timeout=PATIENCE_S, source_address=(address, 0)
        )


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def ears(bench: Workbench, **settings: Any) -> Iterator[Ears]:
    """Listen until the block ends."""
    free = {
        "address": "127.0.0.1",
        "udp_port": free_port(socket.SOCK_DGRAM),
        "tcp_port": free_port(socket.SOCK_STREAM),
    }
    parts = bench._parts
    syslog = replace(parts.settings.syslog, **{**free, **settings})
    bench._parts = with_parts(parts, settings=replace(parts.settings, syslog=syslog))
    stop = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(bench.listen_syslog, stop)
        try:
            eventually(lambda: done.done() or _hears(syslog.tcp_port))
            yield Ears(bench=bench, udp_port=syslog.udp_port, tcp_port=syslog.tcp_port)
        finally:
            stop.set()
            done.result(PATIENCE_S)


@contextmanager
def working(bench: Workbench) -> Iterator[None]:
    """A worker of the queue, as a server process has one."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(bench.run_jobs, stop)
        try:
            yield
        finally:
            stop.set()
            done.result(PATIENCE_S)


def _hears(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def eventually(holds: Callable[[], Any], *, within_s: float = PATIENCE_S) -> Any:
    """What `holds` gives when it is first true; the other threads' work is what is waited for."""
    pause = threading.Event()
    for _ in range(int(within_s / 0.02)):
        found = holds()
        if found:
            return found
        pause.wait(0.02)
    raise AssertionError(f"{holds} did not come true within {within_s} s")
