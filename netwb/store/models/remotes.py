"""The tables of remotes: where a tenant's archive is pushed to, how that stands, what a scan found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base, TenantOwned


class RemoteRow(TenantOwned, Base):
    """A tenant's remote, what opens it, and the queue of what is to be pushed to it.

    A secret is sealed, or a reference (`env:NAME`, `file:PATH`) that is read at each use.
    """

    __tablename__ = "remote"
    __mapper_args__ = {"primary_key": ["tenant_id"]}  # noqa: RUF012 - SQLAlchemy's own hook
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    url: Mapped[str] = mapped_column(unique=True)
    only_elsewhere: Mapped[bool]  # who set it sees some tenants: it may not lead to this machine
    username: Mapped[str]  # over https; "" none
    password_sealed: Mapped[bytes | None]
    password_reference: Mapped[str | None]
    key_sealed: Mapped[bytes | None]
    key_reference: Mapped[str | None]
    set_at: Mapped[datetime]
    wrapped: Mapped[bytes | None]  # the tenant's keys, under a passphrase
    wrapped_at: Mapped[datetime | None]
    pushed_main: Mapped[str]  # commit that the remote was last seen to have; "" none yet
    pushed_vault: Mapped[str]
    pushed_at: Mapped[datetime | None]
    tries: Mapped[int]  # in vain, since the last success
    failed_since: Mapped[datetime | None]
    next_at: Mapped[datetime | None]  # not before; None: at once
    error_kind: Mapped[str]  # class of the error; "" none
    error: Mapped[str]
    behind: Mapped[int]  # commits that the remote has and we have not
    strangers: Mapped[list[Any]]  # the newest of them: [commit, author, subject]
    checked_at: Mapped[datetime | None]  # a restore from the remote was tried, and gave everything
    checked_main: Mapped[str]  # up to that commit


class SecretScanRow(TenantOwned, Base):
    """A stored text that was looked through for secrets. `rules`: the rule set it was done by."""

    __tablename__ = "secret_scan"
    __mapper_args__ = {"primary_key": ["tenant_id", "blob"]}  # noqa: RUF012 - SQLAlchemy's own hook
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    blob: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[str]
    hits: Mapped[list[Any]]  # [[line, rule], ...]


class SecretAcceptedRow(TenantOwned, Base):
    """A hit of the scan that a person lets be pushed as it is, and why."""

    __tablename__ = "secret_accepted"
    __mapper_args__ = {"primary_key": ["tenant_id", "hit"]}  # noqa: RUF012 - SQLAlchemy's own hook
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)
    hit: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    accepted_by: Mapped[str]
    accepted_at: Mapped[datetime]
