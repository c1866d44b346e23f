"""One bare Git repository of one tenant, driven through GitPython. It knows no SQL and no secret.

`Repository` reads. `RepositoryWriter` exists only inside `writing()`, which holds the writer lock:
commits stream through `git fast-import --done` into a staging ref, then one transaction moves
`main` from the tip they were planned on. Without `--done` a feeder that dies leaves half a batch.
Each use has a GitPython command object of its own: threads that shared one hung, and its `Repo`
would read the caller's environment before ours is in force.
Sources: facts-git sections 1, 2 and 8; git-fast-import(1); git-update-ref(1).
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from git import Git
from git.exc import GitCommandError, GitCommandNotFound

from netwb.archive import log
from netwb.archive.faults import damaged, git_error
from netwb.archive.lock import writer_lock
from netwb.archive.log import Logged, parse_log
from netwb.archive.records import NETWB
from netwb.errors import ArchiveError

MAIN = "refs/heads/main"
STAGING = "refs/netwb/staging"
NO_COMMIT = "0" * 40
SETTINGS = """\
[core]
\tfsync = all
\tlogAllRefUpdates = true
\tcompression = 1  # a fifth less CPU for a tenth more bytes; the monthly repack takes 6
[gc]
\tauto = 0  # maintenance runs under the writer lock, and at no other time
[maintenance]
\tauto = false
[fastimport]
\tunpackLimit = 1  # always a pack: those are synced
"""
_STALE = ("*.lock", "*.keep", "tmp_*", "fast_import_crash_*")


_COMMIT = re.compile(r"[0-9a-f]{40}")


class TipMovedError(ArchiveError):
    """`main` is no longer where the commits were planned on; plan them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A file that changes its place."""

    old_path: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCommit:
    """One commit to be made: moves first, then at most one text at `path`."""

    author: str
    email: str
    at: datetime
    stored_at: datetime
    message: bytes
    moves: tuple[Move, ...] = ()
    path: str = ""
    text: bytes | None = field(default=None, repr=False)


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


class Repository:
    """Reads one repository; any number of processes may, also while one writes."""

    def __init__(self, path: Path, *, descriptors: tuple[int, ...] = ()) -> None:
        self.path = path
        self._descriptors = descriptors  # kept open in every Git child

    def exists(self) -> bool:
        """Whether it was ever written."""
        return self.path.is_dir()

    def tip(self) -> str | None:
        """Newest commit of `main`; None before the first."""
        with suppress(FileNotFoundError):  # it lies in packed-refs, or is not there yet
            found = (self.path / MAIN).read_text().strip()
            if _COMMIT.fullmatch(found):
                return found
        found = self._answer("for-each-ref", "--format=%(objectname)", MAIN).decode()
        return found.strip() or None

    def log(self, old: str | None, new: str) -> Iterator[Logged]:
        """Commits after `old` up to `new`, oldest first; one process, one commit held."""
        span = f"{old}..{new}" if old else new
        with self._process(*log.ARGUMENTS, span, "--") as process:
            yield from parse_log(process.stdout)

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `old` is still part of the history that ends in `new`."""
        with self._opened() as git:
            command = ["git", "merge-base", "--is-ancestor", old, new]
            status, _, said = git.execute(command, with_extended_output=True, with_exceptions=False)
        if status not in {0, 1, 128}:  # 128: `old` is not there at all
            raise git_error(str(self.path), str(said))
        return status == 0

    def text(self, blob: str) -> bytes:
        """One stored text."""
        return self._answer("cat-file", "blob", blob)

    def texts(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """Many stored texts, by blob id, through one process."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        with self._process("cat-file", "--batch", stdin=subprocess.PIPE) as process:
            return {blob: self._one(process, blob) for blob in wanted}

    def compare(self, old: str, new: str, *, beside: Repository) -> bytes:
        """`git diff --histogram` of two blobs; `new` may lie in the repository `beside`."""
        alternates = "" if beside.path == self.path else _quoted(beside.path / "objects")
        return self._answer(
            "diff",
            "--histogram",
            "--text",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--unified=3",
            old,
            new,
            env={"GIT_ALTERNATE_OBJECT_DIRECTORIES": alternates},
        )

    def _one(self, process: Any, blob: str) -> bytes:
        process.stdin.write(f"{blob}\n".encode())
        process.stdin.flush()
        head = process.stdout.readline().split()
        if len(head) != 3 or head[1] != b"blob":
            raise damaged(str(self.path), f"text {blob[:12]} is missing")
        text: bytes = process.stdout.read(int(head[2]))
        process.stdout.read(1)
        return text

    def _answer(self, *arguments: str, env: Mapping[str, str] | None = None) -> bytes:
        with self._opened() as git:
            answer = git.execute(
                ["git", *arguments],
                stdout_as_string=False,
                strip_newline_in_stdout=False,
                env=env,
                pass_fds=self._descriptors,
            )
        assert isinstance(answer, bytes)
        return answer

    @contextmanager
    def _process(self, *arguments: str, stdin: int | None = None) -> Iterator[Any]:
        """A Git child that is talked to; leaving the block early ends it."""
        with self._opened() as git:
            process = git.execute(
                ["git", *arguments], istream=stdin, as_process=True, pass_fds=self._descriptors
            )
            with _ended(process):
                yield process

    @contextmanager
    def _opened(self) -> Iterator[Git]:
        if not self.exists():
            raise damaged(str(self.path), "it is not there")
        try:
            yield _git(self.path)
        except GitCommandNotFound as error:
            msg = "git is not installed or not on the PATH; install git 2.39 or newer"
            raise ArchiveError(msg) from error
        except GitCommandError as error:
            raise git_error(str(self.path), _said(error)) from error
        except OSError as error:
            raise git_error(str(self.path), error.strerror or str(error)) from error


class RepositoryWriter(Repository):
    """Writes one repository; made by `writing()` only, which holds the lock."""

    def commit(self, commits: Sequence[NewCommit], *, onto: str | None, job: str) -> str:
        """Put the commits on `onto` and move `main` there; all of them, or none.

        Raises TipMovedError when `main` is no longer at `onto`.
        """
        staging = f"{STAGING}/{job}"
        new = self._import(commits, onto=onto, staging=staging)
        try:
            self._told(
                ("update-ref", "--stdin"),
                f"start\nupdate {MAIN} {new} {onto or NO_COMMIT}\n"
                f"delete {staging} {new}\ncommit\n".encode(),
            )
        except ArchiveError as error:
            if self.tip() == onto:
                raise
            msg = f"repository {self.path} was changed by somebody else meanwhile; run again"
            raise TipMovedError(msg) from error
        return new

    def tidy(self) -> None:
        """Remove what a killed writer left behind: lock and temporary files, staging refs.

        Safe only because we hold the writer lock; nothing else may write here.
        """
        for pattern in _STALE:
            for path in self.path.rglob(pattern):
                if path.is_file():
                    path.unlink()
        self.drop_staging()

    def drop_staging(self) -> None:
        """Delete the refs of batches that never reached `main`."""
        stale = self._answer("for-each-ref", "--format=delete %(refname)", STAGING)
        if stale:
            self._told(("update-ref", "--stdin"), stale)

    def _import(self, commits: Sequence[NewCommit], *, onto: str | None, staging: str) -> str:
        command = ("fast-import", "--quiet", "--done", "--depth=0", "--date-format=raw")
        answer = self._told(command, *_stream(commits, onto=onto, staging=staging))
        return answer.decode().strip()

    def _told(self, arguments: tuple[str, ...], *parts: bytes) -> bytes:
        """Feed a Git child and give what it prints; its words become an error when it fails."""
        with self._process(*arguments, stdin=subprocess.PIPE) as process:
            # A child that gave up closes its end; its own words say more than the broken pipe.
            with suppress(BrokenPipeError):
                for part in parts:
                    process.stdin.write(part)
                process.stdin.close()
            answer: bytes = process.stdout.read()
        return answer


@contextmanager
def writing(path: Path, *, timeout_s: float) -> Iterator[RepositoryWriter]:
    """The repository's only writer, as long as the block lasts; it need not be there yet.

    What a writer that did not end well left behind is removed first.
    Raises ArchiveBusyError after `timeout_s`.
    """
    with writer_lock(path.with_suffix(".lock"), timeout_s=timeout_s) as held:
        writer = RepositoryWriter(path, descriptors=(held.descriptor,))
        if held.after_a_crash and writer.exists():
            writer.tidy()
        yield writer


def create(path: Path) -> None:
    """Make an empty bare repository, whole or not at all. Call it under the writer lock."""
    fresh = path.with_suffix(".new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        _git(fresh).execute(
            ["git", "init", "--quiet", "--bare", "--shared=0600", "--initial-branch=main"]
        )
        with (fresh / "config").open("a") as config:
            config.write(SETTINGS)
        fresh.rename(path)
    except GitCommandError as error:
        raise git_error(str(path), _said(error)) from error
    except OSError as error:
        raise git_error(str(path), error.strerror or str(error)) from error


def _git(path: Path) -> Git:
    git = Git(str(path))
    git.update_environment(**environment(path))
    return git


@contextmanager
def _ended(process: Any) -> Iterator[None]:
    """Wait for the child after a good block and raise what it said; kill it after a bad one."""
    inner = process.proc
    try:
        yield
        _close(inner.stdin)
        said = inner.stderr.read()
        if inner.wait() != 0:
            raise GitCommandError(process.args, inner.returncode, said)
    finally:
        if inner.poll() is None:
            inner.kill()
            inner.wait()
        for stream in (inner.stdin, inner.stdout, inner.stderr):
            _close(stream)


def _said(error: GitCommandError) -> str:
    """Git's own words, without the frame that GitPython prints around them."""
    return str(error.stderr).strip().removeprefix("stderr: ").strip("'")


def _quoted(path: Path) -> str:
    """A path in Git's list of alternates, where a bare colon would end it."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _close(stream: BinaryIO | None) -> None:
    if stream is not None:
        with suppress(BrokenPipeError):
            stream.close()


def _stream(commits: Sequence[NewCommit], *, onto: str | None, staging: str) -> Iterator[bytes]:
    for mark, commit in enumerate(commits, start=1):
        yield _head(commit, mark, staging)
        if mark == 1 and onto:
            yield f"from {onto}\n".encode()
        for move in commit.moves:
            yield f"R {move.old_path} {move.path}\n".encode()
        if commit.text is not None:
            yield f"M 100644 inline {commit.path}\ndata {len(commit.text)}\n".encode()
            yield commit.text
            yield b"\n"
    yield f"get-mark :{len(commits)}\ndone\n".encode()


def _head(commit: NewCommit, mark: int, staging: str) -> bytes:
    at = int(commit.at.timestamp())
    stored = int(commit.stored_at.timestamp())
    lines = (
        f"commit {staging}\nmark :{mark}\n"
        f"author {commit.author} <{commit.email}> {at} +0000\n"
        f"committer {NETWB} <{NETWB}@localhost> {stored} +0000\n"
        f"data {len(commit.message)}\n"
    )
    return lines.encode() + commit.message + b"\n"
