"""A stream is cut into the messages that were put into it, however it arrives."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.health.syslog.framing import Frames

MESSAGES = st.lists(st.binary(min_size=1, max_size=60), max_size=8)


def fed(stream: bytes, *, sizes: list[int], longest: int = 8192) -> tuple[list[bytes], int]:
    """What comes out where the stream arrives in pieces of these sizes, then ends."""
    frames, found, place = Frames(longest), [], 0
    for size in [*sizes, len(stream)]:
        found += frames.feed(stream[place : place + size])
        place += size
    return found + frames.end(), frames.cut


@given(MESSAGES, st.lists(st.integers(1, 40), max_size=60))
def test_counted_messages_come_out_as_they_went_in(messages: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(b"%d %b" % (len(one), one) for one in messages)

    assert fed(stream, sizes=sizes) == (messages, 0)


@given(MESSAGES, st.lists(st.integers(1, 40), max_size=60), st.sampled_from([b"\n", b"\0"]))
def test_lines_come_out_as_they_went_in(
    messages: list[bytes], sizes: list[int], end: bytes
) -> None:
    lines = [b"<1>" + one.translate(None, b"\r\n\0") for one in messages]
    stream = b"".join(line + end for line in lines)

    assert fed(stream, sizes=sizes) == (lines, 0)


@given(st.binary(max_size=300), st.lists(st.integers(1, 40), max_size=60))
def test_no_stream_is_an_error_and_its_pieces_make_no_difference(
    stream: bytes, sizes: list[int]
) -> None:
    assert fed(stream, sizes=sizes, longest=32) == fed(stream, sizes=[], longest=32)


@pytest.mark.parametrize(
    ("stream", "messages", "cut"),
    [
        (b"5 <1>ab<1>line\n4 <1>c", [b"<1>ab", b"<1>line", b"<1>c"], 0),
        (b"<1>a\r\n<1>b", [b"<1>a", b"<1>b"], 0),
        (b"<1>a\n\n\n<1>b\n", [b"<1>a", b"<1>b"], 0),
        (b"40 " + b"x" * 40 + b"5 <1>ab", [b"<1>ab"], 1),
        (b"<1>" + b"x" * 90 + b"\n<1>ab\n", [b"<1>ab"], 1),
        (b"99999999 <1>a\n<1>b\n", [b"99999999 <1>a", b"<1>b"], 0),
        (b"9999999 <1>a\n<1>b\n", [], 1),
        (b"12ab\n<1>b\n", [b"12ab", b"<1>b"], 0),
        (b"7 <1>", [b"7 <1>"], 0),
        (b"", [], 0),
    ],
    ids=[
        "both ways in one stream",
        "carriage returns, and no end",
        "empty lines",
        "a counted one that is too long",
        "a line that is too long",
        "no length has so many digits",
        "a length beyond all that follows",
        "a line of digits",
        "cut within a counted one",
        "nothing",
    ],
)
@pytest.mark.parametrize("size", [1, 1000])
def test_a_stream_is_cut_into_messages(
    stream: bytes, messages: list[bytes], cut: int, size: int
) -> None:
    assert fed(stream, sizes=[size] * len(stream), longest=32) == (messages, cut)


@pytest.mark.parametrize("message", [b"\n", b"a\n", b"1 a"])
def test_a_flood_of_short_messages_takes_as_long_as_it_has_bytes(message: bytes) -> None:
    def took_s(size: int) -> float:
        flood, frames = message * (size // len(message)), Frames()
        began = process_time()
        frames.feed(flood)
        return process_time() - began

    short, long = (min(took_s(size) for _ in range(5)) for size in (64 * 1024, 512 * 1024))

    assert long < 20 * short, (
        "eight times the bytes, and sixty-four times the time if each is moved"
    )
