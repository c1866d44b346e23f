"""Rows to put into a database: tenants, and one row of every table that belongs to a tenant."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, func, select
from sqlalchemy.orm import Session

from netwb.roles import ALL_TENANTS
from netwb.store import schema
from netwb.store.database import Database, create_file
from netwb.store.models import Base, TenantOwned, TenantRow
from netwb.store.types import UtcDateTime

OWNED: tuple[type[Any], ...] = tuple(
    sorted(
        (m.class_ for m in Base.registry.mappers if issubclass(m.class_, TenantOwned)),
        key=lambda cls: [table.name for table in Base.metadata.sorted_tables].index(
            cls.__tablename__
        ),
    )
)


def add_tenant_with_one_row_of_each(session: Session, tenant_id: str) -> None:
    """References point to the rows made before, so each has the tenant's own id."""
    session.add(new_tenant(tenant_id))
    session.flush()
    for table in Base.metadata.sorted_tables:
        cls = next(m.class_ for m in Base.registry.mappers if m.local_table is table)
        if cls is TenantRow or (not issubclass(cls, TenantOwned) and cls.__name__ not in _PARENTS):
            continue
        session.add(cls(**{column.key: value(column, tenant_id) for column in table.columns}))
        session.flush()


_PARENTS = {
    "AttackSenderRow",
    "BackupRunRow",
    "NotifyTargetRow",
    "TelegrafShardRow",
}  # without tenant, but rows of tenants refer to them


def new_tenant(tenant_id: str) -> TenantRow:
    return TenantRow(
        id=tenant_id,
        slug=tenant_id,
        name=tenant_id,
        status="active",
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def value(column: Column[Any], tenant_id: str) -> Any:
    """A value that fits; keys and references are the tenant's id, or its number."""
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return datetime(2026, 3, 1, tzinfo=UTC)
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, Integer):
        return ord(tenant_id[-1])
    if isinstance(kind, LargeBinary):
        return tenant_id.encode()
    return {} if isinstance(kind, JSON) else tenant_id


def count(database: Database) -> int:
    with database.reading(ALL_TENANTS) as session:
        return session.scalars(select(func.count()).select_from(TenantRow)).one()


def add(database: Database, tenant_id: str) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.add(new_tenant(tenant_id))


def ready_on_sqlite(folder: Path) -> Database:
    """A new file there that has all tables; they are made once a process."""
    file = folder / "netwb.db"
    create_file(file)
    file.write_bytes(_tables())
    return Database(f"sqlite:///{file}")


@cache
def _tables() -> bytes:
    with TemporaryDirectory() as folder:
        on_sqlite(Path(folder)).close()
        return (Path(folder) / "netwb.db").read_bytes()


def on_sqlite(folder: Path, *, busy_timeout_s: float = 10) -> Database:
    database = Database(f"sqlite:///{folder}/netwb.db", busy_timeout_s=busy_timeout_s)
    schema.create(database)
    return database
