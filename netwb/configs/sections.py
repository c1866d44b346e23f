"""Say for each line of a configuration which sections enclose it. Pure.

Indentation makes the sections of IOS, EOS, NX-OS and FRR; braces those of Junos. What a banner or a
certificate holds is below its opening line, however it is indented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from netwb.configs.blocks import find_blocks
from netwb.platforms.record import BlockRule

Crumbs = tuple[str, ...]
Style = Literal["indent", "braces"]


def sections(
    text: bytes | str, style: Style, blocks: Sequence[BlockRule] = ()
) -> tuple[Crumbs, ...]:
    r"""The enclosing headers of each line, outermost first.

    blocks  the platform's rules for banners and the like

    >>> sections("interface Gi0/1\n description x\n!\n", "indent")
    ((), ('interface Gi0/1',), ())
    """
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    lines = data.removesuffix(b"\n").split(b"\n") if data else []
    if style == "braces":
        return tuple(_by_braces(lines))
    return tuple(_by_indent(lines, quoted_lines(data, blocks)))


def readable(line: bytes) -> str:
    r"""A line for people: UTF-8, or Latin-1 where it is not.

    >>> readable(b"caf\xc3\xa9") == readable(b"caf\xe9")
    True
    """
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")


def quoted_lines(data: bytes, rules: Sequence[BlockRule]) -> dict[int, int]:
    """Number of a block's opening line -> number of the line after the block, from 0."""
    quoted: dict[int, int] = {}
    line = counted = 0
    for block in find_blocks(data, rules):
        opening = line + data.count(b"\n", counted, block.start)
        line = opening + data.count(b"\n", block.start, block.end)
        counted = block.end
        quoted[opening] = line + 1
    return quoted


def _by_indent(lines: Sequence[bytes], quoted: dict[int, int]) -> Iterator[Crumbs]:
    open_: list[tuple[int, Crumbs]] = []  # indentation and headers with one's own, ever deeper
    crumbs: Crumbs = ()
    quoted_until = 0
    for number, line in enumerate(lines):
        words = line.strip()
        if number < quoted_until or not words:
            yield crumbs
            continue
        indent = len(line) - len(line.lstrip())
        while open_ and open_[-1][0] >= indent:
            open_.pop()
        crumbs = open_[-1][1] if open_ else ()
        yield crumbs
        own = (*crumbs, readable(words))
        open_.append((indent, own))
        if number in quoted:
            quoted_until = quoted[number]
            crumbs = own


def _by_braces(lines: Iterable[bytes]) -> Iterator[Crumbs]:
    open_: list[str] = []
    for line in lines:
        words = readable(line.strip())
        if words.startswith("}") and open_:
            open_.pop()
        yield tuple(open_)
        if words.endswith("{"):
            open_.append(words.removesuffix("{").rstrip())
