"""Whether people can get in, and whether doors stand open that nobody uses. It reads no secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select

from netwb.health.diagnosis import Diagnosis, advice, ok
from netwb.roles import NO_TENANT, Role
from netwb.store.database import Database
from netwb.store.models import TokenRow, UserRow

UNUSED = timedelta(days=30)
LONG = timedelta(days=400)  # a year, and a month to renew it in
SOON = timedelta(days=14)


def check_admins(database: Database, *, provider: bool) -> Diagnosis:
    """That somebody may log in who can help the others. `provider`: logins come from elsewhere."""
    own = (
        select(func.count())
        .select_from(UserRow)
        .where(
            UserRow.status == "active",
            UserRow.role == Role.ADMIN,
            UserRow.wide,
            or_(UserRow.password.is_not(None), UserRow.source != "local"),
        )
    )
    with database.reading(NO_TENANT) as session:
        admins = session.scalar(own) or 0
    if admins or provider:
        return ok("admins", f"{admins} may log in" if admins else "the login provider names them")
    return advice(
        "admins",
        "nobody can log in to the pages as an admin of all tenants",
        "run `netwb user add NAME --role admin --all-tenants --password prompt`",
    )


def check_tokens(database: Database, *, now: datetime) -> tuple[Diagnosis, ...]:
    """Tokens in force that nobody uses, that live too long, or that end soon though they are used."""
    query = (
        select(
            TokenRow.id,
            TokenRow.note,
            TokenRow.created_at,
            TokenRow.expires_at,
            TokenRow.used_at,
            UserRow.name,
        )
        .join(UserRow, UserRow.id == TokenRow.user_id)
        .where(TokenRow.revoked_at.is_(None), TokenRow.expires_at > now, UserRow.status == "active")
        .order_by(TokenRow.created_at)
    )
    with database.reading(NO_TENANT) as session:
        tokens = session.execute(query).all()
    found = tuple(_odd(tokens, now))
    return found or (ok("tokens", f"{len(tokens)} in force, none unused or too long-lived"),)


def _odd(tokens: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> Iterator[Diagnosis]:
    unused = [one for one in tokens if (one.used_at or one.created_at) < now - UNUSED]
    if unused:
        yield advice(
            "tokens",
            f"{_named(unused)} in force, and not used for {UNUSED.days} days",
            "revoke what nobody needs with `netwb token retire ID`",
        )
    lasting = [one for one in tokens if one.expires_at - one.created_at > LONG]
    if lasting:
        yield advice(
            "tokens",
            f"{_named(lasting)} issued for more than {LONG.days} days",
            "issue shorter ones with `netwb token issue --days 365`, and revoke these",
        )
    ending = [one for one in tokens if one.expires_at < now + SOON and one not in unused]
    if ending:
        yield advice(
            "tokens",
            f"{_named(ending)} about to end, the first at {ending[0].expires_at:%Y-%m-%d}",
            "issue others with `netwb token issue` before scripts stand still",
        )


def _named(tokens: Sequence[Row[*tuple[Any, ...]]]) -> str:
    """`token 4f2c of ana is`, `5 tokens (4f2c of ana, ...) are`."""
    shown = ", ".join(f"{one.id} of {one.name}" for one in tokens[:3])
    if len(tokens) == 1:
        return f"token {shown} is"
    more = ", ..." if len(tokens) > 3 else ""
    return f"{len(tokens)} tokens ({shown}{more}) are"
