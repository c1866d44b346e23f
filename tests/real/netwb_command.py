"""netwb's own command line as its user runs it, in a network and a home of the test's choice."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
)
from pathlib import Path
from typing import Any

import pytest

from netwb.cli.main import main


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


class CommandHere(NetwbCommand):
    """The same by the function that the command calls: what a process takes to start is not taken.

    entered    gives what puts this thread, and threads that it begins, into the network of the test
    """

    def __init__(
        self,
        home: Path,
        *,
        environment: Mapping[str, str],
        entered: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        super().__init__(home, inside=(), environment=environment)
        self._entered = entered

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
        """In this process, with that environment beside its own."""
        arguments = [*words, "--home", str(self.home)]
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with ExitStack() as stack:
            variables = stack.enter_context(pytest.MonkeyPatch.context())
            for name, value in {**self._environment, **settings}.items():
                variables.setenv(name, value)
            stack.enter_context(redirect_stdout(out))
            stack.enter_context(redirect_stderr(err))
            stack.enter_context(_umask_given_back())
            stack.enter_context(self._entered())
            status = main(arguments)
        return subprocess.CompletedProcess(arguments, status, _written(out), _written(err))


@contextmanager
def _umask_given_back() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def _written(one: io.TextIOWrapper) -> bytes:
    one.flush()
    assert isinstance(one.buffer, io.BytesIO)
    return one.buffer.getvalue()
