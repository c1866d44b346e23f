"""Patterns of rules: RE2's, over bytes, a line at a time. Pure.

A tenant's pattern runs here too, so that no cunning of it may cost more than its size: RE2's time
grows with the text alone, a pattern's program has a limit, and long texts are read piece by piece
with the clock looked at in between. What RE2 lacks for that (back-references, looking around) is
refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import re2

from netwb.errors import RuleError

Late = Callable[[], bool]
LONGEST = 2_048  # bytes of a pattern; a longer one is a list that belongs in several
STEPS = 5_000  # of RE2's program: what one byte of a text may cost at worst
_MEMORY = 4 << 20  # bytes that RE2 may use for one pattern's automaton
_PIECE = 64 << 10  # bytes read between two looks at the clock
_SHOWN = 60  # characters of a pattern in a sentence


class LinePattern:
    """A pattern that is looked for in each line; lines are without the blanks around them."""

    __slots__ = ("_forms", "groups")

    def __init__(self, source: str, *, around: tuple[bytes, bytes] = (b"", b"")) -> None:
        before, after = around
        self._forms = [
            _compiled(b"(?m)" + before + form + after, source) for form in spellings(source)
        ]
        self.groups: int = self._forms[0].groups

    def starts(self, text: bytes, late: Late) -> Iterator[int]:
        """Offsets at which a match begins, one a line; lines come again where a spelling does."""
        for form in self._forms:
            for found in _matches(form, text, late):
                yield found.start()

    def captures(self, text: bytes, late: Late) -> Iterator[tuple[int, bytes | None]]:
        """The same, with what the first group matched; None: it took no part."""
        for form in self._forms:
            for found in _matches(form, text, late):
                yield found.start(), found.group(1)

    def holds(self, line: bytes) -> bool:
        """Whether that one line matches."""
        return any(form.search(line) is not None for form in self._forms)


def check_pattern(source: str) -> None:
    """Raises RuleError for a pattern that cannot be used, or asks nothing."""
    if len(source.encode(errors="surrogatepass")) > LONGEST:
        msg = f"the pattern {_shown(source)} is longer than {LONGEST} bytes; write several"
        raise RuleError(msg)
    if line_pattern(source).holds(b""):
        msg = f"the pattern {_shown(source)} matches an empty line too, so that it asks nothing; say more"
        raise RuleError(msg)


@lru_cache(maxsize=8192)
def line_pattern(source: str) -> LinePattern:
    """Raises RuleError for a pattern that RE2 does not read."""
    return LinePattern(source)


@lru_cache(maxsize=2048)
def header_pattern(source: str, closing: bytes = b"") -> LinePattern:
    """A pattern that matches a whole header; `closing` is what else ends its line, a pattern."""
    line_pattern(source)  # alone: its own faults are told in its own words
    return LinePattern(source, around=(b"^(?:", b")" + closing + b"$"))


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
    options = re2.Options()
    options.log_errors = False
    options.encoding = re2.Options.Encoding.LATIN1  # bytes, each one a character
    options.never_nl = True  # a match stays within its line
    options.max_mem = _MEMORY
    try:
        re2.compile(form.removeprefix(b"(?m)"), options)  # alone: told without what is ours
        compiled = re2.compile(form, options)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        msg = (
            f"the pattern {_shown(source)} is not usable: {reason}; write it as RE2 reads it,"
            " without back-references and looking around"
        )
        raise RuleError(msg) from error
    if compiled.programsize > STEPS:
        msg = f"the pattern {_shown(source)} repeats too much; let it repeat less often"
        raise RuleError(msg)
    return compiled


def _matches(form: Any, text: bytes, late: Late) -> Iterator[Any]:
    """The first match of each line that has one."""
    for start, end in _pieces(text):
        if late():
            msg = "the time that one text may take is over; shorten the text or ask fewer rules"
            raise RuleError(msg)
        found = form.search(text, start, end)
        while found is not None:
            yield found
            line_end = text.find(b"\n", found.start(), end)
            found = form.search(text, line_end + 1, end) if line_end >= 0 else None


def _pieces(text: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of whole lines, some at a time; the end is before their last LF."""
    start, size = 0, len(text)
    while start <= size:
        end = text.find(b"\n", start + _PIECE) if size - start > _PIECE else -1
        end = size if end < 0 else end
        yield start, end
        start = end + 1


def _shown(source: str) -> str:
    return repr(source if len(source) <= _SHOWN else source[:_SHOWN] + "...")
