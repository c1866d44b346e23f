"""The nearest rank, as a contract counts it."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.series.percentiles import nearest_rank, nearest_ranks, rank_of


def test_a_month_of_thirty_days_discards_432_windows() -> None:
    assert 8_640 - rank_of(8_640) == 432


@pytest.mark.parametrize(
    ("windows", "rank"), [(0, 0), (1, 1), (19, 19), (20, 19), (21, 20), (100, 95)]
)
def test_the_rank_is_exact(windows: int, rank: int) -> None:
    assert rank_of(windows) == rank


def test_missing_windows_are_not_ranked() -> None:
    found = nearest_rank(np.array([np.nan, 5.0, 1.0, np.nan, 3.0]))

    assert (found.value, found.rank, found.windows) == (5.0, 3, 3)


def test_the_first_window_with_that_value_is_named() -> None:
    assert nearest_rank(np.array([np.nan, 1.0, 7.0, 7.0])).place == 2
    assert nearest_rank(np.array([np.nan])).place is None


def test_a_table_without_columns_has_no_percentile() -> None:
    assert np.isnan(nearest_ranks(np.empty((2, 0)))).tolist() == [True, True]


@given(st.integers(1, 200_000), st.integers(1, 100))
def test_the_rank_is_the_least_that_holds_the_share(windows: int, percent: int) -> None:
    rank = rank_of(windows, Fraction(percent, 100))

    assert 100 * (rank - 1) < percent * windows <= 100 * rank


def test_of_nothing_there_is_no_percentile() -> None:
    found = nearest_rank(np.array([np.nan]))

    assert (found.value, found.rank, found.windows) == (None, 0, 0)


@given(
    st.lists(
        st.lists(st.floats(0, 1e12) | st.just(float("nan")), min_size=5, max_size=5),
        min_size=1,
        max_size=9,
    )
)
def test_many_rows_at_once_are_each_as_alone(rows: list[list[float]]) -> None:
    table = np.array(rows)

    for row, found in zip(table, nearest_ranks(table).tolist(), strict=True):
        alone = nearest_rank(row).value
        assert np.isnan(found) if alone is None else found == alone


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=50))
def test_it_is_one_of_the_values_and_so_many_are_not_above_it(values: list[float]) -> None:
    found = nearest_rank(np.array(values))

    assert found.value in values
    assert sum(value <= found.value for value in values) >= ceil(0.95 * len(values) - 1e-9)
