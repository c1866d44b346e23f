"""The tables of access: people, their logins and tokens, and what is counted against guessing.

None is TenantOwned: a person's scope may be many tenants, or all. `access.users` narrows what an
admin of some tenants sees of them, and nothing else reads them for a person. No secret stands here
as such: passwords are hashed, session secrets digested, tokens authenticated, the rest is sealed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from netwb.store.models.ground import Base


class UserRow(Base):
    """A person who may log in. Retired ones keep their row, so that a name is never reused."""

    __tablename__ = "user"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(unique=True)  # names that differ in case only are one
    full_name: Mapped[str]
    role: Mapped[str]
    wide: Mapped[bool]  # all tenants, those to come too; else those of UserTenantRow
    source: Mapped[str]  # local oidc proxy
    subject: Mapped[str | None] = mapped_column(unique=True)  # issuer and name at the provider
    status: Mapped[str]  # active disabled retired
    password: Mapped[str | None]  # argon2id, encoded
    password_at: Mapped[datetime | None]
    totp: Mapped[str]  # off required on held
    totp_sealed: Mapped[bytes | None]
    totp_pending: Mapped[bytes | None]  # sealed; in force when a first code confirmed it
    totp_step: Mapped[int] = mapped_column(BigInteger)  # last one used: no code works twice
    time_zone: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class UserTenantRow(Base):
    """One tenant of a user's scope."""

    __tablename__ = "user_tenant"
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True, index=True)


class LoginSessionRow(Base):
    """One login of one person. `id` is public; what opens it is digested."""

    __tablename__ = "login_session"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)  # SHA-256 of the cookie's secret, hex
    means: Mapped[str]  # password oidc proxy
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # written once a minute at most
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str]
    browser: Mapped[str]
    provider_sid: Mapped[str | None] = mapped_column(index=True)  # the login's id over there
    provider_sealed: Mapped[bytes | None]  # refresh token
    provider_at: Mapped[datetime | None]  # last asked whether the person may still


class TokenRow(Base):
    """A token. Its secret was shown once; what stands here only recognizes it."""

    __tablename__ = "token"
    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.id"), index=True)
    mac: Mapped[str]  # HMAC-SHA-256 of id and secret, hex
    note: Mapped[str]
    role: Mapped[str | None]  # None: the owner's
    narrowed: Mapped[bool]  # to those of TokenTenantRow; else the owner's scope
    allow: Mapped[list[Any] | None]
    networks: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]  # written once a minute at most
    used_from: Mapped[str | None]  # the address, of that time
    replaces: Mapped[str | None]  # ids of tokens that may be gone, as ended ones are taken away
    replaced_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class TokenTenantRow(Base):
    """One tenant that a token is narrowed to."""

    __tablename__ = "token_tenant"
    token_id: Mapped[str] = mapped_column(ForeignKey("token.id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.id"), primary_key=True)


class LoginThrottleRow(Base):
    """Wrong tries of one account, address or device.

    key    digest of what is counted: a name typed wrong may be a password
    """

    __tablename__ = "login_throttle"
    key: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    tried_at: Mapped[datetime] = mapped_column(index=True)
    until: Mapped[datetime]  # the next try waits for it


class LoginFlowRow(Base):
    """A login under way between two requests: at the provider, or before its one-time code."""

    __tablename__ = "login_flow"
    digest: Mapped[str] = mapped_column(primary_key=True)  # SHA-256 of the ticket, hex
    kind: Mapped[str]  # code oidc
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class DenialRow(Base):
    """What was denied, and how often since it was last audited: repeats become one event."""

    __tablename__ = "denial"
    key: Mapped[str] = mapped_column(primary_key=True)  # digest of actor, action and target
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    tenant_id: Mapped[str]
    detail: Mapped[dict[str, Any]]
    repeats: Mapped[int]  # not audited yet
    until: Mapped[datetime] = mapped_column(index=True)  # end of the window that gathers them
