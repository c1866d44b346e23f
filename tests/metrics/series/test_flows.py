"""Numbers of one direction in a stretch of time, and what a reader has to know of it."""

from __future__ import annotations

import numpy as np

from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.series.buckets import into_buckets
from netwb.metrics.series.flows import (
    Event,
    Flow,
    events,
    falls,
    flow_of,
    joined,
    seams,
    silences,
    totals,
    windows,
    within,
)
from netwb.metrics.series.rates import PortSamples, Rates, rates, rates_of
from tests.metrics.series.counters import FIELD, at_times, counters

GAP_S = 150


def of(samples: Samples) -> Rates:
    return rates(samples, FIELD, gap_s=GAP_S)


def flow(samples: Samples, since: int, until: int) -> Flow:
    found = of(samples)
    return flow_of(found, into_buckets(found, since, until, 60), since, until)


def test_numbers_are_of_the_rates_within_the_time() -> None:
    values = [7_500 * number for number in range(11)]
    values[5:] = [value + 60_000 for value in values[5:]]

    found = flow(counters(*values), 0, 600)

    assert (found.least, found.most) == (1_000, 9_000)
    assert found.average == 1_800
    assert found.total == 135_000
    assert (found.percentile.value, found.percentile.windows) == (2_600, 2)


def test_without_data_there_is_no_number() -> None:
    found = flow(counters(5), 0, 600)

    assert (found.least, found.average, found.most, found.total) == (None, None, None, None)
    assert found.percentile.value is None
    assert np.isnan(found.mean).all()


def test_a_window_that_half_is_missing_is_not_ranked() -> None:
    counted = at_times(
        {0: 0, 60: 7_500, 120: 15_000, 600: 75_000, 660: 82_500, 720: 90_000, 780: 97_500}
    )

    found = windows(of(counted), 0, 900)

    assert np.isfinite(found).tolist() == [False, False, True]


def test_only_whole_windows_are_ranked() -> None:
    values = [7_500 * number for number in range(30)]

    assert len(windows(of(counters(*values)), 100, 1_000)) == 2
    assert len(windows(of(counters(*values)), 100, 200)) == 0


def test_what_a_counter_did_is_told_newest_first_and_once() -> None:
    reset = of(counters(90_000, 97_500, 10, 7_510, ifCounterDiscontinuityTime=[1, 1, 2, 2]))

    told = events([reset, reset], 0, 1_000, most=10)

    assert told == (Event(kind="reset", at=120),)
    assert events([reset], 0, 100, most=10) == ()
    assert len(events([reset], 0, 1_000, most=1)) == 1


def test_samples_under_two_names_are_one_series() -> None:
    old, new = at_times({0: 1, 60: 2}), at_times({60: 9, 120: 3})

    found = joined([new, old], (FIELD,))

    assert found.at.tolist() == [0, 60, 120]
    assert found.values[FIELD].tolist() == [1, 9, 3]


def test_the_highest_that_one_of_them_knows_stays_known() -> None:
    old = at_times({0: 1, 60: 2})
    thinned = Samples(at=old.at, values=old.values, highest={FIELD: np.array([7.0, 8.0])})

    found = joined([at_times({120: 3}), thinned], (FIELD,))

    assert found.highest is not None
    assert np.nan_to_num(found.highest[FIELD], nan=-1).tolist() == [7, 8, -1]


def test_samples_are_cut_at_both_ends() -> None:
    found = within(counters(0, 1, 2, 3), 60, 180)

    assert found.at.tolist() == [60, 120]
    assert within(counters(0, 1), None, None).at.tolist() == [0, 60]


def steady(bps: int, minutes: int = 20, begin: int = 0) -> Samples:
    return counters(*(bps // 8 * 60 * number for number in range(minutes + 1)), begin=begin)


def ports(*samples: Samples) -> Rates:
    return rates_of([PortSamples(samples=one) for one in samples], FIELD, gap_s=GAP_S)


def test_a_rate_across_an_end_of_the_time_counts_in_part() -> None:
    found = flow(counters(0, 7_500, 22_500), 30, 90)

    assert found.total == 3_750 + 7_500
    assert found.average == 1_500
    assert (found.least, found.most) == (1_000, 2_000)


def test_a_total_is_exact_to_the_last_octet() -> None:
    values = [0, 2**60 + 1, 2**61 + 3]

    found = totals(rates(counters(*values, every_s=10**6), FIELD, gap_s=10**7), 0, 10**7)

    assert found.tolist() == [2**61 + 3]


def test_each_port_has_its_own_total() -> None:
    found = totals(ports(steady(8_000), counters(5), steady(16_000)), 0, 120)

    assert found.tolist() == [120_000, 0, 240_000]


def test_what_goes_on_is_told_once() -> None:
    over = counters(*(15_000_000 * n for n in range(9)), ifHighSpeed=[1] * 9)
    fell = of(counters(90_000, 10, 7_510))

    told = events([of(over), fell], 0, 1_000, most=10)

    assert [(event.at, event.kind) for event in told] == [(60, "over"), (60, "fell")]


def test_what_began_before_the_time_and_goes_on_is_not_told_again() -> None:
    over = of(counters(*(15_000_000 * n for n in range(9)), ifHighSpeed=[1] * 9))

    assert events([over], 120, 1_000, most=10) == ()


def test_samples_under_no_name_are_an_empty_series_and_under_one_are_its_own() -> None:
    own = counters(1, 2)

    assert joined([own], [FIELD]) is own
    assert len(joined([], [FIELD])) == 0
    assert len(of(joined([], [FIELD]))) == 0


def test_a_missed_poll_is_missing_windows_and_no_window_of_double_size() -> None:
    """Polled each five minutes; the one at 900 s was not answered."""
    whole = {300 * number: 37_500 * number for number in range(8) if number != 3}

    found = windows(rates(at_times(whole), FIELD, gap_s=450), 0, 2_100)

    assert np.nan_to_num(found, nan=-1).tolist() == [1_000, 1_000, -1, -1, 1_000, 1_000, 1_000]


def test_what_has_no_rate_is_a_silence_to_the_second() -> None:
    counted = at_times({60: 0, 120: 1, 180: 2, 900: 3, 960: 4})

    assert silences(of(counted), 0, 1_000) == ((0, 60), (180, 900), (960, 1_000))
    assert silences(of(counted), 70, 170) == ()
    assert silences(of(counted), 200, 300) == ((200, 300),)
    assert silences(of(counters(5)), 0, 60) == ((0, 60),)


def test_another_name_is_a_seam_and_no_rate_is_counted_across_it() -> None:
    parts = [at_times({180: 900, 240: 1_000}), at_times({60: 100, 120: 200}), at_times({})]

    assert seams(parts) == (180,)
    assert seams(parts[:1]) == ()
    found = rates(joined(parts, [FIELD]), FIELD, gap_s=GAP_S, seams=seams(parts))
    assert np.isnan(found.value).tolist() == [False, True, False]
    assert events([found], 0, 300, most=5) == (Event(at=180, kind="reindex"),)


def test_a_counter_falls_that_is_lower_than_it_was_whatever_was_not_answered_between() -> None:
    assert not falls(counters(1, 2, 2, 9), [FIELD])
    assert not falls(counters(1, MISSING, 5), [FIELD])
    assert not falls(counters(2**63 - 1, -(2**63) + 1), [FIELD]), "64 bits, and no fall"
    assert falls(counters(5, MISSING, 4), [FIELD])
    assert not falls(counters(), [FIELD])
