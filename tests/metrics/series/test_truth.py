"""What rates say against what really went through a port, whatever befell its counter and its polls.

A port is played minute by minute; beside its counter there is the truth. What is never allowed: an
octet that was not there, a rate that the port never had, a rate over a time in which the counter
began anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netwb.metrics.samples import MISSING, Samples
from netwb.metrics.series.buckets import into_buckets
from netwb.metrics.series.rates import Flag, Rates, rates

FIELD, ERRORS = "ifHCInOctets", "ifInErrors"
MINUTE_S = 60
GAP_S = 150
MOST = 10**9  # octets of a minute

EVENTS = ("", "", "", "", "told", "restart", "untold", "silent", "unanswered", "late", "twice")


@dataclass
class Played:
    """A port and its device, and every poll of them in the order in which it arrived."""

    counter: int
    range_: int
    truth: list[int] = field(default_factory=list)  # octets of each minute
    anew: set[int] = field(default_factory=set)  # minutes in which the counter began anew
    at: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    discontinuity: int = 1
    boots: int = 1

    def minute(self, octets: int, event: str) -> None:
        """What went through in it; the counter begins anew before that."""
        if event in {"told", "restart", "untold"}:
            self.counter = 0
            self.anew.add(len(self.truth))
            self.discontinuity += event == "told"
            self.boots += event == "restart"
        self.truth.append(octets)
        self.counter = (self.counter + octets) % self.range_
        self.poll(event)

    def poll(self, event: str) -> None:
        self.starts.append(self.boots)
        if event == "silent":
            return
        place = max(len(self.at) - 1, 0) if event == "late" else len(self.at)
        value = MISSING if event == "unanswered" else self.counter
        for _ in range(2 if event == "twice" else 1):
            self.at.insert(place, MINUTE_S * len(self.truth))
            self.values.insert(place, (value + 2**63) % 2**64 - 2**63)
            self.told.insert(place, self.discontinuity)

    def samples(self, name: str) -> Samples:
        columns = {name: self.values, "ifCounterDiscontinuityTime": self.told}
        return Samples(
            at=np.array(self.at, np.int64),
            values={key: np.array(column, np.int64) for key, column in columns.items()},
        )

    def device(self) -> Samples:
        at = MINUTE_S * np.arange(1, len(self.truth) + 1)
        return Samples(at=at, values={"snmpEngineBoots": np.array(self.starts, np.int64)})

    def really(self, begin: int, end: int) -> list[int]:
        return self.truth[begin // MINUTE_S : end // MINUTE_S]


@st.composite
def played(draw: st.DrawFn, range_: int, most: int) -> Played:
    minutes = draw(st.lists(st.tuples(st.integers(0, most), st.sampled_from(EVENTS)), max_size=30))
    wraps = not any(event == "untold" for _, event in minutes)
    start = draw(st.integers(range_ - 5 * most, range_ - 1) if wraps else st.integers(0, 10 * most))
    port = Played(counter=start, range_=range_)
    for octets, event in minutes:
        port.minute(octets, event)
    return port


def of(port: Played, name: str) -> Rates:
    return rates(port.samples(name), name, gap_s=GAP_S, device=port.device())


def check(port: Played, found: Rates) -> None:
    kept = found.kept
    pairs = zip(
        found.begin[kept].tolist(),
        found.end[kept].tolist(),
        found.count[kept].tolist(),
        strict=True,
    )
    for begin, end, count in pairs:
        really = port.really(begin, end)
        assert count <= sum(really)
        if not port.anew & set(range(begin // MINUTE_S, end // MINUTE_S)):
            assert count == sum(really)


@given(played(2**64, MOST))
def test_no_octet_is_counted_that_was_not_there_and_none_is_lost_without_a_reason(
    port: Played,
) -> None:
    check(port, of(port, FIELD))


@given(played(2**32, 10**7))
def test_no_error_is_counted_that_was_not_there(port: Played) -> None:
    check(port, of(port, ERRORS))


@given(played(2**64, MOST))
def test_what_has_no_rate_has_a_reason_that_befell_it(port: Played) -> None:
    found = of(port, FIELD)

    for flag, begin, end in zip(
        found.flag.tolist(), found.begin.tolist(), found.end.tolist(), strict=True
    ):
        minutes = set(range(begin // MINUTE_S, end // MINUTE_S))
        assert not flag & Flag.GAP or end - begin > GAP_S
        assert not flag & (Flag.RESET | Flag.FELL) or port.anew & minutes
        assert not flag & (Flag.ABSURD | Flag.REINDEX)


@given(played(2**64, MOST), st.sampled_from([60, 300, 3_600]))
def test_no_bucket_is_higher_than_the_port_ever_was(port: Played, step_s: int) -> None:
    made = into_buckets(of(port, FIELD), 0, MINUTE_S * len(port.truth) + 1, step_s)

    there = np.isfinite(made.mean)
    if there.any():
        assert made.highest[there].max() <= 8 * max(port.truth) / MINUTE_S * (1 + 1e-9)
        assert (made.mean[there] >= 0).all()
