"""What one verb finds in one scope, and the words that it says it in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netwb.compliance.text import Lines

_MOST = 120  # characters of a line or pattern in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whether the verb holds there, and why.

    found     what was found, the beginning of a sentence
    need      what is needed, its end
    at_fault  lines, from 0, that must not be as they are
    evidence  lines that prove it, or that are too few
    wanted    lines that are missing
    surplus   lines that must go
    """

    holds: bool
    found: str
    need: str = ""
    at_fault: Lines = ()
    evidence: Lines = ()
    wanted: tuple[str, ...] = ()
    surplus: Lines = ()


def quoted(words: str) -> str:
    """A line or a pattern within a sentence."""
    return f"'{words if len(words) <= _MOST else words[:_MOST] + '...'}'"


def lines_matching(number: int, pattern: str) -> str:
    """Found 2 lines that match 'p'."""
    if number == 0:
        return f"No line matches {quoted(pattern)}"
    if number == 1:
        return f"Found 1 line that matches {quoted(pattern)}"
    return f"Found {number} lines that match {quoted(pattern)}"


def values_matching(number: int, pattern: str) -> str:
    """Found 2 different values by 'p'."""
    if number == 0:
        return lines_matching(0, pattern)
    return f"Found {number} different value{'' if number == 1 else 's'} by {quoted(pattern)}"


def between(at_least: int | None, at_most: int | None) -> str:
    """The bounds as they stand in a sentence: `at least 2`, `at most 4`, `2 to 4`, `exactly 2`."""
    if at_most is None:
        return f"at least {at_least}"
    if at_least is None:
        return f"at most {at_most}"
    return f"exactly {at_least}" if at_least == at_most else f"{at_least} to {at_most}"


def joined(lines: Sequence[Lines]) -> Lines:
    """All of them in order, each once; each has its own in order."""
    if len(lines) == 1:
        return lines[0]
    return tuple(sorted({line for some in lines for line in some}))
