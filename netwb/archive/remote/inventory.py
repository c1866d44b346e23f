"""A tenant, its sites and its devices as one text, and back into a database that has none of them.

What logs in to devices is no part of it: the archive's remote is no place for it. Nor is what each
night's login tells anew (uptime), or the text would change each night.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from netwb.store.models import Base, DeviceRow, HostKeyRow, SiteRow, TenantRow
from netwb.store.types import UtcDateTime

_TABLES: Mapping[str, type[Base]] = {
    "tenant": TenantRow,
    "site": SiteRow,
    "device": DeviceRow,
    "host_key": HostKeyRow,
}
_PASSING = {"uptime_s", "facts_at"}


def describe(session: Session, tenant_id: str) -> bytes:
    """The same for the same inventory, byte for byte."""
    told = {name: list(_rows(session, row, tenant_id)) for name, row in _TABLES.items()}
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def rebuild(session: Session, described: bytes) -> None:
    """Insert what was described. Columns that this netwb does not have are left out."""
    told = json.loads(described)
    for name, row in _TABLES.items():
        for values in told.get(name, ()):
            session.add(row(**_values(row, values)))
        session.flush()


def owner(described: bytes) -> tuple[str, str]:
    """Id and slug of the tenant. Raises ValueError."""
    (tenant,) = json.loads(described)["tenant"]
    return tenant["id"], tenant["slug"]


def count_devices(described: bytes) -> int:
    """How many devices it names, also retired ones."""
    return len(json.loads(described)["device"])


def _rows(session: Session, row: type[Base], tenant_id: str) -> Iterator[dict[str, Any]]:
    table: Any = row
    owner: ColumnElement[bool] = (
        table.id == tenant_id if row is TenantRow else table.tenant_id == tenant_id
    )
    statement = select(table).where(owner).order_by(table.id)
    if row is HostKeyRow:
        statement = statement.where(HostKeyRow.retired_at.is_(None))
    for found in session.scalars(statement):
        yield {name: _plain(value) for name, value in _told(found).items()}


def _told(row: Any) -> dict[str, Any]:
    names = [name for name in row.__mapper__.column_attrs.keys() if _is_told(row, name)]  # noqa: SIM118 - not a dict
    told = {name: getattr(row, name) for name in names}
    if isinstance(row, DeviceRow) and row.status != "retired":
        told["updated_at"] = row.created_at  # each night's login changes it
    return told


def _is_told(row: Any, name: str) -> bool:
    generated = name == "id" and isinstance(row, HostKeyRow)
    return not (name.endswith("credential_id") or name in _PASSING or generated)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _values(row: type[Base], told: Mapping[str, Any]) -> dict[str, Any]:
    columns = row.__mapper__.columns
    return {
        name: datetime.fromisoformat(value)
        if value is not None and isinstance(columns[name].type, UtcDateTime)
        else value
        for name, value in told.items()
        if name in columns
    }
