"""Host keys of devices: one in force a device, the ones before kept with the time they ended.

Works within the caller's transaction. Keys belong to the device id (design D11), so that a rename
or a new address asks nobody to trust anything again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.inventory.events import Stamp
from netwb.inventory.fields import fingerprint, parse_host_key
from netwb.store.inserting import insert_many
from netwb.store.models import DeviceRow, HostKeyRow


def add_key(session: Session, device: DeviceRow, host_key: str, *, stamp: Stamp) -> str:
    """Put a device's first key in force; gives its fingerprint."""
    return add_keys(session, [(device, host_key)], stamp=stamp)[0]


def add_keys(
    session: Session, shown: Sequence[tuple[DeviceRow, str]], *, stamp: Stamp
) -> list[str]:
    """Put the first keys of many devices in force, in one statement; gives their fingerprints."""
    keys = [parse_host_key(host_key) for _, host_key in shown]
    fingerprints = [fingerprint(key) for key in keys]
    rows = [
        {
            "tenant_id": device.tenant_id,
            "device_id": device.id,
            "key": key,
            "fingerprint": its_fingerprint,
            "trusted_at": stamp.at,
            "trusted_by": stamp.actor,
        }
        for (device, _), key, its_fingerprint in zip(shown, keys, fingerprints, strict=True)
    ]
    insert_many(session, HostKeyRow, rows)
    return fingerprints


def retire_key(session: Session, device: DeviceRow, stamp: Stamp) -> None:
    """End the key in force, if there is one."""
    rows = session.scalars(
        select(HostKeyRow).where(HostKeyRow.device_id == device.id, HostKeyRow.retired_at.is_(None))
    )
    for row in rows:
        row.retired_at = stamp.at


def trusted_at(session: Session, device: DeviceRow) -> datetime | None:
    """Since when the key in force has been trusted; None where there is none."""
    return session.scalars(
        select(HostKeyRow.trusted_at).where(
            HostKeyRow.device_id == device.id, HostKeyRow.retired_at.is_(None)
        )
    ).first()


def keyed_devices(session: Session, device_ids: Collection[str]) -> set[str]:
    """Which of these devices have a key in force."""
    return set(
        session.scalars(
            select(HostKeyRow.device_id).where(
                HostKeyRow.device_id.in_(sorted(device_ids)), HostKeyRow.retired_at.is_(None)
            )
        )
    )


def described(host_key: str) -> dict[str, str]:
    """A key as an event tells it."""
    key = parse_host_key(host_key)
    return {"key": key, "fingerprint": fingerprint(key)}
