"""Git with all that it starts, ssh or an https helper: one session of processes, which ends whole."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from netwb.archive.child import environment
from netwb.errors import RemoteError
from netwb.loading import lazy

if TYPE_CHECKING:
    import git
else:
    git = lazy("git")


@contextmanager
def family(
    path: Path, *arguments: str, env: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """A command in the repository at `path`; what it says and how it ends is the caller's to read.

    Who still runs when the block is left is killed, the whole family at once: Git alone would leave
    its ssh behind, which may hang for ever.
    """
    command = git.Git(str(path))
    command.update_environment(**environment(path))
    try:
        started = command.execute(
            ["git", *arguments], as_process=True, env=env, start_new_session=True
        )
    except (ImportError, git.GitCommandNotFound, OSError) as error:
        msg = (
            f"git cannot be started in {path}; install git 2.39 or newer, and see that it is there"
        )
        raise RemoteError(msg) from error
    assert started.proc is not None
    with _ended(started.proc):
        yield started.proc


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()
