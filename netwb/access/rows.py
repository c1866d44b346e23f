"""Rows of people, logins and tokens as records; and the one place that narrows people by a scope.

An admin of some tenants sees people whose tenants all lie among its own, and nobody else: who sees
all tenants, or another one's, is unknown to it. A scope of all tenants sees everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, select, true
from sqlalchemy.orm import Session

from netwb.access.records import (
    LoginSession,
    Token,
    TotpKept,
    User,
    UserSource,
    UserStatus,
    Wall,
)
from netwb.access.rights import totp_state
from netwb.errors import UnknownNameError
from netwb.roles import Permission, Role, Scope
from netwb.store.canonical import storable
from netwb.store.models import (
    LoginSessionRow,
    TenantRow,
    TokenRow,
    TokenTenantRow,
    UserRow,
    UserTenantRow,
    WallRow,
    WallTenantRow,
)

Slugs = Mapping[str, tuple[str, ...]]  # by user or token id


def visible(scope: Scope) -> ColumnElement[bool]:
    """Which UserRows a reader of that scope sees."""
    if scope.tenants is None:
        return true()
    own = UserTenantRow.tenant_id.in_(sorted(scope.tenants))
    theirs = UserTenantRow.user_id == UserRow.id
    return and_(UserRow.wide.is_(False), exists().where(theirs), ~exists().where(theirs, ~own))


def find_user(session: Session, scope: Scope, name: str) -> UserRow:
    """By name in any case, or by id. A foreign one is as unknown as one that is not there."""
    asked = storable(name)  # what no name can hold is unknown, and no fault of the database
    meant = (UserRow.folded == asked.casefold()) | (UserRow.id == asked)
    row = session.scalars(select(UserRow).where(meant, visible(scope))).first()
    if row is None:
        msg = f"no user {name[:64]!r}; `netwb user list` shows those that you may see"
        raise UnknownNameError(msg)
    return row


def tenants_of(session: Session, user_id: str) -> frozenset[str]:
    """Ids of the tenants in that user's scope, where it is not all."""
    query = select(UserTenantRow.tenant_id).where(UserTenantRow.user_id == user_id)
    return frozenset(session.scalars(query))


def sole_tenant(session: Session, user_id: str) -> str:
    """Id of the one tenant that a person is of, whose admins read what it did; else empty."""
    wide = session.scalar(select(UserRow.wide).where(UserRow.id == user_id))
    found = tenants_of(session, user_id)
    return next(iter(found)) if len(found) == 1 and not wide else ""


def scope_of_row(session: Session, row: UserRow) -> Scope:
    """The user's scope."""
    return Scope(None if row.wide else tenants_of(session, row.id))


def user_slugs(session: Session, ids: Collection[str]) -> Slugs:
    """Tenants of users by slug."""
    return _slugs(session, UserTenantRow, UserTenantRow.user_id, ids)


def token_slugs(session: Session, ids: Collection[str]) -> Slugs:
    """Tenants of tokens by slug."""
    return _slugs(session, TokenTenantRow, TokenTenantRow.token_id, ids)


def wall_slugs(session: Session, ids: Collection[str]) -> Slugs:
    """Tenants of walls by slug."""
    return _slugs(session, WallTenantRow, WallTenantRow.wall_id, ids)


def _slugs(session: Session, table: Any, owner: Any, ids: Collection[str]) -> Slugs:
    query = (
        select(owner, TenantRow.slug)
        .join(TenantRow, TenantRow.id == table.tenant_id)
        .where(owner.in_(sorted(ids)))
        .order_by(TenantRow.slug)
    )
    found: dict[str, tuple[str, ...]] = {}
    for one, slug in session.execute(query):
        found[one] = (*found.get(one, ()), slug)
    return found


def user_of(row: UserRow, slugs: Slugs, *, totp_for: str) -> User:
    """The record of a user; `totp` is what is in force."""
    role, source = Role(row.role), cast("UserSource", row.source)
    return User(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        role=role,
        tenants=None if row.wide else slugs.get(row.id, ()),
        source=source,
        status=cast("UserStatus", row.status),
        totp=totp_state(cast("TotpKept", row.totp), role=role, source=source, wanted_for=totp_for),
        time_zone=row.time_zone,
        created_at=row.created_at,
        password_at=row.password_at,
        seen_at=row.seen_at,
    )


def token_of(row: TokenRow, owner: str, slugs: Slugs) -> Token:
    """The record of a token."""
    return Token(
        id=row.id,
        user=owner,
        note=row.note,
        role=None if row.role is None else Role(row.role),
        tenants=slugs.get(row.id, ()) if row.narrowed else None,
        allow=permissions(row.allow),
        networks=tuple(row.networks),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
        used_from=row.used_from,
        replaces=row.replaces,
        replaced_by=row.replaced_by,
    )


def wall_of(row: WallRow, slugs: Slugs) -> Wall:
    """The record of a wall."""
    same = [name for name in Wall.__slots__ if name not in {"tenants", "networks"}]
    given = {name: getattr(row, name) for name in same}
    tenants = None if row.wide else slugs.get(row.id, ())
    return Wall(tenants=tenants, networks=tuple(row.networks), **given)


def session_of(row: LoginSessionRow, user: str) -> LoginSession:
    """The record of a login."""
    given = {name: getattr(row, name) for name in LoginSession.__slots__ if name != "user"}
    return LoginSession(user=user, **given)


def permissions(words: Iterable[str] | None) -> tuple[Permission, ...] | None:
    """Stored words as permissions; one that this netwb does not know gives nothing."""
    if words is None:
        return None
    known = {str(permission) for permission in Permission}
    return tuple(Permission(word) for word in words if word in known)
