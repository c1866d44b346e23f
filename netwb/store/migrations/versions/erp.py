"""What an ERP keeps a copy of: changes, events, status; and indices by which its pages are read."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Sequence64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make its tables, a function a concept."""
    _heads()
    _changes()
    _events()
    _feeds()
    _status()
    _percentiles()
    _once()
    _pages()
    _tokens()
    _port_circuits()


def _owned(name: str, *parts: Any, key: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Text(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )


def _pending(name: str, *columns: str) -> None:
    op.create_index(
        f"ix_{name}_pending",
        name,
        list(columns),
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )


def _heads() -> None:
    _owned(
        "erp_head",
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("events_gone", sa.BigInteger(), nullable=False),
        key=("tenant_id",),
    )


def _changes() -> None:
    _owned(
        "erp_change",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        key=("tenant_id", "kind", "thing_id"),
    )
    _fill_changes()
    op.create_index(
        op.f("ix_erp_change_tenant_id_number"), "erp_change", ["tenant_id", "number", "thing_id"]
    )
    _pending("erp_change", "tenant_id")


def _fill_changes() -> None:
    """Everything that is there changed when it was written last."""
    op.execute(
        "INSERT INTO erp_change (tenant_id, kind, thing_id, at) "
        "SELECT tenant_id, 'device', id, updated_at FROM device"
    )
    op.execute(
        "INSERT INTO erp_change (tenant_id, kind, thing_id, at) "
        "SELECT port.tenant_id, 'port', port.id, port.updated_at FROM port "
        "JOIN device ON device.id = port.device_id WHERE port.tenant_id <> device.tenant_id"
    )


def _events() -> None:
    _owned(
        "erp_event",
        sa.Column("id", Sequence64, nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("port_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        key=("id",),
    )
    op.create_index(op.f("ix_erp_event_tenant_id"), "erp_event", ["tenant_id"])
    op.create_index(op.f("ix_erp_event_tenant_id_number"), "erp_event", ["tenant_id", "number"])
    op.create_index(op.f("ix_erp_event_at"), "erp_event", ["at"])
    _pending("erp_event", "tenant_id", "id")


def _feeds() -> None:
    _owned(
        "erp_feed",
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notify_target.id"], name=op.f("fk_erp_feed_target_id")
        ),
        key=("target_id",),
    )
    op.create_index(op.f("ix_erp_feed_tenant_id"), "erp_feed", ["tenant_id"])


def _status() -> None:
    _owned(
        "erp_status",
        sa.Column("as_of", Moment, nullable=False),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("overall", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        key=("tenant_id",),
    )


def _percentiles() -> None:
    _owned(
        "erp_percentile",
        sa.Column("as_of", Moment, nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        key=("tenant_id",),
    )


def _once() -> None:
    _owned(
        "erp_once",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("once_key", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("at", Moment, nullable=False),
        key=("tenant_id", "owner", "once_key"),
    )
    op.create_index(op.f("ix_erp_once_at"), "erp_once", ["at"])


def _pages() -> None:
    """A page of a tenant's devices begins behind an id, and needs no sorting of all of them."""
    op.create_index(op.f("ix_device_tenant_id_id"), "device", ["tenant_id", "id"])
    op.create_index(
        op.f("ix_port_tenant_id_device_id_id"), "port", ["tenant_id", "device_id", "id"]
    )


def _tokens() -> None:
    """Which token took over from which, and where one was used last."""
    for name in ("replaces", "replaced_by", "used_from"):
        op.add_column("token", sa.Column(name, sa.Text(), nullable=True))


def _port_circuits() -> None:
    """What a tenant that had a port before called its circuit: no other one is told that."""
    op.add_column("port_tenant", sa.Column("circuit_ref", sa.Text(), nullable=True))
