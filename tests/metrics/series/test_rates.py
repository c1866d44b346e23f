"""What neighbouring samples of a counter say, and what they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.series.carried import Limits
from netwb.metrics.series.rates import NO_LIMITS, Flag, PortSamples, Rates, rates, rates_of
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


# ---- samples that are not in order


@pytest.mark.parametrize(
    "values",
    [
        (0, 7_500, 10**15, 22_500, 30_000),
        (0, 7_500, 10**15, 10**15 + 1, 30_000),
        (0, 7_500, 3, 4, 30_000),
        (0, 15_000, 7_500, 22_500, 30_000),
        (10**15, 7_500, 15_000, 22_500, 30_000),
    ],
    ids=["too high", "two too high", "two too low", "exchanged", "the first one"],
)
def test_samples_beside_the_others_make_no_spike(values: tuple[int, ...]) -> None:
    found = of(counters(*values))

    assert found.value[found.kept].max() <= 2_000
    assert found.value[-1] > 0


def test_a_sample_that_is_left_out_is_told_and_leaves_no_gap() -> None:
    found = rates(counters(0, 7_500, 3, 22_500), FIELD, gap_s=90)

    assert said(found) == [1_000, 1_000]
    assert found.flag.tolist() == [0, Flag.LATE]


def test_a_counter_that_began_anew_is_not_taken_for_strays() -> None:
    anew = counters(90_000, 97_500, 0, 7_500, 105_000, ifCounterDiscontinuityTime=[1, 1, 2, 2, 2])

    found = of(anew)

    assert found.flag.tolist() == [0, Flag.RESET, 0, 0]
    assert np.nan_to_num(found.value, nan=-1).tolist() == [1_000, -1, 1_000, 13_000]


def test_samples_in_any_order_are_put_in_order_and_it_is_told() -> None:
    found = of(at_times({0: 0, 120: 15_000, 60: 7_500, 180: 22_500}))

    assert said(found) == [1_000, 1_000, 1_000]
    assert found.flag.tolist() == [Flag.LATE, 0, 0]


def test_of_two_samples_of_one_moment_the_later_one_counts() -> None:
    doubled = Samples(
        at=np.array([0, 60, 60, 120]), values={FIELD: np.array([0, 5, 7_500, 15_000])}
    )

    found = of(doubled)

    assert said(found) == [1_000, 1_000]
    assert found.flag.tolist() == [Flag.DUPLICATE, 0]


# ---- counters that begin anew


@pytest.mark.parametrize("before", [2**63 + 5, 2**64 - 2**52, 2**62])
def test_a_fall_from_the_upper_half_of_64_bits_is_no_enormous_rise(before: int) -> None:
    found = of(counters(before, 100, 7_600))

    assert found.flag.tolist() == [Flag.FELL, 0]
    assert np.isnan(found.value[0])


def test_a_rise_that_no_port_can_make_has_no_rate() -> None:
    assert of(counters(5, 2**63 + 5)).flag.tolist() == [Flag.ABSURD]


@pytest.mark.parametrize("before", [4_000, 3 * 10**9])
def test_errors_that_fall_far_below_their_range_did_not_wrap(before: int) -> None:
    found = of(counters(before, 0, 60, field="ifInErrors"), "ifInErrors")

    assert found.flag.tolist() == [Flag.FELL, 0]


def test_no_more_errors_wrap_than_a_port_has_packets() -> None:
    slow = Limits(physical_bps=10**6)
    found = of(counters(2**32 - 10**6, 10**6, field="ifOutErrors"), "ifOutErrors", limits=slow)

    assert found.flag.tolist() == [Flag.FELL]


def device(at: list[int], **fields: list[int]) -> Samples:
    return Samples(
        at=np.array(at), values={name: np.array(column) for name, column in fields.items()}
    )


def test_an_agent_that_alone_was_started_anew_takes_no_rate() -> None:
    """snmpd counts a start, and the kernel's counters go on."""
    started = device([0, 60, 120], snmpEngineBoots=[4, 5, 5], sysUpTime=[90_000, 100, 6_100])

    found = of(counters(0, 7_500, 15_000), device=started)

    assert said(found) == [1_000, 1_000]
    assert found.flag.tolist() == [0, 0]


@pytest.mark.parametrize("offset", [-9, 0, 9])
def test_a_restart_explains_a_fall_though_the_device_was_asked_apart_from_its_port(
    offset: int,
) -> None:
    boots = device([0 + offset, 60 + offset, 120 + offset], snmpEngineBoots=[4, 5, 5])

    assert of(counters(90_000, 500, 8_000), device=boots).flag.tolist() == [Flag.RESET, 0]


def test_a_restart_explains_no_fall_before_it() -> None:
    boots = device([0, 60, 120], snmpEngineBoots=[4, 4, 5])

    assert of(counters(90_000, 500, 8_000), device=boots).flag.tolist() == [Flag.FELL, 0]


def test_a_counter_that_began_anew_twice_did_not_come_back_to_where_it_was() -> None:
    twice = counters(90_000, 50, 100_000, ifCounterDiscontinuityTime=[1, 1, 2])

    assert of(twice).flag.tolist() == [Flag.FELL, Flag.RESET]


def test_a_restart_that_an_unanswered_poll_hides_is_seen_across_it() -> None:
    boots = device([0, 60, 120], snmpEngineBoots=[4, MISSING, 5])

    assert of(counters(90_000, None, 500), device=boots).flag.tolist() == [Flag.RESET]


def test_a_fall_while_uptime_wraps_by_itself_is_no_restart() -> None:
    wrapped = device([0, 60], sysUpTime=[2**32 - 3_000, 3_000])

    assert of(counters(90_000, 500), device=wrapped).flag.tolist() == [Flag.FELL]


def test_a_restart_long_before_497_days_is_one() -> None:
    fell = device([0, 60], sysUpTime=[2**31, 3_000])

    assert of(counters(90_000, 500), device=fell).flag.tolist() == [Flag.RESET]


def test_a_device_that_tells_nothing_explains_nothing() -> None:
    assert of(counters(90_000, 500), device=device([])).flag.tolist() == [Flag.FELL]
    assert of(counters(90_000, 500, ifCounterDiscontinuityTime=[7, MISSING])).flag.tolist() == [
        Flag.FELL
    ]


def test_across_another_index_or_name_there_is_no_rate() -> None:
    found = rates(counters(0, 7_500, 9_000_000, 9_007_500), FIELD, gap_s=GAP_S, seams=(120,))

    assert found.flag.tolist() == [0, Flag.REINDEX, 0]
    assert np.isnan(found.value).tolist() == [False, True, False]


def test_another_port_s_counter_is_not_taken_for_late_samples() -> None:
    """Two polls under another ifIndex, and back."""
    swapped = counters(10**9, 10**9 + 7_500, 5, 7_505, 10**9 + 30_000)

    found = rates(swapped, FIELD, gap_s=GAP_S, seams=(120, 240))

    assert found.flag.tolist() == [0, Flag.REINDEX | Flag.FELL, 0, Flag.REINDEX]
    assert np.nan_to_num(found.value, nan=-1).tolist() == [1_000, -1, 1_000, -1]


# ---- what a port can carry


def test_whole_seconds_do_not_make_a_full_port_absurd() -> None:
    """It sent for 60.9 s, and both ends were cut to seconds."""
    full = Limits(physical_bps=10**9)

    assert of(counters(0, 7_612_500_000), limits=full).flag.tolist() == [0]
    assert of(counters(0, 7_750_000_000), limits=full).flag.tolist() == [Flag.ABSURD]


def test_the_speed_of_the_contract_counts_before_the_device_s() -> None:
    sold = Limits(speed_bps=10**7)

    over = of(counters(0, 150_000_000, ifHighSpeed=[1_000, 1_000]), limits=sold)

    assert over.flag.tolist() == [Flag.OVER_SPEED]
    assert said(over) == [20_000_000]


def leap(*rises: int, limits: Limits = NO_LIMITS) -> Rates:
    """A counter of a port of 1 Gbit/s that rises by these, each in a minute."""
    counter = [sum(rises[:place]) for place in range(len(rises) + 1)]
    return of(counters(*counter, ifHighSpeed=[1_000] * len(counter)), limits=limits)


IDLE, FULL = 7_500, 7_500_000_000  # octets in a minute


@pytest.mark.parametrize(
    ("rises", "flags"),
    [
        ((IDLE, 10**13, IDLE), [0, Flag.ABSURD, 0]),
        ((FULL, 10**13, FULL), [0, Flag.ABSURD, 0]),
        ((IDLE, int(2.1 * FULL), IDLE), [0, Flag.OVER_SPEED, 0]),
        ((IDLE, int(2.1 * FULL) + 1, IDLE), [0, Flag.ABSURD, 0]),
        ((IDLE, 5 * FULL, 4 * FULL, IDLE), [0, Flag.OVER_SPEED, Flag.OVER_SPEED, 0]),
        ((5 * FULL, 10**13, 5 * FULL), [Flag.ABSURD] * 3),
        ((10**13, 10**13), [Flag.ABSURD] * 2),
    ],
    ids=[
        "an idle port leaps",
        "a full one leaps",
        "a minute out of a cache",
        "more than that",
        "twice, one beside the other: it says a wrong speed",
        "what is a hundred times too much proves nothing",
        "nor does it twice",
    ],
)
def test_a_leap_beyond_what_the_device_says_has_no_rate(
    rises: tuple[int, ...], flags: list[int]
) -> None:
    assert leap(*rises).flag.tolist() == flags


def test_a_leap_between_polls_of_ten_seconds_is_none_of_a_cache() -> None:
    polled = {at: 12_500 * at + (10**13 if at >= 30 else 0) for at in range(0, 60, 10)}

    found = of(at_times(polled, ifHighSpeed=[1_000] * 6))

    assert found.flag.tolist() == [0, 0, Flag.ABSURD, 0, 0]


def test_samples_that_say_no_speed_go_by_what_the_device_last_said() -> None:
    known = Limits(told_bps=10**9)

    assert of(counters(0, 10**13), limits=known).flag.tolist() == [Flag.ABSURD]
    assert of(counters(0, 10**13, ifHighSpeed=[0, 0]), limits=known).flag.tolist() == [Flag.ABSURD]
    assert of(counters(0, 10**13)).flag.tolist() == [0]


def test_what_a_person_says_counts_instead_of_the_device() -> None:
    assert leap(IDLE, 5 * FULL, limits=Limits(physical_bps=10**10)).flag.tolist() == [
        0,
        Flag.OVER_SPEED,
    ]


def test_a_highest_between_two_samples_leaps_no_more_than_they_do() -> None:
    whole = counters(0, FULL, 2 * FULL, every_s=300, ifHighSpeed=[1_000] * 3)
    told = Samples(at=whole.at, values=whole.values, highest={FIELD: np.array([NAN, 1e9, 1.2e8])})

    found = rates(told, FIELD, gap_s=450, poll_s=60)

    assert found.highest.tolist() == [2e8, 9.6e8]


def test_packets_and_errors_leap_as_octets_do() -> None:
    many = counters(0, 10**13, field="ifInErrors", ifHighSpeed=[1_000, 1_000])

    assert of(many, "ifInErrors").flag.tolist() == [Flag.ABSURD]


def test_packets_are_never_over_a_speed() -> None:
    many = counters(0, 10**9, field="ifHCInUcastPkts", ifHighSpeed=[10_000, 10_000])

    assert of(many, "ifHCInUcastPkts").flag.tolist() == [0]


# ---- what a store keeps for long


def rolled_up(highest: list[float]) -> Samples:
    """One sample of five minutes each."""
    whole = counters(0, 37_500, 75_000, every_s=300)
    return Samples(at=whole.at, values=whole.values, highest={FIELD: np.array(highest)})


def test_one_sample_of_five_minutes_that_a_store_kept_is_no_gap() -> None:
    assert said(of(rolled_up([NAN, 1_000, 1_000]))) == [1_000, 1_000]


def test_a_highest_that_no_port_can_reach_is_not_believed() -> None:
    assert of(rolled_up([NAN, 1e17, 2_000])).highest.tolist() == [1_000, 16_000]


def test_a_highest_beyond_all_that_went_through_is_a_late_sample_s() -> None:
    """37,500 octets in five minutes: no minute of them had 10,000 a second."""
    told = rolled_up([NAN, 10_000, 1_000])

    assert rates(told, FIELD, gap_s=450, poll_s=60).highest.tolist() == [1_000, 8_000]
    assert rates(told, FIELD, gap_s=450).highest.tolist() == [80_000, 8_000]


def test_there_is_no_highest_where_there_is_no_rate() -> None:
    reset = rolled_up([NAN, 500, 500])
    reset.values[FIELD][0] = 10**9

    assert np.isnan(of(reset).highest).tolist() == [True, False]


# ---- many ports


def test_a_port_without_the_field_and_one_without_samples_have_no_rate() -> None:
    ports = [counters(), counters(0, 7_500, field="ifHCOutOctets"), counters(0, 7_500)]

    found = rates_of([PortSamples(samples=one) for one in ports], FIELD, gap_s=GAP_S)

    assert (found.rows, found.row.tolist(), said(found)) == (3, [2], [1_000])
    assert [len(found.of(row)) for row in range(3)] == [0, 0, 1]


def test_of_no_ports_there_is_nothing() -> None:
    found = rates_of([], FIELD, gap_s=GAP_S)

    assert (len(found), found.rows) == (0, 0)


_values = st.lists(
    st.none() | st.integers(0, 10**6) | st.integers(0, 2**64 - 1), min_size=0, max_size=9
)
_moments = st.lists(st.integers(0, 900), min_size=9, max_size=9)


@st.composite
def _ports(draw: st.DrawFn) -> PortSamples:
    """One whose samples come in any order, of a device that starts now and then."""
    values, at = draw(_values), draw(_moments)
    told = draw(st.lists(st.integers(1, 2), min_size=9, max_size=9))
    samples = counters(*values, ifCounterDiscontinuityTime=told[: len(values)])
    moments = np.array(at[: len(values)], np.int64)
    return PortSamples(
        samples=Samples(at=moments, values=samples.values),
        device=draw(st.none() | st.just(device([0, 300, 600], snmpEngineBoots=[1, 2, 2]))),
        limits=Limits(physical_bps=draw(st.none() | st.just(10**9))),
        seams=tuple(draw(st.lists(st.integers(0, 900), max_size=2))),
    )


@given(st.lists(_ports(), max_size=5))
def test_many_ports_at_once_are_each_as_alone(ports: list[PortSamples]) -> None:
    together = rates_of(ports, FIELD, gap_s=GAP_S)

    for row, port in enumerate(ports):
        alone, own = rates_of([port], FIELD, gap_s=GAP_S), together.of(row)
        for name in ("begin", "end", "count", "value", "highest", "flag"):
            np.testing.assert_array_equal(getattr(own, name), getattr(alone, name))


@given(_ports())
def test_pairs_are_in_order_and_have_a_rate_or_a_reason(port: PortSamples) -> None:
    found = rates_of([port], FIELD, gap_s=GAP_S)

    assert (found.begin < found.end).all()
    assert (found.begin[1:] >= found.end[:-1]).all()
    assert ((found.flag >= Flag.GAP) == ~found.kept).all()
    assert (found.highest[found.kept] >= found.value[found.kept]).all()
    assert (found.count >= 0).all()


@given(st.data())
def test_one_stray_sample_in_a_steady_series_never_makes_a_spike(data: st.DataObject) -> None:
    steady: list[int] = [10**9 + 7_500 * number for number in range(12)]
    steady[data.draw(st.integers(0, 11))] = data.draw(st.integers(0, 10**15))

    found = rates(counters(*steady), FIELD, gap_s=GAP_S)

    inner = found.value[1:-1]
    assert np.nanmax(inner) <= 2_000 * (1 + 1e-9)
