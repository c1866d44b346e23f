"""Devices that the last backup did not save: why, for how many nights, and what is there instead.

One statement for the newest outcomes of all, one for the causes of those that were not saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select

from netwb.archive.chunks import chunks
from netwb.collect.coverage import Coverage, DeviceCoverage
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import BackupOutcomeRow, BackupRunRow

BAD = ("rejected", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """One device whose newest backup gave no good text.

    nights    how many runs in a row, counted as far back as was looked
    copy_at   when the last good copy was last seen to be what the device has; None: there is none
    """

    device_id: str
    status: Literal["rejected", "failed"]
    at: datetime
    nights: int
    cause_kind: str
    cause_message: str
    copy_at: datetime | None
    copy_lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What backups gave since a time: ids of all devices tried, and those not saved at last."""

    devices: frozenset[str]
    unsaved: tuple[Unsaved, ...]


def find_unsaved(
    database: Database, scope: Scope, *, since: datetime, counted_since: datetime
) -> Tried:
    """Devices tried since `since`; nights in a row are counted back to `counted_since`."""
    coverage = Coverage(database).devices(scope, since=min(since, counted_since))
    tried = {
        device_id: found
        for device_id, found in coverage.items()
        if found.nights and found.nights[-1].at >= since
    }
    bad = {device_id: found for device_id, found in tried.items() if found.nights[-1].status in BAD}
    causes = _causes(database, scope, bad, since)
    unsaved = tuple(
        _unsaved(found, causes.get(device_id, ("", ""))) for device_id, found in bad.items()
    )
    return Tried(devices=frozenset(tried), unsaved=unsaved)


def _unsaved(found: DeviceCoverage, cause: tuple[str, str]) -> Unsaved:
    nights = 0
    for night in reversed(found.nights):
        if night.status not in BAD:
            break
        nights += 1
    return Unsaved(
        device_id=found.device_id,
        status=cast('Literal["rejected", "failed"]', found.nights[-1].status),
        at=found.nights[-1].at,
        nights=nights,
        cause_kind=cause[0],
        cause_message=cause[1],
        copy_at=found.copy.at if found.copy else None,
        copy_lines=found.copy.lines if found.copy else 0,
    )


def _causes(
    database: Database, scope: Scope, devices: dict[str, DeviceCoverage], since: datetime
) -> dict[str, tuple[str, str]]:
    """Kind and message of each device's newest cause."""
    query = (
        select(
            BackupOutcomeRow.device_id, BackupOutcomeRow.cause_kind, BackupOutcomeRow.cause_message
        )
        .join(BackupRunRow, BackupRunRow.id == BackupOutcomeRow.run_id)
        .where(BackupRunRow.started_at >= since, BackupOutcomeRow.status.in_(BAD))
        .order_by(BackupRunRow.started_at, BackupRunRow.id)
    )
    found: dict[str, tuple[str, str]] = {}
    with database.reading(scope) as session:
        for piece in chunks(devices):
            rows = session.execute(query.where(BackupOutcomeRow.device_id.in_(piece)))
            for device_id, kind, message in rows:
                found[device_id] = (kind or "", message or "")
    return found
