"""Lay a ConfigDiff out as rows of old and new lines, in slices that a browser can draw. Pure.

A board is a sequence of blocks. Each block is what did not change up to the next hunk, folded or
drawn, and that hunk; the last block has no hunk. Only the rows that are asked for are made, so that
20,000 lines cost what is looked at. Rows leave as plain lists, as `diff.js` draws them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from netwb.configs.diff import ConfigDiff, DiffLine, Hunk
from netwb.configs.sections import readable
from netwb.configs.words import changed_words

Extent = Literal["changes", "whole"]
Moved = Literal["shown", "ignored"]
Kind = Literal["same", "changed", "moved"]
Pieces = tuple[tuple[str, bool], ...]  # the line's text in pieces, each with: did it change?

SAME, CHANGED, MOVED = 0, 1, 2
_CODES: dict[Kind, int] = {"same": SAME, "changed": CHANGED, "moved": MOVED}
_BLANK = ("", "!", "}", "exit")  # these stand everywhere: that one moved says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An old line and the new one beside it; one of them is None where the other stands alone.

    old, new   1-based line numbers; left, right: their texts
    """

    kind: Kind
    old: int | None = None
    new: int | None = None
    left: Pieces | None = None
    right: Pieces | None = None

    def as_json(self) -> list[Any]:
        """`[kind, old, new, left, right]`; an unmarked text is a string, a missing one null."""
        right = None if self.kind == "same" else _shown(self.right)
        return [_CODES[self.kind], self.old, self.new, _shown(self.left), right]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Lines that stand in both texts, from these 1-based numbers on."""

    old: int
    new: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What lies before a hunk, and the hunk.

    before   unchanged stretches, and hunks in which lines only moved where those are ignored
    folded   how many rows that is; `ignored`: how many of them hold moved lines
    moved    places of the hunk's lines that only moved
    """

    before: tuple[Stretch | Hunk, ...]
    folded: int
    ignored: int
    hunk: Hunk | None
    moved: frozenset[int] = frozenset()


def hunk_rows(hunk: Hunk, moved: frozenset[int] = frozenset()) -> tuple[Row, ...]:
    """The rows of a hunk. The n-th removed line of a run stands beside the n-th added one.

    What changed within lines is found here where the diff does not say it: of 4,000 hunks, those
    that are looked at.
    """
    rows: list[Row] = []
    old, new = hunk.old_start, hunk.new_start
    for run in _runs(_with_words(hunk.lines)):
        if run[0][1].kind == "same":
            rows += (
                Row(kind="same", old=old + n, new=new + n, left=_plain(line.text))
                for n, (_, line) in enumerate(run)
            )
            old, new = old + len(run), new + len(run)
            continue
        gone = [item for item in run if item[1].kind == "removed"]
        came = [item for item in run if item[1].kind == "added"]
        rows += _changed_rows(gone, came, old, new, moved)
        old, new = old + len(gone), new + len(came)
    return tuple(rows)


def moved_lines(diff: ConfigDiff) -> tuple[frozenset[int], ...]:
    """For each hunk the places of the lines that only moved: gone here, and come elsewhere.

    A line is the same one where its text and the sections around it are the same; that a
    ` shutdown` left one interface and came to another is a change.
    """
    gone: Counter[tuple[object, ...]] = Counter()
    came: Counter[tuple[object, ...]] = Counter()
    for hunk in diff.hunks:
        for line in hunk.lines:
            if line.kind != "same":
                (gone if line.kind == "removed" else came)[_identity(line)] += 1
    both = gone & came
    left = {"removed": Counter(both), "added": Counter(both)}
    return tuple(
        frozenset(_take_moved(hunk.lines, left)) if both else frozenset() for hunk in diff.hunks
    )


@dataclass(slots=True, weakref_slot=True, eq=False)
class Board:
    """One comparison as it is looked at; several pages and threads may read one.

    blocks   the last one has no hunk
    count    items of the sequence that `items` cuts slices from
    """

    diff: ConfigDiff
    extent: Extent = "changes"
    moved: Moved = "shown"
    blocks: tuple[Block, ...] = field(init=False)
    count: int = field(init=False)
    _starts: list[int] = field(init=False, repr=False)
    _rows: dict[int, tuple[Row, ...]] = field(init=False, repr=False, default_factory=dict)
    _new_lines: list[bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._new_lines = _lines(self.diff.new_text)
        self.blocks = tuple(_blocks(self.diff, self.moved, len(self._new_lines)))
        self._starts, at = [], 0
        for block in self.blocks:
            self._starts.append(at)
            at += self._height_of(block)
        self.count = at
        self._starts.append(at)

    @property
    def hunks(self) -> int:
        """How many hunks are shown as such."""
        return len(self.blocks) - 1

    def items(self, start: int, count: int) -> list[list[Any]]:
        """A slice of the whole sequence: heads, and rows as `Row.as_json`.

        A head is `["h", number, sections, folded rows, of them moved, block]`; the end of the text
        is `["e", folded rows, of them moved, block]` where something is folded there.
        """
        wanted = range(start, min(start + count, self.count))
        found: list[list[Any]] = []
        first = bisect_right(self._starts, wanted.start) - 1
        for place in range(max(first, 0), len(self.blocks)):
            begin = self._starts[place]
            if begin >= wanted.stop:
                break
            found += self._items_of(place, wanted.start - begin, wanted.stop - begin)
        return found

    def place_of(self, number: int) -> int:
        """Where in the sequence the head of the 1-based hunk stands."""
        block = self.blocks[number - 1]
        return self._starts[number - 1] + (block.folded if self.extent == "whole" else 0)

    def folded(self, place: int, start: int, count: int) -> list[list[Any]]:
        """Rows of what is folded before the hunk of the block at `place`."""
        before = self.blocks[place].before
        return [row.as_json() for row in self._between(before, start, start + count)]

    def _height_of(self, block: Block) -> int:
        drawn = block.folded if self.extent == "whole" else 0
        if block.hunk is None:
            return drawn + (1 if block.folded and self.extent == "changes" else 0)
        return drawn + 1 + _height(block.hunk)

    def _items_of(self, place: int, start: int, stop: int) -> Iterator[list[Any]]:
        """Items `start` to `stop` of one block."""
        block = self.blocks[place]
        drawn = block.folded if self.extent == "whole" else 0
        start = max(start, 0)
        if start < drawn:
            between = self._between(block.before, start, min(stop, drawn))
            yield from (row.as_json() for row in between)
        if start <= drawn < stop and self._starts[place + 1] - self._starts[place] > drawn:
            yield self._head(place)
        if block.hunk is not None and stop > drawn + 1:
            rows = self._rows_of(block.hunk, block.moved)
            begin, end = max(start - drawn - 1, 0), stop - drawn - 1
            if end >= len(rows):  # read to its end: it is made again where somebody comes back
                self._rows.pop(id(block.hunk), None)
            yield from (row.as_json() for row in rows[begin:end])

    def _head(self, place: int) -> list[Any]:
        block = self.blocks[place]
        folded, ignored = (block.folded, block.ignored) if self.extent == "changes" else (0, 0)
        if block.hunk is None:
            return ["e", folded, ignored, place]
        return ["h", place + 1, list(_crumbs(block.hunk)), folded, ignored, place]

    def _between(self, before: Sequence[Stretch | Hunk], start: int, stop: int) -> Iterator[Row]:
        at = 0
        for part in before:
            length = part.count if isinstance(part, Stretch) else _height(part)
            begin, end = max(start - at, 0), min(stop - at, length)
            at += length
            if begin >= end:
                continue
            if isinstance(part, Hunk):
                all_of_it = frozenset(range(len(part.lines)))
                yield from self._rows_of(part, all_of_it)[begin:end]
            else:
                yield from (self._same(part, n) for n in range(begin, end))

    def _same(self, part: Stretch, n: int) -> Row:
        text = readable(self._new_lines[part.new + n - 1])
        return Row(kind="same", old=part.old + n, new=part.new + n, left=_plain(text))

    def _rows_of(self, hunk: Hunk, moved: frozenset[int]) -> tuple[Row, ...]:
        """Kept while it is read: a hunk may be longer than a slice."""
        rows = self._rows.get(id(hunk))
        if rows is None:
            rows = self._rows[id(hunk)] = hunk_rows(hunk, moved)
        return rows


def _blocks(diff: ConfigDiff, moved: Moved, new_lines: int) -> Iterator[Block]:
    ignored = moved_lines(diff) if moved == "ignored" else (frozenset(),) * len(diff.hunks)
    before: list[Stretch | Hunk] = []
    old = new = 1
    for hunk, its_moved in zip(diff.hunks, ignored, strict=True):
        gap = hunk.new_start - new
        if gap > 0 and new_lines:
            before.append(Stretch(old=old, new=new, count=gap))
        old, new = _end(hunk)
        if its_moved and all(
            place in its_moved or _says_nothing(line) for place, line in enumerate(hunk.lines)
        ):
            before.append(hunk)
            continue
        yield _block(before, hunk, its_moved)
        before = []
    if new_lines >= new:
        before.append(Stretch(old=old, new=new, count=new_lines - new + 1))
    yield _block(before, None, frozenset())


def _block(before: Sequence[Stretch | Hunk], hunk: Hunk | None, moved: frozenset[int]) -> Block:
    hunks = [part for part in before if isinstance(part, Hunk)]
    return Block(
        before=tuple(before),
        folded=sum(_height(part) if isinstance(part, Hunk) else part.count for part in before),
        ignored=sum(line.kind != "same" for part in hunks for line in part.lines),
        hunk=hunk,
        moved=moved,
    )


def _says_nothing(line: DiffLine) -> bool:
    return line.kind == "same" or line.text.strip() in _BLANK


def _with_words(lines: Sequence[DiffLine]) -> Sequence[DiffLine]:
    if any(line.words for line in lines):
        return lines
    marked = changed_words([(line.kind, line.text) for line in lines])
    if not marked:
        return lines
    return [
        replace(line, words=marked[place]) if place in marked else line
        for place, line in enumerate(lines)
    ]


def _end(hunk: Hunk) -> tuple[int, int]:
    """Numbers of the lines after the hunk."""
    kinds = [line.kind for line in hunk.lines]
    added, removed = kinds.count("added"), kinds.count("removed")
    return hunk.old_start + len(kinds) - added, hunk.new_start + len(kinds) - removed


def _crumbs(hunk: Hunk) -> tuple[str, ...]:
    return hunk.crumbs or ((hunk.section,) if hunk.section else ())


def _height(hunk: Hunk) -> int:
    """How many rows the hunk takes."""
    height = gone = came = 0
    after = False  # an added line was seen in this run
    for line in hunk.lines:
        if line.kind == "same" or (line.kind == "removed" and after):
            height, gone, came, after = height + max(gone, came), 0, 0, False
        if line.kind == "same":
            height += 1
        elif line.kind == "removed":
            gone += 1
        else:
            came, after = came + 1, True
    return height + max(gone, came)


def _runs(lines: Sequence[DiffLine]) -> Iterator[list[tuple[int, DiffLine]]]:
    """Neighbouring lines that are laid out together: unchanged ones, or removed and then added."""
    run: list[tuple[int, DiffLine]] = []
    for item in enumerate(lines):
        kind, last = item[1].kind, run[-1][1].kind if run else None
        if run and ((kind == "same") != (last == "same") or (kind, last) == ("removed", "added")):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


def _changed_rows(
    gone: Sequence[tuple[int, DiffLine]],
    came: Sequence[tuple[int, DiffLine]],
    old: int,
    new: int,
    moved: frozenset[int],
) -> Iterator[Row]:
    for n in range(max(len(gone), len(came))):
        left = gone[n] if n < len(gone) else None
        right = came[n] if n < len(came) else None
        still = all(side is None or side[0] in moved for side in (left, right))
        yield Row(
            kind="moved" if still else "changed",
            old=old + n if left else None,
            new=new + n if right else None,
            left=_pieces(left[1]) if left else None,
            right=_pieces(right[1]) if right else None,
        )


def _identity(line: DiffLine) -> tuple[object, ...]:
    return line.home, line.text


def _take_moved(
    lines: Sequence[DiffLine], left: dict[str, Counter[tuple[object, ...]]]
) -> Iterator[int]:
    for place, line in enumerate(lines):
        if line.kind != "same" and left[line.kind][_identity(line)] > 0:
            left[line.kind][_identity(line)] -= 1
            yield place


def _plain(text: str) -> Pieces:
    return ((text, False),)


def _pieces(line: DiffLine) -> Pieces:
    if not line.words:
        return _plain(line.text)
    return tuple((word.text, word.kind != "same") for word in line.words)


def _shown(pieces: Pieces | None) -> Any:
    if pieces is None:
        return None
    if len(pieces) == 1 and not pieces[0][1]:
        return pieces[0][0]
    return [[text, int(marked)] for text, marked in pieces]


def _lines(text: bytes) -> list[bytes]:
    return text.removesuffix(b"\n").split(b"\n") if text else []
