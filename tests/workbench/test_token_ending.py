"""That a token ends is told before it does: to whom it concerns, once, and while it matters."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.records import IssuedToken, NewToken, UserChanges
from netwb.notify.records import Notice
from netwb.roles import ALL_TENANTS, Role, Scope
from tests.benches import START, Rig, rig
from tests.stores import KINDS, cluster_of
from tests.workbench.people import HOME, add

KIND = "token.expiring"


@pytest.fixture(params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Two tenants; root sees all, both the two of them, ana acme alone."""
    with rig(tmp_path, {"acme": (), "umbra": ()}, cluster=cluster_of(request)) as made:
        add(made, "root", Role.ADMIN)
        add(made, "both", Role.OPERATOR, "acme", "umbra")
        add(made, "ana", Role.ENGINEER, "acme")
        yield made


def issued(
    two: Rig, user: str = "both", *, days: int = 30, tenants: tuple[str, ...] | None = None
) -> IssuedToken:
    return two.bench.issue_token(NewToken(user=user, days=days, note="ERP", tenants=tenants))


def use(two: Rig, token: IssuedToken) -> None:
    two.bench.at_token(token.secret, origin=HOME)


def used(
    two: Rig, user: str = "both", *, left: float, tenants: tuple[str, ...] | None = None
) -> str:
    """Id of a token that is used now, and ends in so many days."""
    token = issued(two, user, tenants=tenants)
    two.clock.advance(days=30 - left)
    use(two, token)
    return token.token.id


def told(two: Rig, scope: Scope = ALL_TENANTS) -> list[Notice]:
    two.bench.watch_health()
    return list(two.bench._parts.notices.list(scope, since=START, kinds=[KIND]))


def states(two: Rig) -> list[tuple[str, str]]:
    return [(one.state, one.severity) for one in told(two)]


def test_a_warning_comes_two_weeks_before_and_is_grave_in_the_last_three_days(two: Rig) -> None:
    token = issued(two)
    two.clock.advance(days=15, hours=23)
    use(two, token)
    assert states(two) == []

    two.clock.advance(hours=1)
    for _ in range(3):
        found = told(two)
    assert [(one.state, one.severity) for one in found] == [("wrong", "warning")]
    assert found[0].label == "token ERP"
    assert found[0].message == (
        f"token {token.token.id} (ERP) of both ends in 14 days, at"
        f" {token.token.expires_at:%Y-%m-%d %H:%M} UTC; replace it with"
        f" `netwb token rotate {token.token.id}`"
    )
    assert found[0].detail == {
        "token": token.token.id,
        "user": "both",
        "expires_at": token.token.expires_at.isoformat(),
        "used_from": HOME.address,
    }

    two.clock.advance(days=11)
    told(two)
    assert states(two) == [("wrong", "warning"), ("wrong", "critical")]
    assert two.bench.watch_health().tokens == 1


def test_a_token_that_nobody_uses_ends_without_a_word(two: Rig) -> None:
    never, long_ago = issued(two, days=40), issued(two, days=40)
    use(two, long_ago)
    two.clock.advance(days=31)

    assert states(two) == []
    assert never.token.id != long_ago.token.id


def test_a_token_that_is_not_used_any_more_is_not_warned_of(two: Rig) -> None:
    token = issued(two, days=40)
    use(two, token)
    two.clock.advance(days=29)
    assert states(two) == [("wrong", "warning")]
    two.clock.advance(days=2)

    assert told(two)[-1].message == f"token {token.token.id} (ERP) of both is not in use any more"


def test_a_successor_settles_it_until_it_is_revoked(two: Rig) -> None:
    old = used(two, left=5)
    assert states(two) == [("wrong", "warning")]
    new = two.bench.rotate_token(old).issued.token.id

    last = told(two)[-1]
    assert (last.state, last.message) == (
        "recovered",
        f"token {old} (ERP) of both is replaced by {new}",
    )
    assert two.bench.watch_health().tokens == 0

    two.bench.revoke_token(new)
    assert told(two)[-1].state == "wrong"


def test_a_token_that_is_revoked_or_ends_is_told_of_no_more(two: Rig) -> None:
    tokens = issued(two), issued(two)
    two.clock.advance(days=28)
    for one in tokens:
        use(two, one)
    first, second = (one.token.id for one in tokens)
    assert states(two) == [("wrong", "critical")] * 2
    two.bench.revoke_token(second)
    said = {one.message for one in told(two) if one.state == "recovered"}
    two.clock.advance(days=2)
    said |= {one.message for one in told(two) if one.state == "recovered"}

    assert said == {
        f"token {first} (ERP) of both has expired, and opens nothing any more",
        f"token {second} (ERP) of both is revoked",
    }
    assert two.bench._parts.notices.standing(ALL_TENANTS, [KIND]) == ()


def test_one_whose_owner_may_not_act_is_not_warned_of(two: Rig) -> None:
    token = used(two, left=5)
    told(two)
    two.bench.set_user("both", UserChanges(status="disabled"))

    assert (
        told(two)[-1].message == f"token {token} (ERP) of both is of somebody who may not act now"
    )


@pytest.mark.parametrize(
    ("user", "tenants", "whose"),
    [
        ("ana", None, "acme"),
        ("both", ("umbra",), "umbra"),
        ("root", ("acme",), "acme"),
        ("both", None, ""),
        ("both", ("acme", "umbra"), ""),
        ("root", None, ""),
    ],
    ids=["owner-of-one", "narrowed", "narrowed-of-all", "of-two", "narrowed-to-two", "of-all"],
)
def test_a_tenant_is_told_of_tokens_that_are_for_it_alone(
    two: Rig, user: str, tenants: tuple[str, ...] | None, whose: str
) -> None:
    token = used(two, user, left=5, tenants=tenants)
    ids = {one.slug: one.id for one in two.bench.tenants()}

    (notice,) = told(two)
    assert (notice.subject, notice.tenant_id) == (token, ids.get(whose, ""))
    for slug, tenant_id in ids.items():
        own = told(two, Scope(frozenset({tenant_id})))
        assert bool(own) is (slug == whose)


def test_a_token_that_becomes_another_tenants_is_told_of_to_the_new_one_alone(two: Rig) -> None:
    token = used(two, "ana", left=5)
    ids = {one.slug: one.id for one in two.bench.tenants()}
    told(two)
    two.bench.set_user("ana", UserChanges(scope=(("umbra",),)))

    found = told(two)[1:]

    assert {(one.tenant_id, one.state, one.subject) for one in found} == {
        (ids["acme"], "recovered", token),
        (ids["umbra"], "wrong", token),
    }


def test_the_end_is_told_to_whoever_acts_by_the_token_in_its_last_two_weeks(two: Rig) -> None:
    token = issued(two)
    assert two.bench.request_by_token(token.secret, origin=HOME).token_ends_at() is None
    two.clock.advance(days=16)

    bench = two.bench.request_by_token(token.secret, origin=HOME)
    assert bench.token_ends_at() == token.token.expires_at
    assert two.bench.token_ends_at() is None
    assert two.bench.acting_as("ana").token_ends_at() is None
    assert two.clock() + timedelta(days=14) == token.token.expires_at
