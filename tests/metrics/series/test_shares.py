"""Rates as a share of a port, and ports by hours."""

from __future__ import annotations

import numpy as np
import pytest

from netwb.metrics.series.heat import HeatMap, heat_map
from netwb.metrics.series.rates import PortSamples, rates_of
from netwb.metrics.series.shares import percent, percents
from tests.metrics.series.counters import FIELD, counters

HOUR_S = 3_600
HALF_S = 1_800


@pytest.mark.parametrize("speed", [None, 0])
def test_without_a_speed_there_is_no_share(speed: int | None) -> None:
    assert percent(5.0, speed) is None
    assert np.isnan(percents(np.array([[5.0, 6.0]]), [speed])).all()


def test_a_port_over_its_speed_is_not_cut_to_it() -> None:
    assert percent(15.0, 10) == 150
    assert percents(np.array([[5.0, np.nan], [15.0, 0.0]]), [10, 10])[1].tolist() == [150, 0]


def test_where_there_is_no_rate_there_is_no_share() -> None:
    assert percent(None, 10) is None
    assert np.isnan(percents(np.array([[np.nan, 1.0]]), [10])).tolist() == [[True, False]]


def steady(since: int, until: int, *, ahead_s: int = 0) -> HeatMap:
    """One port of 8,000 bit/s from 12:00 to 14:00 UTC, and one that was never heard of."""
    noon = 12 * HOUR_S
    busy = counters(*(60_000 * number for number in range(121)), begin=noon)
    ports = [PortSamples(samples=busy), PortSamples(samples=counters())]
    found = rates_of(ports, FIELD, gap_s=150)
    return heat_map(found, noon + since, noon + until, speeds_bps=[80_000, None], ahead_s=ahead_s)


def test_each_hour_has_its_mean_its_highest_and_its_share() -> None:
    found = steady(-HOUR_S, 2 * HOUR_S)

    assert (found.edges / HOUR_S).tolist() == [11, 12, 13, 14]
    assert np.nan_to_num(found.mean, nan=-1).round().tolist() == [[-1, 8_000, 8_000], [-1] * 3]
    assert found.percent[0, 1:] == pytest.approx(10)
    assert found.highest[0, 1:] == pytest.approx(8_000)


def test_a_port_without_data_keeps_its_row() -> None:
    assert np.isnan(steady(0, HOUR_S).mean[1]).all()


def test_hours_are_those_of_clocks_that_are_half_an_hour_ahead() -> None:
    found = steady(0, HOUR_S, ahead_s=5 * HOUR_S + HALF_S)

    assert ((found.edges + HALF_S) % HOUR_S).tolist() == [0, 0, 0]
    assert found.edges[0] <= 12 * HOUR_S
    assert found.edges[-1] >= 13 * HOUR_S
