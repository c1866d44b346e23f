"""Words of the listener: who said what, and what waits for a backup. Frozen; no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

MOST_NAMES = 8  # people of one burst that are told by name; more are a team at work


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One person's last message of a burst.

    by      the name that the device gave; "" where it gives none
    note    what the kind of message says of the change; ""
    """

    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Messages about one device that one backup answers.

    said      oldest first, one for each person
    complete  the device said that the change is whole: nothing is waited for
    """

    id: str
    device_id: str
    tenant_id: str
    first_at: datetime
    last_at: datetime
    said: tuple[Said, ...]
    complete: bool = False
