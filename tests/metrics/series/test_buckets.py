"""Rates in buckets: what survives of them, and what stands at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.series.buckets import Buckets, begins, gaps, into_buckets, step_for, sum_of
from netwb.metrics.series.rates import rates
from tests.metrics.series.counters import FIELD, at_times, counters

GAP_S = 150


def buckets(*values: int | None, since: int, until: int, step_s: int, begin: int = 0) -> Buckets:
    found = rates(counters(*values, begin=begin), FIELD, gap_s=GAP_S)
    return into_buckets(found, since, until, step_s)


def test_mean_and_highest_survive() -> None:
    made = buckets(0, 7_500, 7_500, 52_500, 60_000, 60_000, since=0, until=300, step_s=300)

    assert made.mean.tolist() == [1_600]
    assert made.highest.tolist() == [6_000]
    assert made.covered.tolist() == [300]


def test_a_rate_across_an_edge_is_shared_out_by_time() -> None:
    made = buckets(0, 7_500, 37_500, begin=30, since=0, until=120, step_s=60)

    assert made.mean.tolist() == [1_000, 2_500]
    assert made.highest.tolist() == [1_000, 4_000]
    assert made.covered.tolist() == [30, 60]


def test_first_and_last_are_aligned_and_do_not_spike() -> None:
    steady = [7_500 * number for number in range(20)]

    made = buckets(*steady, begin=7, since=100, until=1_000, step_s=300)

    assert made.begin.tolist() == [0, 300, 600, 900]
    assert made.mean == pytest.approx(1_000)


def test_a_gap_is_no_data_and_nothing_joins_over_it() -> None:
    counted = at_times({0: 0, 60: 7_500, 120: 15_000, 900: 112_500, 960: 120_000})

    made = into_buckets(rates(counted, FIELD, gap_s=GAP_S), 0, 960, 60)

    assert np.isfinite(made.mean).tolist() == [True, True, *[False] * 13, True]
    assert gaps(made, 0, 960) == ((120, 900),)


def test_a_second_of_data_is_no_bucket() -> None:
    made = buckets(0, 7_500, begin=298, since=0, until=600, step_s=300)

    assert np.isfinite(made.mean).tolist() == [False, True]


def test_without_data_every_bucket_is_empty() -> None:
    made = buckets(since=0, until=600, step_s=300)

    assert not np.isfinite(made.mean).any()
    assert gaps(made, 10, 500) == ((10, 500),)


def test_ports_are_summed_after_their_resets_and_say_how_many_they_are() -> None:
    reset = rates(
        counters(10**9, 50, 7_550, ifCounterDiscontinuityTime=[1, 2, 2]), FIELD, gap_s=GAP_S
    )
    steady = rates(counters(0, 7_500, 15_000), FIELD, gap_s=GAP_S)

    total, number = sum_of([into_buckets(one, 0, 120, 60) for one in (reset, steady)])

    assert total.mean.tolist() == [1_000, 2_000]
    assert number.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("span_s", "most", "least_s", "step_s"),
    [
        (86_400, 600, 60, 300),
        (6 * 3_600, 600, 60, 60),
        (30 * 86_400, 600, 60, 7_200),
        (400, 600, 60, 60),
        (1_100 * 86_400, 600, 60, 172_800),
    ],
)
def test_a_step_is_round_and_makes_no_more_buckets_than_wanted(
    span_s: int, most: int, least_s: int, step_s: int
) -> None:
    assert step_for(span_s, most, least_s=least_s) == step_s
    assert span_s / step_s <= most


@given(
    st.lists(st.integers(0, 10**10), min_size=2, max_size=60),
    st.integers(0, 10_000),
    st.sampled_from([60, 300, 900]),
)
def test_as_much_goes_through_the_buckets_as_through_the_port(
    steps: list[int], begin: int, step_s: int
) -> None:
    values = np.cumsum([0, *steps]).tolist()
    found = rates(counters(*values, begin=begin), FIELD, gap_s=GAP_S)
    until = begin + 60 * len(steps)

    made = into_buckets(found, begin, until, step_s)

    there = np.isfinite(made.mean)
    through = float((made.mean[there] * made.covered[there]).sum())
    slivers = float(found.value.max()) * 0.1 * step_s * (~there).sum()
    assert through == pytest.approx(8 * sum(steps), rel=1e-9, abs=slivers + 1e-6)
    assert (made.mean[there] <= made.highest[there] * (1 + 1e-9)).all()
    assert begins(begin, until, step_s)[0] <= begin
