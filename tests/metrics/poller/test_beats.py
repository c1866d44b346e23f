from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.poller.beats import Beat, next_beat


@pytest.mark.parametrize(
    ("now", "after", "beat"),
    [
        (120.0, None, Beat(at=120, missed=0)),
        (120.1, None, Beat(at=180, missed=0)),
        (125.0, 120, Beat(at=180, missed=0)),
        (180.0, 120, Beat(at=180, missed=0)),
        (180.1, 120, Beat(at=240, missed=1)),
        (400.0, 120, Beat(at=420, missed=4)),
        (60.0, 120, Beat(at=180, missed=0)),
    ],
    ids=["on-time", "first", "in-time", "just-in-time", "one-late", "four-late", "clock-went-back"],
)
def test_polls_are_due_at_whole_intervals(now: float, after: int | None, beat: Beat) -> None:
    assert next_beat(now, 60, after=after) == beat


@given(st.floats(0, 2e9), st.integers(5, 3600), st.integers(0, 10**6))
def test_no_beat_comes_twice_and_none_lies_between_two(
    now: float, interval_s: int, number: int
) -> None:
    after = number * interval_s
    beat = next_beat(now, interval_s, after=after)

    assert beat.at % interval_s == 0
    assert beat.at >= now
    assert beat.at == after + (beat.missed + 1) * interval_s
