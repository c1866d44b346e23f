"""Every pattern of every platform, on hostile lines made of its own words: no pattern may take time
with the square of the line.

A line is what a device sends, and a device may be in the hands of somebody else.
"""

import re
import time
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

import pytest

from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform
from tests.configs.conftest import shipped

NAMES = shipped()
SMALL, LARGE = 1024, 8192  # bytes
TOO_MUCH = 24  # times; linear is 8, the square 64
FLOOR_S = 0.00005  # below, the clock counts more than the work

_ESCAPED = re.compile(r"\\([^A-Za-z0-9])")
_CLASS = re.compile(r"\[[^\]]*\]|\\[Sw]")
_GROUP = re.compile(r"\(\?(?:P<\w+>|<?[=!]|i?:|>)")
_META = re.compile(r"\{[\d,]*\}|[.*+?|()^$\\]")
_SHIELD = 0xE000


def literals(pattern: re.Pattern[bytes]) -> list[str]:
    r"""The words that a pattern is made of, in order.

    >>> literals(re.compile(rb"key (?:\d )?(?P<secret>\S+)\)"))
    ['key ', '1 ', 'a', ')']
    """
    source = _ESCAPED.sub(lambda found: chr(_SHIELD + ord(found[1])), pattern.pattern.decode())
    source = _CLASS.sub("\0a\0", source).replace(r"\d", "1").replace(r"\s", " ")
    source = source.replace(r"\n", "\n").replace(r"\t", "\t").replace(r"\b", "\0")
    pieces = _META.sub("\0", _GROUP.sub("\0", source)).split("\0")
    return [
        "".join(chr(ord(sign) - _SHIELD) if ord(sign) >= _SHIELD else sign for sign in piece)
        for piece in pieces
        if piece
    ]


def hostile(pattern: re.Pattern[bytes]) -> Iterator[tuple[str, str]]:
    """What the line begins with, and what is repeated after it."""
    words = list(dict.fromkeys(literals(pattern)))
    pairs = [one + other for one, other in pairwise(words)]
    for piece in dict.fromkeys((*words, *pairs, "".join(words), *(f"{w} " for w in words))):
        yield "", piece
        yield words[0], piece
        yield " ".join((words[0], "a ")), piece
    yield "", " "
    yield words[0], " a"


def seconds(pattern: re.Pattern[bytes], head: str, piece: str, size: int) -> float:
    """The best of three, as the pattern is used: from the beginning of a line, and anywhere."""
    text = (head + piece * (size // len(piece))).encode()
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        pattern.match(text)
        best = min(best, time.process_time() - begin)
    return best


def is_slow(pattern: re.Pattern[bytes], head: str, piece: str) -> bool:
    """Measured once, and again before it is said."""
    return all(
        seconds(pattern, head, piece, LARGE)
        > TOO_MUCH * max(seconds(pattern, head, piece, SMALL), FLOOR_S)
        for _ in range(2)
    )


def patterns(platform: Platform) -> Iterator[tuple[str, re.Pattern[bytes]]]:
    spoken = platform.blackhole
    routes = () if spoken is None else (spoken, spoken.ipv4, spoken.ipv6)
    for group in (platform.session, platform.facts, platform.whole, *routes):
        for name in group.__dataclass_fields__:
            value = getattr(group, name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, re.Pattern):
                    yield f"{type(group).__name__}.{name}", item
    for volatile in platform.volatile:
        yield f"volatile {volatile.name}", volatile.pattern
    for block in platform.blocks:
        yield f"block {block.name}", block.opens
        if block.closes is not None:
            yield f"block {block.name}", block.closes
    for secret in platform.secrets:
        yield f"secret {secret.name}", secret.pattern


@pytest.mark.parametrize("name", NAMES)
def test_no_pattern_takes_time_with_the_square_of_a_hostile_line(name: str) -> None:
    source = (files("netwb.platforms") / f"{name}.toml").read_text()
    platform = parse_platform(source, origin=f"{name}.toml")

    slow = {
        label: (head, piece)
        for label, pattern in patterns(platform)
        for head, piece in hostile(pattern)
        if is_slow(pattern, head, piece)
    }

    assert slow == {}


@pytest.mark.parametrize(
    "source",
    [r".*IOS.*Software.*, Version (\S+)", r"(?:.*? )??encryption ipsec spi .*? (?:md5|sha1) (\S+)"],
)
def test_a_pattern_that_does_is_found(source: str) -> None:
    pattern = re.compile(source.encode())

    assert any(is_slow(pattern, head, piece) for head, piece in hostile(pattern))
