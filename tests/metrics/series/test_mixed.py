"""Two interfaces of one name in one series: no number is made of them, and of nothing else it is said."""

from __future__ import annotations

import random

import numpy as np
import pytest

from netwb.metrics.samples import Samples
from netwb.metrics.series.flows import Event, events
from netwb.metrics.series.rates import Flag, PortSamples, Rates, rates, rates_of
from netwb.metrics.series.windows import NONE, volumes
from tests.metrics.series.counters import FIELD, counters

OUT = "ifHCOutOctets"
GAP_S, MINUTES = 150, 600
OWN, OTHER = 7_500_000, 4 * 10**12  # octets a minute; what the other one counted before
MIXED_AT = range(240, 420)


def by_turns(share: float, *, seed: int = 1, minutes: range = MIXED_AT) -> Samples:
    """Of these minutes the store kept now the one row, now the other one, as it fell."""
    chance = random.Random(seed)
    values = [
        OWN * minute + (OTHER if minute in minutes and chance.random() < share else 0)
        for minute in range(MINUTES)
    ]
    return counters(*values)


def found(samples: Samples) -> Rates:
    return rates(samples, FIELD, gap_s=GAP_S)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_no_rate_is_made_of_two_counters(share: float, seed: int) -> None:
    made = found(by_turns(share, seed=seed))

    assert np.nanmax(made.value) == OWN * 8 / 60
    mixed = made.flag & Flag.MIXED > 0
    begin, end = made.begin[mixed] // 60, made.end[mixed] // 60
    assert len(MIXED_AT) - 30 < (end - begin).sum() < len(MIXED_AT) + 50
    assert (begin.min(), end.max()) >= (MIXED_AT[0] - 25, MIXED_AT[-1] - 25)
    assert end.max() <= MIXED_AT[-1] + 25


def test_it_is_one_event_when_it_began() -> None:
    (event,) = events([found(by_turns(0.5))], 0, 60 * MINUTES, most=5)

    assert event.kind == "mixed"
    assert abs(event.at - 60 * MIXED_AT[0]) < 60 * 25


def test_windows_of_it_are_missing_on_a_bill_and_others_are_not() -> None:
    samples = by_turns(0.5)
    both = Samples(at=samples.at, values={**samples.values, OUT: samples.values[FIELD]})

    received = volumes([PortSamples(samples=both)], 0, 60 * (MINUTES - 1), gap_s=GAP_S).received[0]

    assert set(received.tolist()) == {NONE, 5 * OWN}
    assert (received == NONE).sum() <= (len(MIXED_AT) + 50) // 5
    assert (received[50:80] == NONE).all()


def test_a_port_beside_it_is_none() -> None:
    steady = counters(*(OWN * minute for minute in range(MINUTES)))
    ports = [PortSamples(samples=one) for one in (steady, by_turns(0.5), steady)]

    made = rates_of(ports, FIELD, gap_s=GAP_S)

    assert set(made.row[made.flag & Flag.MIXED > 0].tolist()) == {1}


def test_samples_that_come_late_now_and_then_and_resets_are_not_taken_for_it() -> None:
    late = [OWN * (minute - 4 if minute % 17 == 9 else minute) for minute in range(MINUTES)]
    resets = [OWN * (minute % 25) for minute in range(MINUTES)]

    for values in (late, resets):
        assert not (found(counters(*values)).flag & Flag.MIXED).any()
    assert events([found(counters(*resets))], 0, 60 * MINUTES, most=1) == (
        Event(kind="fell", at=60 * 575),
    )
