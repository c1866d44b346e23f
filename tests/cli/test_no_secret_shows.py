"""Nothing secret in output, log, argument list or process table, whatever is done with a secret."""

from __future__ import annotations

import logging
import os
import pty
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from netwb.cli.main import cli
from netwb.workbench import Workbench
from tests.cli.commands import Commands, Ran

SECRET = "T0p-s3cret-w0rd"
KEY_LINE = "bm90LWEtcmVhbC1rZXktYnV0LWEtc2VjcmV0"
LITERAL = "Lit3ral-s3cret"


class Started:
    """Argument lists of every program started meanwhile, as the interpreter itself reports them."""

    def __init__(self) -> None:
        self.listening = False
        self.seen: list[str] = []
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.listening and event in {"subprocess.Popen", "os.exec", "os.posix_spawn"}:
            self.seen.append(repr(arguments))


STARTED = Started()  # an audit hook can never be taken away again, so there is one


@pytest.fixture
def started() -> Iterator[Started]:
    STARTED.seen.clear()
    STARTED.listening = True
    yield STARTED
    STARTED.listening = False


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A secret in the environment, another in a file."""
    monkeypatch.setenv("SECRET", SECRET)
    file = tmp_path / "id"
    begin, end = "-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----"
    file.write_text(f"{begin}\n{KEY_LINE}\n{end}\n")
    return file


def lines(file: Path) -> list[str]:
    """Everything that the command line can do with a credential."""
    v3 = "--snmp-auth sha256:env:SECRET --snmp-priv aes:env:SECRET"
    return [
        "tenant add acme",
        "site add acme/fra1",
        f"credential add lab --tenant acme --username u --password env:SECRET --key file:{file}",
        "credential add ref --tenant acme --username u --password env:SECRET --reference",
        "credential add snmp --tenant acme --snmp-community env:SECRET",
        f"credential add v3 --tenant acme --snmp-user u {v3}",
        "credential set lab --password env:SECRET --rotate",
        "credential set lab --enable env:SECRET --settle",
        "tenant set acme --credential lab",
        "device add acme/edge1 --site fra1 --address 127.0.0.1 --port 9",
        "credential list",
        "credential list --json",
        "credential show lab",
        "credential show lab --json",
        "credential show ref --json",
        "credential show v3 --json",
        "credential used-by lab --json",
        "tenant show acme --json",
        "site list --json",
        "device show edge1 --json",
        "device events edge1 --json",
        "audit list --json",
        "credential add lab --tenant acme --username u --password env:SECRET",
        f"credential add x --tenant acme --username u --password {LITERAL}",
        f"credential add x --tenant acme --username u --key {LITERAL}",
        f"credential add x --tenant acme --snmp-community {LITERAL}",
        f"credential add x --tenant acme --snmp-user u --snmp-auth {LITERAL}",
        f"credential add x --tenant acme --snmp-user u --snmp-auth sha256:{LITERAL}",
        f"credential add x --tenant acme --snmp-user u --snmp-priv aes:file:/{LITERAL}:x",
        f"credential set lab --enable {LITERAL}",
        "credential retire ref",
    ]


def test_nothing_secret_shows(
    sources: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    started: Started,
) -> None:
    netwb = Commands(tmp_path / "home", capsys)
    caplog.set_level(logging.DEBUG)

    ran: list[Ran] = [netwb(*line.split()) for line in ["init", *lines(sources)]]

    assert [r.status for r in ran[:23]] == [0] * 23
    assert {r.status for r in ran[23:-1]} == {2}
    shown = "".join(r.out + r.err for r in ran) + caplog.text + "".join(started.seen)
    kept = b"".join(f.read_bytes() for f in (tmp_path / "home").rglob("*") if f.is_file())
    for secret in (SECRET, KEY_LINE):
        assert secret not in shown
        assert secret.encode() not in kept
    assert LITERAL not in shown.replace(f"/{LITERAL}:x", "")  # a path is named, it is no secret
    assert LITERAL.encode() not in kept


def test_a_workbench_does_not_show_its_environment(sources: Path, tmp_path: Path) -> None:
    del sources
    home = tmp_path / "home"
    Workbench.create(home, environment={}).close()
    bench = Workbench.open(home, environment={"SECRET": SECRET})

    assert SECRET not in repr(bench.__dict__)
    bench.close()


def test_no_command_takes_a_secret_as_an_argument() -> None:
    taken = [
        f"{name} {parameter.name}"
        for name, group in cli.commands.items()
        for command in getattr(group, "commands", {}).values()
        for parameter in command.params
        if parameter.param_type_name == "argument"
        and any(word in (parameter.name or "") for word in ("password", "secret", "community"))
    ]

    assert taken == []


def test_a_prompted_secret_is_neither_echoed_nor_in_the_process_table(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    Workbench.create(home, environment={}).add_tenant("acme", name="Acme")
    arguments = [
        "credential",
        "add",
        "lab",
        "--tenant",
        "acme",
        "--username",
        "u",
        "--password",
        "prompt",
    ]
    command = [sys.executable, "-m", "netwb", *arguments, "--home", str(home)]
    terminal, side = pty.openpty()

    process = subprocess.Popen(
        command, stdin=side, stdout=side, stderr=side, start_new_session=True, close_fds=True
    )
    os.close(side)
    screen = _read_until(terminal, b"password")
    table = Path(f"/proc/{process.pid}/cmdline").read_bytes()
    _wait_for_silence_of(terminal)
    os.write(terminal, SECRET.encode() + b"\n")
    screen += _read_until(terminal, b"is added")
    status = process.wait(timeout=30)
    os.close(terminal)

    assert status == 0
    assert SECRET.encode() not in screen
    assert SECRET.encode() not in table
    (held,) = Workbench.open(home, environment={}).credentials()
    assert held.secrets == {"password": "sealed"}


def test_a_prompt_without_a_terminal_names_the_other_sources(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Workbench.create(home, environment={}).add_tenant("acme", name="Acme")
    line = "credential add acme/lab --username u --password prompt --home"

    ran = subprocess.run(
        [sys.executable, "-m", "netwb", *line.split(), str(home)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )

    assert ran.returncode == 2
    assert ran.stderr == "netwb: password: no terminal to ask on; give env:NAME or file:PATH\n"


def _read_until(terminal: int, word: bytes) -> bytes:
    """What the terminal shows up to that word; an end of file raises, so nothing waits for ever."""
    seen = b""
    while word not in seen:
        seen += os.read(terminal, 1024)
    return seen


def _wait_for_silence_of(terminal: int) -> None:
    """Until the program has switched the terminal's echo off."""
    ends = time.monotonic() + 30
    while _echoes(terminal) and time.monotonic() < ends:
        os.sched_yield()


def _echoes(terminal: int) -> bool:
    flags: int = termios.tcgetattr(terminal)[3]
    return bool(flags & termios.ECHO)
