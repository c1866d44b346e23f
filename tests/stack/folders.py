"""A copy of telegraf/, and programs that stand in for those that its scripts call."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from netwb.loading import share

STACK = share() / "telegraf"


def copied(folder: Path) -> Path:
    """The stack's files alone: what somebody's own setup made there is not of the project."""
    ignored = shutil.ignore_patterns(".env*", "tls")
    return Path(shutil.copytree(STACK, folder / "telegraf", ignore=ignored))


def stand_in(folder: Path, name: str, script: str) -> Mapping[str, str]:
    """An environment in which that program is found first."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    path = programs / name
    path.write_text(f"#!/bin/bash\n{script}", encoding="utf-8")
    path.chmod(0o755)
    return {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}


def ran(
    *command: str | Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script of the stack to its end."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, capture_output=True, text=True, timeout=60, check=False, env=environment
    )


def listening(port: int, within_s: float = 20) -> None:
    """Wait until a program that was started takes connections there."""
    end = time.monotonic() + within_s
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "it does not listen"
            time.sleep(0.02)
        else:
            return
