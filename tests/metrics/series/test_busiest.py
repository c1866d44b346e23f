"""The busiest of many ports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.records import SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.series.busiest import busiest, busiest_so_far, percentiles
from netwb.metrics.series.carried import Limits
from netwb.metrics.series.flows import windows
from netwb.metrics.series.percentiles import nearest_rank
from netwb.metrics.series.rates import PortSamples, rates
from tests.metrics.points import key
from tests.metrics.series.counters import FIELD, counters

OUT = "ifHCOutOctets"
GAP_S = 150


def port(bps_in: int, bps_out: int) -> Samples:
    """Ten minutes of steady traffic, each a multiple of 8."""
    inward, outward = (
        counters(*(bps // 8 * 60 * number for number in range(11)), field=field)
        for bps, field in ((bps_in, FIELD), (bps_out, OUT))
    )
    return Samples(at=inward.at, values={**inward.values, **outward.values})


def named(**ports: Samples) -> dict[SeriesKey, PortSamples]:
    return {key(name): PortSamples(samples=samples) for name, samples in ports.items()}


def ranked(
    ports: dict[SeriesKey, PortSamples], most: int = 9
) -> dict[str, tuple[float | None, ...]]:
    found = busiest(ports, (FIELD, OUT), 0, 600, gap_s=GAP_S, most=most)
    return {own.name: tuple(v if v is None else round(v) for v in values) for own, values in found}


def test_the_busier_direction_counts() -> None:
    found = ranked(named(a=port(8_000, 16_000), b=port(80_000, 0), c=port(8, 8)))

    assert list(found) == ["b", "a", "c"]
    assert found["b"] == (80_000, 0)


def test_only_so_many_are_given_and_equal_ones_as_they_came() -> None:
    ports = named(a=port(8, 8), b=port(16, 8), c=port(8, 16), d=port(8, 16))

    assert list(ranked(ports, most=3)) == ["b", "c", "d"]


def test_a_port_without_data_is_left_out_and_a_silent_one_is_not() -> None:
    assert list(ranked(named(a=counters(5), b=port(0, 0)))) == ["b"]


def test_a_direction_without_data_has_no_number() -> None:
    half = counters(*(7_500 * number for number in range(11)))

    assert ranked(named(a=half)) == {"a": (1_000, None)}


def test_of_no_ports_none_is_the_busiest() -> None:
    assert ranked({}) == {}


def test_in_a_time_shorter_than_a_window_none_is() -> None:
    assert busiest(named(a=port(8, 8)), (FIELD, OUT), 10, 200, gap_s=GAP_S, most=5) == []


def test_what_a_port_cannot_carry_does_not_make_it_the_busiest() -> None:
    absurd = port(8_000, 8_000)
    absurd.values[FIELD][5:] += 10**12
    ports = named(a=absurd, b=port(80_000, 0))
    ports[key("a")] = replace(ports[key("a")], limits=Limits(physical_bps=10**9))

    assert list(ranked(ports)) == ["b", "a"]


def test_what_a_counter_jumps_by_under_another_name_does_not_make_it_the_busiest() -> None:
    jumped = port(8_000, 8_000)
    jumped.values[FIELD][5:] += 10**9
    ports = named(a=jumped, b=port(80_000, 0))

    assert list(ranked(ports)) == ["a", "b"]

    ports[key("a")] = replace(ports[key("a")], seams=(300,))
    assert ranked(ports) == {"b": (80_000, 0), "a": (8_000, 8_000)}


@pytest.mark.parametrize("number", [1, 99, 100, 101, 250])
def test_however_many_there_are_each_has_its_own_percentile(number: int) -> None:
    ports = [PortSamples(samples=port(8 * row, 8 * (number - row))) for row in range(number)]

    found = percentiles(ports, (FIELD, OUT), 0, 600, gap_s=GAP_S)

    assert found == pytest.approx(
        np.array([(8 * row, 8 * (number - row)) for row in range(number)])
    )


@given(
    st.lists(
        st.lists(st.none() | st.integers(0, 10**9), max_size=30).map(lambda v: counters(*v)),
        max_size=5,
    )
)
def test_many_at_once_are_ranked_as_each_alone(many: list[Samples]) -> None:
    ports = [PortSamples(samples=samples) for samples in many]

    found = percentiles(ports, (FIELD,), 0, 1_800, gap_s=GAP_S)

    for row, samples in zip(found.tolist(), many, strict=True):
        alone = nearest_rank(windows(rates(samples, FIELD, gap_s=GAP_S), 0, 1_800)).value
        assert np.isnan(row[0]) if alone is None else row[0] == alone


def test_before_a_window_is_whole_the_mean_so_far_ranks_what_has_one() -> None:
    young = counters(0, 60 * 1_000)  # a minute of 8,000 bit/s
    ports = named(a=counters(5), b=young, c=port(80_000, 8), d=port(8, 16_000))

    found = busiest_so_far(ports, (FIELD,), 0, 600, gap_s=GAP_S, most=2)

    assert [one.name for one in found] == ["c", "b"]
    assert busiest_so_far({}, (FIELD, OUT), 0, 600, gap_s=GAP_S, most=2) == []
