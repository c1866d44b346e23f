"""Packed counters: every bit comes back, and what is regular takes next to nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from netwb.metrics.samples import MISSING
from netwb.metrics.sqlite.packing import pack, unpack, unpack_in_a_row

LEAST, MOST = MISSING, 2**63 - 1


@st.composite
def columns(draw: st.DrawFn) -> tuple[NDArray[np.int64], list[NDArray[np.int64]]]:
    """Times of some moments, and fields of some series; few jumps or many, holes here and there."""
    series, moments = draw(st.integers(1, 5)), draw(st.integers(1, 40))
    number = st.one_of(
        st.integers(LEAST, MOST), st.integers(0, 300), st.sampled_from([MISSING, 0, -1, MOST])
    )
    rows = st.lists(number, min_size=series * moments, max_size=series * moments)
    fields = draw(st.lists(rows, min_size=1, max_size=4))
    times = draw(st.lists(st.integers(0, 2**40), min_size=moments, max_size=moments))
    return (
        np.array([times], dtype=np.int64),
        [np.array(field, dtype=np.int64).reshape(series, moments) for field in fields],
    )


@given(columns())
def test_what_is_packed_comes_back(
    given_columns: tuple[NDArray[np.int64], list[NDArray[np.int64]]],
) -> None:
    times, fields = given_columns
    series, moments = fields[0].shape

    data = pack([times, *fields])

    back = unpack(data, range(len(fields) + 1), series, moments)
    assert back[0].tolist() == times.tolist()
    assert [column.tolist() for column in back[1:]] == [column.tolist() for column in fields]
    (last,) = unpack(data, [len(fields)], series, moments)
    assert last.tolist() == fields[-1].tolist()


@given(st.lists(columns(), min_size=1, max_size=5))
def test_chunks_of_a_series_in_a_row_are_what_each_is_by_itself(
    given_chunks: list[tuple[NDArray[np.int64], list[NDArray[np.int64]]]],
) -> None:
    series = [(times, fields[0][:1]) for times, fields in given_chunks]
    alone = [(times.shape[1], pack([times, own])) for times, own in series]

    at, (column,) = unpack_in_a_row(alone, [1])

    assert at.tolist() == [one for times, _ in series for one in times[0].tolist()]
    assert column.tolist() == [one for _, own in series for one in own[0].tolist()]


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_is_no_matter(order: str) -> None:
    column = np.arange(12, dtype=np.int64).reshape(3, 4) * 10**12
    laid = np.asarray(column, order=order)  # type: ignore[call-overload]

    assert unpack(pack([laid[:1], laid]), [1], 3, 4)[0].tolist() == column.tolist()


def test_what_stands_still_or_rises_evenly_takes_next_to_nothing() -> None:
    still = np.full((48, 60), 7, dtype=np.int64)
    even = np.arange(60, dtype=np.int64)[None, :] * 60 + 1_790_000_000

    assert len(pack([even, still, still])) < 200
