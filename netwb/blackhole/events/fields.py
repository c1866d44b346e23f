"""Read what a detector wrote, field by field. Pure: all of it comes from outside, none is believed.

A field of the wrong shape is an InputError that names it; what is not known is left alone, as each
version of FastNetMon has fields of its own. Words that come out of here hold no control character
and no half of a surrogate pair, so any database, log and page takes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address
from typing import Any

from netwb.blackhole.attack_records import EventAction
from netwb.blackhole.records import Direction, IPAddress
from netwb.errors import InputError
from netwb.log_lines import one_line

ACTIONS: Mapping[str, EventAction] = {
    "ban": "ban",
    "unban": "unban",
    "attack_details": "details",
    "attack_status": "ongoing",
    "partial_block": "partial",
    "partial_unblock": "partial",
}
WORD_CHARACTERS = 128  # of a type, a protocol, a group's name
REPORT_CHARACTERS = 32_000  # half of what one event may weigh
COUNT_MOST = 2**63 - 1  # what a database's widest integer holds
FIGURES_MOST = 128  # Advanced has 40
_DIRECTIONS: Mapping[str, Direction] = {"incoming": "incoming", "outgoing": "outgoing"}
_COUNTER = re.compile(r"[a-z0-9_]{1,64}_(?:traffic|pps|flows|power)")
_HOST_LENGTHS = {4: "/32", 6: "/128"}
_SHOWN = 60  # characters of what was wrong
_CUT = "\n(cut)"


def read_action(value: Any) -> EventAction:
    """One of FastNetMon's own words, in ours."""
    if not isinstance(value, str) or value not in ACTIONS:
        msg = f"the action is {shown(value)}; it is one of {', '.join(ACTIONS)}"
        raise InputError(msg)
    return ACTIONS[value]


def read_address(value: Any) -> IPAddress:
    """A host's address, canonical or not; its /32 or /128 is the same.

    Never 0.0.0.0 and ::, which FastNetMon writes where it has none.
    """
    text = value if isinstance(value, str) and len(value) <= _SHOWN else ""
    try:
        bare = text.removesuffix(_HOST_LENGTHS[6 if ":" in text else 4])
        address = ip_address(bare)
    except ValueError:
        msg = f"the address is {shown(value)}; it is one host's, as 203.0.113.10 or 2001:db8::10"
        raise InputError(msg) from None
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        msg = f"the address {shown(value)} names a zone; give it without"
        raise InputError(msg)
    if address.is_unspecified:
        msg = f"the address {address} is no host's; FastNetMon writes it where it knows none"
        raise InputError(msg)
    return address


def read_direction(value: Any) -> Direction:
    """What is neither incoming nor outgoing is other, which is never blackholed unasked."""
    return _DIRECTIONS.get(value, "other") if isinstance(value, str) else "other"


def read_count(name: str, value: Any) -> int:
    """A whole number from 0 on; a fraction loses what stands behind the point."""
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not 0 <= value <= COUNT_MOST:
        msg = f"{shown(name)} is {shown(value)}; it is a number from 0 to {COUNT_MOST}"
        raise InputError(msg)
    return int(value)


def read_figures(details: Mapping[str, Any]) -> dict[str, int]:
    """The counters among them, by their own names."""
    named = [name for name in details if _COUNTER.fullmatch(name) and details[name] is not None]
    return {name: read_count(name, details[name]) for name in named[:FIGURES_MOST]}


def read_instant(name: str, value: Any) -> datetime:
    """RFC 3339, with its zone."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        if at is None or at.tzinfo is None:
            raise ValueError  # noqa: TRY301 - one sentence for all of it
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        msg = f"{name} is {shown(value)}; write it as 2026-11-29T08:05:00Z"
        raise InputError(msg) from None


def read_word(name: str, value: Any) -> str | None:
    """A word or two on one line; None: it says nothing."""
    if value is None:
        return None
    if not isinstance(value, str):
        msg = f"{name} is {shown(value)}; it is a text"
        raise InputError(msg)
    return " ".join(_harmless(value[:WORD_CHARACTERS]).split()) or None


def clean_report(text: str) -> str:
    """Its lines, without what would harm who reads it; the end of a very long one is cut."""
    lines = _harmless(text[: REPORT_CHARACTERS + 1].replace("\r\n", "\n"))
    kept = lines if len(lines) <= REPORT_CHARACTERS else lines[: -len(_CUT) - 1] + _CUT
    return kept.strip("\n")


def shown(value: Any) -> str:
    """What was given, for a sentence about it."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return f"'{one_line(value, _SHOWN)}'"
    if isinstance(value, bool | float):
        return repr(value)
    if isinstance(value, int):
        return str(value) if abs(value) <= COUNT_MOST else "a number beyond all counters"
    return "a list" if isinstance(value, list) else "an object"


def _harmless(text: str) -> str:
    """Control characters, halves of pairs and marks that turn a text around become U+FFFD."""
    return "".join(
        one if one.isprintable() or one in "\n\t" else "\N{REPLACEMENT CHARACTER}" for one in text
    )
