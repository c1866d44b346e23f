"""Text, word and pattern: which lines match, and which questions are refused."""

import time

import pytest

from netwb.archive.matching import Match, matcher, needles
from netwb.errors import InputError

TEXT = b"ntp server 192.0.2.1\nntp server 192.0.2.10\n ntp server 192.0.2.1 key 1\nno ntp\n"


def lines(text: str, match: Match, within: bytes = TEXT) -> list[int]:
    return sorted(line for line, _ in matcher(text, match).lines(within))


@pytest.mark.parametrize(
    ("text", "match", "found"),
    [
        ("192.0.2.1", "text", [0, 1, 2]),
        ("192.0.2.1", "word", [0, 2]),
        ("2.1", "word", []),
        ("ntp server", "word", [0, 1, 2]),
        ("server 192", "word", []),
        (r"^ntp server", "pattern", [0, 1]),
        (r"\.1\b", "pattern", [0, 2]),
        (r"(?i)NTP$", "pattern", [3]),
        (r"1$|key", "pattern", [0, 2]),
        ("NTP", "text", []),
    ],
)
def test_lines_that_match(text: str, match: Match, found: list[int]) -> None:
    assert lines(text, match) == found


@pytest.mark.parametrize(
    ("text", "line", "whole"),
    [
        ("Gi0/0", b"interface Gi0/0", True),
        ("Gi0/0", b"interface Gi0/0.100", False),
        ("Gi0/0", b"interface Gi0/01", False),
        ("10.0.0.1", b"route 110.0.0.1", False),
        ("10.0.0.1", b"route 10.0.0.1/32", True),
        ("10.0.0.1", b"server 10.0.0.1;", True),
        ("10.0.0.1", b"server 10.0.0.1.", True),
        ("2001:db8::1", b"host 2001:db8::1", True),
        ("db8::1", b"host 2001:db8::1", False),
        ("/24", b"route 10.0.0.0/24", True),
        ("edge", b"to edge-1", False),
    ],
)
def test_a_word_ends_where_an_engineer_ends_it(text: str, line: bytes, whole: bool) -> None:  # noqa: FBT001 - a column of the table
    assert matcher(text, "word").holds(line) is whole


@pytest.mark.parametrize("match", ["text", "word", "pattern"])
def test_latin_1_and_utf_8_are_both_found(match: Match) -> None:
    assert lines("caf\u00e9", match, b"caf\xe9\nno\ncaf\xc3\xa9\n") == [0, 2]
    assert needles("caf\u00e9") == (b"caf\xc3\xa9", b"caf\xe9")


def test_a_line_is_given_once_with_the_place_where_it_begins() -> None:
    assert list(matcher("n", "text").lines(b"nn\nx\nnnn")) == [(0, 0), (2, 5)]
    assert list(matcher("n+", "pattern").lines(b"nn\nx\nnnn")) == [(0, 0), (2, 5)]


def test_a_pattern_stays_within_its_line() -> None:
    assert lines(r"b[^x]*c", "pattern", b"ab\ncd\nbyc\n") == [2]
    assert lines(r"d\s+e", "pattern", b"d\ne\nd e\n") == [2]


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing"),
        ("[", "missing"),
        (r"(a)\1", "back-references"),
        ("(?=a)b", "looking around"),
        ("a*", "matches every line"),
        ("^$", "matches every line"),
        ("", "one line"),
        ("a\nb", "one line"),
        ("x" * 1_001, "1000 are the most"),
        ("(((a{100}){100}){100})", "not usable"),
    ],
    ids=["parenthesis", "class", "back", "ahead", "star", "empty", "none", "two", "long", "large"],
)
def test_what_is_no_usable_pattern_is_refused_in_a_sentence(pattern: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        matcher(pattern, "pattern")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(x+x+)+y", "(a|aa)+$", "(.*)*=(.*)*;"])
def test_no_pattern_explodes(pattern: str) -> None:
    text = (b"a" * 5_000 + b"!\n" + b"x" * 5_000 + b"\n") * 20
    begun = time.thread_time()

    list(matcher(pattern, "pattern").lines(text))

    # a backtracking engine needs longer than the universe has
    assert time.thread_time() - begun < 2
