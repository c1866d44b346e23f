"""Calls the notify script as FastNetMon does: a process, arguments, stdin."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netwb.blackhole.events.arriving import Arrival, receive
from netwb.notify.signing import key_text

SCRIPT = Path(__file__).resolve().parents[3] / "telegraf" / "fastnetmon" / "netwb_notify.py"
CAPTURES = Path(__file__).resolve().parents[2] / "data" / "fastnetmon"
KEY = bytes(range(32))
BAN = ("203.0.113.30", "incoming", "3559", "ban")
UNBAN = ("203.0.113.30", "incoming", "3559", "unban")
LONG_S = 60  # more than anything here takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The script with its settings, in the environment."""

    home: Path
    url: str
    settings: dict[str, str] = field(default_factory=dict)
    python: str = os.environ.get("NETWB_TESTS_SCRIPT_PYTHON", sys.executable)  # an older one, too

    @property
    def spool(self) -> Path:
        return self.home / "spool"

    def environment(self, **settings: str) -> dict[str, str]:
        key, config = self.home / "key", self.home / "netwb_notify.ini"
        if not key.exists():
            config.write_text("[netwb]\n")
            key.write_text(key_text(KEY) + "\n")
            key.chmod(0o600)
        given = {
            "url": self.url,
            "sender": "fnm1",
            "key": f"file:{key}",
            "spool": str(self.spool),
            "log": str(self.home / "log"),
            "retry_s": "0",
            "try_s": "5",
            "detach": "no",
            **self.settings,
            **settings,
        }
        named = {f"NETWB_NOTIFY_{name.upper()}": value for name, value in given.items()}
        return {"PATH": os.environ["PATH"], "NETWB_NOTIFY_CONFIG": str(config), **named}

    def begin(self, arguments: Sequence[str], **settings: str) -> subprocess.Popen[bytes]:
        """A call whose stdin is written by the test."""
        return subprocess.Popen(
            [self.python, "-IS", SCRIPT, *arguments],
            env=self.environment(**settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def call(self, *arguments: str, stdin: bytes = b"", **settings: str) -> int:
        """A whole call; its exit status."""
        with self.begin(arguments, **settings) as process:
            process.communicate(stdin, timeout=LONG_S)
            return process.returncode

    def said(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """By hand: exit status, and what a person reads."""
        with self.begin(arguments, **settings) as process:
            out, err = process.communicate(timeout=LONG_S)
            return process.returncode, (out + err).decode()

    def log(self) -> str:
        path = self.home / "log"
        return path.read_text() if path.exists() else ""

    def waiting(self) -> list[str]:
        """Names of events in the spool, in order."""
        found = self.spool.glob("*.json") if self.spool.is_dir() else ()
        return sorted(path.name for path in found if not path.name.startswith("."))


def arrived(got: tuple[dict[str, str], bytes]) -> Arrival:
    """What came, judged as netwb judges it."""
    headers, body = got
    found = receive(headers, body, now=datetime.now(UTC), keys=[KEY])
    assert isinstance(found, Arrival), found
    return found


def capture(label: str, action: str) -> tuple[list[str], bytes]:
    """A recorded call: arguments without the script's name, stdin."""
    lines = (CAPTURES / f"{label}.{action}.argv.txt").read_text().splitlines()
    words = dict(line.split("=", 1) for line in lines)
    arguments = [words[f"argv[{place}]"] for place in range(1, int(words["argc"]) + 1)]
    return arguments, (CAPTURES / f"{label}.{action}.stdin.txt").read_bytes()


def captures() -> list[tuple[str, str]]:
    """Label and action of every recorded call."""
    names = sorted(path.name for path in CAPTURES.glob("*.argv.txt"))
    return [(name.split(".")[0], name.split(".")[1]) for name in names]


def details(**fields: Any) -> dict[str, Any]:
    """An event of Advanced, as its pages show it."""
    return {
        "ip": "203.0.113.30",
        "action": "ban",
        "alert_scope": "host",
        "attack_details": {
            "attack_uuid": "0d5e0f1c-7c1b-4f43-9f43-64f7c1f4b2aa",
            "attack_severity": "middle",
            "attack_type": "udp_flood",
            "attack_protocol": "udp",
            "attack_direction": "incoming",
            "attack_detection_source": "automatic",
            "initial_attack_power": 282473,
            "peak_attack_power": 300000,
            "total_incoming_traffic": 15253500,
            "total_incoming_pps": 282472,
        },
        **fields,
    }
