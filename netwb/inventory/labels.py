"""What devices are called where somebody else wrote of them: their hostnames or addresses, by id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice

from sqlalchemy import select

from netwb.metrics.schema_map import DeviceHolds
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import DeviceRow

_AT_ONCE = 500  # ids of one statement


def device_labels(
    database: Database, holds: DeviceHolds, device_ids: Collection[str]
) -> Mapping[str, str]:
    """By id; whoever asks was given those ids by the inventory, within a scope."""
    if holds == "id":
        return {device_id: device_id for device_id in device_ids}
    column = DeviceRow.hostname if holds == "hostname" else DeviceRow.address
    found: dict[str, str] = {}
    rest = iter(device_ids)
    with database.reading(ALL_TENANTS) as session:
        while ids := list(islice(rest, _AT_ONCE)):
            statement = select(DeviceRow.id, column).where(DeviceRow.id.in_(ids))
            found.update((device_id, label) for device_id, label in session.execute(statement))
    return found
