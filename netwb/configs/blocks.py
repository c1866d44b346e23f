"""Find the lines that are somebody's own words or data: banners, certificates, scripts.

What stands there is not a command: `% Invalid input` in a banner is no error, `end` in it ends
nothing. Pure. The rules stand in the platform's TOML, from its command reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netwb.platforms.record import BlockRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block, from the first byte of its opening line to the end of its closing line."""

    start: int
    end: int
    rule: str


def find_blocks(text: bytes, rules: Sequence[BlockRule]) -> tuple[Block, ...]:
    """All closed blocks in order. One that never closes is none, so that it hides nothing.

    Text that a block holds opens no other. Linear: a mark that does not come again is looked for
    once only.
    """
    openings = sorted(
        ((at, order, rule) for order, rule in enumerate(rules) for at in _at(text, rule)),
        key=lambda item: item[:2],
    )
    return tuple(_closed(text, openings))


def inside(blocks: Sequence[Block], offset: int) -> bool:
    """Whether the byte at `offset` belongs to a block and not to its opening line's start."""
    return any(block.start < offset < block.end for block in blocks)


def _at(text: bytes, rule: BlockRule) -> Iterator[int]:
    """Starts of the lines that hold the rule's word, each once."""
    word = rule.word.encode()
    found = text.find(word)
    while found >= 0:
        start = text.rfind(b"\n", 0, found) + 1
        yield start
        end = text.find(b"\n", found)
        found = text.find(word, end) if end >= 0 else -1


def _closed(text: bytes, openings: Sequence[tuple[int, int, BlockRule]]) -> Iterator[Block]:
    reached = 0
    hopeless: set[tuple[str, bytes]] = set()
    for start, _, rule in openings:
        opening = rule.opens.match(text, start) if start >= reached else None
        if opening is None:
            continue
        mark = opening.groupdict().get("mark") or b""
        end = -1 if (rule.name, mark) in hopeless else _end(text, rule, opening.end(), mark)
        if end < 0:
            hopeless.add((rule.name, mark))
            continue
        reached = end
        yield Block(start=start, end=end, rule=rule.name)


def _end(text: bytes, rule: BlockRule, start: int, mark: bytes) -> int:
    """Offset after the closing line's last byte, without its LF; -1 when nothing closes."""
    if rule.closes is None:
        closing = text.find(mark, start)
    else:
        found = re.compile(
            rb"^[ \t]*(?:" + rule.closes.pattern + rb")[ \t]*$", re.MULTILINE
        ).search(text, start)
        closing = found.start() if found else -1
    if closing < 0:
        return -1
    line_end = text.find(b"\n", closing)
    return line_end if line_end >= 0 else len(text)
