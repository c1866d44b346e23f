"""netwb in the office: its server, its daemon, and FastNetMon's notify script that tells it.

The home is laid and looked into by the test's own process; what is tried are the processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from sqlalchemy import update

from netwb.blackhole.records import STANDING, Blackhole, State
from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.roles import ALL_TENANTS
from netwb.store.models import BlackholeRow
from netwb.workbench import Workbench
from tests.real.blackhole.addresses import MANAGEMENT, OFFICE, OWN, PASSWORD
from tests.real.blackhole.detector import Detector
from tests.real.blackhole.lab import RtbhLab
from tests.real.frr_router import LOGIN
from tests.real.netwb_command import NetwbCommand
from tests.real.waiting import until

SCRIPT = Path(__file__).resolve().parents[3] / "telegraf" / "fastnetmon" / "netwb_notify.py"
PORT = 5006  # of the office's own network
SENDER = "fnm1"
STARTS_S = 60.0
ENDS_S = 30.0
CLEARS_S = 30.0
BOTH = "203.0.113.64/26"  # after a person's word, dropped by edge and upstream
UPSTREAM = "203.0.113.128/26"  # the same by the upstream alone
OWN6 = "2001:db8:cafe::/48"
QUICK = {"NETWB_BLACKHOLE__RECONCILE_S": "5", "NETWB_BLACKHOLE__VERIFY_S": "3"}
WORDS = {
    "server": ("serve", "--api-only", "--address", OFFICE, "--port", str(PORT)),
    "daemon": ("scheduler",),
}


@dataclass
class NetwbThere:
    """One home whose triggers and edge are the lab's; processes end with `stop`.

    settings    variables of the environment, for its processes and the test's own
    """

    lab: RtbhLab
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    command: NetwbCommand = field(init=False)
    bench: Workbench = field(init=False)
    script: Path = field(init=False)
    key: str = field(init=False)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _detectors: list[Detector] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self._environment: Mapping[str, str] = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RIG": PASSWORD,
            "NETWB_WEB__TRUSTED_PROXIES": "127.0.0.1/32",  # the office has no TLS
            **QUICK,
            **self.settings,
        }
        home = self.folder / "home"
        self.command = NetwbCommand(home, inside=self.lab.inside, environment=self._environment)
        self.bench = Workbench.create(home, environment=self._environment)
        self._prepare()
        self.script = self._lay_script()

    def start(self, *names: str) -> None:
        """Run what does not run of `server` and `daemon`; one of them ends blackholes then."""
        for name in names or tuple(WORDS):
            if name not in self._running:
                self._running[name] = self._begin(name)
        if "server" in self._running:
            until(self._answers, within_s=STARTS_S, what="the server answers a detector's test")
        until(
            lambda: self.bench.blackholes_running().is_alive,
            within_s=STARTS_S,
            what="somebody ends blackholes",
        )

    def kill(self, *names: str) -> None:
        """As a crash ends them, together."""
        ended = [self._running.pop(name) for name in names or tuple(self._running)]
        for process in ended:
            process.kill()
        for process in ended:
            process.wait(ENDS_S)

    def clear(self) -> None:
        """Nothing stands and nothing waits, as if no test had been."""
        self.lab.fastnetmon.restore()
        while self._detectors:
            self._detectors.pop().close()
        if not self._running:
            return
        self.bench.withdraw_all(reason="the test is over", wait_s=CLEARS_S)
        until(
            lambda: not self.bench.blackholes(states=[*STANDING, "held"]),
            within_s=CLEARS_S,
            what="nothing stands",
        )

    def stop(self) -> None:
        """End all of it."""
        for process in self._running.values():
            process.terminate()
        while self._running:
            _, process = self._running.popitem()
            try:
                process.wait(ENDS_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.bench.close()

    def detector(self, *, node: str = "fastnetmon", key: str = "") -> Detector:
        """What signs and posts as FastNetMon's script does, from that node, until `clear`."""
        from_there = self.lab.fastnetmon.node if node == "fastnetmon" else self.lab.office
        made = Detector(from_there, (OFFICE, PORT), sender=SENDER, key=key or self.key)
        self._detectors.append(made)
        return made

    def blackholes(
        self, prefix: str = "", *, states: Collection[State] = ()
    ) -> tuple[Blackhole, ...]:
        """Newest first."""
        return tuple(self.bench.blackholes(states=states, prefix=prefix or None, limit=1000))

    def standing(self) -> int:
        """How many stand now."""
        counts = self.bench.blackholes_running().counts
        return sum(counts.get(state, 0) for state in STANDING)

    def has_waiting_events(self) -> bool:
        """Whether something that was posted is to be judged still."""
        return self.bench._parts.attacks.events.are_waiting()

    def on(self, prefix: str) -> dict[str, str]:
        """How the newest one of a prefix stands on each router, as `trigger trg1`; {}: there is none."""
        return {
            f"{on.router.role} {on.router.hostname}": on.state
            for one in self.blackholes(prefix)[:1]
            for on in one.routers
        }

    def await_on(self, prefix: str, wanted: Mapping[str, str], *, within_s: float) -> None:
        """It stands so on those routers."""
        until(
            lambda: wanted.items() <= self.on(prefix).items(),
            within_s=within_s,
            what=f"{prefix} is {wanted}",
        )

    def await_state(self, state: State, prefix: str, *, within_s: float) -> Blackhole:
        """The newest one of a prefix, once it is in that state."""

        def look() -> Blackhole | None:
            found = self.blackholes(prefix)
            return found[0] if found and found[0].state == state else None

        found = until(look, within_s=within_s, what=f"{prefix} is {state}")
        assert found is not None
        return found

    def let_time_run_out(self, prefix: str) -> None:
        """Its end is now, as if the minutes had gone by; the engine's clock stays the machine's."""
        change = (
            update(BlackholeRow)
            .where(
                BlackholeRow.network == str(ip_network(prefix)), BlackholeRow.state == "announced"
            )
            .values(expires_at=datetime.now(UTC))
        )
        with self.bench._parts.database.writing(ALL_TENANTS) as session:
            session.execute(change)

    def _begin(self, name: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [*self.command.words, *WORDS[name], "--home", str(self.command.home)],
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _prepare(self) -> None:
        bench = self.bench
        bench.add_tenant("acme", name="Acme Ltd")
        bench.add_site("acme/fra1")
        secret = SecretSource(origin="env:RIG")
        bench.add_credential(
            NewCredential(tenant="acme", name="rig", username=LOGIN, secrets={"password": secret})
        )
        for name in ("trg1", "trg2", "edge"):
            bench.add_device(
                NewDevice(
                    tenant="acme",
                    site="fra1",
                    hostname=name,
                    address=MANAGEMENT[name],
                    platform="frr",
                    credential="rig",
                )
            )
        bench.add_prefix("acme", OWN, mode="auto")
        bench.add_prefix("acme", OWN6, mode="auto")
        bench.add_prefix("acme", BOTH, mode="approve", reach="both")
        bench.add_prefix("acme", UPSTREAM, mode="approve", reach="upstream")
        bench.add_trigger("acme/trg1")
        bench.add_trigger("acme/trg2")
        bench.add_edge("acme/edge")
        networks = [f"{MANAGEMENT['fastnetmon']}/32"]
        self.key = bench.add_sender(SENDER, networks=networks).key

    def _lay_script(self) -> Path:
        """What FastNetMon calls: the script, by its settings."""
        key = self.folder / "key"
        key.write_text(self.key + "\n")
        key.chmod(0o600)
        settings = self.folder / "netwb_notify.ini"
        settings.write_text(
            f"[netwb]\nurl = http://{OFFICE}:{PORT}\nsender = {SENDER}\nkey = file:{key}\n"
            f"spool = {self.folder}/spool\nlog = {self.folder}/notify.log\nallow_http = yes\n"
        )
        script = self.folder / "notify"
        script.write_text(
            f'#!/bin/sh\nexec {sys.executable} -IS {SCRIPT} --config {settings} "$@"\n'
        )
        script.chmod(0o755)
        return script

    def _answers(self) -> bool:
        inside = self.lab.fastnetmon.node.inside
        done = subprocess.run(
            [*inside, str(self.script), "--test"], capture_output=True, timeout=60, check=False
        )
        return done.returncode == 0
