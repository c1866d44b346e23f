"""Whether people can get in, and whether doors stand open that nobody uses. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from netwb.access.expiry import IN_USE, WARNED
from netwb.access.records import Token, User
from netwb.health.diagnosis import Diagnosis, advice, ok
from netwb.roles import Role

LONG = timedelta(days=400)  # a year, and a month to renew it in


def check_admins(users: Iterable[User], *, logins: Literal["own", "provider"]) -> Diagnosis:
    """That somebody may log in who can help the others. `provider`: it says who is one."""
    admins = sum(
        user.status == "active"
        and user.role is Role.ADMIN
        and user.tenants is None
        and (user.password_at is not None or user.source != "local")
        for user in users
    )
    if admins:
        return ok("admins", f"{admins} may log in")
    if logins == "provider":
        return ok("admins", "the login provider names them")
    return advice(
        "admins",
        "nobody can log in to the pages as an admin of all tenants",
        "run `netwb user add NAME --role admin --all-tenants --password prompt`",
    )


def check_tokens(tokens: Iterable[Token], *, now: datetime) -> tuple[Diagnosis, ...]:
    """Those in force that nobody uses, that live too long, or that end soon though they are used."""
    in_force = [one for one in tokens if one.revoked_at is None and one.expires_at > now]
    in_force.sort(key=lambda one: one.created_at)
    found = tuple(_odd(in_force, now))
    return found or (ok("tokens", f"{len(in_force)} in force, none unused or too long-lived"),)


def _odd(tokens: Sequence[Token], now: datetime) -> Iterator[Diagnosis]:
    unused = [one for one in tokens if (one.used_at or one.created_at) < now - IN_USE]
    if unused:
        yield advice(
            "tokens",
            f"{_named(unused)} in force, and not used for {IN_USE.days} days",
            "revoke what nobody needs with `netwb token retire ID`",
        )
    lasting = [one for one in tokens if one.expires_at - one.created_at > LONG]
    if lasting:
        yield advice(
            "tokens",
            f"{_named(lasting)} issued for more than {LONG.days} days",
            "issue shorter ones with `netwb token issue --user NAME --days 365`, and revoke these",
        )
    # A successor that is in force is in this list; what it took over from may end.
    replaced = {one.replaces for one in tokens}
    ending = [
        one
        for one in tokens
        if one.expires_at < now + WARNED and one not in unused and one.id not in replaced
    ]
    if ending:
        first = min(one.expires_at for one in ending)
        yield advice(
            "tokens",
            f"{_named(ending)} about to end, the first at {first:%Y-%m-%d}",
            "replace each with `netwb token rotate ID` before scripts stand still",
        )


def _named(tokens: Sequence[Token]) -> str:
    """`token 4f2c of ana is`, `5 tokens (4f2c of ana, ...) are`."""
    shown = ", ".join(f"{one.id} of {one.user}" for one in tokens[:3])
    if len(tokens) == 1:
        return f"token {shown} is"
    more = ", ..." if len(tokens) > 3 else ""
    return f"{len(tokens)} tokens ({shown}{more}) are"
