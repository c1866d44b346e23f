"""What a platform's syslog says of changes to its configuration: frozen rules, read from TOML. Pure.

A rule is data of netwb's or of `platforms.d`, a message is anybody's: patterns are RE2's, whose time
grows with the message alone, and match its whole text. The rules of a platform stand in its record
as `[[message]]`.
Sources: message guides of IOS, NX-OS, EOS and Junos; FRR's `log commands`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

import re2

Means = Literal["change", "complete", "nothing"]
_MEMORY = 4 << 20  # bytes that RE2 may use for one pattern's automaton
_BY = b"by"


class LinearPattern:
    """A pattern over the bytes of one whole message; group `by` is who did it."""

    __slots__ = ("_by", "_form", "source")

    def __init__(self, source: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.encoding = re2.Options.Encoding.LATIN1  # bytes, each one a character
        options.max_mem = _MEMORY
        self.source = source
        self._form = re2.compile(source.encode(), options)
        self._by: int | None = self._form.groupindex.get(_BY)

    def match(self, text: bytes) -> tuple[bytes | None] | None:
        """Who did it, in a tuple (None: it does not say); None where the text does not match."""
        found = self._form.fullmatch(text)
        if found is None:
            return None
        return (None if self._by is None else found.group(self._by),)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRule:
    """One kind of message.

    word     literal that stands in each such message; found first, because that is cheap
    pattern  matches the whole text of the message, after its header
    means    change: the configuration was changed, or is being; complete: and is whole now;
             nothing: it looks like one of those and is none
    note     what the revision says then; empty: nothing but who did it
    """

    name: str
    word: str
    pattern: LinearPattern = field(compare=False)
    means: Means = "change"
    note: str = ""


def message_rules(rows: Sequence[Mapping[str, Any]]) -> tuple[MessageRule, ...]:
    """Rules in the order of the file; ValueError for one that cannot be used."""
    return tuple(_rule(row) for row in rows)


def _rule(row: Mapping[str, Any]) -> MessageRule:
    known = [item.name for item in fields(MessageRule)]
    strange = sorted(set(row) - set(known))
    if strange:
        msg = f"unknown key {strange[0]!r} in a message rule; it has {', '.join(known)}"
        raise ValueError(msg)
    values = {name: _text(row, name) for name in row}
    if not values.get("word"):
        msg = f"message rule {row.get('name')!r} needs a word that is not empty"
        raise ValueError(msg)
    if values.get("means", "change") not in get_args(Means):
        msg = f"message rule {row.get('name')!r}: means is one of {', '.join(get_args(Means))}"
        raise ValueError(msg)
    return MessageRule(
        name=values["name"],
        word=values["word"],
        pattern=_pattern(values["name"], values["pattern"]),
        means=values.get("means", "change"),  # type: ignore[arg-type]  # looked at above
        note=values.get("note", ""),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        msg = f"key {name!r} of a message rule must be a text"
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for a file that cannot be used
    return value


def _pattern(name: str, source: str) -> LinearPattern:
    try:
        return LinearPattern(source)
    except re2.error as error:
        said = error.args[0] if error.args else b""
        reason = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        msg = f"message rule {name!r} has a pattern that RE2 does not read: {reason}"
        raise ValueError(msg) from error
