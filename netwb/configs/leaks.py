"""Find what newer rules call a secret in a text that older rules redacted. Pure.

The rules are applied to the text as the device sent it, its secrets put back, as tokens would change
what a pattern meets; what lies within a secret that was taken out is no leak. Which line it is says
the redacted text, the one that people see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from netwb.configs.records import Placed
from netwb.configs.spans import everywhere, is_long, merged, rule_spans, rules_of
from netwb.configs.tokens import TOKEN
from netwb.platforms.record import Platform


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Leak:
    """A secret that stands open: the 1-based line of the redacted text, and the rule's name."""

    line: int
    rule: str


def find_leaks(
    text: bytes, placed: Sequence[Placed], values: Mapping[str, bytes], platform: Platform
) -> tuple[Leak, ...]:
    """Leaks in a redacted text, in order, each line and rule once.

    values   the secrets by token; one that is not known is left as the token that it is
    """
    whole, taken = _whole(text, placed, values)
    spans = rule_spans(whole, rules_of(platform))
    known = {whole[s.start : s.end]: s for s in spans}
    wanted = {value: span for value, span in known.items() if is_long(value)}
    found = set()
    for span in merged([*spans, *everywhere(whole, spans, wanted)]):
        for start, end in _open(span.start, span.end, taken):
            if _says_something(whole[start:end]):
                line = text.count(b"\n", 0, _stored_offset(start, taken)) + 1
                found.add(Leak(line=line, rule=span.rule))
    return tuple(sorted(found))


def leaks_in_line(line: bytes, platform: Platform) -> tuple[str, ...]:
    """Names of the rules that find something besides tokens in a line that was redacted."""
    spans = merged(rule_spans(line, rules_of(platform)))
    return tuple(s.rule for s in spans if _says_something(line[s.start : s.end]))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A secret in the whole text, and where its token stands in the redacted one."""

    start: int
    end: int
    token_start: int
    token_end: int


def _whole(
    text: bytes, placed: Sequence[Placed], values: Mapping[str, bytes]
) -> tuple[bytes, list[_Taken]]:
    pieces: list[bytes] = []
    taken: list[_Taken] = []
    reached = length = 0
    for place in sorted(placed, key=lambda item: item.offset):
        kept = text[reached : place.offset]
        value = values.get(place.token, place.token.encode())
        start = length + len(kept)
        reached = place.offset + len(place.token)
        length = start + len(value)
        taken.append(_Taken(start=start, end=length, token_start=place.offset, token_end=reached))
        pieces += (kept, value)
    return b"".join([*pieces, text[reached:]]), taken


def _open(start: int, end: int, taken: Sequence[_Taken]) -> Iterator[tuple[int, int]]:
    """The parts of a span that lie in no secret that was taken out."""
    for one in taken:
        if one.end <= start or one.start >= end:
            continue
        if start < one.start:
            yield start, one.start
        start = max(start, one.end)
    if start < end:
        yield start, end


def _stored_offset(offset: int, taken: Sequence[_Taken]) -> int:
    """Where a byte of the whole text stands in the redacted one."""
    shift = 0
    for one in taken:
        if one.start > offset:
            break
        shift = one.token_end - one.end
    return offset + shift


def _says_something(part: bytes) -> bool:
    """Whether letters or digits are left once tokens are taken out: quotes and blanks tell nothing."""
    return any(chr(byte).isalnum() for byte in TOKEN.sub(b"", part))
