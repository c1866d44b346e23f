"""From counters to rates: what each pair of neighbouring samples says, and what it does not. Pure.

A counter that falls is a wrap, a reset, or a sample that came too late; a pair that is too far apart
is a gap, and not one rate of double length. What is left out is flagged, so that a chart and a bill
can say it. Sources: RFC 2863 (ifHC* have 64 bits, errors and discards 32, and what
ifCounterDiscontinuityTime means), RFC 3418 (sysUpTime is 32 bits of centiseconds: 497 days),
facts of the field ("Traffic and billing" 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import MISSING, Real, Samples, Times, Whole

Flags = NDArray[np.int64]
Bits = NDArray[np.bool_]

NARROW = frozenset({"ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards"})  # Counter32
OCTETS = frozenset({"ifHCInOctets", "ifHCOutOctets"})
OVER = 1.1  # times its speed: kept, and told
_UPTIME_WRAPS = 2**32  # centiseconds
_LATE_AT_ONCE = 5  # samples that came too late, one after the other


class Flag(IntFlag):
    """What a pair of samples is, beside an ordinary rate (0). The ones from GAP on have no rate."""

    WRAP = 1
    OVER_SPEED = 2
    SPEED_CHANGED = 4
    GAP = 8
    RESET = 16
    FELL = 32
    ABSURD = 64
    MISSING = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a port can carry, bit/s; None: nobody knows.

    physical_bps   above it no rate is believed: the port cannot do it
    """

    physical_bps: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """One field of one port: a value for each pair of neighbours, in order of time.

    begin, end   epoch seconds; the next begin is this end, or later where a sample was left out
    count        how much the counter rose, in its own unit; 0 where there is no rate
    value        per second, octets as bits; NaN where there is no rate
    highest      of the polls in between, where a store kept only one of several; else the same
    flag         of `Flag`, ored
    """

    begin: Times
    end: Times
    count: Whole
    value: Real
    highest: Real
    flag: Flags

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def kept(self) -> Bits:
        """Where there is a rate."""
        found: Bits = ~np.isnan(self.value)
        return found


def rates(
    samples: Samples,
    field: str,
    *,
    gap_s: int,
    device: Samples | None = None,
    limits: Limits = NO_LIMITS,
) -> Rates:
    """What each pair of neighbours of one field says.

    gap_s    samples that are farther apart say nothing of the time between them
    device   sysUpTime and snmpEngineBoots of the port's device, where they are known
    """
    usable = samples.values[field] != MISSING
    rows = np.flatnonzero(usable)
    counter = samples.values[field][rows]
    reset = _resets(samples, rows, device)
    kept = _in_time(counter, reset, narrow=field in NARROW)
    rows, counter = rows[kept], counter[kept]
    reset = _resets(samples, rows, device)
    at = samples.at[rows]
    if len(at) < 2:
        return _nothing()
    rose, flag = _rises(counter, narrow=field in NARROW)
    flag[reset] |= Flag.RESET
    span = np.diff(at)
    flag[span > gap_s] |= Flag.GAP
    factor = 8.0 if field in OCTETS else 1.0
    value = rose * factor / span
    if field in OCTETS:
        flag |= _against_speed(samples, rows, value, limits)
    gone = flag >= Flag.GAP
    value = np.where(gone, np.nan, value)
    return Rates(
        begin=at[:-1],
        end=at[1:],
        count=np.where(gone, 0, rose),
        value=value,
        highest=_highest(samples, field, rows, value) if samples.highest else value,
        flag=flag,
    )


def _highest(samples: Samples, field: str, rows: NDArray[np.intp], value: Real) -> Real:
    known = (samples.highest or {}).get(field)
    if known is None:
        return value
    between: Real = known[rows[1:]] * (8.0 if field in OCTETS else 1.0)
    found: Real = np.where(np.isnan(value), value, np.fmax(value, between))
    return found


def _nothing() -> Rates:
    whole, real = np.empty(0, np.int64), np.empty(0, np.float64)
    return Rates(begin=whole, end=whole, count=whole, value=real, highest=real, flag=whole)


def _difference(counter: Whole, *, narrow: bool) -> Whole:
    """How much each rose over the one before, as if none ever fell; negative where it did.

    A counter of 64 bits is an int64 here, and differences are taken modulo 2**64: its wrap, and the
    middle where it becomes negative, need no word. One of 32 bits rises by less than half its range.
    """
    rose = np.diff(counter)
    if not narrow:
        return rose
    fell = rose < 0
    wrapped = rose + 2**32
    return np.where(fell & (wrapped < 2**31), wrapped, rose)


def _in_time(counter: Whole, reset: Bits, *, narrow: bool) -> Bits:
    """Without samples that came too late: lower than the one before, and the next one is not.

    An agent that answers from a cache, or a packet that took a detour, would make a spike of two.
    """
    kept = np.ones(len(counter), np.bool_)
    began = np.concatenate(([0], np.cumsum(reset))) if len(counter) else np.empty(0, np.int64)
    for _ in range(_LATE_AT_ONCE):
        rows = np.flatnonzero(kept)
        if len(rows) < 3:
            break
        step = _difference(counter[rows], narrow=narrow)
        across = _difference_by_two(counter[rows], narrow=narrow)
        same = began[rows[2:]] == began[rows[:-2]]  # no reset explains the fall
        late = (step[:-1] < 0) & (across >= 0) & same
        if not late.any():
            break
        kept[rows[1:-1][late]] = False
    return kept


def _difference_by_two(counter: Whole, *, narrow: bool) -> Whole:
    pairs = np.stack((counter[:-2], counter[2:]), axis=1)
    rose = pairs[:, 1] - pairs[:, 0]
    if not narrow:
        return rose
    wrapped = rose + 2**32
    return np.where((rose < 0) & (wrapped < 2**31), wrapped, rose)


def _rises(counter: Whole, *, narrow: bool) -> tuple[Whole, Flags]:
    rose = _difference(counter, narrow=narrow)
    flag = np.zeros(len(rose), np.int64)
    flag[rose < 0] |= Flag.FELL
    flag[(np.diff(counter) < 0) & (rose >= 0)] |= Flag.WRAP
    if not narrow:  # from the highest number of 64 bits to a low one: -5 to 3 as int64
        flag[(counter[:-1] < 0) & (counter[1:] >= 0) & (rose >= 0)] |= Flag.WRAP
    return rose, flag


def _resets(samples: Samples, rows: NDArray[np.intp], device: Samples | None) -> Bits:
    """Between which neighbours the counters began anew, as port or device say it."""
    found = np.zeros(max(len(rows) - 1, 0), np.bool_)
    told = samples.values.get("ifCounterDiscontinuityTime")
    if told is not None and len(found):
        found |= _changed(told[rows])
    if device is not None and len(device) > 1 and len(found):
        moments = device.at[1:][_restarts(device)]
        at = samples.at[rows]
        found |= np.searchsorted(moments, at[1:], "right") > np.searchsorted(
            moments, at[:-1], "right"
        )
    return found


def _changed(told: Whole) -> Bits:
    known = (told[:-1] != MISSING) & (told[1:] != MISSING)
    changed: Bits = known & (told[:-1] != told[1:])
    return changed


def _restarts(device: Samples) -> Bits:
    """Between which samples the device began anew: it counts its starts, or its uptime fell.

    After 497 days uptime begins anew by itself; then it is where it would be, modulo 2**32.
    """
    found = np.zeros(len(device) - 1, np.bool_)
    boots, uptime = (device.values.get(name) for name in ("snmpEngineBoots", "sysUpTime"))
    if boots is not None:
        found |= _changed(boots)
    if uptime is not None:
        known = (uptime[:-1] != MISSING) & (uptime[1:] != MISSING)
        ran = 100 * np.diff(device.at)
        expected = uptime[:-1] + ran - _UPTIME_WRAPS
        wrapped = np.abs(uptime[1:] - expected) <= ran // 2 + 6_000
        found |= known & (uptime[1:] < uptime[:-1]) & ~wrapped
    return found


def _against_speed(samples: Samples, rows: NDArray[np.intp], value: Real, limits: Limits) -> Flags:
    flag = np.zeros(len(value), np.int64)
    speed = samples.values.get("ifHighSpeed")  # Mbit/s; 0 of a tunnel says nothing
    if speed is not None:
        said = speed[rows]
        known = (said[:-1] > 0) & (said[1:] > 0)
        flag[known & (said[:-1] != said[1:])] |= Flag.SPEED_CHANGED
        most = np.maximum(said[:-1], said[1:]) * 1e6
        flag[known & (value > OVER * most)] |= Flag.OVER_SPEED
    if limits.physical_bps:
        flag[value > OVER * limits.physical_bps] |= Flag.ABSURD
    return flag
