"""The story of a line on the facade: since when it stands, by whom, what stood before, who has it too.

`text_since` dates a whole text; `line_story` tells of one line. What stood before at its place is
read from the differences of the revisions that brought it and its predecessors, a step each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from netwb.errors import InputError
from netwb.inventory.records import ConfigKind, Device
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.framed import DatedLine, Framed
from netwb.workbench.reading import ReadingFace, Side
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.archive import ages as _line_ages
    from netwb.archive import lines as _line_runs
    from netwb.archive.ages import Brought
    from netwb.archive.lines import Run
    from netwb.archive.records import Revision
    from netwb.configs import sections as _sections
    from netwb.configs import words as _words
    from netwb.configs.diff import ConfigDiff
else:
    _sections = lazy("netwb.configs.sections")
    _words = lazy("netwb.configs.words")
    _line_ages = lazy("netwb.archive.ages")
    _line_runs = lazy("netwb.archive.lines")

_MOST_STEPS = 4  # of what stood before: each reads two texts from Git
_ALIKE = 0.5  # ratio of characters from which a removed line is what an added one replaced
_SEPARATORS = ("", "!", "#", "}", "{", "end", "exit", "return", "exit-address-family")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Neighbouring lines that one revision brought.

    first    1-based
    number   of that revision; 1 is the first copy, before which nobody knows
    """

    first: int
    lines: int
    number: int
    at: datetime
    author: str
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DatedText(Framed):
    """One stored text, without its secrets, and since when its lines stand, in order."""

    device: Device
    revision: Revision
    lines: tuple[str, ...]
    stretches: tuple[Stretch, ...]

    def rows(self) -> Records[DatedLine]:
        """The lines."""
        return records_of(
            (
                DatedLine(
                    line=number,
                    text=self.lines[number - 1],
                    since=one.at,
                    author=one.author,
                    revision=one.revision,
                )
                for one in self.stretches
                for number in range(one.first, one.first + one.lines)
            ),
            DatedLine,
        )

    def said(self) -> str:
        """Which text it is."""
        device = self.device
        return f"{device.tenant}/{device.hostname}@{self.revision.id[:12]}: {len(self.lines)} lines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A line that stood at a place before another one took it."""

    text: str
    author: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStory:
    """One line of one text.

    number      of the revision that brought it; 1 is the first copy, before which nobody knows
    before      what stood at its place, newest first; empty: nothing did
    elsewhere   how many other devices have that very line now; None: it says nothing, like `!`
    """

    line: int
    text: str
    since: datetime
    author: str
    revision: str
    number: int
    before: tuple[Before, ...]
    elsewhere: int | None


@dataclass(frozen=True, slots=True)
class _Place:
    """A line by its text, and which one of those with that text it is."""

    text: str
    rank: int


class LineStoryFace(ReadingFace):
    """`text_since`, `line_story`."""

    def text_since(self, reference: str, *, kind: ConfigKind = "running") -> DatedText:
        """The text of `DEVICE` or `DEVICE@REV`, and of each line since when it stands, and by whom."""
        self._require(Permission.CONFIG_VIEW)
        device, revision = self._revision(reference, kind)
        lines = _lines(self._parts.history.text(self._scope, device, revision))
        runs = self._ages.runs(self._scope, device, revision)
        brought = self._ages.brought(self._scope, device, kind, {number for number, _ in runs})
        return DatedText(
            device=device,
            revision=revision,
            lines=tuple(map(_sections.readable, lines)),
            stretches=tuple(_stretches(runs, brought)),
        )

    def line_story(self, reference: str, line: int, *, kind: ConfigKind = "running") -> LineStory:
        """What is known of one line (1-based) of `DEVICE` or `DEVICE@REV`."""
        self._require(Permission.CONFIG_VIEW)
        device, revision = self._revision(reference, kind)
        lines = _lines(self._parts.history.text(self._scope, device, revision))
        if not 0 < line <= len(lines):
            msg = f"{device.hostname}@{revision.id[:12]} has {len(lines)} lines; none is {line}"
            raise InputError(msg)
        runs = self._ages.runs(self._scope, device, revision)
        number = _line_runs.number_at(runs, line - 1)
        own = self._ages.brought(self._scope, device, kind, {number})[number]
        place = _Place(_sections.readable(lines[line - 1]), _rank(lines, runs, line - 1))
        return LineStory(
            line=line,
            text=place.text,
            since=own.at,
            author=own.author,
            revision=own.revision,
            number=number,
            before=tuple(self._before_line(device, kind, number, place)),
            elsewhere=self._elsewhere(device, lines[line - 1]),
        )

    @property
    def _ages(self) -> _line_ages.LineAges:
        return _line_ages.LineAges(self._parts.home.folder("archive"), self._parts.database)

    def _before_line(
        self, device: Device, kind: ConfigKind, number: int, place: _Place
    ) -> Iterator[Before]:
        for _ in range(_MOST_STEPS):
            sides = self._around(device, kind, number)
            gone = _replaced(self._diff(*sides, "lines"), place) if sides else None
            if sides is None or gone is None:
                return
            origins = self._ages.came_with(self._scope, device, kind, until=number, text=gone.text)
            if not origins:  # netwb wrote it in another form since, and kept no older one
                return
            origin = origins[min(gone.rank, len(origins) - 1)]
            brought = self._ages.brought(self._scope, device, kind, {origin})[origin]
            yield Before(
                text=gone.text, author=brought.author, since=brought.at, until=sides[1][1].at
            )
            number, place = origin, gone

    def _around(self, device: Device, kind: ConfigKind, number: int) -> tuple[Side, Side] | None:
        """The revision before that number, and that one; None where it is the first."""
        found = self._parts.history.revisions(
            self._scope, device, kind=kind, limit=2, before=number + 1
        )
        return ((device, found[1]), (device, found[0])) if len(found) == 2 else None

    def _elsewhere(self, device: Device, line: bytes) -> int | None:
        if _sections.readable(line).strip() in _SEPARATORS:
            return None
        found = self._parts.history.carriers(self._scope, line, self._narrowed())
        return len(found - {device.id})


def _lines(text: bytes) -> list[bytes]:
    return text.removesuffix(b"\n").split(b"\n") if text else []


def _stretches(runs: Sequence[Run], brought: Mapping[int, Brought]) -> Iterator[Stretch]:
    first = 1
    for number, count in runs:
        by = brought[number]
        yield Stretch(
            first=first,
            lines=count,
            number=number,
            at=by.at,
            author=by.author,
            revision=by.revision,
        )
        first += count


def _rank(lines: Sequence[bytes], runs: Sequence[Run], line: int) -> int:
    """How many lines above have the same text and came with the same revision."""
    number, place, rank = _line_runs.number_at(runs, line), 0, 0
    for its, count in runs:
        if its == number:
            rank += lines[place : min(place + count, line)].count(lines[line])
        place += count
        if place > line:
            break
    return rank


def _replaced(diff: ConfigDiff, place: _Place) -> _Place | None:
    """What an added line took the place of: among the lines removed there, the one most like it."""
    rank = place.rank
    seen: list[str] = []
    for removed, added in _runs(diff):
        for number, text in enumerate(added):
            if text != place.text:
                continue
            if rank == 0:
                gone = _counterpart(removed, added, number)
                return None if gone is None else _Place(gone, seen.count(gone))
            rank -= 1
        seen += removed
    return None


def _runs(diff: ConfigDiff) -> Iterator[tuple[list[str], list[str]]]:
    """Neighbouring changed lines: those removed, and those added."""
    for hunk in diff.hunks:
        removed: list[str] = []
        added: list[str] = []
        for line in hunk.lines:
            if line.kind == "same" and (removed or added):
                yield removed, added
                removed, added = [], []
            elif line.kind == "removed":
                removed.append(line.text)
            elif line.kind == "added":
                added.append(line.text)
        if removed or added:
            yield removed, added


def _counterpart(removed: Sequence[str], added: Sequence[str], number: int) -> str | None:
    text = added[number]
    if len(removed) == len(added) and _shares_words(removed[number], text):
        return removed[number]
    best = max(removed, key=lambda gone: _likeness(gone, text), default=None)
    alike = best is not None and _likeness(best, text) >= _ALIKE and _shares_words(best, text)
    return best if alike else None


def _shares_words(old: str, new: str) -> bool:
    return bool(_words.changed_words([("removed", old), ("added", new)]))


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.strip(), new.strip(), autojunk=False).ratio()
