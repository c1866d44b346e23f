"""What the address of `/billing` asks for, and the months that can be chosen. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.views import words
from netwb.views.address import Address

MONTHS = 26  # that are offered: windows of frozen bills are kept as long
_WRITTEN = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Whose bill, of which month, which version, and the group whose windows are drawn.

    tenant    "": nobody's is chosen
    version   None: the one in force, else as it is now
    """

    tenant: str
    month: str
    version: int | None
    group: str


def look_of(address: Address, *, now: datetime, zone: ZoneInfo, only: str = "") -> Look:
    """What cannot be is the month of now; the facade says what is wrong with a version.

    only   the one tenant that there is to choose
    """
    said = address.get("month", "")
    number = address.get("version", "")
    return Look(
        tenant=address.get("of") or address.get("tenant") or only,
        month=said if _WRITTEN.fullmatch(said) else f"{now.astimezone(zone):%Y-%m}",
        version=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else None,
        group=address.get("group", ""),
    )


def months(now: datetime, zone: ZoneInfo, chosen: str) -> list[tuple[str, str]]:
    """(2026-11, November 2026), newest first; the chosen one is among them."""
    there = now.astimezone(zone)
    last = there.year * 12 + there.month - 1
    named = {_name(number) for number in range(last - MONTHS + 1, last + 1)} | {chosen}
    return [(name, month_words(name)) for name in sorted(named, reverse=True)]


def month_words(name: str) -> str:
    """`Nov 2026`."""
    year, _, month = name.partition("-")
    return f"{words.MONTHS[int(month) - 1]} {year}"


def beside(name: str, step: int) -> str:
    """The month so many after it; before it where that is negative."""
    year, _, month = name.partition("-")
    return _name(int(year) * 12 + int(month) - 1 + step)


def _name(number: int) -> str:
    return f"{number // 12}-{number % 12 + 1:02}"
