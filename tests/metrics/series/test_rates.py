"""What neighbouring samples of a counter say, and what they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.series.rates import Flag, Limits, Rates, rates
from tests.metrics.series.counters import FIELD, at_times, counters

GAP_S = 150
NAN = float("nan")


def of(samples: Samples, field: str = FIELD, **more: object) -> Rates:
    return rates(samples, field, gap_s=GAP_S, **more)  # type: ignore[arg-type]  # each by its name


def said(found: Rates) -> list[float]:
    return [round(value, 3) for value in found.value.tolist()]


def test_octets_become_bits_a_second() -> None:
    found = of(counters(0, 7_500, 22_500))

    assert said(found) == [1_000, 2_000]
    assert found.count.tolist() == [7_500, 15_000]
    assert (found.begin.tolist(), found.end.tolist()) == ([0, 60], [60, 120])


def test_packets_and_errors_are_what_they_are() -> None:
    assert said(of(counters(0, 60, 180, field="ifInErrors"), "ifInErrors")) == [1, 2]


def test_a_counter_of_64_bits_wraps_without_a_spike() -> None:
    found = of(counters(2**64 - 3_750, 3_750))

    assert said(found) == [1_000]
    assert found.flag.tolist() == [Flag.WRAP64]


def test_its_middle_where_an_int64_becomes_negative_is_no_event() -> None:
    found = of(counters(2**63 - 3_750, 2**63 + 3_750))

    assert said(found) == [1_000]
    assert found.flag.tolist() == [0]


def test_a_counter_of_32_bits_wraps_too() -> None:
    found = of(counters(2**32 - 30, 30, field="ifInErrors"), "ifInErrors")

    assert said(found) == [1]
    assert found.flag.tolist() == [Flag.WRAP32]


def test_a_reset_that_the_port_tells_has_no_rate_even_where_the_counter_rose() -> None:
    told = counters(1_000, 9_000, 16_500, ifCounterDiscontinuityTime=[5, 700, 700])

    found = of(told)

    assert np.isnan(found.value[0])
    assert said(found)[1] == 1_000
    assert found.flag[0] & Flag.RESET


@pytest.mark.parametrize(
    "device",
    [
        {"snmpEngineBoots": [4, 5, 5]},
        {"sysUpTime": [900_000, 300, 6_300]},
    ],
    ids=["it counts its starts", "its uptime fell"],
)
def test_a_restart_of_the_device_is_a_reset(device: dict[str, list[int]]) -> None:
    restarted = Samples(
        at=np.array([0, 60, 120]),
        values={name: np.array(column, np.int64) for name, column in device.items()},
    )

    found = of(counters(90_000, 500, 8_000), device=restarted)

    assert np.isnan(found.value[0])
    assert said(found)[1] == 1_000
    assert found.flag.tolist() == [Flag.RESET, 0]


def test_an_uptime_that_wraps_after_497_days_is_no_restart() -> None:
    device = Samples(
        at=np.array([0, 60]), values={"sysUpTime": np.array([2**32 - 3_000, 3_000], np.int64)}
    )

    assert said(of(counters(0, 7_500), device=device)) == [1_000]


def test_one_sample_that_came_too_late_makes_no_spike() -> None:
    """InfluxDB's own derivative gives an absurd one here."""
    found = of(counters(0, 7_500, 3_000, 22_500))

    assert said(found) == [1_000, 1_000]
    assert (found.begin.tolist(), found.end.tolist()) == ([0, 60], [60, 180])


def test_a_fall_that_nothing_explains_has_no_rate() -> None:
    found = of(counters(90_000, 97_500, 10, 7_510))

    assert said(found)[0] == 1_000
    assert np.isnan(found.value[1])
    assert said(found)[2] == 1_000
    assert found.flag[1] == Flag.FELL


def test_a_missed_poll_too_many_is_a_gap_and_not_one_long_rate() -> None:
    found = of(at_times({0: 0, 60: 7_500, 240: 30_000, 300: 37_500}))

    assert np.isnan(found.value[1])
    assert found.flag.tolist() == [0, Flag.GAP, 0]


def test_an_answer_without_the_field_is_passed_over() -> None:
    found = of(counters(0, None, 15_000))

    assert said(found) == [1_000]
    assert found.end.tolist() == [120]


def test_above_its_speed_a_rate_is_kept_and_told() -> None:
    """IOS `bandwidth` alters ifHighSpeed, and a cached counter overshoots once."""
    found = of(counters(0, 15_000_000, ifHighSpeed=[1, 1]))

    assert said(found) == [2_000_000]
    assert found.flag.tolist() == [Flag.OVER_SPEED]


def test_a_tunnel_that_says_zero_is_not_over_its_speed() -> None:
    assert of(counters(0, 15_000_000, ifHighSpeed=[0, 0])).flag.tolist() == [0]


def test_what_a_port_cannot_carry_is_dropped_and_told() -> None:
    found = of(counters(0, 10**15, 10**15 + 7_500), limits=Limits(physical_bps=10**9))

    assert np.isnan(found.value[0])
    assert said(found)[1] == 1_000
    assert found.flag[0] & Flag.ABSURD


def test_a_change_of_speed_is_told_and_changes_no_rate() -> None:
    found = of(counters(0, 7_500, ifHighSpeed=[1_000, 100]))

    assert said(found) == [1_000]
    assert found.flag.tolist() == [Flag.SPEED_CHANGED]


def test_the_highest_poll_of_a_thinned_store_is_not_lost() -> None:
    thinned = counters(0, 7_500, 15_000)
    told = Samples(
        at=thinned.at,
        values=thinned.values,
        highest={FIELD: np.array([np.nan, 1_000.0, np.nan])},
    )

    found = of(told)

    assert found.highest.tolist() == [8_000, 1_000]
    assert said(found) == [1_000, 1_000]


@pytest.mark.parametrize("values", [(), (5,), (None, None)])
def test_fewer_than_two_samples_say_nothing(values: tuple[int | None, ...]) -> None:
    assert len(of(counters(*values))) == 0


@given(
    st.lists(st.integers(0, 10**12), min_size=2, max_size=40),
    st.integers(0, 2**64 - 1),
)
def test_whatever_a_counter_began_with_it_counts_the_same(steps: list[int], start: int) -> None:
    values = [start]
    for step in steps:
        values.append((values[-1] + step) % 2**64)
    if MISSING in {(v + 2**63) % 2**64 - 2**63 for v in values}:
        return  # the one number of 2**64 that says "no answer"

    found = of(counters(*values))

    assert found.count.tolist() == steps


@given(st.lists(st.integers(0, 2**40), min_size=3, max_size=30))
def test_no_rate_is_ever_negative(values: list[int]) -> None:
    found = of(counters(*values))

    assert not (found.value[found.kept] < 0).any()
