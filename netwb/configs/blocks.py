"""Find the lines that are somebody's own words or data: banners, certificates, scripts.

What stands there is not a command: `% Invalid input` in a banner is no error, `end` in it ends
nothing. Pure. The rules stand in the platform's TOML, from its command reference.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from netwb.platforms.record import BlockRule, BytesPattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block, from the first byte of its opening line to the last of its closing line.

    A block that never closes reaches to the end of the text, which was cut then.
    """

    start: int
    end: int
    rule: str
    closed: bool


def find_blocks(text: bytes, rules: Sequence[BlockRule]) -> tuple[Block, ...]:
    """All blocks in order. What stands in one opens no other. Linear in the text."""
    openings = sorted(
        ((at, order, rule) for order, rule in enumerate(rules) for at in _at(text, rule)),
        key=lambda item: item[:2],
    )
    blocks: list[Block] = []
    reached = 0
    for start, _, rule in openings:
        opening = rule.opens.match(text, start) if start >= reached else None
        if opening is not None:
            end = _end(text, rule, opening)
            reached = len(text) if end is None else end
            blocks.append(Block(start=start, end=reached, rule=rule.name, closed=end is not None))
    return tuple(blocks)


def inside(blocks: Sequence[Block], offset: int) -> bool:
    """Whether the byte at `offset` stands in a block, after its opening line's first byte."""
    before = bisect_left(blocks, offset, key=lambda block: block.start)
    return before > 0 and offset < blocks[before - 1].end


def _at(text: bytes, rule: BlockRule) -> Iterator[int]:
    """Starts of the lines that hold the rule's word, each once."""
    word = rule.word.encode()
    found = text.find(word)
    while found >= 0:
        yield text.rfind(b"\n", 0, found) + 1
        end = text.find(b"\n", found)
        found = text.find(word, end) if end >= 0 else -1


def _end(text: bytes, rule: BlockRule, opening: re.Match[bytes]) -> int | None:
    """Offset of the LF that ends the closing line; None when nothing closes."""
    if rule.closes is None:
        closing = text.find(opening.group("mark"), opening.end())
    else:
        found = _closing_line(rule.closes).search(text, opening.end())
        closing = found.end() if found else -1
    if closing < 0:
        return None
    line_end = text.find(b"\n", closing)
    return line_end if line_end >= 0 else len(text)


@lru_cache(maxsize=256)
def _closing_line(closes: BytesPattern) -> BytesPattern:
    return re.compile(rb"^[ \t]*(?:" + closes.pattern + rb")[ \t]*$", re.MULTILINE)
