"""Does a message say that somebody changed the configuration, and who? Pure."""

from __future__ import annotations

from collections.abc import Sequence

from netwb.platforms.messages import MessageRule

LONGEST_NAME = 100  # characters of a name; longer ones are no login


def find_rule(text: bytes, rules: Sequence[MessageRule]) -> tuple[MessageRule, str] | None:
    """The first rule that the message's text matches, and the name that it gives ("" none)."""
    for rule in rules:
        if rule.word.encode() in text:
            found = rule.pattern.match(text)
            if found is not None:
                return rule, name_of(found[0])
    return None


def name_of(value: bytes | None) -> str:
    """A name as it can be shown: printable, one word after another, not longer than a login."""
    if not value:
        return ""
    text = value.decode("utf-8", "replace")
    kept = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(kept.split())[:LONGEST_NAME].strip()
