"""Leases: one owner at a time, and a process that slept finds that its term is over."""

from __future__ import annotations

import pytest

from netwb.errors import LeaseLostError
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.leases import Leases
from tests.store.conftest import Clock
from tests.store.processes import acquire, at_once


@pytest.fixture
def mine(database: Database, clock: Clock) -> Leases:
    return Leases(database, "mine", clock)


@pytest.fixture
def theirs(database: Database, clock: Clock) -> Leases:
    return Leases(database, "theirs", clock)


def test_a_free_lease_is_taken_and_refused_to_others(mine: Leases, theirs: Leases) -> None:
    lease = mine.acquire("leader", 30)

    assert lease is not None
    assert (lease.name, lease.epoch) == ("leader", 1)
    assert theirs.acquire("leader", 30) is None
    assert theirs.acquire("another", 30) is not None
    assert theirs.holder_of("leader") == "mine"
    mine.check(lease)


def test_its_own_holder_prolongs_it_in_the_same_term(mine: Leases, clock: Clock) -> None:
    first = mine.acquire("leader", 30)
    clock.pass_s(20)

    again = mine.acquire("leader", 30)

    assert first is not None
    assert again is not None
    assert (again.epoch, (again.until - first.until).total_seconds()) == (1, 20)


def test_a_renewed_lease_lasts_from_now_on(mine: Leases, theirs: Leases, clock: Clock) -> None:
    lease = mine.acquire("leader", 30)
    assert lease is not None
    clock.pass_s(29)

    lease = mine.renew(lease)

    clock.pass_s(29)
    mine.check(lease)
    assert theirs.acquire("leader", 30) is None


def test_an_expired_lease_goes_to_the_next_with_a_higher_epoch(
    mine: Leases, theirs: Leases, clock: Clock
) -> None:
    lost = mine.acquire("leader", 30)
    assert lost is not None
    clock.pass_s(30)

    taken = theirs.acquire("leader", 30)

    assert taken is not None
    assert taken.epoch == 2
    for use in (mine.check, mine.renew):
        with pytest.raises(LeaseLostError, match="leader"):
            use(lost)
    theirs.check(taken)


def test_a_lease_that_nobody_took_is_over_all_the_same(mine: Leases, clock: Clock) -> None:
    lease = mine.acquire("leader", 30)
    assert lease is not None
    clock.pass_s(31)

    for use in (mine.check, mine.renew):
        with pytest.raises(LeaseLostError):
            use(lease)
    again = mine.acquire("leader", 30)

    assert again is not None
    assert again.epoch == 2
    with pytest.raises(LeaseLostError):
        mine.check(lease)


def test_a_released_lease_is_free_at_once_and_its_epoch_never_falls(
    mine: Leases, theirs: Leases
) -> None:
    lease = mine.acquire("leader", 30)
    assert lease is not None

    mine.release(lease)
    mine.release(lease)

    assert mine.holder_of("leader") is None
    taken = theirs.acquire("leader", 30)
    assert taken is not None
    assert taken.epoch == 2
    mine.release(lease)
    theirs.check(taken)


def test_a_lease_is_checked_within_the_callers_transaction(
    database: Database, mine: Leases, clock: Clock
) -> None:
    lease = mine.acquire("leader", 30)
    assert lease is not None

    with database.writing(NO_TENANT) as session:
        mine.check_in(session, lease)
        clock.pass_s(60)
        with pytest.raises(LeaseLostError):
            mine.check_in(session, lease)


def test_of_processes_that_ask_at_once_one_gets_it(url: str) -> None:
    epochs = at_once(4, acquire, url, "leader")

    assert sorted(epochs, key=str) == [1, None, None, None]
