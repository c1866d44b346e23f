"""What traffic needs: ports, where a device answers SNMP, Telegrafs, and bills."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make its tables, a function a concept."""
    _snmp()
    _ports()
    _telegraf()
    _walls()
    _billing()


def _snmp() -> None:
    op.add_column(
        "device", sa.Column("snmp_port", sa.Integer(), nullable=False, server_default="161")
    )


def _ports() -> None:
    op.create_table(
        "port",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("if_type", sa.Integer(), nullable=True),
        sa.Column("if_index", sa.Integer(), nullable=True),
        sa.Column("speed_bps", sa.BigInteger(), nullable=True),
        sa.Column("speed_override_bps", sa.BigInteger(), nullable=True),
        sa.Column("circuit_ref", sa.Text(), nullable=True),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("tenant_since_at", Moment, nullable=True),
        sa.Column("first_seen_at", Moment, nullable=True),
        sa.Column("last_seen_at", Moment, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_port_device_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_port_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port")),
        sa.UniqueConstraint("device_id", "name", name=op.f("uq_port_device_id_name")),
    )
    op.create_index(op.f("ix_port_circuit_ref"), "port", ["circuit_ref"])
    op.create_index(op.f("ix_port_tenant_id"), "port", ["tenant_id"])
    op.create_table(
        "port_name",
        sa.Column("port_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until_at", Moment, nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["port.id"], name=op.f("fk_port_name_port_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_port_name_tenant_id")),
        sa.PrimaryKeyConstraint("port_id", "name", name=op.f("pk_port_name")),
    )
    op.create_index(op.f("ix_port_name_tenant_id"), "port_name", ["tenant_id"])


def _telegraf() -> None:
    op.create_table(
        "telegraf_shard",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("reload", sa.JSON(), nullable=False),
        sa.Column("restart", sa.JSON(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_telegraf_shard")),
    )
    op.create_table(
        "telegraf_shard_site",
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shard"], ["telegraf_shard.name"], name=op.f("fk_telegraf_shard_site_shard")
        ),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_telegraf_shard_site_site_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_telegraf_shard_site_tenant_id")
        ),
        sa.PrimaryKeyConstraint("shard", "site_id", name=op.f("pk_telegraf_shard_site")),
    )
    op.create_index(op.f("ix_telegraf_shard_site_site_id"), "telegraf_shard_site", ["site_id"])
    op.create_index(op.f("ix_telegraf_shard_site_tenant_id"), "telegraf_shard_site", ["tenant_id"])


def _billing() -> None:
    _owned(
        "port_group",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("commit_bps", sa.BigInteger(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_port_group")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_port_group_tenant_id_name")),
    )
    _owned(
        "port_group_port",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("port_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["port_group.id"], name=op.f("fk_port_group_port_group_id")
        ),
        sa.ForeignKeyConstraint(["port_id"], ["port.id"], name=op.f("fk_port_group_port_port_id")),
        sa.PrimaryKeyConstraint("group_id", "port_id", name=op.f("pk_port_group_port")),
    )
    op.create_index(op.f("ix_port_group_port_port_id"), "port_group_port", ["port_id"])
    _owned(
        "bill_exclusion",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=True),
        sa.Column("since_at", Moment, nullable=False),
        sa.Column("until_at", Moment, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["port_group.id"], name=op.f("fk_bill_exclusion_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_exclusion")),
    )
    _frozen_bills()


def _frozen_bills() -> None:
    _owned(
        "bill",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("frozen_at", Moment, nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        sa.Column("reopened_at", Moment, nullable=True),
        sa.Column("reopened_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint(
            "tenant_id", "month", "version", name=op.f("uq_bill_tenant_id_month_version")
        ),
    )
    _owned(
        "bill_group",
        sa.Column("bill_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("windows", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_bill_group_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", "name", name=op.f("pk_bill_group")),
    )


def _owned(table: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    """A table whose rows belong to a tenant."""
    op.create_table(
        table,
        *parts,
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
    )
    op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"])


def _walls() -> None:
    op.create_table(
        "wall",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("wide", sa.Boolean(), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("code_until_at", Moment, nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("enrolled_at", Moment, nullable=True),
        sa.Column("seen_at", Moment, nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("revoked_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wall")),
        sa.UniqueConstraint("code", name=op.f("uq_wall_code")),
        sa.UniqueConstraint("digest", name=op.f("uq_wall_digest")),
    )
    op.create_table(
        "wall_tenant",
        sa.Column("wall_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_wall_tenant_tenant_id")
        ),
        sa.ForeignKeyConstraint(["wall_id"], ["wall.id"], name=op.f("fk_wall_tenant_wall_id")),
        sa.PrimaryKeyConstraint("wall_id", "tenant_id", name=op.f("pk_wall_tenant")),
    )
