"""Rates in buckets: what survives of them, and what stands at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import Samples
from netwb.metrics.series.buckets import (
    Buckets,
    before,
    begins,
    edges,
    gaps,
    into_buckets,
    into_table,
    step_for,
)
from netwb.metrics.series.rates import PortSamples, Rates, rates, rates_of
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


def ports(*samples: Samples) -> Rates:
    return rates_of([PortSamples(samples=one) for one in samples], FIELD, gap_s=GAP_S)


def test_a_long_rate_is_in_each_bucket_that_it_touches() -> None:
    found = rates(counters(0, 112_500, every_s=900), FIELD, gap_s=1_000)

    made = into_buckets(found, 0, 900, 60)

    assert made.mean == pytest.approx(1_000)
    assert made.covered.tolist() == [60] * 15


def test_what_lies_outside_the_time_is_left_out() -> None:
    made = buckets(0, 75_000, 82_500, 90_000, 900_000, since=60, until=180, step_s=60)

    assert made.mean.tolist() == [1_000, 1_000]
    assert made.highest.tolist() == [1_000, 1_000]


def test_buckets_of_other_lengths_have_their_means_too() -> None:
    """A day on which clocks change has 23 or 25 hours."""
    found = rates(counters(*(7_500 * number for number in range(61))), FIELD, gap_s=GAP_S)

    made = into_table(found, np.array([0, 1_380, 2_820, 3_600]))

    assert made.mean[0] == pytest.approx(1_000)
    assert made.covered[0].tolist() == [1_380, 1_440, 780]


def test_an_earlier_time_lies_in_the_same_buckets() -> None:
    rising = rates(counters(*(3_750 * n * n for n in range(20))), FIELD, gap_s=GAP_S)
    now = into_buckets(rising, 600, 900, 60)

    was = before(rising, now, 420)

    assert was.begin.tolist() == now.begin.tolist()
    assert was.mean.tolist() == into_buckets(rising, 180, 480, 60).mean.tolist()


def test_an_earlier_time_needs_no_multiple_of_a_bucket() -> None:
    rising = rates(counters(*(3_750 * n * n for n in range(20))), FIELD, gap_s=GAP_S)

    was = before(rising, into_buckets(rising, 600, 900, 300), 60)

    assert was.mean == pytest.approx([np.diff(rising.value).mean() * 11 + rising.value[0]])


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


_samples = st.builds(
    lambda steps, begin: counters(*np.cumsum([0, *steps]).tolist(), begin=begin),
    st.lists(st.integers(0, 10**9), max_size=20),
    st.integers(0, 1_000),
)


@given(st.lists(_samples, max_size=4), st.sampled_from([60, 100, 300, 900]))
def test_a_table_of_many_ports_is_the_buckets_of_each(many: list[Samples], step_s: int) -> None:
    found = ports(*many)
    table = into_table(found, edges(100, 1_500, step_s))

    for row in range(len(many)):
        alone = into_buckets(found.of(row), 100, 1_500, step_s)
        np.testing.assert_array_equal(table.mean[row], alone.mean)
        np.testing.assert_array_equal(table.highest[row], alone.highest)
        np.testing.assert_array_equal(table.covered[row], alone.covered)


@given(st.lists(st.integers(0, 10**9), min_size=5, max_size=40), st.integers(0, 3_000))
def test_a_zoom_moves_no_bucket(steps: list[int], since: int) -> None:
    found = rates(counters(*np.cumsum([0, *steps]).tolist()), FIELD, gap_s=GAP_S)
    whole, part = (into_buckets(found, begin, 3_600, 300) for begin in (0, since))

    np.testing.assert_array_equal(part.mean, whole.mean[since // 300 :])
