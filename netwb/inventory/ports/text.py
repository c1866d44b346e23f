"""What a device says of its ports, as it can be kept and shown. Pure.

Device text is hostile: it may hold quotes, line ends, NUL, broken UTF-8, marks that turn the reading
direction, or thousands of letters. A name is also the tag that a port's samples lie under, and
Telegraf writes them too: what is no UTF-8 becomes hexadecimal digits, as with it. An alias is for
people, and old devices write theirs in Latin-1.
"""

from __future__ import annotations

LONGEST_NAME = 255  # RFC 2863: DisplayString (SIZE (0..255))
LONGEST_ALIAS = 255  # ... of ifAlias 64; devices keep to more


def name_of(said: bytes) -> str:
    """An ifName; empty where it holds nothing to see."""
    try:
        text = said.decode()
    except UnicodeDecodeError:
        text = said.hex()
    return clean(text, LONGEST_NAME)


def alias_of(said: bytes) -> str:
    """An ifAlias."""
    try:
        text = said.decode()
    except UnicodeDecodeError:
        text = said.decode("latin-1")
    return clean(text, LONGEST_ALIAS)


def clean(text: str, longest: int) -> str:
    """One line of visible characters; NULs at the end are C's, not the text's."""
    held = text.rstrip("\x00").strip()
    return "".join(letter if letter.isprintable() else "?" for letter in held[:longest])
