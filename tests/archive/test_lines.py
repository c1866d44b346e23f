"""Since when lines stand: the runs agree with a list that carries each line's number along."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.archive.lines import (
    LineHunk,
    Run,
    UnfitError,
    brought,
    changed,
    number_at,
    rewritten,
)
from netwb.errors import ArchiveDamagedError

Edit = tuple[int, int, int]  # lines kept before it, lines removed, lines added
EDITS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), max_size=5)


def hunks_of(edits: list[Edit], length: int) -> list[LineHunk]:
    """As many of the edits as fit into a text of that many lines."""
    hunks, place = [], 0
    for kept, removed, added in edits:
        place += kept
        if place + removed > length:
            break
        gone = tuple(b"line %d" % n for n in range(place, place + removed))
        hunks.append(LineHunk(old_start=place, removed=gone, added=added))
        place += removed
    return hunks


def spread(runs: tuple[Run, ...]) -> list[int]:
    return [number for number, count in runs for _ in range(count)]


def edited(numbers: list[int], hunks: list[LineHunk], number: int) -> list[int]:
    out: list[int] = []
    place = 0
    for hunk in hunks:
        out += numbers[place : hunk.old_start] + [number] * hunk.added
        place = hunk.old_start + len(hunk.removed)
    return out + numbers[place:]


@given(first=st.integers(0, 12), nights=st.lists(EDITS, max_size=6))
def test_runs_say_the_same_as_a_number_for_each_line(first: int, nights: list[list[Edit]]) -> None:
    runs, plain = brought(1, first), [1] * first
    for number, edits in enumerate(nights, start=2):
        hunks = hunks_of(edits, len(plain))

        new_runs, past = changed(runs, hunks, number)

        gone = [plain[h.old_start + n] for h in hunks for n in range(len(h.removed))]
        assert [line.since for line in past] == gone
        assert [line.text for line in past] == [text for h in hunks for text in h.removed]
        runs, plain = new_runs, edited(plain, hunks, number)
        assert spread(runs) == plain
        assert [number_at(runs, n) for n in range(len(plain))] == plain
        assert all(a[0] != b[0] for a, b in pairwise(runs)), "runs are merged"


def test_lines_that_netwb_wrote_anew_keep_their_age() -> None:
    runs = ((1, 2), (4, 1), (1, 1))
    hunks = [
        LineHunk(old_start=1, removed=(b"b", b"c"), added=2),
        LineHunk(old_start=4, removed=(), added=1),
    ]

    assert rewritten(runs, hunks, 9) == ((1, 2), (4, 1), (1, 1), (9, 1))


def test_a_block_that_became_one_token_is_as_old_as_its_first_line() -> None:
    hunk = LineHunk(old_start=0, removed=(b"a", b"b", b"c"), added=1)

    assert rewritten(((1, 1), (2, 2)), [hunk], 9) == ((1, 1),)


def test_a_hunk_beyond_the_text_shows_a_damaged_index() -> None:
    with pytest.raises(UnfitError):
        changed(((1, 2),), [LineHunk(old_start=5, removed=(), added=1)], 2)


def test_a_line_beyond_the_runs_shows_a_damaged_index() -> None:
    with pytest.raises(ArchiveDamagedError, match="from a copy"):
        number_at(((1, 2),), 2)
