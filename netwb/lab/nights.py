"""Draw who changes what before each night's backup. Pure: the times are arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from netwb.lab.device import LabDevice
from netwb.lab.dialects import DIALECTS
from netwb.lab.draw import Draw
from netwb.lab.edits import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One day's work: it begins at `at`, and the backup of `night` shows it.

    percent     how likely each device is changed
    """

    night: int
    at: datetime
    people: tuple[str, ...]
    percent: float


def draw_edits(seed: str, devices: Sequence[LabDevice], shift: Shift) -> tuple[Edit, ...]:
    """Draw one shift's edits: at most one a device, within nine hours."""
    return tuple(
        Edit(
            key=device.key,
            night=shift.night,
            at=shift.at + timedelta(minutes=draw.number(0, 539), seconds=draw.number(0, 59)),
            by=draw.one(shift.people),
            kind=draw.one(DIALECTS[device.platform].edit_kinds),
            seed=f"{seed}/{device.key}/{shift.night}",
            saved=draw.chance(80),
        )
        for device in devices
        if (draw := Draw(seed, device.key, "edit", str(shift.night))).chance(shift.percent)
    )
