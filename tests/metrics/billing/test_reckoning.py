"""Bills, each line of the field's list a test; held to a slow and obvious reckoning."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.metrics.billing.reckoning import Counted, reckon
from netwb.metrics.billing.records import METHODS, Exclusion, Month, Span, Terms, many
from netwb.metrics.samples import Samples
from netwb.metrics.series.rates import PortSamples
from netwb.metrics.series.windows import IN, OUT, volumes
from tests.metrics.billing.counted import NOVEMBER, at, counted, ports
from tests.metrics.billing.slow_bill import slow_bill

GAP_S = 150
WHOLE = NOVEMBER.windows


def test_ports_are_summed_and_then_ranked() -> None:
    """Two ports that are busy one after the other are no busier together than each alone."""
    day = [1000] * (WHOLE // 2) + [0] * (WHOLE // 2)
    bill = reckon(counted(day, day[::-1], method="in"))

    assert bill.billed is not None
    assert bill.billed.octets == 1000  # and not 2,000


def test_rank_is_the_nearest_and_432_windows_of_30_days_are_free() -> None:
    windows = list(range(WHOLE))
    billed = reckon(counted(windows, method="in")).billed

    assert billed is not None
    assert (billed.rank, billed.windows, billed.octets) == (8208, 8640, 8207)
    assert billed.at == at(8207)
    assert WHOLE - billed.rank == 432


def test_rank_is_reckoned_in_whole_numbers() -> None:
    month = replace(NOVEMBER, until=NOVEMBER.since + 300 * 20)
    billed = reckon(counted(list(range(20)), method="in", month=month)).billed

    assert billed is not None
    assert (billed.rank, billed.octets) == (19, 18)  # 0.95 of 20 as floats may be over 19


@pytest.mark.parametrize(
    ("method", "octets", "directions"),
    [("in", 300, ["in"]), ("out", 500, ["out"]), ("higher", 500, ["in", "out"])],
)
def test_method_chooses_the_direction(method: Any, octets: int, directions: list[str]) -> None:
    bill = reckon(counted([300] * WHOLE, sent=[[500] * WHOLE], method=method))

    assert bill.billed is not None
    assert bill.billed.octets == octets
    assert [one.direction for one in bill.percentiles] == directions


def test_percentile_of_the_sum_is_not_the_sum_of_percentiles() -> None:
    half = WHOLE // 2
    bill = reckon(
        counted([100] * half + [0] * half, sent=[[0] * half + [100] * half], method="sum")
    )

    assert bill.billed is not None
    assert (bill.billed.direction, bill.billed.octets) == ("sum", 100)


def test_rate_is_whole_and_rounded_down() -> None:
    billed = reckon(counted([37_499] * WHOLE, method="in")).billed

    assert billed is not None
    assert billed.bps == 999


@pytest.mark.parametrize(("commit", "over"), [(None, None), (400, 600), (1000, 0), (5000, 0)])
def test_overage_is_what_is_above_the_commit(commit: int | None, over: int | None) -> None:
    bill = reckon(counted([37_500] * WHOLE, method="in", commit_bps=commit))

    assert bill.overage_bps == over


def test_missing_windows_are_left_out_and_listed_with_the_policy() -> None:
    windows: list[int | None] = [100] * WHOLE
    windows[10:13] = [None] * 3
    windows[40] = None
    bill = reckon(counted(windows, method="in"))

    assert bill.present == bill.billed.windows == WHOLE - 4  # type: ignore[union-attr] # it is
    assert bill.missing == (
        Span(since=at(10), until=at(13), windows=3),
        Span(since=at(40), until=at(41), windows=1),
    )
    assert "left out" in bill.policy
    assert "as zero" in bill.policy


def test_a_port_that_was_anothers_in_a_window_is_not_missed_in_it() -> None:
    given = counted([100] * WHOLE, [None] * 5 + [100] * (WHOLE - 9) + [None] * 4, method="in")
    handed = replace(given.ports[1], since=at(4) + timedelta(seconds=60), until=at(WHOLE - 2))
    bill = reckon(replace(given, ports=(given.ports[0], handed)))

    assert bill.partial == (
        Span(since=at(4), until=at(5), windows=1),
        Span(since=at(WHOLE - 4), until=at(WHOLE - 2), windows=2),
    )


def test_window_in_which_only_some_ports_have_data_counts_and_is_said() -> None:
    bill = reckon(counted([100] * WHOLE, [None] * 5 + [100] * (WHOLE - 5), method="in"))

    assert bill.partial == (Span(since=at(0), until=at(5), windows=5),)
    assert bill.present == WHOLE
    assert bill.missing == ()
    assert bill.octets_in == 100 * WHOLE + 100 * (WHOLE - 5)


def test_excluded_time_is_left_out_with_its_reason() -> None:
    attack = Exclusion(since=at(20) + timedelta(seconds=1), until=at(22), reason="attack, ticket 4")
    windows = [100] * 20 + [10**9] * 2 + [100] * (WHOLE - 22)
    bill = reckon(counted(windows, method="in", exclusions=(attack,)))

    assert bill.excluded == (Span(since=at(20), until=at(22), windows=2),)
    assert bill.exclusions == (attack,)
    assert bill.present == WHOLE - 2
    assert bill.octets_in == 100 * (WHOLE - 2)


def test_excluded_windows_without_data_are_not_missing_too() -> None:
    windows = [None] * 3 + [100] * (WHOLE - 3)
    bill = reckon(
        counted(windows, exclusions=(Exclusion(since=at(0), until=at(3), reason="works"),))
    )

    assert (many(bill.excluded), many(bill.missing)) == (3, 0)


@pytest.mark.parametrize(
    ("given_", "state"),
    [
        (counted(), "no_ports"),
        (counted([None] * WHOLE), "no_data"),
        (
            counted(
                [5] * WHOLE,
                exclusions=(Exclusion(since=at(0), until=at(WHOLE), reason="fair"),),
            ),
            "all_excluded",
        ),
        (counted([0] * WHOLE), "reckoned"),
    ],
    ids=["no ports", "no data", "all excluded", "zero is a figure"],
)
def test_what_has_no_figure_says_why(given_: Counted, state: str) -> None:
    bill = reckon(given_)

    assert bill.state == state
    assert (bill.billed is None) == (state != "reckoned")
    assert bill.overage_bps is None
    assert many(bill.missing) == (WHOLE if state == "no_data" else 0)


def test_month_that_is_not_over_says_how_far_it_is() -> None:
    bill = reckon(counted([100] * 1000, method="in"))

    assert (bill.windows, bill.due, bill.is_over) == (8640, 1000, False)
    assert bill.missing == ()


def test_forecast_needs_a_week() -> None:
    young = reckon(counted([1500] * 2015, method="in")).forecast
    week = reckon(counted([1500] * 2016, method="in")).forecast

    assert young is not None
    assert week is not None
    assert (young.bps, week.bps) == (None, 40)


def test_forecast_takes_each_window_as_it_was_a_week_before() -> None:
    quiet = [75] * 1848 + [7500] * 168  # 8.3 % of a week: over the twentieth that is free
    forecast = reckon(counted(quiet, method="in")).forecast

    assert forecast is not None
    assert forecast.bps == 200
    assert forecast.at_least_bps == 2  # the 168 busy windows are free of 8,640


def test_forecast_looks_past_windows_that_are_missing() -> None:
    two_weeks = [1500] * 2016 + [None] * 2016
    forecast = reckon(counted(two_weeks, method="in")).forecast

    assert forecast is not None
    assert forecast.bps == 40


def test_month_that_is_over_has_no_forecast() -> None:
    assert reckon(counted([100] * WHOLE)).forecast is None


def test_digest_tells_any_other_input() -> None:
    one = counted([100] * WHOLE, method="in", commit_bps=5)
    other_octet = counted([100] * (WHOLE - 1) + [101], method="in", commit_bps=5)
    variants = [
        one,
        other_octet,
        replace(one, terms=replace(one.terms, method="out")),
        replace(one, terms=replace(one.terms, commit_bps=6)),
        replace(one, month=replace(one.month, time_zone="Etc/UTC")),
        replace(one, exclusions=(Exclusion(since=at(0), until=at(1), reason="a"),)),
        replace(one, ports=tuple(replace(port, id="another") for port in one.ports)),
    ]

    assert len({reckon(variant).digest for variant in variants}) == len(variants)
    assert reckon(one).digest == reckon(counted([100] * WHOLE, method="in", commit_bps=5)).digest


def test_digest_does_not_change_with_the_program() -> None:
    """Frozen bills hold it: who changes what is digested counts up its form."""
    assert reckon(counted([100, None], method="in")).digest == (
        "c7b52e287fbcef31439058011bf4e2caae86f59d6ce23f399556b4caecae6cff"
    )


def compare(counters: list[tuple[dict[int, int], dict[int, int]]], month: Month) -> None:
    """Both reckonings of one month of these counters, by every method."""
    made = volumes(
        [
            PortSamples(
                samples=Samples(
                    at=np.array(list(into), np.int64),
                    values={
                        IN: np.array(list(into.values()), np.int64),
                        OUT: np.array(list(out.values()), np.int64),
                    },
                )
            )
            for into, out in counters
        ],
        month.since,
        month.until,
        gap_s=GAP_S,
    )
    left_out = (month.since + 700, month.since + 1100)
    exclusion = Exclusion(
        since=at(0, month) + timedelta(seconds=700),
        until=at(0, month) + timedelta(seconds=1100),
        reason="works",
    )
    slow = slow_bill(counters, month.since, month.until, GAP_S, [left_out])
    for method in METHODS:
        terms = Terms(group="transit", method=method, commit_bps=1000)
        bill = reckon(
            Counted(
                terms=terms,
                month=month,
                ports=ports(len(counters)),
                volumes=made,
                exclusions=(exclusion,),
            )
        )
        figures = {one.direction: one.bps for one in bill.percentiles}
        for direction, bps in figures.items():
            assert bps == slow.bps[direction]
        assert bill.present == slow.present
        assert many(bill.missing) == slow.missing
        assert many(bill.partial) == slow.partial
        assert (bill.octets_in, bill.octets_out) == (slow.octets_in, slow.octets_out)
        if bill.billed is not None:
            assert bill.billed.rank == slow.rank
            known = [bps for one, bps in slow.bps.items() if one in figures and bps is not None]
            assert bill.billed.bps == max(known)


@st.composite
def a_port(draw: st.DrawFn) -> tuple[dict[int, int], dict[int, int]]:
    spans = draw(st.lists(st.sampled_from([30, 59, 60, 61, 120, 150, 151, 400]), max_size=120))
    first = NOVEMBER.since + draw(st.integers(-90, 400))
    times = [first + int(total) for total in np.cumsum([0, *spans])]
    rises = st.lists(st.integers(0, 10**10), min_size=len(times), max_size=len(times))
    into, out = (np.cumsum(draw(rises)).tolist() for _ in range(2))
    return dict(zip(times, into, strict=True)), dict(zip(times, out, strict=True))


@settings(max_examples=60, deadline=None)
@given(st.lists(a_port(), min_size=1, max_size=4))
def test_bill_equals_the_reckoning_by_hand(counters: Any) -> None:
    compare(counters, replace(NOVEMBER, until=NOVEMBER.since + 300 * 24))
