"""Many ports at once: the same numbers as of each alone, whatever parts they came in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import Samples
from netwb.metrics.series.buckets import into_buckets
from netwb.metrics.series.flows import flow_of
from netwb.metrics.series.many import (
    OCTETS,
    Grid,
    Many,
    fewer,
    fewest,
    many_of,
    no_samples,
    nothing,
    silences,
)
from netwb.metrics.series.rates import PortSamples, rates, rates_of
from netwb.metrics.series.windows import NONE, volumes
from tests.metrics.series.counters import counters

MINUTES = 30
GRID = Grid(
    asked=0,
    since=0,
    until=60 * MINUTES,
    step_s=300,
    cell_s=3_600,
    ahead_s=0,
    poll_s=60,
    gap_s=150,
    most=3,
)
NOTHING = no_samples(OCTETS)
rises = st.lists(
    st.one_of(st.none(), st.integers(0, 10**9)), min_size=MINUTES + 1, max_size=MINUTES + 1
)


def port(rises_in: Sequence[int | None], rises_out: Sequence[int | None] | None = None) -> Samples:
    """Octets of each minute in and out; None: it was not answered."""
    inward, outward = (
        counters(*_counter(one), field=field)
        for one, field in zip((rises_in, rises_out or rises_in), OCTETS, strict=True)
    )
    return Samples(at=inward.at, values={**inward.values, **outward.values})


def _counter(each: Sequence[int | None]) -> list[int | None]:
    counter, found = 0, []
    for rise in each:
        counter += rise or 0
        found.append(None if rise is None else counter)
    return found


def steady(bps: int, out: int = 0, *, missing: range = range(0)) -> Samples:
    def each(rate: int) -> list[int | None]:
        return [None if n in missing else rate // 8 * 60 for n in range(MINUTES + 1)]

    return port(each(bps), each(out))


def many(*samples: Samples, speed: int | None = 10_000) -> Many:
    ports = [PortSamples(samples=one) for one in samples]
    return many_of(ports, GRID, [speed] * len(ports))


@given(both=st.tuples(rises, rises))
def test_a_port_among_many_has_the_numbers_that_it_has_alone(
    both: tuple[list[int | None], list[int | None]],
) -> None:
    own = port(*both)

    found = many(steady(8_000), own).numbers[1]

    for side, field in enumerate(OCTETS):
        alone = rates(own, field, gap_s=GRID.gap_s, poll_s=60)
        flow = flow_of(alone, into_buckets(alone, 0, GRID.until, 300), 0, GRID.until)
        assert found[side].total == flow.total
        assert found[side].p95 == flow.percentile.value
        assert (found[side].least, found[side].most) == (flow.least, flow.most)
        assert found[side].average == pytest.approx(flow.average)


@given(own=rises, seams=st.lists(st.integers(0, 60 * MINUTES), max_size=2))
def test_chart_overview_and_bill_say_the_same_of_a_port_that_got_another_name(
    own: list[int | None], seams: list[int]
) -> None:
    known = PortSamples(samples=port(own), seams=tuple(seams))

    (into, _), *_ = many_of([known], GRID, [None]).numbers
    billed = volumes([known], 0, GRID.until, gap_s=GRID.gap_s).received[0]

    alone = rates_of([known], OCTETS[0], gap_s=GRID.gap_s, poll_s=60)
    drawn = into_buckets(alone, 0, GRID.until, 300)
    flow = flow_of(alone, drawn, 0, GRID.until)
    assert (into.total, into.p95) == (flow.total, flow.percentile.value)
    whole = drawn.covered == 300
    assert (billed != NONE).tolist() == whole.tolist()
    assert billed[whole] * 8 / 300 == pytest.approx(drawn.mean[whole], abs=0.1)


def test_parts_add_up_to_the_whole_and_the_busiest_are_those_of_all() -> None:
    ports = [steady(1_600), steady(800, 9_600), steady(16_000), steady(3_200), NOTHING]

    whole = many(*ports)
    parted = many(*ports[:2]).plus(many(*ports[2:]), GRID.most)

    assert (
        [one.place for one in whole.busiest] == [one.place for one in parted.busiest] == [2, 1, 3]
    )
    assert whole.numbers == parted.numbers
    for one, other in zip(whole.sums, parted.sums, strict=True):
        assert one.flow.mean.tolist() == other.flow.mean.tolist()
        assert one.flow.percentile == other.flow.percentile
    assert whole.known == 4


def test_the_busiest_and_the_rest_are_the_sum_in_each_bucket() -> None:
    found = many(steady(1_600), steady(800), steady(16_000), steady(3_200))

    lines = found.lines(GRID)[:2]
    into, out = found.rest(lines)

    shown = sum(line.mean[0] for line in lines)
    assert (shown + into).tolist() == found.sums[0].flow.mean.tolist()
    assert into == pytest.approx(2_400)
    assert out == pytest.approx(0)


def test_the_rest_of_no_more_ports_has_no_data() -> None:
    found = many(steady(1_600))

    assert np.isnan(found.rest(found.lines(GRID))[0]).all()


def short(found: Many, late_s: int = 120, grid: Grid = GRID) -> tuple[tuple[int, int, int], ...]:
    told = fewer(found.sums, grid.step_s, until=grid.until, late_s=late_s)
    return tuple((one.since, one.until, one.ports) for one in told)


def test_a_port_whose_next_sample_is_on_its_way_is_not_missed() -> None:
    found = many(steady(1_600), steady(800, missing=range(18, 31)))

    assert short(found) == ((1_020, 1_800, 1),)
    assert short(found, late_s=780) == ()


def test_a_stretch_in_which_a_port_is_missing_is_told() -> None:
    found = many(steady(1_600), steady(800, missing=range(9, 17)), NOTHING)

    assert short(found) == ((480, 1_020, 1),)


def test_each_number_of_ports_is_a_stretch_of_its_own_and_none_at_all_is_a_gap() -> None:
    whole, early, late = (
        steady(800, missing=one) for one in (range(0), range(5, 12), range(5, 31))
    )

    assert short(many(whole, early, late)) == ((240, 720, 1), (720, 1_800, 2))
    assert short(many(early, early)) == ()
    assert silences(many(early, early).sums[0], 0, GRID.until, 120) == ((240, 720),)
    assert silences(many(late).sums[0], 0, GRID.until, 120) == ((240, 1_800),)
    assert silences(many(late).sums[0], 0, GRID.until, 1_560) == ()


@pytest.mark.parametrize("step_s", [60, 300, 900, 1_800])
def test_a_bucket_of_which_ports_lack_a_part_is_marked_however_long_it_is(step_s: int) -> None:
    grid = replace(GRID, step_s=step_s)
    ports = [PortSamples(samples=one) for one in (steady(1_600), steady(8, missing=range(9, 13)))]
    found = many_of(ports, grid, [None] * 2)

    assert short(found, grid=grid) == ((480, 780, 1),)
    told = fewer(found.sums, step_s, until=grid.until, late_s=120)
    each = fewest(found.sums[0], step_s, told).tolist()
    assert each == [
        1 if begin < 780 and begin + step_s > 480 else 2 for begin in range(0, 1_800, step_s)
    ]


def test_what_lacks_within_one_bucket_is_one_stretch_as_few_as_at_its_worst() -> None:
    first, other = steady(800, missing=range(6, 8)), steady(800, missing=range(12, 15))
    found = many(steady(800), first, other, steady(800, missing=range(6, 8)))
    grid = replace(GRID, step_s=900)

    assert short(found, grid=grid) == ((300, 900, 2),)
    assert short(found) == ((300, 480, 2), (660, 900, 3))


def test_a_port_that_is_not_told_of_then_is_not_missed() -> None:
    early, late = steady(800, missing=range(16, 31)), steady(800, missing=range(15))
    of = {"early": ((-math.inf, 900.0),), "late": ((900.0, math.inf),)}
    ports = [
        PortSamples(samples=steady(1_600)),
        PortSamples(samples=early, spans=of["early"]),
        PortSamples(samples=late, spans=of["late"]),
        PortSamples(samples=NOTHING, spans=of["late"]),
    ]
    missing = PortSamples(samples=steady(80, missing=range(4, 9)), spans=((-math.inf, math.inf),))

    assert short(many_of(ports, GRID, [None] * 4)) == ()
    found = many_of([*ports, missing], GRID, [None] * 5)
    (one,) = fewer(found.sums, GRID.step_s, until=GRID.until, late_s=120)
    assert (one.since, one.until, one.ports, one.of) == (180, 540, 2, 3)


def test_cells_of_a_port_nobody_knows_the_speed_of_have_no_share() -> None:
    (line,) = many(steady(1_600, 800), speed=None).lines(GRID)
    (known,) = many(steady(1_600, 800)).lines(GRID)

    assert line.cells[0] == pytest.approx([1_600])
    assert np.isnan(line.percent).all()
    assert known.percent == pytest.approx([16])


def test_nothing_at_all_is_a_grid_without_data() -> None:
    found = nothing(GRID)

    assert (found.numbers, found.known, found.busiest) == ((), 0, ())
    assert np.isnan(found.sums[0].flow.mean).all()
    assert len(found.sums[0].begin) == 6
