"""Judge each field of a port as a person or a file wrote it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from netwb.errors import InventoryError
from netwb.inventory.fields import check_text, quoted
from netwb.inventory.ports.text import LONGEST_NAME, clean

Check = Callable[[Any], Any]  # gives the value as stored, or raises InventoryError
FASTEST_BPS = 10**14  # a hundred times the fastest port there is
_SPEED = re.compile(
    r"(?P<number>[0-9]{1,15}(\.[0-9]{1,9})?)\s*(?P<unit>[kKmMgGtT]?)(bps|[bB]it/s)?"
)
_UNITS: Mapping[str, int] = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_YES = frozenset({"yes", "true", "1", "y"})
_NO = frozenset({"no", "false", "0", "n"})


def check_name(value: str) -> str:
    """An ifName, as the device says it."""
    if not value or clean(value, LONGEST_NAME) != value:
        msg = (
            f"port name {quoted(value)} is not usable; write the ifName as `netwb port list` has it"
        )
        raise InventoryError(msg)
    return value


def check_speed(value: int | str) -> int:
    """Bits per second: a number, or with k, M, G or T behind it: `2.5G`."""
    match = _SPEED.fullmatch(str(value).strip())
    bps = int(Decimal(match["number"]) * _UNITS[match["unit"].lower()]) if match else 0
    if not 1 <= bps <= FASTEST_BPS:
        msg = f"speed {quoted(str(value))} is not usable; write bits per second: 100M, 2.5G"
        raise InventoryError(msg)
    return bps


def check_watched(value: bool | str) -> bool:  # noqa: FBT001 - it is the field's value
    """Yes or no."""
    said = str(value).strip().casefold()
    if said not in _YES | _NO:
        msg = f"watched {quoted(str(value))} is not usable; write yes or no"
        raise InventoryError(msg)
    return said in _YES


PORT_CHECKS: Mapping[str, Check] = {
    "tenant": lambda value: check_text("tenant", value),
    "circuit_ref": lambda value: check_text("circuit reference", value),
    "speed_override_bps": check_speed,
    "watched": check_watched,
}
