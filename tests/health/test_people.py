from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from netwb.access.records import Token, User
from netwb.health.people import check_admins, check_tokens
from netwb.roles import Role

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ANA = User(
    id="1",
    name="ana",
    full_name="",
    role=Role.ADMIN,
    tenants=None,
    source="local",
    status="active",
    totp="off",
    time_zone="",
    created_at=NOW,
    password_at=NOW,
    seen_at=None,
)


def token(id_: str, *, age: float, used: float | None = None, days: float = 90) -> Token:
    """Issued `age` days ago for `days`, last used `used` days ago."""
    created = NOW - timedelta(days=age)
    return Token(
        id=id_,
        user="ana",
        note="",
        role=None,
        tenants=None,
        allow=None,
        networks=(),
        created_at=created,
        created_by="ana",
        expires_at=created + timedelta(days=days),
        used_at=None if used is None else NOW - timedelta(days=used),
        revoked_at=None,
    )


def test_an_admin_of_all_who_can_log_in_is_enough() -> None:
    assert check_admins([ANA], logins="own").verdict == "ok"
    assert (
        check_admins([replace(ANA, source="oidc", password_at=None)], logins="own").verdict == "ok"
    )
    assert check_admins([], logins="provider").verdict == "ok"


@pytest.mark.parametrize(
    "user",
    [
        replace(ANA, password_at=None),
        replace(ANA, status="disabled"),
        replace(ANA, tenants=("acme",)),
        replace(ANA, role=Role.ENGINEER),
    ],
    ids=["no-password", "disabled", "of-one-tenant", "engineer"],
)
def test_an_admin_who_cannot_help_all_is_none(user: User) -> None:
    found = check_admins([user], logins="own")

    assert (found.verdict, "netwb user add" in found.cure) == ("advice", True)


def test_tokens_in_use_are_well() -> None:
    given = [token("a", age=40, used=1), token("b", age=3)]

    assert [one.verdict for one in check_tokens(given, now=NOW)] == ["ok"]


def test_tokens_that_nobody_uses_live_too_long_or_end_soon_are_named() -> None:
    given = [
        token("unused", age=40),
        token("lasting", age=3, days=1000),
        token("ending", age=85, used=1),
        token("over", age=100),
        replace(token("revoked", age=40), revoked_at=NOW),
    ]

    said = [one.said for one in check_tokens(given, now=NOW)]

    assert [one.split(" of ")[0] for one in said] == [
        "token unused",
        "token lasting",
        "token ending",
    ]


def test_many_are_counted_and_three_are_named() -> None:
    said = check_tokens([token(f"t{n}", age=40) for n in range(5)], now=NOW)[0].said

    assert said.startswith("5 tokens (t0 of ana, t1 of ana, t2 of ana, ...) are in force")


def test_one_that_was_replaced_may_end_and_its_successor_is_named() -> None:
    old = replace(token("1", age=80, used=1), replaced_by="2")
    new = replace(token("2", age=3, used=1), replaces="1")

    (found,) = check_tokens([old, new], now=NOW)
    assert found.verdict == "ok"

    (found,) = check_tokens([old, replace(new, revoked_at=NOW)], now=NOW)
    assert "token 1 of ana is about to end" in found.said
    assert "netwb token rotate ID" in found.cure
