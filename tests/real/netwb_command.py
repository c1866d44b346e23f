"""netwb's own command line as its user runs it, in a network and a home of the test's choice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class NetwbCommand:
    """`netwb`, in a home; `inside` is the prefix that puts it into a router's network."""

    def __init__(
        self, home: Path, *, inside: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self.home = home
        self.words = [*inside, sys.executable, "-m", "netwb"]
        self._environment = dict(environment)

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
        """Run one command; `settings` are environment variables of this run alone."""
        return subprocess.run(
            [*self.words, *words, "--home", str(self.home)],
            env={**self._environment, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )

    def do(self, *words: str) -> bytes:
        """Run a command that must succeed, and give what it printed."""
        done = self.run(*words)
        assert done.returncode == 0, f"netwb {' '.join(words)}: {done.stderr.decode()}"
        return done.stdout

    def ask(self, *words: str) -> Any:
        """The one JSON document of a command that must succeed."""
        return json.loads(self.do(*words, "--json"))

    def back_up(self, **settings: str) -> Any:
        """The outcome of a run over one device, also of one that did not work."""
        done = self.run("backup", "--json", **settings)
        assert done.stdout, done.stderr.decode()
        (outcome,) = json.loads(done.stdout)["outcomes"]
        return outcome
