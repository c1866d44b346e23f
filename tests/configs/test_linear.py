"""Hostile texts: the time must grow with the size, not with its square."""

import time
from collections.abc import Callable, Iterator

import pytest

from netwb.configs.clean import clean
from netwb.configs.records import Identity, RawConfig
from netwb.configs.redact import redact
from netwb.configs.sections import sections
from netwb.platforms.record import Platform
from tests.configs.conftest import KEY, LIMIT, read_platform

SMALL, LARGE = 8 * 1024, 64 * 1024  # bytes
TOO_MUCH = 24  # times; linear is 8, the square 64
FLOOR_S = 0.0005  # below, the clock counts more than the work
HEADS = ("username a ", "snmp-server user a ", "area 1 ", "neighbor x ")
TAILS = ("password", "secret", "key", "authentication-key")

Make = Callable[[int], str]


def repeated(piece: str, head: str = "") -> Make:
    return lambda size: head + piece * (size // len(piece))


def crowded(word: str) -> Make:
    """One line of a long word, then of many places where a secret might stand."""
    return lambda size: "x" * (size // 2) + f" {word} y" * (size // 24)


def hostile_texts(platform: Platform) -> Iterator[tuple[str, Make]]:
    words = {rule.word for rule in platform.secrets} | {rule.word for rule in platform.blocks}
    for word in sorted(words):
        yield f"{word} as lines", repeated(f"{word} \n")
        yield f"{word} in one line", repeated(f"{word} ")
    for head in HEADS:
        for tail in TAILS:
            yield f"{head}{tail} in one line", repeated(f"{tail} ", head)
    for word in ("password", "key", "community"):
        yield f"a long word and many of {word}", crowded(word)
        yield f"quotes after {word}", repeated(f'{word} "\\')
    yield "logins that lead nowhere", repeated("://a:")
    yield "addresses", repeated("a://")
    yield "blanks before a word", lambda size: " " * size + "password"
    yield "keys that never end", repeated("-----BEGIN RSA PRIVATE KEY-----\n")
    yield (
        "banners that never end",
        lambda size: "".join(
            f"banner motd {chr(33 + number % 90)}\n" for number in range(size // 14)
        ),
    )
    yield "certificates that never end", repeated(" certificate a\n 00000000\n")
    yield (
        "different secrets",
        lambda size: "".join(
            f"username u password 0 Secret{number:06}\n" for number in range(size // 36)
        ),
    )
    yield "reserved words", repeated("<netwb:")
    yield "ever deeper", lambda size: "".join(" " * (n % 30) + "x\n" for n in range(size // 17))


def work(text: bytes, platform: Platform, *, times: int) -> float:
    """Seconds of CPU for all of gate, redaction and sections; the best of some times."""
    raw = RawConfig(kind="running", command="show run", transcript=text, prompt=b"edge1#")
    best = float("inf")
    for _ in range(times):
        begin = time.process_time()
        verdict = clean(
            raw, platform, identity=Identity(hostname="edge1"), last_good=None, limit=LIMIT, key=KEY
        )
        redact(verdict.text, (), platform, key=KEY)
        sections(verdict.text, platform.sections, platform.blocks)
        best = min(best, time.process_time() - begin)
    return best


def is_slow(make: Make, platform: Platform) -> bool:
    """Measured once, and again with care before it is said."""
    for times in (1, 4):
        small = work(make(SMALL).encode(), platform, times=times)
        large = work(make(LARGE).encode(), platform, times=times)
        if large <= TOO_MUCH * max(small, FLOOR_S):
            return False
    return True


@pytest.mark.parametrize("name", ["cisco_ios", "arista_eos", "frr", "cisco_nxos"])
def test_no_hostile_text_takes_time_with_the_square_of_its_size(name: str) -> None:
    platform = read_platform(name)

    slow = [label for label, make in hostile_texts(platform) if is_slow(make, platform)]

    assert slow == []
