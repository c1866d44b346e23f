"""One bare Git repository of one tenant, driven through GitPython. It knows no SQL and no secret.

`Repository` reads. `RepositoryWriter` exists only inside `writing()`, which holds the writer lock:
commits stream through `git fast-import --done` into a staging ref, then one transaction moves
`main` from the tip they were planned on. Without `--done` a feeder that dies leaves half a batch.
Sources: facts-git sections 1, 2 and 8; git-fast-import(1); git-update-ref(1).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from netwb.archive import log
from netwb.archive.child import GitChildren
from netwb.archive.faults import damaged, file_error, git_error
from netwb.archive.lock import writer_lock
from netwb.archive.log import Logged, parse_log
from netwb.archive.made import Made, parse_answers
from netwb.archive.sizes import size_of
from netwb.archive.stream import NewCommit, render_commits
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
# Links of a delta chain. The folder of a large site is written anew with each commit: 1,000 first
# commits take 0.9 s of CPU and 4 MB, without deltas 1.2 s and 16 MB. Texts are not tried: Git would
# compare each with the one before it, another device's, for half of the CPU of a night's commits.
DELTAS = ("--depth=10", "--big-file-threshold=1")
_STALE = (  # a branch may be called tmp_x, but no ref ends in .lock
    "**/*.lock",
    "objects/**/*.keep",
    "objects/**/tmp_*",
    "objects/pack/.tmp-*",  # of a repack
    "fast_import_crash_*",
)
_COMMIT = re.compile(r"[0-9a-f]{40}")


class TipMovedError(ArchiveError):
    """`main` is no longer where the commits were planned on; plan them again."""


class Repository:
    """Reads one repository; any number of processes may, also while one writes."""

    def __init__(self, path: Path, *, descriptors: tuple[int, ...] = ()) -> None:
        self.path = path
        self._children = GitChildren(path, descriptors)

    def exists(self) -> bool:
        """Whether it was ever written. Raises ArchiveError where that cannot be looked at."""
        try:
            return self.path.is_dir()
        except OSError as error:  # another user's folder, as a rule
            raise file_error(self.path, error) from error

    def tip(self) -> str | None:
        """Newest commit of `main`; None before the first."""
        try:
            with suppress(FileNotFoundError):  # it lies in packed-refs, or is not there yet
                found = (self.path / MAIN).read_text().strip()
                if _COMMIT.fullmatch(found):
                    return found
        except OSError as error:
            raise file_error(self.path / MAIN, error) from error
        found = self._git.answer("for-each-ref", "--format=%(objectname)", MAIN).decode()
        return found.strip() or None

    def size(self) -> int:
        """Bytes of all its files."""
        return size_of(self.path)

    def log(self, old: str | None, new: str) -> Iterator[Logged]:
        """Commits after `old` up to `new`, oldest first; one process, one commit held."""
        span = f"{old}..{new}" if old else new
        with self._git.process(*log.ARGUMENTS, span, "--") as process:
            yield from parse_log(process.stdout)

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `old` is still part of the history that ends in `new`."""
        return self._git.agrees("merge-base", "--is-ancestor", old, new)

    def text(self, blob: str) -> bytes:
        """One stored text."""
        return self._git.answer("cat-file", "blob", blob)

    def texts(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """Many stored texts, by blob id, through one process."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        with self._git.process("cat-file", "--batch") as process:
            return {blob: self._one(process, blob) for blob in wanted}

    def files(self, commit: str) -> dict[str, str]:
        """Path -> blob of every text as of that commit."""
        entries = self._git.answer("ls-tree", "-r", "-z", commit).decode(errors="replace")
        pairs = (entry.partition("\t") for entry in entries.split("\0") if entry)
        return {path: facts.split(" ")[2] for facts, _, path in pairs}

    def found(self, places: Iterable[tuple[str, str]]) -> list[str]:
        """Blob at each (commit, path), in order, through one process; "" where nothing is."""
        asked = (f"{commit}:{path}\n".encode() for commit, path in places)
        answers = self._git.told(("cat-file", "--batch-check=%(objectname)"), asked)
        return ["" if b" " in line else line.decode() for line in answers.splitlines()]

    def made_by_netwb(self, commit: str) -> int:
        """How many commits up to that one bear netwb's own trailers."""
        trailers = ("--grep=^Device: ", "--grep=^Kind: ", "--grep=^Cause: ")
        said = self._git.answer(
            "rev-list", "--count", "--first-parent", "--all-match", *trailers, commit, "--"
        )
        return int(said)

    def audit_heads(self, after: str | None) -> Iterator[str]:
        """What each commit of netwb's own after that one says in its trailer `Audit`, one by one."""
        trailer = "--format=%(trailers:key=Audit,valueonly)"
        span = f"{after}..{MAIN}" if after else MAIN
        command = ("log", "--first-parent", "--committer=^netwb <", trailer, span, "--")
        with self._git.process(*command) as process:
            for line in process.stdout:
                if line.strip():
                    yield line.strip().decode(errors="replace")

    def compare(
        self,
        old: str,
        new: str,
        *,
        beside: Repository,
        algorithm: Literal["histogram", "patience"] = "histogram",
    ) -> bytes:
        """`git diff` of two blobs; `new` may lie in the repository `beside`."""
        alternates = "" if beside.path == self.path else _quoted(beside.path / "objects")
        return self._git.answer(
            "diff",
            f"--diff-algorithm={algorithm}",
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

    @property
    def _git(self) -> GitChildren:
        if not self.exists():
            raise damaged(str(self.path), "it is not there")
        return self._children


class RepositoryWriter(Repository):
    """Writes one repository; made by `writing()` only, which holds the lock."""

    def commit(
        self, commits: Sequence[NewCommit], *, onto: str | None, job: str
    ) -> tuple[Made, ...]:
        """Put the commits on `onto` and move `main` there; all of them, or none.

        Raises TipMovedError when `main` is no longer at `onto`.
        """
        staging = f"{STAGING}/{job}"
        made = self._import(commits, onto=onto, staging=staging)
        new = made[-1].id
        try:
            self._update_refs(
                f"start\nupdate {MAIN} {new} {onto or NO_COMMIT}\n"
                f"delete {staging} {new}\ncommit\n".encode()
            )
        except ArchiveError as error:
            if self.tip() == onto:
                raise
            msg = f"repository {self.path} was changed by somebody else meanwhile; run again"
            raise TipMovedError(msg) from error
        return made

    def put(
        self,
        render: Callable[[str], Iterable[bytes]],
        *,
        ref: str,
        onto: str | None,
        job: str,
    ) -> str:
        """Import the one commit whose stream `render` gives for a staging ref; move `ref` there.

        Gives its id. Raises ArchiveError when `ref` is no longer at `onto`; then nothing is moved.
        """
        staging = f"{STAGING}/{job}"
        command = ("fast-import", "--quiet", "--done", "--date-format=raw", *DELTAS)
        new = self._git.told(command, render(staging)).decode().strip()
        self._update_refs(
            f"start\nupdate {ref} {new} {onto or NO_COMMIT}\n"
            f"delete {staging} {new}\ncommit\n".encode()
        )
        return new

    def maintain(self, *arguments: str, gives_way: Callable[[], bool]) -> bool:
        """Run one command of upkeep; False where `gives_way` ended it. What it left is removed."""
        done = self._git.leashed(*arguments, let_go=gives_way)
        if not done:
            self.tidy()
        return done

    def tidy(self) -> None:
        """Remove what a killed writer left behind: lock and temporary files, staging refs.

        Safe only because we hold the writer lock; nothing else may write here.
        """
        for pattern in _STALE:
            for path in self.path.glob(pattern):
                if path.is_file():
                    path.unlink()
        self.drop_staging()

    def drop_staging(self) -> None:
        """Delete the refs of batches that never reached `main`."""
        stale = self._git.answer("for-each-ref", "--format=delete %(refname)", STAGING)
        if stale:
            self._update_refs(stale)

    def _import(
        self, commits: Sequence[NewCommit], *, onto: str | None, staging: str
    ) -> tuple[Made, ...]:
        command = ("fast-import", "--quiet", "--done", "--date-format=raw", *DELTAS)
        parts = render_commits(commits, onto=onto, ref=staging)
        answers = self._git.told(command, parts).decode().splitlines()
        return tuple(parse_answers(commits, answers))

    def _update_refs(self, instructions: bytes) -> None:
        self._git.told(("update-ref", "--stdin"), [instructions])


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
        GitChildren(fresh).answer(
            "init", "--quiet", "--bare", "--shared=0600", "--initial-branch=main"
        )
        with (fresh / "config").open("a") as config:
            config.write(SETTINGS)
        fresh.rename(path)
    except OSError as error:
        raise git_error(str(path), error.strerror or str(error)) from error


def _quoted(path: Path) -> str:
    """A path in Git's list of alternates, where a bare colon would end it."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
