"""Wrong tries are slowed down, and nobody is locked out for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from netwb.access.throttle import Throttle, counts_of
from netwb.errors import LoginThrottledError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import LoginThrottleRow
from tests.store.conftest import Clock

HOME, AWAY = "192.0.2.10", "198.51.100.7"


@pytest.fixture
def throttle(database: Database, clock: Clock) -> Throttle:
    return Throttle(database, clock)


def wrong(throttle: Throttle, clock: Clock, times: int, *, address: str = HOME) -> float:
    """That many wrong tries, each as soon as it may; gives the last wait in seconds."""
    waited = 0.0
    for _ in range(times):
        waited = 0.0
        while True:
            try:
                throttle.take(counts_of("ana", address, ""))
                break
            except LoginThrottledError as error:
                waited += error.retry_after_s
                clock.pass_s(error.retry_after_s)
    return waited


def test_three_wrong_tries_wait_for_nothing_and_then_the_wait_grows(
    throttle: Throttle, clock: Clock
) -> None:
    assert wrong(throttle, clock, 4) == 0

    waits = [wrong(throttle, clock, 1) for _ in range(6)]

    assert waits == sorted(waits)
    assert waits[0] >= 1
    assert waits[-1] >= 2 * waits[0]


def test_the_wait_never_grows_beyond_a_quarter_of_an_hour(throttle: Throttle, clock: Clock) -> None:
    assert wrong(throttle, clock, 20) <= 901
    assert wrong(throttle, clock, 1) <= 901


def test_asking_while_one_has_to_wait_makes_the_wait_no_longer(
    throttle: Throttle, clock: Clock
) -> None:
    wrong(throttle, clock, 6)
    counts = counts_of("ana", HOME, "")
    with pytest.raises(LoginThrottledError) as first:
        throttle.take(counts)

    for _ in range(50):
        with pytest.raises(LoginThrottledError):
            throttle.take(counts)
    clock.pass_s(first.value.retry_after_s)

    throttle.take(counts)


def test_a_restart_forgets_nothing(database: Database, clock: Clock) -> None:
    wrong(Throttle(database, clock), clock, 6)

    with pytest.raises(LoginThrottledError, match="can be made in"):
        Throttle(database, clock).take(counts_of("ANA", HOME, ""))


def test_a_quiet_hour_forgets_all(throttle: Throttle, clock: Clock, database: Database) -> None:
    wrong(throttle, clock, 8)

    clock.pass_s(3601)

    assert wrong(throttle, clock, 4) == 0
    clock.pass_s(3601)
    throttle.take(counts_of("ben", AWAY, ""))
    with database.reading(ALL_TENANTS) as session:
        assert len(session.scalars(select(LoginThrottleRow)).all()) == 3


def test_somebody_elsewhere_delays_the_person_by_half_a_minute_at_most(
    throttle: Throttle, clock: Clock
) -> None:
    for number in range(40):  # a crowd of addresses
        wrong(throttle, clock, 3, address=f"2001:db8:{number}::1")

    assert wrong(throttle, clock, 1, address=HOME) <= 31


def test_a_known_device_is_delayed_by_nobody_else(throttle: Throttle, clock: Clock) -> None:
    wrong(throttle, clock, 30)

    throttle.take(counts_of("ana", HOME, "device-1"))


def test_a_known_device_is_delayed_by_its_own_wrong_tries(throttle: Throttle) -> None:
    known = counts_of("ana", HOME, "device-1")
    for _ in range(4):
        throttle.take(known)

    with pytest.raises(LoginThrottledError):
        throttle.take(known)
    throttle.take(counts_of("ana", HOME, "device-2"))


def test_one_address_that_tries_many_names_is_slowed_down(throttle: Throttle) -> None:
    for number in range(21):
        throttle.take(counts_of(f"user{number}", HOME, ""))

    with pytest.raises(LoginThrottledError):
        throttle.take(counts_of("one-more", HOME, ""))
    throttle.take(counts_of("one-more", AWAY, ""))


def test_own_logins_do_not_open_an_address_for_guessing(throttle: Throttle, clock: Clock) -> None:
    mine = counts_of("mallory", HOME, "")
    for number in range(21):
        throttle.take(counts_of(f"user{number}", HOME, ""))
    clock.pass_s(2)

    throttle.take(mine)
    throttle.forgive(mine)

    with pytest.raises(LoginThrottledError):
        throttle.take(counts_of("victim", HOME, ""))


def test_addresses_of_one_ipv6_site_are_one(throttle: Throttle, clock: Clock) -> None:
    wrong(throttle, clock, 5, address="2001:db8::1")

    with pytest.raises(LoginThrottledError):
        throttle.take(counts_of("ana", "2001:db8::ffff%eth0", ""))
    wrong(throttle, clock, 5, address=HOME)
    with pytest.raises(LoginThrottledError):
        throttle.take(counts_of("ana", f"::ffff:{HOME}", ""))


def test_a_login_forgets_what_was_mistyped_there(throttle: Throttle) -> None:
    counts = counts_of("ana", HOME, "")
    for _ in range(3):
        throttle.take(counts)

    throttle.forgive(counts)

    for _ in range(4):
        throttle.take(counts)


def test_tries_at_the_same_time_are_all_counted(throttle: Throttle) -> None:
    def attempt(_: int) -> str:
        try:
            throttle.take(counts_of("ana", HOME, ""))
        except LoginThrottledError:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(24)))

    assert answers.count("taken") == 4


def test_of_two_tries_at_once_neither_waits_for_the_other(throttle: Throttle, clock: Clock) -> None:
    """One reads its clock first and comes to the database second."""
    throttle.take(counts_of("ana", HOME, ""))
    clock.pass_s(-2)
    throttle.take(counts_of("ben", HOME, ""))
    throttle.give_back(counts_of("ben", HOME, ""))
    clock.pass_s(-2)
    throttle.take(counts_of("eva", HOME, ""))
