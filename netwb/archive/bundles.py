"""A repository as one Git bundle, written and read as a stream; any Git clones from it too.

Source: gitformat-bundle(5): a signature, a line a ref, an empty line, a pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from netwb.archive.child import GitChildren
from netwb.archive.faults import damaged
from netwb.archive.repository import MAIN, STAGING, create

_SIGNATURE = b"# v2 git bundle\n"
_PIECE = 1024 * 1024  # bytes in memory


def refs(path: Path) -> Mapping[str, str]:
    """Every ref with its commit, but those of batches that are under way."""
    told = GitChildren(path).answer("for-each-ref", "--format=%(objectname) %(refname)").decode()
    found = (line.split(" ", 1) for line in told.splitlines())
    return {ref: commit for commit, ref in found if not ref.startswith(f"{STAGING}/")}


def write_bundle(path: Path, names: list[str], put: Callable[[bytes], object]) -> None:
    """All history of those refs; a ref that moves meanwhile is in as it was or as it is."""
    git = GitChildren(path)
    with git.process("bundle", "create", "--quiet", "-", *names) as process:
        for piece in _pieces(process.stdout):
            put(piece)


def read_bundle(path: Path, stream: Any, main: str) -> None:
    """Make the repository of what a bundle holds, its `main` at that commit.

    stream   has `readline()` and `read(size)`
    main     in the bundle's history; what the bundle has beyond it is left out of sight
    """
    create(path)
    git = GitChildren(path)
    found = _read_refs(path, stream)
    with git.process("index-pack", "--stdin") as process:
        for piece in _pieces(stream):
            process.stdin.write(piece)
    found[MAIN] = main
    lines = (f"create {ref} {commit}\n" for ref, commit in found.items())
    git.told(("update-ref", "--stdin"), [line.encode() for line in lines])


def _read_refs(path: Path, stream: Any) -> dict[str, str]:
    if stream.readline() != _SIGNATURE:
        raise damaged(str(path), "its bundle begins with something else")
    found = {}
    while (line := stream.readline()) not in {b"\n", b""}:
        commit, _, ref = line.decode("utf-8", "surrogateescape").strip("\n").partition(" ")
        found[ref] = commit
    return found


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece
