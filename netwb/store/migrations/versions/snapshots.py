"""What devices said of their state in change windows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("getters", sa.JSON(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_snapshot_device_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_snapshot_tenant_id")),
        sa.PrimaryKeyConstraint("id", "device_id", name=op.f("pk_snapshot")),
    )
    op.create_index(op.f("ix_snapshot_tenant_id"), "snapshot", ["tenant_id"])
    op.create_index(op.f("ix_snapshot_taken_at"), "snapshot", ["taken_at"])
    op.create_index("ix_snapshot_device_id_taken_at", "snapshot", ["device_id", "taken_at"])
