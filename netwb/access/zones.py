"""Time zones by name: is it one that this machine knows?"""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from netwb.errors import InputError


def check_zone(name: str) -> str:
    """An IANA time zone, or empty for the server's own."""
    if name and name not in _zones():
        msg = f"{name[:64]!r} is no time zone; write it as Europe/Berlin"
        raise InputError(msg)
    return name


@cache
def _zones() -> set[str]:
    """Of this machine; looking for them takes 10 ms, at each opening of a home."""
    return available_timezones()
