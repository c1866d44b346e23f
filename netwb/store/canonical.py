"""One way to write a value down, so that what is authenticated can be written again byte for byte.

JSON with sorted keys, no spaces, UTF-8; instants as RFC 3339 in UTC with six digits. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def canonical_json(value: Mapping[str, Any]) -> str:
    """Text of a mapping of JSON values. Raises ValueError for NaN, TypeError for other types."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def instant(at: datetime) -> str:
    """`2026-03-01T12:00:00.000000Z`, always of this length."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def storable(text: str) -> str:
    """The text without what a database refuses: NUL and halves of surrogate pairs are spelled out.

    Names of files and logins may hold both; an event about them is not lost for that.
    """
    return text.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\x00")


def storable_json(value: Any) -> Any:
    """A JSON value of which each text is `storable`: every program that it is sent to can read it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): storable_json(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(one) for one in value]
    return value
