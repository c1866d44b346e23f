"""When a target that fails is tried again: seconds, then an hour, and a day at most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwb.notify.retrying import DAY_S, FIRST_S, HOUR_S, wait_s


def test_it_is_doubled_from_seconds_to_an_hour() -> None:
    waits = [wait_s(n, failing_s=0, jitter=0.5) for n in range(1, 12)]

    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == HOUR_S


def test_a_day_of_failing_is_caught_up_within_the_hour_and_a_month_within_a_day() -> None:
    assert wait_s(99, failing_s=DAY_S, jitter=0.5) == HOUR_S
    assert wait_s(99, failing_s=30 * DAY_S, jitter=0.5) == DAY_S


@given(
    tries=st.integers(1, 10_000),
    failing_s=st.floats(0, 1e9),
    jitter=st.floats(0, 1),
    asked_s=st.floats(0, 1e9),
)
def test_it_is_never_at_once_and_never_more_than_a_day(
    tries: int, failing_s: float, jitter: float, asked_s: float
) -> None:
    wait = wait_s(tries, failing_s=failing_s, jitter=jitter, asked_s=asked_s)

    assert FIRST_S * 0.75 <= wait <= DAY_S
    assert wait >= min(asked_s, DAY_S)
