"""Loss and delay of pings over time."""

from __future__ import annotations

import numpy as np

from netwb.metrics.samples import Samples
from netwb.metrics.series.buckets import gaps, into_buckets
from netwb.metrics.series.levels import levels
from netwb.metrics.series.rates import Rates

LOSS = "percent_packet_loss"


def of(values: dict[int, float]) -> Rates:
    samples = Samples(
        at=np.array(list(values), np.int64), values={LOSS: np.array(list(values.values()))}
    )
    return levels(samples, LOSS, interval_s=60, gap_s=150)


def test_a_sample_stands_for_the_time_up_to_it() -> None:
    found = of({60: 0.0, 120: 50.0, 190: 100.0})

    assert (found.begin.tolist(), found.end.tolist()) == ([0, 60, 120], [60, 120, 190])
    assert found.value.tolist() == [0, 50, 100]


def test_after_a_gap_it_stands_for_one_interval() -> None:
    found = of({60: 0.0, 600: 10.0})

    assert found.begin.tolist() == [0, 540]
    assert gaps(into_buckets(found, 0, 600, 60), 0, 600) == ((60, 540),)


def test_mean_and_highest_of_a_loss_survive() -> None:
    made = into_buckets(of({60: 0.0, 120: 100.0, 180: 0.0, 240: 0.0}), 0, 240, 240)

    assert (made.mean.tolist(), made.highest.tolist()) == ([25], [100])


def test_a_ping_that_nobody_answered_has_no_delay() -> None:
    found = of({60: 5.0, 120: float("nan"), 180: 7.0})

    assert found.value.tolist() == [5, 7]
    assert found.begin.tolist() == [0, 120]


def test_samples_may_come_in_any_order_and_twice() -> None:
    samples = Samples(at=np.array([120, 60, 60]), values={LOSS: np.array([3.0, 1.0, 2.0])})

    found = levels(samples, LOSS, interval_s=60, gap_s=150)

    assert (found.end.tolist(), found.value.tolist()) == ([60, 120], [2, 3])


def test_of_no_samples_there_is_no_level() -> None:
    assert len(of({})) == 0
