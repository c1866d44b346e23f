"""How far a tenant's repository and its remote are apart, counted by Git in the repository itself.

What only the remote has is looked at in a repository beside ours that borrows its objects, and is
gone afterwards: commits of strangers never come into the archive.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from netwb.archive.child import GitChildren
from netwb.archive.remote.records import Stranger
from netwb.archive.remote.said import quoted
from netwb.archive.repository import Repository, create

_NAMED = 20  # strangers that are shown; a page of them is enough to decide
_SEPARATOR = "\x1f"


def commit_of(path: Path, ref: str) -> str:
    """Where a ref of the repository points to; "" where it does not exist."""
    printed = GitChildren(path).answer("for-each-ref", "--format=%(objectname)", ref)
    return printed.decode().strip()


def commit_of_parent(path: Path, commit: str) -> str:
    """The commit before that one; "" before the first."""
    printed = GitChildren(path).answer("rev-list", "--parents", "--max-count=1", commit, "--")
    return (*printed.decode().split(), "", "")[1]


def count_between(path: Path, old: str, new: str) -> int:
    """Commits that `new` has and `old` has not; all of them where `old` is "" or not known here."""
    if old == new:
        return 0
    git = GitChildren(path)
    known = bool(old) and git.agrees("cat-file", "-e", f"{old}^{{commit}}")
    span = f"{old}..{new}" if known else new
    return int(git.answer("rev-list", "--count", span, "--"))


def commits_between(path: Path, old: str, new: str) -> Iterator[str]:
    """Commits that `new` has and `old` ("": none) has not."""
    if new and old != new:
        span = f"{old}..{new}" if old else new
        yield from GitChildren(path).answer("rev-list", span, "--").decode().split()


def commits_named(count: int) -> str:
    """`1 commit`, `3 commits`."""
    return "1 commit" if count == 1 else f"{count} commits"


def follows(path: Path, old: str, new: str) -> bool:
    """Whether `new` is `old` or comes after it; a commit that is not known here is before nothing."""
    return not old or old == new or Repository(path).is_ancestor(old, new)


@contextmanager
def new_repository() -> Iterator[Path]:
    """An empty one in a temporary folder."""
    with TemporaryDirectory(prefix="netwb-remote-") as folder:
        made = Path(folder) / "look.git"
        create(made)
        yield made


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """An empty repository in a temporary folder that has the objects of the one at `path`."""
    with new_repository() as made:
        alternates = made / "objects" / "info" / "alternates"
        alternates.write_text(f"{path.resolve() / 'objects'}\n")
        yield made


def strangers_in(path: Path, theirs: str, ours: str) -> tuple[int, tuple[Stranger, ...]]:
    """How many commits `theirs` has and `ours` has not, and the newest of them."""
    git = GitChildren(path)
    span = (theirs, "--not", ours) if ours else (theirs,)
    count = int(git.answer("rev-list", "--count", *span, "--"))
    form = f"--format=%H{_SEPARATOR}%an{_SEPARATOR}%s"
    printed = git.answer("log", f"--max-count={_NAMED}", form, *span, "--")
    lines = printed.decode(errors="replace").splitlines()
    fields = (line.split(_SEPARATOR, 2) for line in lines)
    return count, tuple(
        Stranger(commit=commit, author=quoted(author), subject=quoted(subject))
        for commit, author, subject in fields
    )
