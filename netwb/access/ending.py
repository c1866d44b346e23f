"""Which tokens end soon though they are used, and whom that concerns."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, select
from sqlalchemy.orm import Session, aliased

from netwb.access.expiry import IN_USE, WARNED
from netwb.access.records import EndingToken
from netwb.access.rows import sole_tenant, token_of, token_slugs
from netwb.store.models import TokenRow, TokenTenantRow, UserRow

_MOST_ASKED = 500  # ids in one statement


def ending_tokens(session: Session, now: datetime) -> tuple[EndingToken, ...]:
    """In force, used lately, and without a successor in force; by their end."""
    wanted = and_(
        TokenRow.revoked_at.is_(None),
        TokenRow.expires_at > now,
        TokenRow.expires_at <= now + WARNED,
        TokenRow.used_at >= now - IN_USE,
        UserRow.status == "active",
        ~is_replaced(now),
    )
    return _ending(session, _owned().where(wanted).order_by(TokenRow.expires_at, TokenRow.id))


def tokens_of(session: Session, ids: Collection[str]) -> tuple[EndingToken, ...]:
    """Those of these ids that are there still, whatever became of them."""
    ordered = sorted(ids)
    return tuple(
        one
        for start in range(0, len(ordered), _MOST_ASKED)
        for one in _ending(
            session, _owned().where(TokenRow.id.in_(ordered[start : start + _MOST_ASKED]))
        )
    )


def is_replaced(now: datetime) -> ColumnElement[bool]:
    """Whether a TokenRow's successor is in force: one that was revoked took over from nobody."""
    successor = aliased(TokenRow)
    return exists().where(
        successor.id == TokenRow.replaced_by,
        successor.revoked_at.is_(None),
        successor.expires_at > now,
    )


def _owned() -> Select[TokenRow, str]:
    return select(TokenRow, UserRow.name).join(UserRow, UserRow.id == TokenRow.user_id)


def _ending(session: Session, query: Select[TokenRow, str]) -> tuple[EndingToken, ...]:
    rows = session.execute(query).all()
    slugs = token_slugs(session, [row.id for row, _ in rows])
    return tuple(
        EndingToken(token=token_of(row, owner, slugs), tenant_id=_tenant_of(session, row))
        for row, owner in rows
    )


def _tenant_of(session: Session, row: TokenRow) -> str:
    """The one tenant whose token it is; "" where it opens those of several."""
    if not row.narrowed:
        return sole_tenant(session, row.user_id)
    mine = select(TokenTenantRow.tenant_id).where(TokenTenantRow.token_id == row.id)
    found = session.scalars(mine.limit(2)).all()
    return found[0] if len(found) == 1 else ""
