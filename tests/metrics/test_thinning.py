"""Which samples answer: laws that hold whatever was measured. The stores' contract has the cases."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import MISSING
from netwb.metrics.thinning import Strand, answering, coarser, end_to_end, thinned
from tests.metrics.points import NOON, question

FIELD = "ifHCInOctets"


def strand(moments: list[tuple[int, int]]) -> Strand:
    """Of one field: seconds after noon, and the counter."""
    ordered = sorted(dict(moments).items())
    return Strand(
        at=np.array([NOON + at for at, _ in ordered], dtype=np.int64),
        columns={FIELD: np.array([value for _, value in ordered], dtype=np.int64)},
    )


moments = st.lists(
    st.tuples(st.integers(0, 5000), st.one_of(st.integers(0, 10**12), st.just(MISSING))),
    min_size=1,
    max_size=60,
)


@given(moments, st.integers(0, 5000), st.integers(0, 3000), st.integers(0, 600))
def test_an_answer_lies_in_its_span_but_for_its_edges(
    measured: list[tuple[int, int]], first: int, length: int, edge: int
) -> None:
    asked = question(NOON + first, NOON + first + length, edge_s=edge)

    found = answering(asked, strand(measured))

    own = {NOON + at for at, value in dict(measured).items() if value != MISSING}
    within = sorted(at for at in own if asked.since <= at < asked.until)
    before = [at for at in own if asked.since - edge <= at < asked.since]
    after = [at for at in own if asked.until <= at < asked.until + edge]
    wanted = [*([max(before)] if before else []), *within, *([min(after)] if after else [])]
    assert (found.at.tolist() if found else []) == wanted


counts = st.lists(
    st.tuples(st.integers(1, 400), st.one_of(st.integers(0, 10**9), st.just(MISSING))),
    min_size=1,
    max_size=60,
)


def counted(rises: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Moments of a counter, from seconds and what it rose in them; some of them were not answered."""
    at = value = 0
    found = []
    for seconds, rise in rises:
        at, value = at + seconds, value + max(rise, 0)
        found.append((at, MISSING if rise == MISSING else value))
    return found


@given(counts, st.sampled_from([60, 300, 900]))
def test_thinning_what_is_thin_changes_nothing(rises: list[tuple[int, int]], every_s: int) -> None:
    once = thinned(strand(counted(rises)), every_s)
    twice = thinned(once, every_s)

    assert twice.at.tolist() == once.at.tolist()
    assert repr(twice.highest) == repr(once.highest)


@given(moments)
def test_what_is_kept_of_each_five_minutes_answers_as_all_did(
    measured: list[tuple[int, int]],
) -> None:
    whole = strand(measured)
    asked = question(NOON, NOON + 6000, every_s=300)

    before, after = (answering(asked, one) for one in (whole, coarser("interface", whole, 300)))

    assert (before.at.tolist() if before else []) == (after.at.tolist() if after else [])


def highest_of(measured: list[tuple[int, int]]) -> float:
    """Of neighbours that were answered."""
    answered = [(at, value) for at, value in measured if value != MISSING]
    rates = ((b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(answered))
    return max(rates, default=0.0)


def kept_of(measured: list[tuple[int, int]]) -> float:
    found = thinned(thinned(strand(measured), 300), 1200).highest[FIELD]
    return float(max([0.0, *found[~np.isnan(found)]]))


@given(counts)
def test_the_highest_rate_of_thinned_samples_is_that_of_all(rises: list[tuple[int, int]]) -> None:
    measured = counted(rises)

    assert kept_of(measured) == pytest.approx(highest_of(measured))


@given(
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 10**9)), min_size=5, max_size=60),
    st.data(),
)
def test_a_sample_lower_than_those_around_it_is_in_no_highest_rate(
    rises: list[tuple[int, int]], data: st.DataObject
) -> None:
    measured = counted(rises)
    place = data.draw(st.integers(2, len(measured) - 3))
    before = measured[place - 1][1]
    stray = (measured[place][0], data.draw(st.integers(0, before)))
    others = [*measured[:place], *measured[place + 1 :]]

    found = kept_of([*measured[:place], stray, *measured[place + 1 :]])

    honest = highest_of(others)
    if stray[1] == before:  # it lies beside none
        honest = highest_of([*measured[:place], stray, *measured[place + 1 :]])
    assert found <= honest * (1 + 1e-9)


def test_a_counter_in_its_upper_half_rises_and_a_hole_is_bridged() -> None:
    counter = [(0, 2**63 - 10), (60, -(2**63) + 50), (120, MISSING), (180, -(2**63) + 500)]

    highest = thinned(strand(counter), 60).highest[FIELD].tolist()

    assert [repr(rate) for rate in highest] == ["nan", "1.0", "nan", "3.75"]


@pytest.mark.parametrize(
    ("counters", "rates"),
    [
        ([0, 600, 1200, 540, 2400, 3000], ["nan", "10.0", "10.0", "nan", "10.0", "10.0"]),
        ([0, 600, 9000, 1800, 2400, 3000], ["nan", "10.0", "nan", "10.0", "10.0", "10.0"]),
        ([60, 660, 1260, 0, 600, 1140], ["nan", "10.0", "10.0", "nan", "10.0", "9.0"]),
    ],
    ids=["too-low", "too-high", "began-anew"],
)
def test_a_sample_that_lies_beside_the_others_makes_no_spike(
    counters: list[int], rates: list[str]
) -> None:
    measured = strand([(60 * n, counter) for n, counter in enumerate(counters)])
    two = Strand(at=measured.at, columns={FIELD: np.stack([measured.columns[FIELD]] * 2)})

    assert [repr(rate) for rate in thinned(measured, 60).highest[FIELD].tolist()] == rates
    for row in thinned(two, 60).highest[FIELD].tolist():
        assert [repr(rate) for rate in row] == rates


def test_a_counter_that_is_said_to_begin_anew_does_not_rise_from_its_old_life() -> None:
    measured = strand([(0, 100), (60, 700), (120, 90_000), (180, 90_600)])
    told = np.array([5, 5, 8, 8], dtype=np.int64)
    whole = Strand(at=measured.at, columns={**measured.columns, "ifCounterDiscontinuityTime": told})

    highest = thinned(whole, 60).highest[FIELD].tolist()

    assert [repr(rate) for rate in highest] == ["nan", "10.0", "nan", "10.0"]


def test_strands_join_where_only_one_knows_highest_rates() -> None:
    known = thinned(strand([(0, 0), (60, 600)]), 300)

    whole = end_to_end([known, strand([(400, 900)])])

    assert [repr(rate) for rate in whole.highest[FIELD].tolist()] == ["10.0", "nan"]
