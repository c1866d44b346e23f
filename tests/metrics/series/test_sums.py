"""Many ports as one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import Samples
from netwb.metrics.series.buckets import edges, into_table
from netwb.metrics.series.rates import PortSamples, Rates, rates_of
from netwb.metrics.series.sums import Sum, part_of, sum_of
from tests.metrics.series.counters import FIELD, counters

GAP_S = 150


def ports(*samples: Samples) -> Rates:
    return rates_of([PortSamples(samples=one) for one in samples], FIELD, gap_s=GAP_S)


def summed(*samples: Samples, since: int = 0, until: int, step_s: int) -> Sum:
    return sum_of([part_of(ports(*samples), since, until, step_s, poll_s=60)])


def steady(bps: int, minutes: int, begin: int = 0) -> Samples:
    return counters(*(bps // 8 * 60 * number for number in range(minutes + 1)), begin=begin)


def test_ports_are_summed_after_their_resets_and_say_how_many_they_are() -> None:
    reset = counters(10**9, 50, 7_550, ifCounterDiscontinuityTime=[1, 2, 2])

    total = summed(reset, steady(1_000, 2), counters(), until=180, step_s=60)

    assert total.flow.mean.tolist()[:2] == [1_000, 2_000]
    assert total.ports.tolist() == [1, 2, 0]
    assert np.isnan([total.flow.mean[2], total.flow.highest[2]]).all()


def test_the_highest_of_a_sum_is_of_one_moment() -> None:
    """Each port alone has a minute of 2,000; they are not the same minute."""
    early, late = counters(0, 15_000, 15_000, 15_000), counters(0, 0, 0, 15_000)

    total = summed(early, late, until=180, step_s=180)

    assert total.flow.mean == pytest.approx([4_000 / 3])
    assert total.flow.highest.tolist() == [2_000]


def test_ports_that_are_polled_apart_are_summed_as_if_together() -> None:
    apart = [steady(1_600, 10, begin=begin) for begin in (0, 13, 59)]

    total = summed(*apart, since=60, until=600, step_s=60)

    assert total.flow.mean == pytest.approx(4_800)
    assert total.flow.highest == pytest.approx(4_800)
    assert total.ports.tolist() == [3] * 9


@pytest.mark.parametrize("step_s", [20, 50, 60, 90, 300])
def test_whatever_the_buckets_are_each_has_a_highest(step_s: int) -> None:
    total = summed(steady(1_600, 10), steady(3_200, 10), until=600, step_s=step_s)

    assert total.flow.highest[:-1] == pytest.approx(4_800)


def test_numbers_are_of_windows_that_were_summed_before_they_were_ranked() -> None:
    """Two ports, each busy in a window of its own: together they are always as busy."""
    early = counters(*(7_500 * min(n, 5) for n in range(11)))
    late = counters(*(7_500 * max(n - 5, 0) for n in range(11)))

    flow = summed(early, late, until=600, step_s=300).flow

    assert (flow.percentile.value, flow.percentile.windows) == (1_000, 2)
    assert (flow.least, flow.average, flow.most, flow.total) == (1_000, 1_000, 1_000, 75_000)


def test_a_window_in_which_one_port_has_data_is_a_window_of_the_sum_and_no_low() -> None:
    total = summed(steady(8_000, 5), steady(8_000, 10), until=900, step_s=300)

    assert total.ports.tolist() == [2, 1, 0]
    assert (total.flow.percentile.value, total.flow.percentile.windows) == (16_000, 2)
    assert (total.flow.least, total.flow.average) == (16_000, 12_000)


@pytest.mark.parametrize("samples", [(), (counters(), counters(5))], ids=["no ports", "no rates"])
def test_without_data_a_sum_has_no_number(samples: tuple[Samples, ...]) -> None:
    total = summed(*samples, until=900, step_s=300)

    flow = total.flow
    assert (flow.least, flow.average, flow.most, flow.total) == (None, None, None, None)
    assert flow.percentile.value is None
    assert total.ports.tolist() == [0, 0, 0]
    assert np.isnan(flow.mean).all()


_samples = st.builds(
    lambda steps, begin: counters(*np.cumsum([0, *steps]).tolist(), begin=begin),
    st.lists(st.integers(0, 10**9), max_size=20),
    st.integers(0, 1_000),
)


@given(st.lists(_samples, min_size=1, max_size=4), st.sampled_from([60, 100, 300, 900]))
def test_a_sum_is_no_more_than_its_ports_together(many: list[Samples], step_s: int) -> None:
    table = into_table(ports(*many), edges(100, 1_500, step_s))

    total = summed(*many, since=100, until=1_500, step_s=step_s)

    there = total.ports > 0
    together = np.nansum(table.highest, axis=0)[there]
    assert (total.flow.highest[there] <= together * (1 + 1e-9)).all()
    assert (total.flow.mean[there] <= total.flow.highest[there]).all()
    assert np.isnan(total.flow.mean[~there]).all()


@given(st.lists(_samples, min_size=2, max_size=5), st.integers(1, 4))
def test_in_whichever_parts_ports_come_their_sum_is_one(many: list[Samples], cut: int) -> None:
    halves = [ports(*many[:cut]), ports(*many[cut:])]

    total = sum_of(part_of(half, 100, 1_500, 300, poll_s=60) for half in halves)

    whole = summed(*many, since=100, until=1_500, step_s=300)
    np.testing.assert_allclose(total.flow.mean, whole.flow.mean)
    np.testing.assert_allclose(total.flow.highest, whole.flow.highest)
    assert total.ports.tolist() == whole.ports.tolist()
    assert total.flow.total == whole.flow.total
    assert total.flow.percentile.value == (
        None if whole.flow.percentile.value is None else pytest.approx(whole.flow.percentile.value)
    )
