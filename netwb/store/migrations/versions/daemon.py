"""What the daemon remembers: schedules and firings, notices and deliveries, remotes, senders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Moment = sa.DateTime(timezone=True)
Sequence64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make its tables, a function a concept."""
    _notices()
    _deliveries()
    _remotes()
    _messages()
    _schedules()
    _netbox()
    _tallies()


def _schedules() -> None:
    op.create_table(
        "schedule",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("jitter_s", sa.Integer(), nullable=True),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("job", "tenant_id", "site_id", name=op.f("pk_schedule")),
    )
    op.create_table(
        "blackout",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("from_at", Moment, nullable=True),
        sa.Column("until_at", Moment, nullable=True),
        sa.Column("starts", sa.Text(), nullable=False),
        sa.Column("lasts_s", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blackout")),
    )
    op.create_table(
        "firing",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("begin_at", Moment, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment, nullable=True),
        sa.Column("started_at", Moment, nullable=True),
        sa.Column("ended_at", Moment, nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", Moment, nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("error_kind", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("job", "tenant_id", "site_id", "due_at", name=op.f("pk_firing")),
    )
    op.create_index("ix_firing_status", "firing", ["status"], unique=False)
    op.create_index(
        "ix_firing_job_tenant_id_site_id_ended_at",
        "firing",
        ["job", "tenant_id", "site_id", "ended_at"],
        unique=False,
    )
    op.create_table(
        "daemon",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("beat_at", Moment, nullable=False),
        sa.Column("leads_since", Moment, nullable=True),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_daemon")),
    )


def _remotes() -> None:
    op.create_table(
        "remote",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("password_reference", sa.Text(), nullable=True),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_reference", sa.Text(), nullable=True),
        sa.Column("set_at", Moment, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_at", Moment, nullable=True),
        sa.Column("pushed_main", sa.Text(), nullable=False),
        sa.Column("pushed_vault", sa.Text(), nullable=False),
        sa.Column("pushed_at", Moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failed_since", Moment, nullable=True),
        sa.Column("next_at", Moment, nullable=True),
        sa.Column("error_kind", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("behind", sa.Integer(), nullable=False),
        sa.Column("strangers", sa.JSON(), nullable=False),
        sa.Column("checked_at", Moment, nullable=True),
        sa.Column("checked_main", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_remote_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_remote")),
        sa.UniqueConstraint("url", name=op.f("uq_remote_url")),
    )
    op.create_table(
        "secret_scan",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("hits", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_secret_scan_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "blob", name=op.f("pk_secret_scan")),
    )
    op.create_table(
        "secret_accepted",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("hit", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_secret_accepted_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "hit", name=op.f("pk_secret_accepted")),
    )


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", Sequence64, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("since", Moment, nullable=True),
        sa.Column("routed_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_routed_at_id", "notice", ["routed_at", "id"], unique=False)
    op.create_index("ix_notice_at", "notice", ["at"], unique=False)
    op.create_index(op.f("ix_notice_tenant_id"), "notice", ["tenant_id"], unique=False)
    op.create_table(
        "standing",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("kind", "tenant_id", "subject", name=op.f("pk_standing")),
    )
    op.create_index(op.f("ix_standing_tenant_id"), "standing", ["tenant_id"], unique=False)


def _messages() -> None:
    op.create_table(
        "syslog_burst",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("first_at", Moment, nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("filed_at", Moment, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_syslog_burst_tenant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_syslog_burst")),
    )
    op.create_index(op.f("ix_syslog_burst_device_id"), "syslog_burst", ["device_id"], unique=False)
    op.create_index(op.f("ix_syslog_burst_tenant_id"), "syslog_burst", ["tenant_id"], unique=False)
    op.create_table(
        "syslog_count",
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("fate", name=op.f("pk_syslog_count")),
    )
    with op.batch_alter_table("device") as device:
        device.add_column(sa.Column("syslog_source", sa.Text(), nullable=True))


def _deliveries() -> None:
    op.create_table(
        "notify_target",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("url_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("url_reference", sa.Text(), nullable=True),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("keys_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("rotating", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("digested_on", sa.Text(), nullable=False),
        sa.Column("digested_at", Moment, nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failing_since", Moment, nullable=True),
        sa.Column("retry_at", Moment, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notify_target")),
    )
    op.create_index(
        "uq_notify_target_tenant_id_name",
        "notify_target",
        ["tenant_id", "name"],
        unique=True,
        sqlite_where=sa.text("status = 'active'"),
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "notify_route",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("tenants", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notify_target.id"], name=op.f("fk_notify_route_target_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notify_route")),
    )
    op.create_index(op.f("ix_notify_route_target_id"), "notify_route", ["target_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", Sequence64, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("target_id", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_at", Moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", Moment, nullable=True),
        sa.Column("sent_at", Moment, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("summary_id", Sequence64, nullable=True),
        sa.ForeignKeyConstraint(
            ["target_id"], ["notify_target.id"], name=op.f("fk_delivery_target_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index(
        "ix_delivery_target_id_state_id", "delivery", ["target_id", "state", "id"], unique=False
    )
    op.create_index("ix_delivery_queued_at", "delivery", ["queued_at"], unique=False)
    op.create_index(op.f("ix_delivery_tenant_id"), "delivery", ["tenant_id"], unique=False)


def _tallies() -> None:
    op.create_table(
        "tally",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "tenant_id", "label", name=op.f("pk_tally")),
    )


def _netbox() -> None:
    op.create_table(
        "netbox_source",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_reference", sa.Text(), nullable=True),
        sa.Column("set_at", Moment, nullable=False),
        sa.Column("synced_at", Moment, nullable=True),
        sa.Column("waiting", sa.Text(), nullable=False),
        sa.Column("waiting_since", Moment, nullable=True),
        sa.Column("waiting_says", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_netbox_source_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_netbox_source")),
    )
    op.create_table(
        "netbox_link",
        sa.Column("tenant_id", sa.Text(), nullable=False),
        sa.Column("netbox_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_netbox_link_device_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_netbox_link_tenant_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "netbox_id", name=op.f("pk_netbox_link")),
    )
    op.create_index("ix_netbox_link_device_id", "netbox_link", ["device_id"], unique=False)


def downgrade() -> None:
    """Refused."""
    raise NotImplementedError("netwb goes forward only; put the copy back that upgrade made")
