"""A device's own history: one row a change, signed and dated, beside the audit of all of netwb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.inventory.records import DeviceEvent
from netwb.store.inserting import insert_many
from netwb.store.models import DeviceEventRow, DeviceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who does it, and when."""

    actor: str
    at: datetime


def remember(
    session: Session, row: DeviceRow, stamp: Stamp, kind: str, detail: Mapping[str, Any]
) -> None:
    """Add an event; the device's row is stamped with the time."""
    remember_all(session, [(row, detail)], stamp, kind)


def remember_all(
    session: Session,
    details: Sequence[tuple[DeviceRow, Mapping[str, Any]]],
    stamp: Stamp,
    kind: str,
) -> None:
    """Add one event of the same kind for each of many devices, in one statement."""
    for row, _ in details:
        row.updated_at = stamp.at
    events = [
        {
            "tenant_id": row.tenant_id,
            "device_id": row.id,
            "at": stamp.at,
            "actor": stamp.actor,
            "kind": kind,
            "detail": dict(detail),
        }
        for row, detail in details
    ]
    insert_many(session, DeviceEventRow, events)


def list_events(session: Session, device_id: str, limit: int) -> tuple[DeviceEvent, ...]:
    """Events of one device, newest first."""
    rows = session.scalars(
        select(DeviceEventRow)
        .where(DeviceEventRow.device_id == device_id)
        .order_by(DeviceEventRow.id.desc())
        .limit(limit)
    )
    return tuple(
        DeviceEvent(
            device_id=row.device_id, at=row.at, actor=row.actor, kind=row.kind, detail=row.detail
        )
        for row in rows
    )


def refused_key(
    session: Session, device_id: str, *, fingerprint: str | None, since: datetime | None
) -> str | None:
    """The public key line that was refused last, if one was met since the trusted one was.

    fingerprint   only this key
    """
    rows = session.scalars(
        select(DeviceEventRow)
        .where(DeviceEventRow.device_id == device_id, DeviceEventRow.kind == "key_refused")
        .order_by(DeviceEventRow.id.desc())
    )
    for row in rows:
        met = since is None or row.at >= since
        if met and fingerprint in {None, row.detail["fingerprint"]}:
            return str(row.detail["key"])
    return None
