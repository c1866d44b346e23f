"""Patterns of rules: RE2's, over bytes, a line at a time. Pure.

A tenant's pattern runs here too, so that no cunning of it may cost more than its size: RE2's time
grows with the text alone, a pattern's program has a limit, and long texts are read piece by piece
with the clock looked at in between. What RE2 lacks for that (back-references, looking around) is
refused in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import re2

from netwb.errors import InputError, RuleError
from netwb.linear import line_form, shown

Late = Callable[[], bool]
LONGEST = 2_048  # bytes of a pattern; a longer one is a list that belongs in several
STEPS = 5_000  # of RE2's program: what one byte of a text may cost at worst
_MEMORY = 1 << 20  # bytes that RE2 may use for one pattern's automaton
_PIECE = 64 << 10  # bytes read between two looks at the clock
_AT_ONCE = 1_000  # lines read between two looks at the clock, where each is short
_BEGINNING = 32  # bytes that RE2 is asked for of how a line begins
_WORTH = 3  # bytes of it that are worth looking for
_A_SEARCH = 1_024  # bytes that RE2 reads while it is asked once
_ANCHORED = re.compile(rb"\^(?![*+?{])")  # of `^*` RE2 may take none
_NO_SYNTAX = re.compile(rb"\\.|\[\^?\]?(?:\\.|\[:\w*:\]|[^\]])*\]", re.DOTALL)  # escapes, classes


class LinePattern:
    """A pattern that is looked for in each line; lines are without the blanks around them."""

    __slots__ = ("_forms", "groups")

    def __init__(self, source: str, *, around: tuple[bytes, bytes] = (b"", b"")) -> None:
        before, after = around
        self._forms = [_Form(before + form + after, source) for form in spellings(source)]
        self.groups: int = self._forms[0].groups

    def starts(self, text: bytes, late: Late) -> Iterator[int]:
        """An offset within each line that matches; lines come again where a spelling does."""
        for form in self._forms:
            for at, _ in form.matches(text, late):
                yield at

    def captures(self, text: bytes, late: Late) -> Iterator[tuple[int, bytes | None]]:
        """The same, with what the first group matched; None: it took no part."""
        for form in self._forms:
            for at, found in form.matches(text, late):
                yield at, found.group(1)

    def holds(self, line: bytes) -> bool:
        """Whether that one line matches."""
        return any(form.holds(line) for form in self._forms)


class _Form:
    """One spelling of a pattern.

    Most rules' patterns begin with the words of a command. Where few lines begin so, they are found
    faster than RE2 reads the text, and it reads them alone.
    """

    def __init__(self, form: bytes, source: str) -> None:
        self._form = _compiled(form, source)
        self._anchored = _is_anchored(form)
        self._begins = _beginning(form) if self._anchored else b""
        self.groups: int = self._form.groups

    def holds(self, line: bytes) -> bool:
        return self._form.search(line) is not None

    def matches(self, text: bytes, late: Late) -> Iterator[tuple[int, Any]]:
        """The first match of each line that has one, after an offset within the line."""
        in_time(late)
        if not self._begins or _is_usual(self._begins, text):
            walk = _at_beginnings if self._anchored else _anywhere
            yield from walk(self._form, text, late)
            return
        for number, start in enumerate(_beginning_with(self._begins, text)):
            if number % _AT_ONCE == _AT_ONCE - 1:
                in_time(late)
            end = text.find(b"\n", start)
            found = self._form.search(text, start, end if end >= 0 else len(text))
            if found is not None:
                yield start, found


def check_pattern(source: str) -> None:
    """Raises RuleError for a pattern that cannot be used, or asks nothing."""
    if len(source.encode(errors="surrogatepass")) > LONGEST:
        msg = f"pattern {shown(source)} is longer than {LONGEST} bytes; write several"
        raise RuleError(msg)
    if "\n" in source:
        msg = f"pattern {shown(source)} has a line break, and matches within a line; write several"
        raise RuleError(msg)
    if line_pattern(source).holds(b""):
        msg = (
            f"pattern {shown(source)} matches an empty line too, so that it asks nothing; say more"
        )
        raise RuleError(msg)


@lru_cache(maxsize=2048)
def line_pattern(source: str) -> LinePattern:
    """Raises RuleError for a pattern that RE2 does not read."""
    return LinePattern(source)


@lru_cache(maxsize=2048)
def header_pattern(source: str, closing: bytes = b"") -> LinePattern:
    """A pattern that matches a whole header; `closing` is what else ends its line, a pattern."""
    line_pattern(source)  # alone: its own faults are told in its own words
    return LinePattern(source, around=(b"^(?:", b")" + closing + b"$"))


def in_time(late: Late) -> None:
    """Raises RuleError when the time of one text is over."""
    if late():
        msg = "the time that one text may take is over; shorten the text or ask fewer rules"
        raise RuleError(msg)


def spellings(text: str) -> tuple[bytes, ...]:
    r"""The bytes that show as this text: UTF-8, and Latin-1 as old devices write it.

    >>> spellings("mtu"), spellings("caf\u00e9")
    ((b'mtu',), (b'caf\xc3\xa9', b'caf\xe9'))
    """
    utf8 = text.encode(errors="surrogatepass")
    if text.isascii() or any(ord(letter) > 0xFF for letter in text):
        return (utf8,)
    return (utf8, text.encode("latin-1"))


def _compiled(form: bytes, source: str) -> Any:
    try:
        compiled = line_form(form, source, memory=_MEMORY)
    except InputError as error:
        raise RuleError(str(error)) from error
    if compiled.programsize > STEPS:
        msg = f"pattern {shown(source)} repeats too much; let it repeat less often"
        raise RuleError(msg)
    return compiled


def _is_anchored(form: bytes) -> bool:
    """Whether it matches at the beginning of a line only; no where it is not sure."""
    if not _ANCHORED.match(form) or b"\\Q" in form:
        return False
    plain = _NO_SYNTAX.sub(b"", form)
    depth = 0
    for letter in plain.decode("latin-1"):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            return False
    return True


def _beginning(form: bytes) -> bytes:
    """What each line that matches begins with, as far as RE2 knows; empty: with anything."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    try:
        least, most = re2.compile(form, options).possiblematchrange(_BEGINNING)
    except re2.error:  # RE2 cannot tell
        return b""
    same = next(
        (at for at, pair in enumerate(zip(least, most, strict=False)) if pair[0] != pair[1]), None
    )
    shared: bytes = least[: min(len(least), len(most)) if same is None else same]
    return shared if len(shared) >= _WORTH else b""


def _is_usual(words: bytes, text: bytes) -> bool:
    """Whether so many lines begin so that RE2 reads the whole faster than each of them: `set ` of Junos."""
    return text.count(b"\n" + words) * _A_SEARCH > len(text)


def _beginning_with(words: bytes, text: bytes) -> Iterator[int]:
    """Where the lines begin that begin so."""
    if text.startswith(words):
        yield 0
    sought = b"\n" + words
    at = text.find(sought)
    while at >= 0:
        yield at + 1
        at = text.find(sought, at + 1)


def _at_beginnings(form: Any, text: bytes, late: Late) -> Iterator[tuple[int, Any]]:
    """Where each line begins that matches, with its match: it has one at most."""
    for start, end in _pieces(text):
        in_time(late)
        for found in form.finditer(text, start, end):
            yield found.start(), found


def _anywhere(form: Any, text: bytes, late: Late) -> Iterator[tuple[int, Any]]:
    """The first match of each line that has one, after where it begins."""
    for start, end in _pieces(text):
        in_time(late)
        found = form.search(text, start, end)
        while found is not None:
            at = found.start()
            yield at, found
            line_end = text.find(b"\n", at, end)
            found = form.search(text, line_end + 1, end) if line_end >= 0 else None


def _pieces(text: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of whole lines, some at a time; the end is before their last LF."""
    start, size = 0, len(text)
    while start <= size:
        end = text.find(b"\n", start + _PIECE) if size - start > _PIECE else -1
        end = size if end < 0 else end
        yield start, end
        start = end + 1
