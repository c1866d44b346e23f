"""Outlines of what lies between gaps."""

from __future__ import annotations

import numpy as np
import pytest

from netwb.views.charts.stretches import most, outlines, stretches

GAP = np.nan


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], []),
        ([GAP, GAP], []),
        ([1, 2], [slice(0, 2)]),
        ([GAP, 1, GAP, 2, 3], [slice(1, 2), slice(3, 5)]),
        ([1, GAP], [slice(0, 1)]),
    ],
    ids=["nothing", "no data", "no gap", "gaps at begin and between", "gap at the end"],
)
def test_a_stretch_ends_where_there_is_no_data(values: list[float], found: list[slice]) -> None:
    assert stretches(np.array(values)) == found


def test_an_outline_goes_along_the_upper_line_and_back_along_the_lower() -> None:
    x = np.array([0.0, 1, 2, 3])

    xs, ys = outlines(x, np.array([1.0, 2, GAP, 4]), np.array([5.0, 6, GAP, 8]))

    assert [part.tolist() for part in xs] == [[0, 1, 1, 0], [3, 3]]
    assert [part.tolist() for part in ys] == [[5, 6, 2, 1], [8, 4]]
    assert outlines(x, 0, np.array([5.0, GAP, GAP, GAP]))[1][0].tolist() == [5, 0]


def test_the_highest_of_lines_without_data_is_nothing() -> None:
    assert most(np.array([GAP, 2]), None, np.array([GAP])) == 2
    assert most(np.array([GAP]), None) == 0
    assert most(np.array([])) == 0
