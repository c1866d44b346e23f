"""The three ways to match a line: a text, a whole word, a pattern.

A pattern is RE2's (google-re2): its time grows with the text and not with the pattern's cunning, so
that none explodes; what it lacks for that (back-references, looking around) is refused in a sentence.
Bytes are matched, as `archive.search` reads them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from netwb.errors import InputError
from netwb.linear import line_form

Match = Literal["text", "word", "pattern"]
Found = tuple[int, int]  # 0-based line, and the byte at which it begins
_LONGEST = 1_000  # characters of a pattern; a longer one is a mistake
_MEMORY = 16 << 20  # bytes that RE2 may use for one pattern's automaton
_ALNUM = rb"[A-Za-z0-9_]"
_JOINT = rb"[.:-]"  # within a word where a letter or digit stands on both sides: 192.0.2.1, Gi0-1


class Matcher(Protocol):
    """Finds lines."""

    @property
    def needles(self) -> tuple[bytes, ...]:
        """One of them stands in each such line; empty where that is unknown."""

    def lines(self, text: bytes) -> Iterator[Found]:
        """Each line that matches, once."""

    def holds(self, line: bytes) -> bool:
        """Whether that one line matches."""


def matcher(text: str, match: Match) -> Matcher:
    """Raises InputError for a text that no line can hold, and for no pattern."""
    if not text or "\n" in text:
        msg = "a search needs a text of one line; give some characters of that line"
        raise InputError(msg)
    if match == "pattern":
        return _Pattern(text)
    return _Literal(needles=needles(text), whole=match == "word")


def needles(text: str) -> tuple[bytes, ...]:
    r"""The bytes that show as this text: UTF-8, and Latin-1 as old devices write it.

    >>> needles("mtu"), needles("caf\u00e9")
    ((b'mtu',), (b'caf\xc3\xa9', b'caf\xe9'))
    """
    found = [text.encode(errors="surrogateescape")]
    if not text.isascii():
        with suppress(UnicodeEncodeError):
            found.append(text.encode("latin-1"))
    return tuple(found)


@dataclass(frozen=True)
class _Literal:
    needles: tuple[bytes, ...]
    whole: bool = field(kw_only=True)  # words only

    def lines(self, text: bytes) -> Iterator[Found]:
        places = {place: start for n in self.needles for place, start in _walk(text, _finding(n))}
        for line, start in places.items():
            if not self.whole or self.holds(line_at(text, start)):
                yield line, start

    def holds(self, line: bytes) -> bool:
        if not self.whole:
            return any(needle in line for needle in self.needles)
        return any(_as_word(needle).search(line) for needle in self.needles)


class _Pattern:
    needles: tuple[bytes, ...] = ()

    def __init__(self, pattern: str) -> None:
        if len(pattern) > _LONGEST:
            msg = f"the pattern has {len(pattern)} characters; {_LONGEST} are the most"
            raise InputError(msg)
        self._forms = [line_form(form, pattern, memory=_MEMORY) for form in needles(pattern)]
        if any(form.search(b"") for form in self._forms):
            msg = f"pattern {pattern[:60]!r} matches every line, also an empty one; say more"
            raise InputError(msg)

    def lines(self, text: bytes) -> Iterator[Found]:
        places = {
            line: start for form in self._forms for line, start in _walk(text, _searching(form))
        }
        return iter(places.items())

    def holds(self, line: bytes) -> bool:
        return any(form.search(line) for form in self._forms)


def _walk(text: bytes, find: Callable[[bytes, int], int]) -> Iterator[Found]:
    """Each line in which `find` finds something, once; it gives the place, or -1."""
    line = counted = 0
    place = find(text, 0)
    while place >= 0:
        start = text.rfind(b"\n", 0, place) + 1
        line += text.count(b"\n", counted, start)
        counted = start
        yield line, start
        end = text.find(b"\n", place)
        place = find(text, end + 1) if end >= 0 else -1


def _finding(needle: bytes) -> Callable[[bytes, int], int]:
    return lambda text, place: text.find(needle, place)


def _searching(form: Any) -> Callable[[bytes, int], int]:
    def find(text: bytes, place: int) -> int:
        found = form.search(text, place)
        return -1 if found is None else int(found.start())

    return find


def line_at(text: bytes, start: int) -> bytes:
    """The line that begins at that byte, without its end."""
    end = text.find(b"\n", start)
    return text[start:] if end < 0 else text[start:end]


def _as_word(needle: bytes) -> Any:
    before = rb"(?<!%b)(?<!%b%b)" % (_ALNUM, _ALNUM, _JOINT) if _edge(needle[:1]) else b""
    after = rb"(?!%b)(?!%b%b)" % (_ALNUM, _JOINT, _ALNUM) if _edge(needle[-1:]) else b""
    return re.compile(before + re.escape(needle) + after)


def _edge(byte: bytes) -> bool:
    return re.match(_ALNUM, byte) is not None
