"""Read from the volatile lines who changed a device last, and when. Pure.

A time without a zone that the configuration itself explains is not guessed: it is None. Zone names
come from `clock timezone` and `clock summer-time` lines (IOS, NX-OS); where a platform prints no
zone, its default is UTC as long as no `clock timezone` line says otherwise (EOS, NX-OS manuals).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone

from netwb.configs.records import VolatileLine
from netwb.platforms.record import Platform

_CLOCK = re.compile(rb"(\d+):(\d\d):(\d\d)")
_DAY = re.compile(rb"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d+)\b")
_YEAR = re.compile(rb"\b([12]\d{3})\b")
_MONTHS = b"JanFebMarAprMayJunJulAugSepOctNovDec"
_TIMEZONE = re.compile(rb"\nclock timezone (\S+)(?: (-?\d+)(?: (\d+))?)?[ \t]*(?=\n)")
_SUMMER = re.compile(rb"\nclock summer-time (\S+) [^\n]*")
_SUMMER_OFFSET = re.compile(rb" \d+:\d\d (\d+)$")
_UTC_NAMES = (b"UTC", b"GMT", b"Z")
_FIRST_REAL_YEAR = 2000  # a clock that nobody set starts in 1993 (IOS) or 1970
_NOT_SURE = (b"*", b".")  # IOS: the clock was never set, or has lost its NTP server


def last_change(
    volatile: Sequence[VolatileLine], text: bytes, platform: Platform
) -> tuple[str | None, datetime | None]:
    """Author and time by the first rule of the platform that finds one of the two."""
    for rule in platform.volatile:
        if not {"by", "at"} & rule.pattern.groupindex.keys():
            continue
        for line in volatile:
            match = rule.pattern.fullmatch(line.text.rstrip())
            if match:
                said = match.groupdict()
                author = said.get("by")
                return (
                    author.decode("utf-8", "replace") if author else None,
                    _instant(said.get("at") or b"", said.get("zone"), text),
                )
    return None, None


def _instant(at: bytes, zone: bytes | None, text: bytes) -> datetime | None:
    if at.startswith(_NOT_SURE):
        return None
    clock, day, year = _CLOCK.search(at), _DAY.search(at), _YEAR.search(at)
    offset = _offset(zone, text)
    if not (clock and day and year) or offset is None:
        return None
    date = (int(year.group(1)), _MONTHS.index(day.group(1)) // 3 + 1, int(day.group(2)))
    hour, minute, second = (int(part) for part in clock.groups())
    try:
        local = datetime(*date, hour, minute, second, tzinfo=timezone(offset))
        instant = local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return instant if instant.year >= _FIRST_REAL_YEAR else None


def _offset(zone: bytes | None, text: bytes) -> timedelta | None:
    """How far the named zone is ahead of UTC, as this configuration defines it."""
    lines = b"\n" + text
    base, summer = _TIMEZONE.search(lines), _SUMMER.search(lines)
    named = base.group(1) if base else b"UTC"
    standard = _standard(base)
    if zone is None:
        return None if summer else standard
    if zone == named:
        return standard
    if summer and zone == summer.group(1) and standard is not None:
        further = _SUMMER_OFFSET.search(summer.group())
        return standard + timedelta(minutes=int(further.group(1)) if further else 60)
    return timedelta(0) if zone in _UTC_NAMES else None


def _standard(base: re.Match[bytes] | None) -> timedelta | None:
    if base is None or (base.group(2) is None and base.group(1) in _UTC_NAMES):
        return timedelta(0)
    if base.group(2) is None:
        return None  # a name alone ("Europe/Berlin") would need a table of zones
    hours, minutes = int(base.group(2)), int(base.group(3) or 0)
    sign = -1 if base.group(2).startswith(b"-") else 1
    return timedelta(hours=hours, minutes=sign * minutes)
