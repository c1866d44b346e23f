"""When samples are too far apart, and when they merely come seldom."""

from __future__ import annotations

import numpy as np
import pytest

from netwb.metrics.samples import Samples
from netwb.metrics.series.rates import Flag, PortSamples, rates_of
from netwb.metrics.series.spacing import CONTEXT_S, bridged_s, too_far, usual_s
from netwb.metrics.series.windows import IN, NONE, OUT, volumes

GAP_S = bridged_s(60)


def moments(*spans: int) -> np.ndarray:
    return np.cumsum([0, *spans])


def wide(*spans: int) -> list[int]:
    return np.flatnonzero(too_far(moments(*spans), GAP_S)).tolist()


@pytest.mark.parametrize(
    ("spans", "gaps"),
    [
        ([60] * 5, []),
        ([300] * 5, []),
        ([60] * 5 + [300] + [60] * 5, [5]),
        ([60] * 5 + [180] + [60] * 5, [5]),
        ([120] * 5 + [240] + [120] * 5, [5]),
        ([160] * 5 + [400] + [160] * 5, []),
        ([300] * 5 + [60] * 5, []),
        ([60] * 5 + [300] * 5, []),
        ([300] * 5 + [600] + [300] * 5, [5]),
        ([301, 299, 302, 300, 298], []),
        ([300] * 3 + [450, 451] + [300] * 3, [4]),
        ([900] * 5, [0, 1, 2, 3, 4]),
        ([300], [0]),
        ([60] * 5 + [300], [5]),
    ],
    ids=[
        "each minute",
        "every five minutes",
        "a hole of five minutes among minutes",
        "two polls missed",
        "every other poll, and one more is missed",
        "seldomer than is bridged, and one missed",
        "the interval was lowered",
        "and raised",
        "one of five minutes missed is a window without data",
        "a second more or less",
        "as late as that and no later",
        "longer than a window",
        "two samples alone say nothing",
        "a hole at the end",
    ],
)
def test_a_gap_is_what_is_longer_than_usual_there(spans: list[int], gaps: list[int]) -> None:
    assert wide(*spans) == gaps


def test_what_is_usual_is_so_for_each_port_alone() -> None:
    slow, fast = moments(*[300] * 5), moments(60, 60, 60, 300, 60, 60, 60)
    ports = [
        PortSamples(samples=Samples(at=at, values={IN: at * 1_000})) for at in (slow, fast, slow)
    ]

    found = rates_of(ports, IN, gap_s=GAP_S)

    assert [len(found.of(row)) for row in range(3)] == [5, 7, 5]
    gaps = found.flag & Flag.GAP > 0
    assert found.begin[gaps].tolist() == [180]


def test_a_window_of_a_bill_with_one_sample_of_five_minutes_has_data() -> None:
    at = np.arange(-30, 3_600, 300)
    port = PortSamples(samples=Samples(at=at, values={IN: (at + 30) * 1_000, OUT: at + 30}))

    (received,) = volumes([port], 0, 3_300, gap_s=GAP_S).received.tolist()

    assert received == [300_000] * 11
    assert NONE not in received


def test_a_part_of_a_stretch_says_what_the_whole_says() -> None:
    """As far as it is read with what is around it."""
    spans = [60] * 20 + [300] + [60] * 20 + [300] * 20 + [60] * 20
    at = moments(*spans)
    whole = dict(zip(at[:-1].tolist(), too_far(at, GAP_S).tolist(), strict=True))

    for since in range(0, int(at[-1]), 60):
        part = at[(at >= since - CONTEXT_S) & (at < since + 300 + CONTEXT_S)]
        found = dict(zip(part[:-1].tolist(), too_far(part, GAP_S).tolist(), strict=True))
        inside = [begin for begin in found if since <= begin < since + 300]
        assert [found[begin] for begin in inside] == [whole[begin] for begin in inside]


def test_how_often_samples_come_is_told_by_the_newest() -> None:
    assert usual_s(moments(*[60] * 9 + [300] * 9), 60) == 300
    assert usual_s(moments(*[300] * 9 + [60] * 9), 60) == 60
    assert usual_s(moments(*[60] * 9), 300) == 300
    assert usual_s(moments(900, 900, 900), 60) == 300
    assert usual_s(moments(300), 60) == 60
