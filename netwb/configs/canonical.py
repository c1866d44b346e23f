"""Turn a transcript into canonical text: no echo, CR, header or volatile line; one LF ends it. Pure.

What is taken out is kept: volatile lines are facts of the revision (DESIGN D5). On a router that
announces blackholes the routes of netwb's own kind are volatile, too. Bytes stay bytes: 0x80-0xFF
mean what the device meant by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from netwb.configs.blocks import Block, find_blocks, inside
from netwb.configs.records import RawConfig, VolatileLine
from netwb.platforms.record import BytesPattern, Platform

_GROUP_NAME = re.compile(rb"\(\?P<\w+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Canonical:
    """What a transcript says, not yet judged.

    whole       as sent, but without echo, CR and trailing blank lines; it begins and ends with LF,
                so that every line is what stands between two
    body        where the configuration begins in `whole`, after the header
    blocks      in `whole`
    promised    number of bytes that the device said would follow; None: it said none
    promise_at  where they begin in `whole`
    """

    text: bytes = field(repr=False)
    whole: bytes = field(repr=False)
    body: int
    blocks: tuple[Block, ...]
    volatile: tuple[VolatileLine, ...]
    promised: int | None
    promise_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    lines: tuple[tuple[int, int], ...]
    body: int
    promised: int | None
    promise_at: int


def any_line(patterns: tuple[BytesPattern, ...]) -> BytesPattern | None:
    """One pattern for an LF and the beginning of a line that fits any of `patterns`.

    A literal LF in front lets the search skip from line to line: 50 ns a line, a third of what
    `^` takes.
    """
    if not patterns:
        return None
    choices = (rb"(?:" + _GROUP_NAME.sub(rb"(?:", item.pattern) + rb")" for item in patterns)
    return re.compile(rb"\n(?:" + b"|".join(choices) + rb")")


@lru_cache(maxsize=64)
def _volatile_lines(platform: Platform) -> BytesPattern | None:
    return any_line(
        tuple(re.compile(rule.pattern.pattern + rb"[ \t]*(?=\n)") for rule in platform.volatile)
    )


@lru_cache(maxsize=64)
def _own_routes(platform: Platform) -> tuple[BytesPattern, ...]:
    """By address family: the lines of one blackhole, after an LF."""
    words = platform.blackhole
    return tuple(
        re.compile(rb"\n" + family.own.pattern + rb"[ \t]*(?=\n)")
        for family in ((words.ipv4, words.ipv6) if words is not None else ())
    )


def canonical(raw: RawConfig, platform: Platform, *, trigger: bool = False) -> Canonical:
    """Read the transcript of one command.

    trigger   netwb announces blackholes there: its own routes make no change
    """
    whole = _as_sent(raw, platform)
    blocks = find_blocks(whole, platform.blocks)
    header = _header(whole, platform)
    volatile = [
        *_volatile(whole, header.body, blocks, platform),
        *(_own(whole, header.body, blocks, platform) if trigger else ()),
    ]
    gone = [*header.lines, *sorted(volatile)]
    text = _without(whole, header.body, gone[len(header.lines) :])
    if text.endswith(b"\n\n"):  # before a last line that was volatile
        text = text.rstrip() + b"\n"
    return Canonical(
        text=text,
        whole=whole,
        body=header.body,
        blocks=blocks,
        volatile=tuple(_numbered(whole, gone)),
        promised=header.promised,
        promise_at=header.promise_at,
    )


def without_terminal(sent: bytes, platform: Platform) -> bytes:
    """What was sent, without the control sequences that the platform sends by itself."""
    sequences = platform.whole.terminal
    return sent if sequences is None or b"\x1b" not in sent else sequences.sub(b"", sent)


def _as_sent(raw: RawConfig, platform: Platform) -> bytes:
    text = without_terminal(raw.transcript, platform).replace(b"\r", b"")
    first, _, rest = text.lstrip(b"\n").partition(b"\n")
    if _is_echo(first.strip(), raw.command.encode(), platform):
        text = rest
    return b"\n" + text.rstrip() + b"\n"


def _is_echo(line: bytes, command: bytes, platform: Platform) -> bool:
    """Whether the line is the command, alone or after a prompt.

    EOS begins with `! Command: show running-config`, which is not an echo.
    """
    if not command or not line.endswith(command):
        return False
    before = line.removesuffix(command).rstrip()
    return not before or platform.session.prompt.fullmatch(before) is not None


def _header(whole: bytes, platform: Platform) -> _Header:
    """The lines before the configuration: blank ones, and those that the platform prints there."""
    words = platform.whole
    lines: list[tuple[int, int]] = []
    start, promised, promise_at = 1, None, 0
    while start < len(whole):
        end = whole.index(b"\n", start)
        line = whole[start:end].strip()
        if line:
            if not any(pattern.fullmatch(line) for pattern in words.header):
                break
            lines.append((start, end))
            count = words.byte_count and words.byte_count.match(line)
            if count:
                promised, promise_at = int(count.group(1)), end + 1
        start = end + 1
    return _Header(lines=tuple(lines), body=start, promised=promised, promise_at=promise_at)


def _volatile(
    whole: bytes, body: int, blocks: tuple[Block, ...], platform: Platform
) -> list[tuple[int, int]]:
    pattern = _volatile_lines(platform)
    if pattern is None:
        return []
    spans = (match.span() for match in pattern.finditer(whole, body - 1))
    return [(start + 1, end) for start, end in spans if not inside(blocks, start + 1)]


def _own(
    whole: bytes, body: int, blocks: tuple[Block, ...], platform: Platform
) -> Iterator[tuple[int, int]]:
    """Where routes of netwb's own kind stand, line by line."""
    for pattern in _own_routes(platform):
        for match in pattern.finditer(whole, body - 1):
            start = match.start() + 1
            for line in () if inside(blocks, start) else match.group()[1:].split(b"\n"):
                yield start, start + len(line)
                start += len(line) + 1


def _numbered(whole: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[VolatileLine]:
    line, counted = -1, 0
    for start, end in spans:
        line += whole.count(b"\n", counted, start)
        counted = start
        yield VolatileLine(line=line, text=whole[start:end])


def _without(whole: bytes, body: int, gone: list[tuple[int, int]]) -> bytes:
    """The configuration without the lines `gone`, each taken out with its LF."""
    pieces: list[bytes] = []
    for start, end in gone:
        pieces.append(whole[body:start])
        body = end + 1
    pieces.append(whole[body:])
    return b"".join(pieces)
