"""A mirrored axis as people read it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwb.views.charts.axis import mirrored


def test_an_axis_has_round_ticks_on_both_sides_of_zero() -> None:
    axis = mirrored(968e6, 253e6, "bits")

    assert axis.labels[0.0] == "0"
    assert (axis.low, axis.high) == (-400e6, 1_000e6)
    assert axis.labels[-400e6] == "400 Mbit/s"
    assert axis.labels[1_000e6] == "1 Gbit/s"


def test_an_axis_of_nothing_reaches_one() -> None:
    assert (mirrored(0, 0, "bits").low, mirrored(0, 0, "bits").high) == (-1, 1)


@given(st.floats(0, 1e13), st.floats(0, 1e13))
def test_an_axis_holds_what_is_drawn_and_few_ticks(inward: float, outward: float) -> None:
    axis = mirrored(inward, outward, "bits")

    hair = 1e-9 * (axis.high - axis.low)
    assert axis.high >= inward - hair
    assert -axis.low >= outward - hair
    assert 2 <= len(axis.ticks) <= 12
