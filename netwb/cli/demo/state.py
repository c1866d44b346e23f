"""What a demo's home remembers of its simulated network, so that it can be played again."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from netwb.errors import HomeError
from netwb.lab.demo import NIGHTS, DemoPasswords, DemoPlan, demo_plan

FILE = "demo.json"
LOCK = "demo.lock"
_FOLDERS = ("archive", "quarantine", "telegraf.d", "reports", "platforms.d", "rules")
DAY = timedelta(days=1)
NIGHT_AT = timedelta(hours=2)  # of each day, UTC

# The default rates spare real networks; in the demo they would be most of its time. The clocks are
# short, so that a device that hangs costs seconds.
SETTINGS = """\
# Settings of this demo; see `netwb init` for a home of your own.

[collect]
sessions = 200
per_site = 100
logins_per_s = 500.0
connect_timeout_s = 2.0
idle_timeout_s = 2.0
total_deadline_s = 15.0

[metrics]
interval_s = 10

[blackhole]
minutes = 4
never = "203.0.113.2=acme's name server"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoState:
    """Everything that the simulated network follows from. The passwords open nothing else.

    built   False while its nights are being played: what was interrupted then is begun anew
    played  how many nights earlier starts have seen
    """

    seed: str
    login: str = field(repr=False)
    enable: str = field(repr=False)
    jump: str = field(repr=False)
    last_night: str
    nights: int
    devices: int
    port: int = 0
    snmp_port: int = 0
    played: int = 0
    built: bool = True

    @property
    def community(self) -> str:
        """What opens the devices to SNMP; it follows from the seed, which nobody else has."""
        return f"Lab-{sha256(f'{self.seed} snmp'.encode()).hexdigest()[:12]}"

    def plan(self) -> DemoPlan:
        """The network, its nights and its faults."""
        return demo_plan(
            self.seed,
            DemoPasswords(login=self.login, enable=self.enable, jump=self.jump),
            last_night=datetime.fromisoformat(self.last_night),
            nights=self.nights,
            devices=self.devices,
        )


def new_state(now: datetime, *, devices: int) -> DemoState:
    """A network of its own, whose last night was this one."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    last = midnight + NIGHT_AT
    return DemoState(
        seed=secrets.token_hex(8),
        login=f"Lab-{secrets.token_urlsafe(9)}",
        enable=f"Lab-{secrets.token_urlsafe(9)}",
        jump=f"Lab-{secrets.token_urlsafe(9)}",
        last_night=(last if last <= now else last - timedelta(days=1)).isoformat(),
        nights=NIGHTS,
        devices=devices,
        built=False,
    )


def caught_up(found: DemoState, now: datetime) -> DemoState:
    """The same network, with the nights that passed since."""
    missed = max(0, (now - datetime.fromisoformat(found.last_night)) // DAY)
    last = datetime.fromisoformat(found.last_night) + missed * DAY
    return replace(
        found, last_night=last.isoformat(), nights=found.nights + missed, played=found.nights
    )


@contextmanager
def only_demo_on(home: Path) -> Iterator[None]:
    """Hold the home, which is made where it is not. Raises HomeError while another demo has it."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        msg = f"home {home} is in use by a running demo; end that one, or name another with --home"
        raise HomeError(msg) from error
    finally:
        os.close(descriptor)


def clear_home(home: Path) -> None:
    """Take away what an interrupted building left, and nothing that netwb did not make."""
    for name in _FOLDERS:
        shutil.rmtree(home / name, ignore_errors=True)
    for left in (*home.glob("netwb.*"), home / "master.key"):
        left.unlink(missing_ok=True)


def read_state(home: Path) -> DemoState | None:
    """The state of an existing demo, or None where nothing is there yet.

    Raises HomeError for a home that is no demo's, which a demo must not touch.
    """
    if not home.exists() or {path.name for path in home.iterdir()} <= {LOCK, f"{FILE}.new"}:
        return None
    try:
        return DemoState(**json.loads((home / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        msg = f"home {home} is no demo's; name another one with --home"
        raise HomeError(msg) from error


def write_state(home: Path, state: DemoState) -> None:
    """Replace the file at once, readable by its owner alone."""
    staged = home / f"{FILE}.new"
    descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(state), file, indent=2)
    staged.replace(home / FILE)
