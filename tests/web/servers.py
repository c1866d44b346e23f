"""Server processes as people start them, on free loopback ports, and the homes that they serve."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from secrets import randbelow, token_hex

from netwb.access.records import NewUser, Origin
from netwb.access.throttle import counts_of
from netwb.roles import ALL_TENANTS, Role
from netwb.store.models import LoginThrottleRow
from netwb.workbench import Workbench
from tests.benches import Rig, check_quickly, rig
from tests.counted import count, give_ports
from tests.web.browsing import DEVICE, SESSION, Browser

ROOT = Path(__file__).resolve().parents[2]
PAGES = Path(__file__).parent / "pages"
PEOPLE: Mapping[str, tuple[Role, tuple[str, ...] | None]] = {
    "ada": (Role.ADMIN, None),
    "ana": (Role.ENGINEER, ("acme",)),
    "oli": (Role.OPERATOR, None),
    "vera": (Role.VIEWER, ("acme",)),
    "ben": (Role.CUSTOMER, ("umbra",)),
}
PASSWORDS = {name: f"Correct-Horse-{name}-1" for name in PEOPLE}
STARTS_S = 180.0  # two cores may be busy with much else
_LISTENS = re.compile(r"(?:listening on|running at:) (https?)://([^\s/]+?):(\d+)")


@dataclass(slots=True)
class Server:
    """A running process; `said` is what it wrote on stderr so far."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    port: int = 0
    heard: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, text: str, *, within_s: float) -> bool:
        """Whether a line with that text comes, or came."""
        with self.heard:
            return self.heard.wait_for(lambda: any(text in line for line in self.said), within_s)

    def end(self, number: int = signal.SIGTERM, *, within_s: float = 10) -> int:
        """Its exit status."""
        self.process.send_signal(number)
        return self.process.wait(within_s)


@contextmanager
def started(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """A server that listens; it is ended by its own id."""
    whole = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    process = subprocess.Popen(
        command, env=whole, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    server = Server(process)
    listens: Queue[int | None] = Queue()
    reader = threading.Thread(target=_read, args=(server, listens), daemon=True)
    reader.start()
    try:
        port = listens.get(timeout=STARTS_S)
        assert port is not None, "".join(server.said)
        server.port = port
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join()


def _read(server: Server, listens: Queue[int | None]) -> None:
    assert server.process.stderr is not None
    with server.process.stderr as stream:
        for line in stream:
            with server.heard:
                server.said.append(line)
                server.heard.notify_all()
            if found := _LISTENS.search(line):
                listens.put(int(found[3]))
    listens.put(None)


@contextmanager
def netwb_serve(
    home: Path,
    *words: str,
    pages: Path = PAGES,
    before: str = "",
    port: int = 0,
    **settings: str,
) -> Iterator[Server]:
    """What `netwb serve` does, with the pages of the tests; `before` is run first."""
    what = "'api'" if "--api-only" in words else "'pages'"
    code = (
        f"{before or 'pass'}; from pathlib import Path; from netwb.web import server;"
        f"server.serve({what}, port={port}, dashboards=Path({str(pages)!r}))"
    )
    environment = {"NETWB_HOME": str(home), **settings}
    with started([sys.executable, "-c", code], environment) as server:
        yield server


@contextmanager
def panel_serve(
    home: Path, pages: Path = PAGES, *, signed: bool = True, before: str = ""
) -> Iterator[Server]:
    """The hand-written line; a test of README's own words is elsewhere. `before` is run first."""
    secrets = {"BOKEH_SIGN_SESSIONS": "yes", "BOKEH_SECRET_KEY": token_hex(32)} if signed else {}
    port = free_port()
    program = ["-c", f"{before}; from panel.command import main; main()"]
    command = [sys.executable, *(program if before else ["-m", "panel"]), "serve"]
    command += [str(page) for page in sorted(pages.glob("*.py"))]
    command += ["--plugins", "netwb.web", "--auth-module", str(ROOT / "netwb/web/auth.py")]
    command += ["--enable-xsrf-cookies", "--check-unused-sessions", "1000"]
    command += ["--port", str(port), "--allow-websocket-origin", f"127.0.0.1:{port}"]
    with started(command, {"NETWB_HOME": str(home), **secrets}) as server:
        yield server


def free_port() -> int:
    """One that no connection is given by the kernel before the server has it (32,768 and up are)."""
    while True:
        port = 20_000 + randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextmanager
def two_tenants(folder: Path) -> Iterator[Rig]:
    """acme and umbra with a device each, and a person a role; ana sees acme, ben sees umbra."""
    with rig(folder, {"acme": ("edge1",), "umbra": ("core1",)}) as made:
        add_people(made.bench)
        for device in made.devices.values():
            alias = f"Transit of {device.tenant}"
            (port,) = give_ports(made.bench, device, "xe-0/0/0", alias=alias)
            count(made.bench, port, until=datetime.now(UTC), minutes=600)
        yield made


@contextmanager
def beside(home: Path) -> Iterator[Workbench]:
    """The home as a server has it, by the real clock; it checks and makes passwords in no time."""
    with closing(Workbench.open(home, environment={})) as bench:
        check_quickly(bench)
        yield bench


def let_in(browser: Browser, bench: Workbench, name: str, password: str | None = None) -> None:
    """Give it the cookies of a login, and of the form: what a login by the form hashes takes a while."""
    browser.get("/login")
    origin = Origin(address=browser.own, browser="a browser of the tests")
    admission = bench.log_in(name, password or PASSWORDS[name], origin=origin)
    browser.cookies |= {SESSION: admission.secret, DEVICE: admission.device}


def mistyped(bench: Workbench, name: str, *, own: str = "127.0.0.1") -> None:
    """Let that person have mistyped twelve times from there: after the next one all wait for minutes.

    The first waits last seconds, and a busy machine needs as long for a try.
    """
    now = datetime.now(UTC)
    key = counts_of(name, own, "")[0].key
    row = LoginThrottleRow(key=key, tries=12, tried_at=now, until=now - timedelta(hours=1))
    with bench._parts.database.writing(ALL_TENANTS) as session:
        session.merge(row)


def add_people(bench: Workbench) -> None:
    """One a role, each with the password of PASSWORDS."""
    for name, (role, tenants) in PEOPLE.items():
        bench.add_user(NewUser(name=name, role=role, tenants=tenants, password=PASSWORDS[name]))
