"""A real InfluxDB 1.x for one test session: on loopback, HTTP alone, its data gone at the end.

Nothing of it calls home. Each test makes a database of its own in it.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_WAIT_S = 30
_LOOK_S = 0.02
ADMIN, ADMIN_PASSWORD = "root", "Adm1n-Influx"

_CONFIG = """\
reporting-enabled = false
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "{index}"
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = {auth}
  log-enabled = false
[continuous_queries]
  enabled = false
"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Influx:
    """A running server; `url` as a setting has it."""

    port: int
    auth: bool
    process: subprocess.Popen[bytes]
    numbers: count[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def new_database(self) -> str:
        """Name of an empty one."""
        name = f"netwb_{next(self.numbers)}"
        self.order(f'CREATE DATABASE "{name}"')
        return name

    def order(self, text: str) -> Any:
        """Run statements of its administrator."""
        answer = json.loads(self._post("/query", {"q": text}))
        assert not any("error" in result for result in answer.get("results", [answer])), answer
        return answer

    def write(self, database: str, lines: str) -> None:
        """Lines as somebody else writes them, their times in seconds."""
        answer = self._post("/write", {"db": database, "precision": "s"}, lines)
        assert not answer, answer

    def _post(self, path: str, query: Mapping[str, str], body: str = "") -> bytes:
        login = {"u": ADMIN, "p": ADMIN_PASSWORD} if self.auth else {}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_WAIT_S)
        try:
            connection.request("POST", f"{path}?{urlencode({**query, **login})}", body.encode())
            return connection.getresponse().read()
        finally:
            connection.close()


def program() -> str | None:
    """Where influxd is; None where it is not."""
    return shutil.which("influxd") or shutil.which("influxd", path="/usr/sbin:/usr/local/bin")


@contextmanager
def running_influx(influxd: str, *, auth: bool = False, index: str = "inmem") -> Iterator[Influx]:
    """Start one and stop it at the end; with `auth` it has its administrator and nobody else."""
    folder = Path(tempfile.mkdtemp(prefix="netwb-influx-"))
    port, rpc = _free_ports(2)
    config = folder / "influxdb.conf"
    values = {"folder": folder, "port": port, "rpc": rpc, "auth": str(auth).lower()}
    config.write_text(_CONFIG.format(index=index, **values))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [influxd, "run", "-config", str(config)], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _await_answer(port, process)
        if auth:
            first = Influx(port=port, auth=False, process=process)
            first.order(f"CREATE USER {ADMIN} WITH PASSWORD '{ADMIN_PASSWORD}' WITH ALL PRIVILEGES")
        yield Influx(port=port, auth=auth, process=process)
    finally:
        process.terminate()
        try:
            process.wait(_WAIT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_WAIT_S)
        shutil.rmtree(folder, ignore_errors=True)


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _await_answer(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _WAIT_S
    while True:
        assert process.poll() is None, "influxd ended at once"
        assert time.monotonic() < end, "influxd does not answer"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(_LOOK_S)
        else:
            return
