"""Take the secrets out of a canonical text, and put them back. Pure.

A secret becomes `<netwb:secret:HEX>`: the HMAC of its exact bytes under the tenant's key, so that
an unchanged secret makes no change and a changed one does (DESIGN D4). Where a token stands is
recorded; restoring substitutes at these places only. A literal `<netwb:` of the device is itself
taken out, so that every token in a redacted text is ours.

Three laws, held by property tests: restore(redact(text)) == text; no byte that a rule matched
stays; a secret of 8 or more mixed characters stands nowhere else either.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from netwb.configs.records import Placed, Redacted, VolatileLine
from netwb.configs.spans import Rules, Span, everywhere, is_long, merged, rule_spans, rules_of
from netwb.configs.tokens import RESERVED, TOKEN, Tokens
from netwb.errors import ArchiveDamagedError, SecretMissingError
from netwb.platforms.record import Platform

_OURS = Span(0, 0, "reserved word", b"plain")
_KNOWN = Span(0, 0, "known value", b"plain")


def redact(  # noqa: PLR0913 - one arrow of the data flow; what it knows besides goes by keyword
    text: bytes,
    volatile: Sequence[VolatileLine],
    platform: Platform,
    *,
    key: bytes,
    longer: frozenset[str] = frozenset(),
    known: Collection[bytes] = (),
) -> Redacted:
    """Replace every secret of `text` and of the volatile lines by its token.

    longer  whole HMACs (hex) whose short form another secret of the tenant has taken
    known   secrets of the same device from elsewhere; a long one stands nowhere in this text either
    """
    rules = rules_of(platform)
    found = [(text, rule_spans(text, rules)), *_volatile_spans(volatile, rules)]
    wanted = _wanted(found, known)
    tokens = Tokens(key, longer)
    redacted, *lines = [
        _replaced(source, merged([*spans, *everywhere(source, spans, wanted)]), tokens)
        for source, spans in found
    ]
    return Redacted(
        text=redacted[0],
        placed=redacted[1],
        secrets=tokens.secrets,
        volatile=tuple(
            replace(line, text=new) for line, (new, _) in zip(volatile, lines, strict=True)
        ),
        rule_set=platform.rule_set,
    )


def _volatile_spans(
    volatile: Sequence[VolatileLine], rules: Rules
) -> list[tuple[bytes, list[Span]]]:
    """A few short lines, mostly without any rule's word: that is asked once for all of them."""
    together = b"\n".join(line.text for line in volatile)
    worth = any(word in together for word in rules.words)
    return [(line.text, rule_spans(line.text, rules) if worth else []) for line in volatile]


def long_secrets(text: bytes, platform: Platform) -> frozenset[bytes]:
    """The values that the rules find and that are long enough to be looked for elsewhere."""
    spans = rule_spans(text, rules_of(platform))
    return frozenset(value for s in spans if is_long(value := text[s.start : s.end]))


def _wanted(
    found: Iterable[tuple[bytes, list[Span]]], known: Collection[bytes]
) -> dict[bytes, Span]:
    """The values that must stand nowhere, each with the span that it was first seen in."""
    wanted: dict[bytes, Span] = {RESERVED: _OURS}
    for source, spans in found:
        for span in spans:
            value = source[span.start : span.end]
            if value not in wanted and is_long(value):
                wanted[value] = span
    for value in known:
        if is_long(value):
            wanted.setdefault(value, _KNOWN)
    return wanted


def _replaced(
    source: bytes, spans: Iterable[Span], tokens: Tokens
) -> tuple[bytes, tuple[Placed, ...]]:
    pieces: list[bytes] = []
    placed: list[Placed] = []
    offset = reached = 0
    for span in spans:
        token = tokens.token(source[span.start : span.end], span.rule, span.encoding)
        kept = source[reached : span.start]
        placed.append(Placed(offset=offset + len(kept), token=token))
        pieces += (kept, token.encode())
        offset += len(kept) + len(token)
        reached = span.end
    pieces.append(source[reached:])
    return b"".join(pieces), tuple(placed)


def restore(text: bytes, placed: Sequence[Placed], values: Mapping[str, bytes]) -> bytes:
    """The exact text that was redacted. `values` maps tokens to secrets.

    Raises SecretMissingError when a value is not there, ArchiveDamagedError when a token does not
    stand where it was placed; in both cases nothing is restored.
    """
    pieces: list[bytes] = []
    reached = 0
    for place in sorted(placed, key=lambda item: item.offset):
        token = place.token.encode()
        if place.offset < reached or not text.startswith(token, place.offset):
            msg = f"token {place.token} does not stand at byte {place.offset}; rebuild the index"
            raise ArchiveDamagedError(msg)
        if place.token not in values:
            msg = f"the vault has no secret for {place.token}; restore the database's copy first"
            raise SecretMissingError(msg)
        pieces += (text[reached : place.offset], values[place.token])
        reached = place.offset + len(token)
    pieces.append(text[reached:])
    return b"".join(pieces)


def comparable(text: bytes, platform: Platform) -> bytes:
    """The text as it is compared: forms that the platform writes anew at each output left out."""
    rewritten = {rule.name for rule in platform.secrets if rule.rewritten}
    if not rewritten:
        return text
    pieces: list[bytes] = []
    reached = 0
    for span in merged(s for s in rule_spans(text, rules_of(platform)) if s.rule in rewritten):
        pieces.append(text[reached : span.start])
        reached = span.end
    return b"".join([*pieces, text[reached:]])


def find_tokens(text: bytes) -> tuple[Placed, ...]:
    """Where the tokens stand in a redacted text; the same as was placed."""
    return tuple(
        Placed(offset=match.start(), token=match.group().decode()) for match in TOKEN.finditer(text)
    )
