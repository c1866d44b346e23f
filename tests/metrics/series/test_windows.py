"""Octets in five-minute windows, held to a slow and obvious reckoning in fractions."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.series.carried import Limits
from netwb.metrics.series.rates import PortSamples
from netwb.metrics.series.windows import IN, NONE, OUT, one_after_another, volumes
from tests.metrics.billing.slow_bill import near_enough

GAP_S = 150


def port(values: Mapping[int, int], **more: object) -> PortSamples:
    """One that sends what it receives; a counter above half of 64 bits is kept as negative."""
    column = np.array([(v + 2**63) % 2**64 - 2**63 for v in values.values()], np.int64)
    at = np.array(list(values), np.int64)
    return PortSamples(samples=Samples(at=at, values={IN: column, OUT: column}), **more)  # type: ignore[arg-type] # what a test gives


def received(one: PortSamples, until: int, since: int = 0) -> list[int]:
    found: list[int] = volumes([one], since, until, gap_s=GAP_S).received[0].tolist()
    return found


def by_hand(values: Mapping[int, int], until: int) -> list[int]:
    """The same of a counter that only rises, edge by edge."""

    def counter_at(edge: int) -> int:
        before = max(at for at in values if at <= edge)
        after = min(at for at in values if at >= edge)
        if before == after:
            return values[edge]
        share = Fraction(edge - before, after - before)
        return values[before] + floor(share * (values[after] - values[before]))

    def spoken_for(begin: int) -> bool:
        times = sorted(values)
        if begin < times[0] or begin + 300 > times[-1]:
            return False
        pairs = pairwise(times)
        return all(
            near_enough(times, place, GAP_S)
            for place, (a, b) in enumerate(pairs)
            if b > begin and a < begin + 300
        )

    return [
        counter_at(begin + 300) - counter_at(begin) if spoken_for(begin) else NONE
        for begin in range(0, until, 300)
    ]


def steady(rise: int, *, every_s: int = 60, first: int = 0, polls: int = 21) -> dict[int, int]:
    return {first + every_s * number: rise * number for number in range(polls)}


def test_volume_is_the_difference_of_the_counters_at_both_edges() -> None:
    assert received(port(steady(100)), 1200) == [500, 500, 500, 500]


def test_counters_at_the_edges_lie_between_the_polls_beside_them() -> None:
    off = steady(1000, first=-37, polls=30)

    assert received(port(off), 1200) == by_hand(off, 1200)
    assert sum(received(port(off), 1200)) == pytest.approx(20_000, abs=1)


def test_a_missed_poll_within_the_limit_is_bridged() -> None:
    missed = {at: value for at, value in steady(100).items() if at != 420}

    assert received(port(missed), 1200) == [500, 500, 500, 500]


def test_a_gap_is_missing_windows_and_never_one_of_another_size() -> None:
    gap = {at: value for at, value in steady(100).items() if at not in {360, 420, 480, 540}}

    assert received(port(gap), 1200) == [500, NONE, 500, 500]


def test_a_gap_over_an_edge_takes_both_windows() -> None:
    gap = {at: value for at, value in steady(100).items() if at not in {240, 300, 360}}

    assert received(port(gap), 1200) == [NONE, NONE, 500, 500]


@pytest.mark.parametrize("rest", [{}, {600: 4}], ids=["none", "one sample"])
def test_a_port_without_two_samples_has_no_window(rest: dict[int, int]) -> None:
    assert received(port(rest), 1200) == [NONE] * 4


def test_a_port_without_the_counters_has_no_window() -> None:
    bare = PortSamples(samples=Samples(at=np.array([0, 60], np.int64), values={}))

    assert received(bare, 600) == [NONE, NONE]


def test_a_window_needs_both_directions() -> None:
    at = np.arange(0, 660, 60, dtype=np.int64)
    half = np.where(at > 400, MISSING, at)
    one = PortSamples(samples=Samples(at=at, values={IN: at, OUT: half}))

    assert received(one, 600) == [300, NONE]


def test_a_wrap_of_64_bits_is_no_loss() -> None:
    wrapping = {at: (2**64 - 700 + value) % 2**64 for at, value in steady(100).items()}

    assert received(port(wrapping), 1200) == [500, 500, 500, 500]


def test_a_reset_makes_its_window_missing_and_no_other() -> None:
    values = steady(10**6)
    fallen = {at: value if at < 700 else value - values[660] for at, value in values.items()}

    assert received(port(fallen), 1200) == [5 * 10**6, 5 * 10**6, NONE, 5 * 10**6]


def test_a_port_that_says_that_its_counter_began_anew_is_believed() -> None:
    one = port(steady(100))
    began = np.where(one.samples.at >= 660, 7, 3)
    values = {**one.samples.values, "ifCounterDiscontinuityTime": began}
    told = PortSamples(samples=Samples(at=one.samples.at, values=values))

    assert received(told, 1200) == [500, 500, NONE, 500]


def test_a_seam_is_no_volume() -> None:
    assert received(port(steady(100), seams=(660,)), 1200) == [500, 500, NONE, 500]


def test_more_than_a_port_can_carry_is_not_billed() -> None:
    jump = {at: value + (10**9 if at > 640 else 0) for at, value in steady(100).items()}
    limits = Limits(physical_bps=10_000_000)

    assert received(port(jump, limits=limits), 1200) == [500, 500, NONE, 500]


def test_parts_are_put_one_after_another() -> None:
    parts = [volumes([port(steady(rise))], 0, 600, gap_s=GAP_S) for rise in (100, 200)]

    assert one_after_another(parts).received.tolist() == [[500, 500], [1000, 1000]]


def test_a_stretch_without_a_whole_window_is_empty() -> None:
    assert received(port(steady(100)), 299) == []
    assert received(port(steady(100)), 0, since=600) == []


def test_largest_counters_between_seldom_polls_do_not_overflow() -> None:
    fast = {0: 0, 599: 12_500_000_000_000 * 599, 1199: 12_500_000_000_000 * 1199}
    found = volumes([port(fast)], 0, 900, gap_s=900).received[0].tolist()

    assert found == [12_500_000_000_000 * 300] * 3


@given(
    spans=st.lists(st.integers(1, 400), min_size=1, max_size=60),
    rises=st.lists(st.integers(0, 10**12), min_size=60, max_size=60),
    first=st.integers(-400, 100),
    odd=st.booleans(),
)
def test_windows_equal_the_reckoning_by_hand(
    spans: list[int],
    rises: list[int],
    first: int,
    odd: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    times = [first, *(first + int(total) for total in np.cumsum(spans))]
    counts = [0, *np.cumsum(rises[: len(spans)]).tolist()]
    values = dict(zip(times, counts, strict=True))
    one = port(values, seams=(times[0],) if odd else ())  # a seam takes the way of the odd ports

    assert received(one, 3000) == by_hand(values, 3000)
