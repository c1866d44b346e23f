"""What every table stands on: names of constraints, types of columns, and whose a row is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, LargeBinary, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from netwb.store.types import CleanText, UtcDateTime

NAMING = {  # Alembic can only change what has a name, on every database
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
Sequence64 = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys


class Base(DeclarativeBase):
    """Common ground of the tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own hook, read once at class creation
        datetime: UtcDateTime,
        str: CleanText,
        dict[str, Any]: JSON,
        list[Any]: JSON,
        bytes: LargeBinary,
    }


class TenantOwned:
    """A row that belongs to one tenant."""

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), index=True)
