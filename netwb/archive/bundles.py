"""A repository as one Git bundle, written and read as a stream; any Git clones from it too.

Git copies stored objects into a bundle as they lie, damaged ones too. So each bundle is made a
repository again, aside, while it is written. Sources: gitformat-bundle(5): a signature, a line a
ref, an empty line, a pack; git-index-pack(1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from netwb.archive.child import GitChildren
from netwb.archive.faults import damaged
from netwb.archive.repository import MAIN, STAGING, create
from netwb.errors import ArchiveDamagedError

_SIGNATURE = b"# v2 git bundle\n"
_HEAD = "HEAD"  # what a plain clone checks out
_PIECE = 1024 * 1024  # bytes in memory


def refs(path: Path) -> Mapping[str, str]:
    """Every ref with its commit, but those of batches that are under way."""
    told = GitChildren(path).answer("for-each-ref", "--format=%(objectname) %(refname)").decode()
    found = (line.split(" ", 1) for line in told.splitlines())
    return {ref: commit for commit, ref in found if not ref.startswith(f"{STAGING}/")}


def write_bundle(path: Path, names: list[str], put: Callable[[bytes], object]) -> None:
    """All history of those refs; a ref that moves meanwhile is in as it was or as it is.

    Raises ArchiveDamagedError where the repository could not be made of it again.
    """
    git = GitChildren(path)
    head = [_HEAD] if git.agrees("rev-parse", "--quiet", "--verify", _HEAD) else []
    fault = None
    with git.process("bundle", "create", "--quiet", "-", *head, *names) as process:
        try:
            prove_bundle(_Heard(process.stdout, put))
        except ArchiveDamagedError as error:
            fault = error
            for _ in _pieces(process.stdout):  # what Git says of it at its end tells more
                pass
    if fault is not None:
        raise damaged(str(path), fault.reason) from fault


def prove_bundle(stream: Any, main: str | None = None) -> None:
    """Make its repository once, aside. Raises ArchiveDamagedError with the reason."""
    with TemporaryDirectory(prefix="netwb-") as folder:
        read_bundle(Path(folder) / "proof.git", stream, main)


def read_bundle(path: Path, stream: Any, main: str | None = None) -> None:
    """Make the repository of what a bundle holds, after each object and link of it was proven.

    stream   has `readline()` and `read(size)`
    main     its `main` then, in the bundle's history; what the bundle has beyond it is left out of
             sight. None: where the bundle has it
    """
    create(path)
    git = GitChildren(path)
    found = _read_refs(path, stream)
    with (
        git.process("index-pack", "--stdin", "--check-self-contained-and-connected") as process,
        suppress(BrokenPipeError),  # it ended early, and says why
    ):
        for piece in _pieces(stream):
            process.stdin.write(piece)
    if main is not None:
        found[MAIN] = main
    lines = (f"create {ref} {commit}\n" for ref, commit in found.items())
    git.told(("update-ref", "--stdin"), [line.encode() for line in lines])


class _Heard:
    """A stream whose reader lets another one hear all that it reads."""

    def __init__(self, stream: Any, put: Callable[[bytes], object]) -> None:
        self._stream = stream
        self._put = put

    def readline(self) -> bytes:
        return self._passed(self._stream.readline())

    def read(self, size: int) -> bytes:
        return self._passed(self._stream.read(size))

    def _passed(self, piece: bytes) -> bytes:
        self._put(piece)
        return piece


def _read_refs(path: Path, stream: Any) -> dict[str, str]:
    if stream.readline() != _SIGNATURE:
        raise damaged(str(path), "its bundle begins with something else")
    found = {}
    while (line := stream.readline()) not in {b"\n", b""}:
        commit, _, ref = line.decode("utf-8", "surrogateescape").strip("\n").partition(" ")
        found[ref] = commit
    found.pop(_HEAD, None)  # a name of `main`
    return found


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
