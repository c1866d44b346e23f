"""A token's successor: the same rights, both open for a while, and never more than anybody holds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from netwb.access.records import IssuedToken, NewToken, Origin, RotatedToken, UserChanges
from netwb.errors import (
    InputError,
    InventoryError,
    NetwbError,
    NotAuthenticatedError,
    NotPermittedError,
    UnknownNameError,
)
from netwb.roles import Permission, Role
from tests.benches import Rig, rig
from tests.stores import KINDS, cluster_of
from tests.workbench.people import HOME, add, logged_in

ERP = (Permission.INVENTORY_VIEW, Permission.MONITORING_VIEW)


@pytest.fixture(params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Two tenants; ana may all of acme, both sees the two of them."""
    with rig(tmp_path, {"acme": (), "umbra": ()}, cluster=cluster_of(request)) as made:
        add(made, "ana", Role.ENGINEER, "acme")
        add(made, "both", Role.OPERATOR, "acme", "umbra")
        yield made


def issued(two: Rig, user: str = "both", *, days: int = 30) -> IssuedToken:
    return two.bench.issue_token(
        NewToken(
            user=user,
            days=days,
            note="ERP",
            role=Role.VIEWER,
            tenants=("acme",),
            allow=ERP,
            networks=("192.0.2.0/24",),
        )
    )


def opens(two: Rig, secret: str, address: str = HOME.address) -> bool:
    try:
        two.bench.at_token(secret, origin=Origin(address=address))
    except NotAuthenticatedError:
        return False
    return True


def test_a_successor_is_the_same_in_all_but_its_life_and_its_text(two: Rig) -> None:
    old = issued(two)
    two.clock.advance(days=25)

    rotated = two.bench.rotate_token(old.token.id)

    new, now = rotated.issued.token, two.clock()
    assert replace(
        new,
        id=old.token.id,
        created_at=old.token.created_at,
        expires_at=old.token.expires_at,
        replaces=None,
    ) == replace(old.token)
    assert (new.expires_at - now, new.created_at) == (timedelta(days=30), now)
    assert rotated.issued.secret != old.secret
    assert (new.replaces, rotated.old.replaced_by) == (old.token.id, new.id)
    assert [(one.id, one.replaces, one.replaced_by) for one in two.bench.tokens()] == [
        (new.id, old.token.id, None),
        (old.token.id, None, new.id),
    ]


def test_both_open_during_the_overlap_and_the_old_one_not_after_it(two: Rig) -> None:
    old = issued(two)
    two.clock.advance(days=1)
    new = two.bench.rotate_token(old.token.id, overlap=timedelta(hours=12)).issued

    inside = "192.0.2.7"
    two.clock.advance(hours=11, minutes=59)
    assert (opens(two, old.secret, inside), opens(two, new.secret, inside)) == (True, True)
    assert not opens(two, new.secret, "198.51.100.7")

    two.clock.advance(minutes=1)
    assert (opens(two, old.secret, inside), opens(two, new.secret, inside)) == (False, True)


def test_an_overlap_never_makes_a_token_live_longer(two: Rig) -> None:
    old = issued(two, days=3)

    assert two.bench.rotate_token(old.token.id).old.expires_at == old.token.expires_at


def test_an_overlap_of_nothing_ends_the_old_one_at_once(two: Rig) -> None:
    old = issued(two)

    rotated = two.bench.rotate_token(old.token.id, days=2, overlap=timedelta(0))

    assert not opens(two, old.secret, "192.0.2.7")
    assert rotated.issued.token.expires_at == two.clock() + timedelta(days=2)


@pytest.mark.parametrize("days", [0, -1, 10**6])
def test_a_life_that_does_not_end_is_refused(two: Rig, days: int) -> None:
    old = issued(two)

    with pytest.raises(InputError, match="give 1 to"):
        two.bench.rotate_token(old.token.id, days=days)
    assert two.bench.token(old.token.id) == old.token


@pytest.mark.parametrize("days", [-1, 10**6])
def test_an_overlap_without_an_end_is_refused(two: Rig, days: int) -> None:
    old = issued(two)

    with pytest.raises(InputError, match=r"an overlap of .* is not usable; give 0 to"):
        two.bench.rotate_token(old.token.id, overlap=timedelta(days=days))


def test_a_token_that_ended_has_no_successor(two: Rig) -> None:
    revoked, expired = issued(two).token, issued(two, days=1).token
    two.bench.revoke_token(revoked.id)
    two.clock.advance(days=1)

    with pytest.raises(InventoryError, match=r"is revoked; issue another one with `netwb token"):
        two.bench.rotate_token(revoked.id)
    with pytest.raises(InventoryError, match=r"has expired; issue another one with `netwb token"):
        two.bench.rotate_token(expired.id)


def test_a_token_is_replaced_once_until_its_successor_ends(two: Rig) -> None:
    old = issued(two).token
    lost = two.bench.rotate_token(old.id).issued.token

    with pytest.raises(InventoryError, match=f"replaced by {lost.id} already; rotate that one"):
        two.bench.rotate_token(old.id)
    two.bench.revoke_token(lost.id)
    again = two.bench.rotate_token(old.id)

    assert again.issued.token.replaces == old.id
    assert again.old.replaced_by == again.issued.token.id
    assert again.old.expires_at == two.clock() + timedelta(days=7)
    assert again.issued.token.expires_at == two.clock() + timedelta(days=30)


def test_a_successor_has_a_successor(two: Rig) -> None:
    first = issued(two).token
    second = two.bench.rotate_token(first.id).issued.token
    third = two.bench.rotate_token(second.id).issued.token

    shown = two.bench.token(second.id)
    assert (shown.replaces, shown.replaced_by) == (first.id, third.id)


def test_two_who_rotate_one_token_at_once_make_one_successor(two: Rig) -> None:
    old, gate = issued(two).token, Barrier(2)

    def rotate() -> RotatedToken | NetwbError:
        gate.wait()
        try:
            return two.bench.rotate_token(old.id)
        except NetwbError as error:
            return error

    with ThreadPoolExecutor(2) as pool:
        found = [one.result() for one in (pool.submit(rotate), pool.submit(rotate))]

    made = [one for one in found if isinstance(one, RotatedToken)]
    assert len(made) == 1
    assert [type(one) for one in found if one not in made] == [InventoryError]
    assert [one.replaces for one in two.bench.tokens()].count(old.id) == 1


def test_a_token_of_wider_scope_is_unknown(two: Rig) -> None:
    add(two, "boss", Role.ADMIN, "acme")
    foreign, own = issued(two).token, issued(two, "ana").token
    boss = logged_in(two, "boss")

    for token_id in (foreign.id, "nope", "\0"):
        with pytest.raises(UnknownNameError, match="no token"):
            boss.rotate_token(token_id)
    assert boss.rotate_token(own.id).issued.token.user == "ana"


def test_who_manages_nobody_rotates_ones_own_alone(two: Rig) -> None:
    ana, foreign = logged_in(two, "ana"), issued(two).token
    own = ana.issue_token(NewToken(user="ana", days=9)).token

    assert ana.rotate_token(own.id).issued.token.created_by == "ana"
    with pytest.raises(UnknownNameError, match="no token"):
        ana.rotate_token(foreign.id)


def test_nobody_is_given_more_than_one_holds(two: Rig) -> None:
    add(two, "root", Role.ADMIN)
    wide = two.bench.issue_token(NewToken(user="root", days=9)).token
    allow = (Permission.ACCESS_MANAGE, Permission.CONFIG_VIEW)
    bot = two.bench.at_token(
        two.bench.issue_token(NewToken(user="root", days=9, allow=allow)).secret, origin=HOME
    )

    with pytest.raises(NotPermittedError, match="may not give a token of root: it lacks"):
        bot.rotate_token(wide.id)
    assert two.bench.token(wide.id) == wide


def test_what_the_owner_lost_is_not_given_again(two: Rig) -> None:
    old = two.bench.issue_token(NewToken(user="ana", days=9, role=Role.ENGINEER)).token
    two.bench.set_user("ana", UserChanges(role=Role.VIEWER))

    with pytest.raises(InventoryError, match=r"cannot be issued again as it is: .* is viewer only"):
        two.bench.rotate_token(old.id)


def test_a_rotation_is_audited_without_a_text(two: Rig) -> None:
    old = issued(two, "ana").token

    rotated = two.bench.rotate_token(old.id)

    (event,) = (one for one in two.bench.audit_events() if one.action == "token.rotate")
    assert event.target == "ana"
    assert event.detail["replaces"] == old.id
    assert event.detail["token"] == rotated.issued.token.id
    assert event.detail["networks"] == ["192.0.2.0/24"]
    assert rotated.issued.secret.partition(".")[2] not in str(event)
    assert rotated.issued.secret not in repr(rotated)


def test_where_a_token_was_used_last_is_kept_with_when(two: Rig) -> None:
    token = two.bench.issue_token(NewToken(user="ana", days=9))
    assert two.bench.token(token.token.id).used_from is None
    opens(two, token.secret, "2001:db8::7")

    used = two.bench.token(token.token.id)
    assert (used.used_at, used.used_from) == (two.clock(), "2001:db8::7")
