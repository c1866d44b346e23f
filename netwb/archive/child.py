"""One Git child: its environment, what it is told, its end, its words when it fails.

Each call has a GitPython command object of its own: threads that shared one hung (facts-git section
3), and GitPython's `Repo` would read the caller's environment before ours is in force.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from netwb.archive.faults import git_error
from netwb.errors import ArchiveError
from netwb.loading import lazy

if TYPE_CHECKING:
    import git
else:
    git = lazy("git")  # its import runs `git version`, and fails where there is no Git

_LEASH = str(Path(__file__).with_name("leash.py"))
_LOOK_S = 0.2  # how soon a long command makes room for whoever waits
_NO_GIT = "git is not installed, or the PATH does not find it; install git 2.39 or newer"


def environment(path: Path) -> dict[str, str]:
    """Variables that keep the person's own Git settings, and a calling Git, out of the archive."""
    return {
        "GIT_DIR": str(path),
        "GIT_COMMON_DIR": str(path),
        "GIT_DIFF_OPTS": "",
        "GIT_OBJECT_DIRECTORY": str(path / "objects"),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": "",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_COUNT": "0",
        "GIT_CONFIG_PARAMETERS": "",
        "GIT_NAMESPACE": "",
        "GIT_TEMPLATE_DIR": "",  # no sample hooks
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }


class GitChildren:
    """Runs Git in one repository.

    descriptors   kept open in every child, so that the lock on them lasts as long as it does
    """

    def __init__(self, path: Path, descriptors: tuple[int, ...] = ()) -> None:
        self._path = path
        self._descriptors = descriptors

    def answer(self, *arguments: str, env: Mapping[str, str] | None = None) -> bytes:
        """What one command prints."""
        with _translated(self._path):
            answer = _git(self._path).execute(
                ["git", *arguments],
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=env,
                pass_fds=self._descriptors,
            )
        assert isinstance(answer, bytes)
        return answer

    def agrees(self, *arguments: str) -> bool:
        """Whether a command that asks says yes; 128 is a no about something that is not there."""
        with _translated(self._path):
            status, _, said = _git(self._path).execute(
                ["git", *arguments],
                with_extended_output=True,
                with_exceptions=False,
                pass_fds=self._descriptors,
            )
        if status not in {0, 1, 128}:
            raise git_error(str(self._path), str(said))
        return status == 0

    def told(self, arguments: tuple[str, ...], parts: Iterable[bytes]) -> bytes:
        """Feed a command and give what it prints, however much of it before it has read all."""
        with self.process(*arguments) as process:
            answer: bytes = process.proc.communicate(b"".join(parts))[0]
        return answer

    @contextmanager
    def process(self, *arguments: str) -> Iterator[Any]:
        """A command to talk with, by `stdin` and `stdout`; leaving early ends it."""
        with _translated(self._path):
            process: Any = _git(self._path).execute(
                ["git", *arguments],
                istream=subprocess.PIPE,
                as_process=True,
                pass_fds=self._descriptors,
            )
            with _ended(process):
                yield process

    def leashed(
        self,
        *arguments: str,
        let_go: Callable[[], bool],
        env: Mapping[str, str] | None = None,
    ) -> bool:
        """A command that may take minutes, at low priority; it ends when this process does.

        let_go   asked all the while; once it says so the command is ended, and this gives False
        env      variables besides ours
        """
        with _translated(self._path), self._on_leash(arguments, env) as process:
            inner = process.proc
            while not _over(inner, _LOOK_S):
                if let_go():
                    return False
            if inner.returncode != 0:
                raise git.GitCommandError(process.args, inner.returncode, inner.communicate()[1])
        return True

    @contextmanager
    def _on_leash(self, arguments: tuple[str, ...], env: Mapping[str, str] | None) -> Iterator[Any]:
        """The command's process; leaving early ends it, and waits until it and its children have."""
        end, ours = os.pipe()
        try:
            process: Any = _git(self._path).execute(
                [sys.executable, "-I", "-S", _LEASH, str(end), "git", *arguments],
                as_process=True,
                env=env,
                pass_fds=(*self._descriptors, end),
                start_new_session=True,
            )
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(end)
        try:
            yield process
        finally:
            os.close(ours)
            process.proc.communicate()


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ArchiveError(_NO_GIT) from error
    except git.GitCommandNotFound as error:
        raise ArchiveError(_NO_GIT) from error
    except git.GitCommandError as error:
        raise git_error(str(path), _said(error)) from error
    except OSError as error:
        raise git_error(str(path), error.strerror or str(error)) from error


def _git(path: Path) -> git.Git:
    command = git.Git(str(path))
    command.update_environment(**environment(path))
    return command


@contextmanager
def _ended(process: Any) -> Iterator[None]:
    """Wait for the child after a good block and raise what it said; kill it after a bad one."""
    inner = process.proc
    try:
        yield
        said = inner.communicate()[1]  # after one with input it gives the same once more
        if inner.returncode != 0:
            raise git.GitCommandError(process.args, inner.returncode, said)
    finally:
        if inner.poll() is None:
            inner.kill()
            inner.wait()
        for stream in (inner.stdin, inner.stdout, inner.stderr):
            _close(stream)


def _over(inner: subprocess.Popen[bytes], patience_s: float) -> bool:
    """Whether it ended within that time; what it says is read meanwhile."""
    try:
        inner.communicate(timeout=patience_s)
    except subprocess.TimeoutExpired:
        return False
    return True


def words_of(error: ArchiveError) -> str:
    """What Git said when that was raised; "" where it was not Git."""
    cause = error.__cause__
    return _said(cause) if isinstance(cause, git.GitCommandError) else ""


def _said(error: git.GitCommandError) -> str:
    """Git's own words, without the frame that GitPython prints around them."""
    return str(error.stderr).strip().removeprefix("stderr: ").strip("'")


def _close(stream: BinaryIO | None) -> None:
    if stream is not None:
        with suppress(BrokenPipeError):
            stream.close()
