"""All tables of the first netwb.

Written from the models, and from then on never changed: later changes are later migrations.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table, and the head that the empty audit chain begins with."""
    op.create_table(
        "audit",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_tenant_id"), "audit", ["tenant_id"], unique=False)
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("mac", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "backup_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup_run")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("progress", sa.JSON(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_tenant_id"), "job", ["tenant_id"], unique=False)
    op.create_table(
        "key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key")),
        sa.UniqueConstraint("purpose", "tenant_id", name=op.f("uq_key_purpose_tenant_id")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "tenant",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("snmp_credential_id", sa.Text(), nullable=True),
        sa.Column("jump", sa.Text(), nullable=True),
        sa.Column("jump_credential_id", sa.Text(), nullable=True),
        sa.Column("jump_host_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name="fk_tenant_credential_id", use_alter=True
        ),
        sa.ForeignKeyConstraint(
            ["jump_credential_id"],
            ["credential.id"],
            name="fk_tenant_jump_credential_id",
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["snmp_credential_id"],
            ["credential.id"],
            name="fk_tenant_snmp_credential_id",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("snmp_user", sa.Text(), nullable=True),
        sa.Column("snmp_auth_protocol", sa.Text(), nullable=True),
        sa.Column("snmp_priv_protocol", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_credential_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_credential_tenant_id_name")),
    )
    op.create_index(op.f("ix_credential_tenant_id"), "credential", ["tenant_id"], unique=False)
    op.create_table(
        "current",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_current_tenant_id")),
        sa.PrimaryKeyConstraint("device_id", "kind", name=op.f("pk_current")),
    )
    op.create_index(op.f("ix_current_path"), "current", ["path"], unique=False)
    op.create_index(op.f("ix_current_tenant_id"), "current", ["tenant_id"], unique=False)
    op.create_table(
        "current_text",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.JSON(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_current_text_tenant_id")
        ),
        sa.PrimaryKeyConstraint("device_id", "kind", name=op.f("pk_current_text")),
    )
    op.create_index(op.f("ix_current_text_tenant_id"), "current_text", ["tenant_id"], unique=False)
    op.create_table(
        "indexed",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("commit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_indexed_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_indexed")),
    )
    op.create_table(
        "past_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_past_line_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_past_line")),
    )
    op.create_index("ix_past_line_device_id_kind", "past_line", ["device_id", "kind"], unique=False)
    op.create_index(op.f("ix_past_line_tenant_id"), "past_line", ["tenant_id"], unique=False)
    op.create_table(
        "revision",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("commit", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("placed", sa.JSON(), nullable=False),
        sa.Column("volatile", sa.JSON(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_revision_tenant_id")),
        sa.PrimaryKeyConstraint("device_id", "kind", "number", name=op.f("pk_revision")),
    )
    op.create_index("ix_revision_stored_at", "revision", ["stored_at"], unique=False)
    op.create_index("ix_revision_commit", "revision", ["commit"], unique=False)
    op.create_index(op.f("ix_revision_tenant_id"), "revision", ["tenant_id"], unique=False)
    op.create_table(
        "vault",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("full", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_vault_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "token", name=op.f("pk_vault")),
    )
    op.create_table(
        "credential_secret",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_credential_secret_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_credential_secret_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential_secret")),
        sa.UniqueConstraint(
            "credential_id",
            "kind",
            "generation",
            name=op.f("uq_credential_secret_credential_id_kind_generation"),
        ),
    )
    op.create_index(
        op.f("ix_credential_secret_tenant_id"), "credential_secret", ["tenant_id"], unique=False
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("snmp_credential_id", sa.Text(), nullable=True),
        sa.Column("jump", sa.Text(), nullable=True),
        sa.Column("jump_credential_id", sa.Text(), nullable=True),
        sa.Column("jump_host_key", sa.Text(), nullable=True),
        sa.Column("max_sessions", sa.Integer(), nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_site_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["jump_credential_id"], ["credential.id"], name=op.f("fk_site_jump_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["snmp_credential_id"], ["credential.id"], name=op.f("fk_site_snmp_credential_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_site_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("tenant_id", "slug", name=op.f("uq_site_tenant_id_slug")),
    )
    op.create_index(op.f("ix_site_tenant_id"), "site", ["tenant_id"], unique=False)
    op.create_table(
        "device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("hostname", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("snmp_credential_id", sa.Text(), nullable=True),
        sa.Column("jump", sa.Text(), nullable=True),
        sa.Column("jump_credential_id", sa.Text(), nullable=True),
        sa.Column("jump_host_key", sa.Text(), nullable=True),
        sa.Column("sysname", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("os_version", sa.Text(), nullable=True),
        sa.Column("uptime_s", sa.BigInteger(), nullable=True),
        sa.Column("facts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contract_ref", sa.Text(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["credential_id"], ["credential.id"], name=op.f("fk_device_credential_id")
        ),
        sa.ForeignKeyConstraint(
            ["jump_credential_id"], ["credential.id"], name=op.f("fk_device_jump_credential_id")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_device_site_id")),
        sa.ForeignKeyConstraint(
            ["snmp_credential_id"], ["credential.id"], name=op.f("fk_device_snmp_credential_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_device_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_site_id"), "device", ["site_id"], unique=False)
    op.create_index(op.f("ix_device_tenant_id"), "device", ["tenant_id"], unique=False)
    op.create_index(
        "uq_device_tenant_id_hostname",
        "device",
        ["tenant_id", "hostname"],
        unique=True,
        sqlite_where=sa.text("status <> 'retired'"),
        postgresql_where=sa.text("status <> 'retired'"),
    )
    op.create_table(
        "backup_outcome",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=True),
        sa.Column("cause_kind", sa.Text(), nullable=True),
        sa.Column("cause_message", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_backup_outcome_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["backup_run.id"], name=op.f("fk_backup_outcome_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_backup_outcome_tenant_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "device_id", name=op.f("pk_backup_outcome")),
    )
    op.create_index(
        op.f("ix_backup_outcome_device_id"), "backup_outcome", ["device_id"], unique=False
    )
    op.create_index(
        op.f("ix_backup_outcome_tenant_id"), "backup_outcome", ["tenant_id"], unique=False
    )
    op.create_table(
        "device_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_event_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_device_event_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_event")),
    )
    op.create_index(op.f("ix_device_event_device_id"), "device_event", ["device_id"], unique=False)
    op.create_index(op.f("ix_device_event_tenant_id"), "device_event", ["tenant_id"], unique=False)
    op.create_table(
        "host_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("trusted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trusted_by", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_host_key_device_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_host_key_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_key")),
    )
    op.create_index(op.f("ix_host_key_device_id"), "host_key", ["device_id"], unique=False)
    op.create_index(op.f("ix_host_key_tenant_id"), "host_key", ["tenant_id"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("cause_kind", sa.Text(), nullable=False),
        sa.Column("cause_message", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("acceptable", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_quarantine_device_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_quarantine_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
    )
    op.create_index(op.f("ix_quarantine_device_id"), "quarantine", ["device_id"], unique=False)
    op.create_index(op.f("ix_quarantine_tenant_id"), "quarantine", ["tenant_id"], unique=False)
    if op.get_bind().dialect.name != "sqlite":  # SQLite made these with the tables (use_alter)
        op.create_foreign_key(
            "fk_tenant_credential_id", "tenant", "credential", ["credential_id"], ["id"]
        )
        op.create_foreign_key(
            "fk_tenant_jump_credential_id", "tenant", "credential", ["jump_credential_id"], ["id"]
        )
        op.create_foreign_key(
            "fk_tenant_snmp_credential_id", "tenant", "credential", ["snmp_credential_id"], ["id"]
        )
    audit_head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("mac"))
    op.bulk_insert(audit_head, [{"id": 1, "seq": 0, "mac": "0" * 64}])


def downgrade() -> None:
    """Refused."""
    raise NotImplementedError("netwb goes forward only; put the copy back that upgrade made")
