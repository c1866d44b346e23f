"""Say which words of a changed line changed. Pure.

A removed line and the added line that takes its place are compared word by word: by the longest
common subsequence, or by what both begin and end with where the lines are very long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["same", "added", "removed"]

_WORDS = re.compile(r"\s+|\S+")
_WORD, _BLANK = 4, 1  # worth of a match: no blank is matched at the price of a word
_MOST_PAIRS = 10_000  # word pairs that are compared: 1 ms; beyond, the middle counts as changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A piece of a line; the pieces joined are the line."""

    kind: Kind
    text: str


def changed_words(lines: Sequence[tuple[Kind, str]]) -> dict[int, tuple[Word, ...]]:
    """Place of a line -> its pieces, for those changed lines that have a counterpart.

    The n-th removed line of a run stands against the n-th added line that follows it.
    """
    found: dict[int, tuple[Word, ...]] = {}
    for removed, added in _pairs(lines):
        old, new = _WORDS.findall(lines[removed][1]), _WORDS.findall(lines[added][1])
        same_old, same_new = _common(old, new)
        if any(not old[place].isspace() for place in same_old):
            found[removed] = _pieces(old, same_old, "removed")
            found[added] = _pieces(new, same_new, "added")
    return found


def _pairs(lines: Sequence[tuple[Kind, str]]) -> Iterator[tuple[int, int]]:
    run: list[int] = []
    taken = 0
    for place, (kind, _) in enumerate(lines):
        if kind == "removed":
            run, taken = ([*run, place], 0) if not taken else ([place], 0)
        elif kind == "added" and taken < len(run):
            yield run[taken], place
            taken += 1
        elif kind == "same":
            run, taken = [], 0


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[set[int], set[int]]:
    """Places of the words that both have, in order."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle = _subsequence(old[head : len(old) - tail], new[head : len(new) - tail])
    ends_old = {*range(head), *range(len(old) - tail, len(old))}
    ends_new = {*range(head), *range(len(new) - tail, len(new))}
    return (
        ends_old | {head + place for place, _ in middle},
        ends_new | {head + place for _, place in middle},
    )


def _subsequence(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    if len(old) * len(new) > _MOST_PAIRS:
        return []
    worth = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            worth[i][j] = (
                worth[i + 1][j + 1] + (_BLANK if old[i].isspace() else _WORD)
                if old[i] == new[j]
                else max(worth[i + 1][j], worth[i][j + 1])
            )
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if old[i] == new[j]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif worth[i + 1][j] >= worth[i][j + 1]:
            i += 1
        else:
            j += 1
    return pairs


def _pieces(words: Sequence[str], same: set[int], changed: Kind) -> tuple[Word, ...]:
    """Neighbouring words of one kind joined."""
    pieces: list[Word] = []
    for place, word in enumerate(words):
        kind: Kind = "same" if place in same else changed
        if pieces and pieces[-1].kind == kind:
            pieces[-1] = Word(kind=kind, text=pieces[-1].text + word)
        else:
            pieces.append(Word(kind=kind, text=word))
    return tuple(pieces)
