"""Say which sections enclose one line of a text, without reading the whole of it. Pure.

A search shows lines of thousands of texts; reading each text whole for its sections would take a
hundred times as long as the search. Indentation alone is followed, upwards, which braces-style texts
have too; a line within a banner may be shown under a header that only looks like one.
"""

from __future__ import annotations

from netwb.configs.sections import Crumbs, readable

_FARTHEST = 2_000  # lines above: a section that long is named by what was found until then


def enclosing(text: bytes, start: int) -> Crumbs:
    r"""Headers above the line that begins at byte `start`, outermost first.

    >>> enclosing(b"router bgp 64500\n address-family ipv4\n  network 192.0.2.0\n", 38)
    ('router bgp 64500', 'address-family ipv4')
    """
    depth = _depth(text[start : _end(text, start)])
    found: list[str] = []
    for _ in range(_FARTHEST):
        if not depth or not start:
            break
        end = start - 1
        start = text.rfind(b"\n", 0, end) + 1
        line = text[start:end]
        its = _depth(line)
        if its < depth and line.strip():
            found.append(readable(line.strip()).removesuffix("{").rstrip())
            depth = its
    return tuple(reversed(found))


def _end(text: bytes, start: int) -> int:
    end = text.find(b"\n", start)
    return len(text) if end < 0 else end


def _depth(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))
