"""Patterns: found in whole texts as a line at a time would find them, and no faster than is right."""

from __future__ import annotations

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.compliance.patterns import LinePattern, check_pattern, header_pattern
from netwb.errors import RuleError

ATOMS = ["a", "b", "ab", "abc", ".", "\\d", "[ab]", "[^a]", "[]|(]", "\\|", "\\(", "(?i:aB)", "(a|b)", "(?:ab|abc|)", "(?:^a|b)", "\\b", "\u00fc", " ", "\\x62"]  # fmt: skip
TIMES = ["", "", "", "*", "+", "?", "{2}", "{0,2}"]
PART = st.tuples(st.sampled_from(ATOMS), st.sampled_from(TIMES)).map("".join)
BRANCH = st.tuples(st.sampled_from(["^", "^", ""]), st.lists(PART, min_size=1, max_size=4).map("".join), st.sampled_from(["", "$"])).map("".join)  # fmt: skip
FORMS = st.lists(BRANCH, min_size=1, max_size=2).map("|".join)
LINES = st.lists(st.text("abAB1| (\u00fc", max_size=6), min_size=1, max_size=8)


def is_usable(form: str) -> bool:
    try:
        LinePattern(form)
    except RuleError:
        return False
    return True


@settings(max_examples=250, deadline=None)
@given(FORMS.filter(is_usable), LINES)
def test_a_whole_text_gives_the_lines_that_match_one_by_one(form: str, lines: list[str]) -> None:
    text = "\n".join(lines).encode()
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    one = re2.compile(form.encode(), options)
    alone = [number for number, line in enumerate(lines) if one.search(line.encode())]

    starts = list(LinePattern(form).starts(text, lambda: False))

    found = sorted({text.count(b"\n", 0, start) for start in starts})
    assert found == alone or (not form.isascii() and set(found) > set(alone))


@pytest.mark.parametrize(
    ("form", "line"),
    [
        ("^ip http|ip https", "no ip https"),
        ("^ab|abx", "x abx"),
        ("^ab[|]c", "ab|c"),
        ("^ab\\|c", "ab|c"),
        ("^ab(?:c|d)", "abd"),
        ("^ab(?:c|d)*e", "abe"),
        ("^(?:abc)*abd", "abcabcabd"),
        ("^(?i:interface)", "INTERFACE x"),
        ("^[]|]abc|x", "no x"),
        ("^*abc", "x abc"),
        ("^?abc", "x abc"),
        ("^{0,2}abc", "x abc"),
        ("^\\Qab|c\\E", "ab|c"),
        ("^\\Qab\\E|c", "no c"),
        ("^interface [[:alpha:]|]+$", "interface a|b"),
    ],
)
def test_the_quick_way_misses_nothing(form: str, line: str) -> None:
    text = f"other\n{line}\nother".encode()

    assert len(list(LinePattern(form).starts(text, lambda: False))) == 1


@pytest.mark.parametrize(
    ("form", "line", "holds"),
    [
        ("interface .*", "interface Gi0/1", True),
        ("interface", "interface Gi0/1", False),
        ("a|b", "ab", False),
        ("a|b", "b", True),
    ],
)
def test_a_header_is_matched_as_a_whole(form: str, line: str, *, holds: bool) -> None:
    assert header_pattern(form).holds(line.encode()) is holds


@pytest.mark.parametrize(
    "form", ["(", "a{2000}", r"(a)\1", "(?=a)", ".*", "^$", "", "x" * 3000, ".{999}" * 6]
)
def test_a_pattern_that_cannot_be_used_is_refused(form: str) -> None:
    with pytest.raises(RuleError, match="pattern"):
        check_pattern(form)


def test_a_long_text_is_read_in_pieces_of_whole_lines() -> None:
    text = b"\n".join(b"line %d" % number for number in range(30_000))

    starts = list(LinePattern("[05]$").starts(text, lambda: False))

    assert len(starts) == 6_000
    assert list(LinePattern("^line [0-9]*[05]$").starts(text, lambda: False)) != starts
    assert len(list(LinePattern("^line [0-9]*[05]$").starts(text, lambda: False))) == 6_000


def test_a_cunning_pattern_costs_its_size_and_no_more() -> None:
    text = (b"a" * 2_000 + b"\n") * 50

    assert list(LinePattern("^(?:a+)+b").starts(text, lambda: False)) == []
