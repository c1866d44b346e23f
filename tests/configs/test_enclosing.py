"""The headers above one line, found upwards; they agree with those of the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.configs.enclosing import enclosing
from netwb.configs.sections import sections

IOS = b"hostname edge1\n!\nrouter bgp 64500\n neighbor 192.0.2.2\n !\n address-family ipv4\n  network 192.0.2.0\n!\nend\n"
JUNOS = b"system {\n    ntp {\n        server 192.0.2.1;\n    }\n}\n"


def crumbs(text: bytes) -> list[tuple[str, ...]]:
    """Of each line of the text."""
    starts, place = [], 0
    for line in text.splitlines(keepends=True):
        starts.append(place)
        place += len(line)
    return [enclosing(text, start) for start in starts]


def test_indented_lines_stand_below_their_headers() -> None:
    assert crumbs(IOS)[3] == ("router bgp 64500",)
    assert crumbs(IOS)[6] == ("router bgp 64500", "address-family ipv4")
    assert crumbs(IOS)[0] == crumbs(IOS)[8] == ()


def test_braces_are_no_part_of_a_header() -> None:
    assert crumbs(JUNOS)[2] == ("system", "ntp")


def test_a_line_at_the_very_end_without_a_newline() -> None:
    text = b"interface Gi0/0\n shutdown"

    assert enclosing(text, 16) == ("interface Gi0/0",)


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("abc")), max_size=30))
def test_same_as_reading_the_whole_text(lines: list[tuple[int, str]]) -> None:
    text = b"".join(b" " * depth + word.encode() + b"\n" for depth, word in lines)

    assert crumbs(text) == list(sections(text, "indent"))


@pytest.mark.parametrize("text", [b"", b"\n", b" \n"])
def test_nothing_encloses_nothing(text: bytes) -> None:
    assert enclosing(text, 0) == ()
