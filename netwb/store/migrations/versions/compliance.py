"""What devices are by rules, what changed of that, what is waived, and tenants' own rules."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Sequence64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make its tables, a function a concept."""
    _cells()
    _changes()
    _heads()
    _waivers()
    _rules()


def _owned(name: str, *parts: Any, key: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.Text(), nullable=False),
        *parts,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f(f"fk_{name}_tenant_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
    )


def _of_a_device(name: str) -> tuple[Any, ...]:
    column = sa.Column("device_id", sa.Text(), nullable=False)
    return column, sa.ForeignKeyConstraint(
        ["device_id"], ["device.id"], name=op.f(f"fk_{name}_device_id")
    )


def _cells() -> None:
    _owned(
        "compliance",
        *_of_a_device("compliance"),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("judged_at", Moment, nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        key=("device_id",),
    )
    op.create_index(op.f("ix_compliance_tenant_id"), "compliance", ["tenant_id"])


def _changes() -> None:
    name = "compliance_change"
    _owned(
        name,
        sa.Column("id", Sequence64, nullable=False),
        *_of_a_device(name),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("noticed_at", Moment, nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("told_at", Moment, nullable=True),
        key=("id",),
    )
    op.create_index(op.f(f"ix_{name}_tenant_id"), name, ["tenant_id"])
    op.create_index(op.f(f"ix_{name}_device_id_at"), name, ["device_id", "at"])
    op.create_index(op.f(f"ix_{name}_tenant_id_at"), name, ["tenant_id", "at"])
    op.create_index(
        f"ix_{name}_untold",
        name,
        ["tenant_id"],
        sqlite_where=sa.text("told_at IS NULL"),
        postgresql_where=sa.text("told_at IS NULL"),
    )


def _heads() -> None:
    _owned(
        "compliance_head",
        sa.Column("checked_at", Moment, nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        key=("tenant_id",),
    )
    _owned(
        "compliance_day",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        key=("tenant_id", "day"),
    )


def _waivers() -> None:
    _owned(
        "waiver",
        sa.Column("id", sa.Text(), nullable=False),
        *_of_a_device("waiver"),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("warned_at", Moment, nullable=True),
        sa.Column("settled_at", Moment, nullable=True),
        key=("id",),
    )
    op.create_index(op.f("ix_waiver_tenant_id"), "waiver", ["tenant_id"])
    op.create_index(op.f("ix_waiver_device_id"), "waiver", ["device_id"])


def _rules() -> None:
    _owned(
        "rule_file",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("updated_by", sa.Text(), nullable=False),
        key=("tenant_id", "name"),
    )
    op.create_table(
        "rule_good",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rule_good")),
    )
