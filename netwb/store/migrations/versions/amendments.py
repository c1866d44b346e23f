"""What earlier tables lacked, a function a table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change what is there already."""
    _watched_ports()
    _port_names()
    _port_tenants()
    _port_groups()
    _telegraf()
    _remotes()


def _watched_ports() -> None:
    """An index of the few ports that are watched: each status asks for them."""
    op.create_index(
        "ix_port_watched",
        "port",
        ["device_id", "if_index", "name", "watched"],
        sqlite_where=sa.text("watched IS 1"),
        postgresql_where=sa.text("watched IS true"),
    )


def _port_names() -> None:
    """A port may bear a name more than once: each time ends at a moment of its own."""
    with op.batch_alter_table("port_name") as table:
        table.drop_constraint(op.f("pk_port_name"), type_="primary")
        table.create_primary_key(op.f("pk_port_name"), ["port_id", "name", "until_at"])


def _port_tenants() -> None:
    """Whom a port was for before: what it carried then stands on that one's bills."""
    op.create_table(
        "port_tenant",
        sa.Column("port_id", sa.Text(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["port_id"], ["port.id"], name=op.f("fk_port_tenant_port_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_port_tenant_tenant_id")
        ),
        sa.PrimaryKeyConstraint("port_id", "until_at", name=op.f("pk_port_tenant")),
    )
    op.create_index(op.f("ix_port_tenant_tenant_id"), "port_tenant", ["tenant_id"])


def _port_groups() -> None:
    """Since when a port is in its group, and when it was before: a bill counts that time alone."""
    moment = sa.DateTime(timezone=True)
    op.add_column("port_group_port", sa.Column("since_at", moment, nullable=True))
    op.create_table(
        "port_group_past",
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("port_id", sa.Text(), nullable=False),
        sa.Column("until_at", moment, nullable=False),
        sa.Column("since_at", moment, nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["port_group.id"], name=op.f("fk_port_group_past_group_id")
        ),
        sa.ForeignKeyConstraint(["port_id"], ["port.id"], name=op.f("fk_port_group_past_port_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_port_group_past_tenant_id")
        ),
        sa.PrimaryKeyConstraint("group_id", "port_id", "until_at", name=op.f("pk_port_group_past")),
    )
    op.create_index(op.f("ix_port_group_past_port_id"), "port_group_past", ["port_id"])
    op.create_index(op.f("ix_port_group_past_tenant_id"), "port_group_past", ["tenant_id"])


def _telegraf() -> None:
    op.create_table(
        "telegraf_served",
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("shard", "scope", name=op.f("pk_telegraf_served")),
    )


def _remotes() -> None:
    """Whether who set a remote sees some tenants alone; of those that are set nobody knows it."""
    op.add_column(
        "remote",
        sa.Column("only_elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
