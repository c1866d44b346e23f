"""Read a device's facts out of what its version command says. Pure.

Sources: the forms of `show version` of IOS 12 to 17, NX-OS 7 to 10, EOS 4 and FRR 8. It is read on
the loop that all sessions share: no answer, however long, may hold it.
"""

from __future__ import annotations

import re

from netwb.inventory.records import Facts
from netwb.platforms.record import BytesPattern, FactsWords

_SECONDS = {
    "year": 365 * 86400,
    "week": 7 * 86400,
    "day": 86400,
    "hour": 3600,
    "minute": 60,
    "second": 1,
}
_PART = re.compile(r"(\d+) (year|week|day|hour|minute|second)(?:s|\(s\))?\b")
_MOST_BYTES = 64 * 1024  # of an answer; a long one of a stack of switches takes a tenth of it
_LONGEST_LINE = 512  # bytes; no line that tells something is half as long
_CLOCK = re.compile(r"\b(\d+):(\d\d)(?::(\d\d))?\b")


def parse_facts(transcript: bytes, words: FactsWords) -> Facts:
    """What stands in the answer to the platform's facts command; None where it does not."""
    lines = fact_lines(transcript)
    uptime = _first(lines, words.uptime)
    return Facts(
        model=_first(lines, words.model),
        serial=_first(lines, words.serial),
        os_version=_first(lines, words.os_version),
        uptime_s=None if uptime is None else parse_uptime(uptime),
    )


def fact_lines(transcript: bytes) -> list[bytes]:
    """The lines that are worth a look, without blanks at their end."""
    lines = transcript[:_MOST_BYTES].replace(b"\r", b"").split(b"\n")
    return [line.rstrip() for line in lines if len(line) <= _LONGEST_LINE]


def parse_uptime(text: str) -> int | None:
    """Seconds in a duration as devices write it; None where it is not one.

    >>> parse_uptime("1 year, 2 weeks, 3 days, 4 hours, 5 minutes")
    33019500
    >>> parse_uptime("12 day(s), 3 hour(s), 4 minute(s), 5 second(s)")
    1047845
    >>> parse_uptime("2 days, 3:04")
    183840
    """
    parts = _PART.findall(text)
    clock = _CLOCK.search(text)
    if not parts and clock is None:
        return None
    seconds = sum(int(number) * _SECONDS[unit] for number, unit in parts)
    if clock is not None:
        hours, minutes, rest = clock.groups(default="0")
        seconds += int(hours) * 3600 + int(minutes) * 60 + int(rest)
    return seconds


def _first(lines: list[bytes], pattern: BytesPattern | None) -> str | None:
    """Group 1 of the first line that matches from its beginning."""
    if pattern is None:
        return None
    for line in lines:
        if found := pattern.match(line):
            return found.group(1).decode(errors="replace").strip() or None
    return None
