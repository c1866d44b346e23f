"""What blackholes need: own space, routers, who reports attacks, and each blackhole to its end."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Sequence64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make its tables, a function a concept."""
    _space()
    _routers()
    _senders()
    _events()
    _blackholes()
    _parts_of_blackholes()
    _heads()


def _space() -> None:
    op.add_column(
        "site", sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _owned(
        "own_prefix",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("by_customer", sa.Boolean(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("port_id", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_own_prefix_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_prefix")),
        sa.UniqueConstraint("network", name=op.f("uq_own_prefix_network")),
    )


def _routers() -> None:
    _owned(
        "blackhole_router",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("max_routes", sa.Integer(), nullable=False),
        sa.Column("saves", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("read_at", Moment, nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        _of_device("blackhole_router"),
        sa.PrimaryKeyConstraint("device_id", "role", name=op.f("pk_blackhole_router")),
    )
    _owned(
        "stray_route",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("since_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        _of_device("stray_route"),
        sa.PrimaryKeyConstraint("device_id", "network", name=op.f("pk_stray_route")),
    )


def _senders() -> None:
    op.create_table(
        "attack_sender",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False),
        sa.Column("keys_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("rotating", sa.Boolean(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("heard_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attack_sender")),
        sa.UniqueConstraint("callback", name=op.f("uq_attack_sender_callback")),
    )
    op.create_index(
        op.f("uq_attack_sender_name"),
        "attack_sender",
        ["name"],
        unique=True,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )


def _events() -> None:
    _perhaps_owned(
        "attack_event",
        sa.Column("id", Sequence64, nullable=False),
        sa.Column("sender_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("observed_at", Moment, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("pps", sa.BigInteger(), nullable=True),
        sa.Column("attack_type", sa.Text(), nullable=True),
        sa.Column("protocol", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("hostgroup", sa.Text(), nullable=True),
        sa.Column("attack_id", sa.Text(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_until", Moment, nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("blackhole_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["sender_id"], ["attack_sender.id"], name=op.f("fk_attack_event_sender_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attack_event")),
        sa.UniqueConstraint(
            "sender_id", "message_id", name=op.f("uq_attack_event_sender_id_message_id")
        ),
    )
    op.create_index(op.f("ix_attack_event_state_id"), "attack_event", ["state", "id"])
    op.create_index(op.f("ix_attack_event_address_id"), "attack_event", ["address", "id"])
    op.create_index(op.f("ix_attack_event_received_at"), "attack_event", ["received_at"])
    op.create_index(op.f("ix_attack_event_blackhole_id"), "attack_event", ["blackhole_id"])


def _blackholes() -> None:
    _perhaps_owned(
        "blackhole",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("machine", sa.Boolean(), nullable=False),
        sa.Column("customer", sa.Boolean(), nullable=False),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("break_glass", sa.Boolean(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", Moment, nullable=False),
        sa.Column("observed_at", Moment, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("wanted_reach", sa.Text(), nullable=True),
        sa.Column("attack_id", sa.Text(), nullable=True),
        sa.Column("cause_id", sa.BigInteger(), nullable=True),
        sa.Column("once_key", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("reach", sa.Text(), nullable=False),
        sa.Column("commands", sa.JSON(), nullable=False),
        sa.Column("intended_at", Moment, nullable=True),
        sa.Column("announced_at", Moment, nullable=True),
        sa.Column("expires_at", Moment, nullable=True),
        sa.Column("called_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackhole")),
        sa.UniqueConstraint("cause_id", name=op.f("uq_blackhole_cause_id")),
        sa.UniqueConstraint(
            "requested_by", "once_key", name=op.f("uq_blackhole_requested_by_once_key")
        ),
    )
    op.create_index(op.f("ix_blackhole_state_expires_at"), "blackhole", ["state", "expires_at"])
    op.create_index(op.f("ix_blackhole_network"), "blackhole", ["network"])
    op.create_index(op.f("ix_blackhole_ended_at"), "blackhole", ["ended_at"])
    op.create_index(op.f("ix_blackhole_requested_at_id"), "blackhole", ["requested_at", "id"])


def _parts_of_blackholes() -> None:
    _perhaps_owned(
        "blackhole_on_router",
        sa.Column("blackhole_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _of_blackhole("blackhole_on_router"),
        _of_device("blackhole_on_router"),
        sa.PrimaryKeyConstraint(
            "blackhole_id", "device_id", "role", name=op.f("pk_blackhole_on_router")
        ),
    )
    op.create_index(op.f("ix_blackhole_on_router_device_id"), "blackhole_on_router", ["device_id"])
    _perhaps_owned(
        "blackhole_approval",
        sa.Column("blackhole_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        _of_blackhole("blackhole_approval"),
        sa.PrimaryKeyConstraint("blackhole_id", "person", name=op.f("pk_blackhole_approval")),
    )


def _heads() -> None:
    op.create_table(
        "blackhole_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("paused_at", Moment, nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("paused_why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackhole_head")),
    )
    op.create_table(
        "blackhole_expirer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("beat_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackhole_expirer")),
    )


def _of_device(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f(f"fk_{table}_device_id"))


def _of_blackhole(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_blackhole_id")
    return sa.ForeignKeyConstraint(["blackhole_id"], ["blackhole.id"], name=name)


def _owned(table: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    """A table whose rows belong to a tenant."""
    _table_of_tenants(table, sa.Column("tenant_id", sa.Text(), nullable=False), *parts)


def _perhaps_owned(table: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    """A table whose rows belong to a tenant or to nobody."""
    _table_of_tenants(table, sa.Column("tenant_id", sa.Text(), nullable=True), *parts)


def _table_of_tenants(table: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(
        table,
        *parts,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{table}_tenant_id")),
    )
    op.create_index(op.f(f"ix_{table}_tenant_id"), table, ["tenant_id"])
