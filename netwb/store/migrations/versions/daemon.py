"""What the daemon remembers: schedules and firings, notices and deliveries, remotes, senders."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its tables, a function a concept."""


def downgrade() -> None:
    """Refused."""
    raise NotImplementedError("netwb goes forward only; put the copy back that upgrade made")
