"""One configuration as rules read it: its lines, its sections, what matches in it. Pure.

Each is worked out once and only when a rule asks. Lines are without the blanks around them. Lines of
a banner, a certificate or a script are nobody's commands: they count in a section whose header opens
them, and nowhere else; nor does a line that Junos has deactivated.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from netwb.compliance.inactive import inactive_lines
from netwb.compliance.patterns import Late, header_pattern, line_pattern, spellings
from netwb.configs.sections import Crumbs, Style, quoted_lines, readable, sections
from netwb.platforms.record import BlockRule, BytesPattern, Platform

Lines = tuple[int, ...]  # numbers from 0, rising
_CLOSING: dict[Style, bytes] = {"indent": b"", "braces": rb"[ \t]*\{"}
_LONGEST = 300  # characters of a line that people read
_HIDDEN = dict.fromkeys((*range(32), *range(127, 160)), "\ufffd")


class Scope(NamedTuple):
    """Lines `first` up to `last`, which is not among them.

    header  the line that opens them; -1: they are the whole text
    quoted  they are a banner's or the like
    """

    first: int
    last: int
    header: int = -1
    quoted: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ConfigText:
    """The text of one revision, and how its platform nests.

    never_saved  what a device of that platform says in place of a startup configuration
    missing      why there is no such text, as part of a sentence; empty: there is one
    """

    data: bytes = field(repr=False)
    style: Style = "indent"
    blocks: tuple[BlockRule, ...] = field(default=(), repr=False)
    never_saved: tuple[BytesPattern, ...] = field(default=(), repr=False)
    missing: str = ""
    _matching: dict[str, Lines] = field(default_factory=dict, init=False, repr=False)
    _captured: dict[str, Mapping[int, bytes | None]] = field(
        default_factory=dict, init=False, repr=False
    )
    _equal: dict[str, Lines] = field(default_factory=dict, init=False, repr=False)
    _scopes: dict[tuple[str, ...], tuple[Scope, ...]] = field(
        default_factory=dict, init=False, repr=False
    )

    @classmethod
    def of(cls, data: bytes, style: Style, blocks: Sequence[BlockRule] = ()) -> ConfigText:
        """`style` and `blocks` are those of the platform's record."""
        return cls(data=data, style=style, blocks=tuple(blocks))

    @classmethod
    def by(cls, record: Platform, data: bytes) -> ConfigText:
        """By all that the platform's record says."""
        return cls(
            data=data,
            style=record.sections,
            blocks=record.blocks,
            never_saved=record.whole.never_saved,
        )

    @cached_property
    def is_never_saved(self) -> bool:
        """Whether the device says that it has no startup configuration."""
        return any(pattern.fullmatch(self.data.strip()) for pattern in self.never_saved)

    @cached_property
    def lines(self) -> tuple[bytes, ...]:
        """Every line without the blanks around it."""
        whole = self.data.removesuffix(b"\n")
        return tuple(map(bytes.strip, whole.split(b"\n"))) if whole else ()

    @cached_property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not self.data.strip()

    @cached_property
    def joined(self) -> bytes:
        """Those lines as one text."""
        return b"\n".join(self.lines)

    @cached_property
    def crumbs(self) -> tuple[Crumbs, ...]:
        """The headers above each line, outermost first."""
        return sections(self.data, self.style, self.blocks)

    @property
    def whole(self) -> Scope:
        """All of it."""
        return Scope(0, len(self.lines))

    def matching(self, pattern: str, late: Late) -> Lines:
        """The lines that match, banners and all."""
        if pattern not in self._matching:
            starts = line_pattern(pattern).starts(self.joined, late)
            self._matching[pattern] = self._numbers(starts)
        return self._matching[pattern]

    def captured(self, pattern: str, late: Late) -> Mapping[int, bytes | None]:
        """Those lines with what the pattern's first group matched in each."""
        if pattern not in self._captured:
            found = line_pattern(pattern).captures(self.joined, late)
            self._captured[pattern] = {self._number(start): value for start, value in found}
        return self._captured[pattern]

    def equal_to(self, line: str) -> Lines:
        """The lines that are this one, indentation aside."""
        if line not in self._equal:
            found = (self._by_line.get(form, ()) for form in spellings(line.strip()))
            self._equal[line] = tuple(sorted(chain.from_iterable(found)))
        return self._equal[line]

    def within(self, scope: Scope, lines: Lines) -> Lines:
        """Those of the lines that count in the scope."""
        if scope.header < 0:
            chosen = lines
        else:
            chosen = lines[bisect_left(lines, scope.first) : bisect_left(lines, scope.last)]
        if scope.quoted or not chosen or not self._silent:
            return chosen
        return tuple(line for line in chosen if line not in self._silent)

    def scopes(self, path: tuple[str, ...], late: Late) -> tuple[Scope, ...]:
        """The sections whose headers match the path, outermost first, from top to bottom."""
        if path not in self._scopes:
            self._scopes[path] = tuple(self._sections(path, late))
        return self._scopes[path]

    def headers(self, scope: Scope) -> Crumbs:
        """The headers of a section, its own last."""
        if scope.header < 0:
            return ()
        return (*self.crumbs[scope.header], self._words_of_header(scope.header))

    def section(self, line: int) -> str:
        """The section that a line stands in, as people read it; empty: at the top."""
        return " > ".join(self.crumbs[line])

    def shown(self, line: int) -> str:
        """The line as people read it."""
        return shown(self.lines[line])

    @cached_property
    def _quoted(self) -> dict[int, int]:
        """Opening line of each banner -> the line after it."""
        return quoted_lines(self.data, self.blocks) if self.blocks else {}

    @cached_property
    def _words(self) -> frozenset[int]:
        """Lines that are somebody's own words."""
        return frozenset(
            line for start, end in self._quoted.items() for line in range(start + 1, end)
        )

    @cached_property
    def _silent(self) -> frozenset[int]:
        """Those, and lines that the device does not act on."""
        words = self._words if self._quoted else frozenset()
        return words | inactive_lines(self.lines)

    @cached_property
    def _by_line(self) -> dict[bytes, list[int]]:
        found: defaultdict[bytes, list[int]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            found[line].append(number)
        return dict(found)

    @cached_property
    def _starts(self) -> list[int]:
        """Offset of each line in `joined`."""
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line) + 1
        return starts

    @cached_property
    def _ends(self) -> list[int]:
        """For each line the next one that stands no deeper."""
        ends = [len(self.lines)] * len(self.lines)
        open_: list[tuple[int, int]] = []  # depth and number, ever deeper
        for number, line in enumerate(self.lines):
            if not line:
                continue
            depth = len(self.crumbs[number])
            while open_ and open_[-1][0] >= depth:
                ends[open_.pop()[1]] = number
            open_.append((depth, number))
        return ends

    def _sections(self, path: tuple[str, ...], late: Late) -> list[Scope]:
        own = header_pattern(path[-1], _CLOSING[self.style])
        outer = [header_pattern(part) for part in path[:-1]]
        found = []
        for header in self._numbers(own.starts(self.joined, late)):
            crumbs = self.crumbs[header]
            if len(crumbs) != len(outer) or not self.lines[header]:
                continue
            if all(form.holds(part.encode()) for form, part in zip(outer, crumbs, strict=True)):
                quoted = header in self._quoted
                found.append(Scope(header + 1, self._ends[header], header, quoted))
        return found

    def _words_of_header(self, header: int) -> str:
        words = readable(self.lines[header])
        return words.removesuffix("{").rstrip() if self.style == "braces" else words

    def _numbers(self, starts: Iterable[int]) -> Lines:
        return tuple(sorted({self._number(start) for start in starts}))

    def _number(self, start: int) -> int:
        return bisect_right(self._starts, start) - 1


def shown(line: bytes) -> str:
    r"""A device's line for people: no control characters, and not too long.

    >>> shown(b"banner \x00 x")
    'banner \ufffd x'
    """
    words = readable(line[: 4 * _LONGEST])
    words = words if words.isprintable() else words.translate(_HIDDEN)
    return words if len(words) <= _LONGEST else words[:_LONGEST] + "..."
