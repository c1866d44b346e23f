"""Since when each line of a text stands, carried from revision to revision by Git's hunks. Pure.

A text's lines are described by runs `(revision number that brought them, how many lines)`, which
for a device with few changes is a handful of pairs. What a hunk takes out leaves as a PastLine with
the number it came with, so that equal lines in different places are never mixed up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from netwb.errors import ArchiveDamagedError

Run = tuple[int, int]  # (revision number, lines)


class UnfitError(Exception):
    """The index does not fit the repository. It stays in the archive, which builds it anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHunk:
    """One hunk without context (`git diff -U0`); `old_start` is 0-based, a gap before that line."""

    old_start: int
    removed: tuple[bytes, ...] = field(repr=False)
    added: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLine:
    """A line that went, and the revision number that had brought it."""

    text: bytes
    since: int


def brought(number: int, lines: int) -> tuple[Run, ...]:
    """Runs of a text of which every line came with one revision."""
    return ((number, lines),) if lines else ()


def changed(
    runs: Sequence[Run], hunks: Iterable[LineHunk], number: int
) -> tuple[tuple[Run, ...], tuple[PastLine, ...]]:
    """Runs after an edit, and the lines that it took out."""
    kept: list[Run] = []
    past: list[PastLine] = []
    for hunk, numbers in _walk(runs, hunks, kept):
        past += (
            PastLine(text=text, since=since)
            for text, since in zip(hunk.removed, numbers, strict=True)
        )
        _append(kept, number, hunk.added)
    return tuple(kept), tuple(past)


def rewritten(runs: Sequence[Run], hunks: Iterable[LineHunk], number: int) -> tuple[Run, ...]:
    """Runs after netwb itself wrote the same lines in another form: each keeps its age.

    What the lines were before is not kept: it is what the newer rules wanted out of sight.
    """
    kept: list[Run] = []
    for hunk, numbers in _walk(runs, hunks, kept):
        for place in range(hunk.added):
            _append(kept, numbers[min(place, len(numbers) - 1)] if numbers else number, 1)
    return tuple(kept)


def number_at(runs: Iterable[Run], line: int) -> int:
    """Revision number that brought the 0-based line."""
    for number, count in runs:
        if line < count:
            return number
        line -= count
    msg = f"the index does not know line {line} of a text; put the database back from a copy"
    raise ArchiveDamagedError(msg)


def _walk(
    runs: Sequence[Run], hunks: Iterable[LineHunk], kept: list[Run]
) -> Iterator[tuple[LineHunk, list[int]]]:
    """Copy what lies between the hunks into `kept`; give each hunk with its lines' numbers."""
    rest = _Rest(runs)
    place = 0
    for hunk in hunks:
        for number, count in rest.take(hunk.old_start - place):
            _append(kept, number, count)
        gone = rest.take(len(hunk.removed))
        yield hunk, [number for number, count in gone for _ in range(count)]
        place = hunk.old_start + len(hunk.removed)
    for number, count in rest.take(None):
        _append(kept, number, count)


class _Rest:
    """Runs not yet walked over."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = list(reversed(runs))

    def take(self, lines: int | None) -> list[Run]:
        """The next so many lines as runs; None: all that are left."""
        if lines is None:
            taken, self._runs = self._runs[::-1], []
            return taken
        taken = []
        while lines > 0:
            if not self._runs:
                msg = "a hunk lies beyond the end of the indexed text; the index is to be rebuilt"
                raise UnfitError(msg)
            number, count = self._runs.pop()
            if count > lines:
                self._runs.append((number, count - lines))
                count = lines
            taken.append((number, count))
            lines -= count
        return taken


def _append(runs: list[Run], number: int, lines: int) -> None:
    if not lines:
        return
    if runs and runs[-1][0] == number:
        lines += runs.pop()[1]
    runs.append((number, lines))
