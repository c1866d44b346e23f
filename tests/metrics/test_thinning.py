"""Which samples answer: laws that hold whatever was measured. The stores' contract has the cases."""

from __future__ import annotations

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


@given(moments, st.sampled_from([60, 300, 900]))
def test_thinning_what_is_thin_changes_nothing(
    measured: list[tuple[int, int]], every_s: int
) -> None:
    once = thinned(strand(measured), every_s)
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


@given(moments)
def test_the_highest_rate_of_thinned_samples_is_that_of_all(
    measured: list[tuple[int, int]],
) -> None:
    whole = strand([(at, value) for at, value in measured if value != MISSING] or [(0, 0)])
    rise, seconds = np.diff(whole.columns[FIELD]), np.diff(whole.at)
    rates = [float(r / s) for r, s in zip(rise, seconds, strict=True) if r >= 0]

    found = thinned(thinned(whole, 300), 1200).highest[FIELD]

    assert max([0.0, *found[~np.isnan(found)]]) == pytest.approx(max([0.0, *rates]))


def test_a_wrap_of_64_bits_is_a_small_rise_and_a_hole_tells_nothing() -> None:
    counter = [(0, 2**63 - 10), (60, -(2**63) + 50), (120, MISSING), (180, 500)]

    highest = thinned(strand(counter), 60).highest[FIELD].tolist()

    assert [repr(rate) for rate in highest] == ["nan", "1.0", "nan", "nan"]


def test_strands_join_where_only_one_knows_highest_rates() -> None:
    known = thinned(strand([(0, 0), (60, 600)]), 300)

    whole = end_to_end([known, strand([(400, 900)])])

    assert [repr(rate) for rate in whole.highest[FIELD].tolist()] == ["10.0", "nan"]
