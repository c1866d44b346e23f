"""From counters to rates: what each pair of neighbouring samples says, and what it does not. Pure.

A counter that falls is a wrap, a reset, or a sample that came too late; a pair that is too far apart
is a gap, and not one rate of double length. What is left out is flagged, so that a chart and a bill
can say it. Sources: RFC 2863 (ifHC* have 64 bits, errors and discards 32, and what
ifCounterDiscontinuityTime means), facts of the field ("Traffic and billing" 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from netwb.metrics.samples import Real, Samples, Times, Whole
from netwb.metrics.series.carried import OVER, Carried, Limits, Rise, Speeds, carried, speeds_of
from netwb.metrics.series.line import (
    Bits,
    Line,
    Rows,
    Unsigned,
    Where,
    laid_out,
    neighbours,
    strays,
)
from netwb.metrics.series.mixed import mixed
from netwb.metrics.series.spacing import too_far
from netwb.metrics.series.told import Told

Flags = NDArray[np.int64]

NARROW = frozenset({"ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards"})  # Counter32
OCTETS = frozenset({"ifHCInOctets", "ifHCOutOctets"})
SMALLEST_PACKET_BITS = 160  # a header of IPv4 (RFC 791)
ROLLUP_GAP_S = 450  # where a store kept one sample of five minutes: one and a half of those
_LARGEST_32 = np.uint64(2**32 - 1)
_WRAP_SHARE = 8  # a wrap is believed up to this part of a counter's range; 9 M errors/s at a minute
_EARLY = 0.5  # of an interval may be between two polls


class Flag(IntFlag):
    """What a pair of samples is, beside an ordinary rate (0). Those from GAP on have no rate.

    WRAP32, WRAP64   the counter began anew at the end of its range
    OVER_SPEED       more than 1.1 times what the port is said to carry
    SPEED_CHANGED    ifHighSpeed is another one
    LATE             a sample came after a later one, or lay beside the others and was left out
    DUPLICATE        two samples of one moment: the one that came later counts
    GAP              too long without a sample
    RESET            ifCounterDiscontinuityTime changed; or it fell and its device began anew
    FELL             and nothing explains why: a line card that was reset leaves sysUpTime alone
    ABSURD           more than the port can carry (`carried`)
    REINDEX          by another ifIndex or name: it may be another port's counter
    MIXED            two interfaces of one name lie in one series (`mixed`)
    """

    WRAP32 = 1
    WRAP64 = 2
    OVER_SPEED = 4
    SPEED_CHANGED = 8
    LATE = 16
    DUPLICATE = 32
    GAP = 64
    RESET = 128
    FELL = 256
    ABSURD = 512
    REINDEX = 1024
    MIXED = 2048


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortSamples:
    """One port as it was measured, and what is known of it.

    samples   its own, of measurement `interface`, in any order
    device    sysUpTime and snmpEngineBoots of its device, where they are known
    seams     epoch seconds: the first sample under another ifIndex or name
    spans     from when to when it is told of, epoch seconds; None: always
    """

    samples: Samples
    device: Samples | None = None
    limits: Limits = NO_LIMITS
    seams: tuple[int, ...] = ()
    spans: tuple[tuple[float, float], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """One field of one port or many: a value for each pair of neighbours.

    All arrays have the same length; they are in order of row, then of time, and pairs of one row do
    not overlap. What was counted in a pair went through after its begin, up to its end.

    begin, end   epoch seconds; the next begin of a row is this end
    count        how much the counter rose, in its own unit; 0 where there is no rate
    value        per second, octets as bits; NaN where there is no rate
    highest      of the polls in between, where a store kept only one of several; else the same
    flag         of `Flag`, ored
    row          which of the ports, 0 where there is one
    rows         how many ports; one with fewer than two samples has no pair
    """

    begin: Times
    end: Times
    count: Whole
    value: Real
    highest: Real
    flag: Flags
    row: Rows
    rows: int

    def __len__(self) -> int:
        return len(self.begin)

    @property
    def kept(self) -> Bits:
        """Where there is a rate."""
        found: Bits = ~np.isnan(self.value)
        return found

    def of(self, row: int) -> Rates:
        """One port's alone."""
        own = slice(*np.searchsorted(self.row, (row, row + 1)).tolist())
        return Rates(
            begin=self.begin[own],
            end=self.end[own],
            count=self.count[own],
            value=self.value[own],
            highest=self.highest[own],
            flag=self.flag[own],
            row=np.zeros_like(self.row[own]),
            rows=1,
        )


def rates(  # noqa: PLR0913 - each says what is known of the port, by its name
    samples: Samples,
    field: str,
    *,
    gap_s: float,
    poll_s: float = 0.0,
    device: Samples | None = None,
    limits: Limits = NO_LIMITS,
    seams: tuple[int, ...] = (),
) -> Rates:
    """What each pair of neighbours of one field of one port says; as `rates_of`."""
    port = PortSamples(samples=samples, device=device, limits=limits, seams=seams)
    return rates_of([port], field, gap_s=gap_s, poll_s=poll_s)


def rates_of(
    ports: Sequence[PortSamples], field: str, *, gap_s: float, poll_s: float = 0.0
) -> Rates:
    """What each pair of neighbours of one field of these ports says, all in one go.

    gap_s   samples that are farther apart say nothing of the time between them, unless they usually
            are (`spacing`); where a store kept one of several (`Samples.highest`) not before `ROLLUP_GAP_S`
    poll_s  how often ports are asked: a highest that a store knows of is not believed where one poll
            would have risen by more than all of its pair, for then it is a late sample's
    """
    samples = [port.samples for port in ports]
    line = laid_out(samples, field)
    told = Told(
        line,
        ports=samples,
        devices=[port.device for port in ports],
        seams=[port.seams for port in ports],
    )
    left_out = strays(line, told.began_anew)
    pairs = _pairs(line, left_out, ports, field, poll_s)
    rise, flag, most = _rises(pairs, told, narrow=field in NARROW)
    _mark(flag, _apart(pairs, gap_s), Flag.GAP)
    _mark_order(flag, pairs, left_out)
    two = mixed(line, told.began_anew)
    _mark(flag, two[pairs.first] | two[pairs.second] if two.any() else None, Flag.MIXED)
    return _valued(pairs, field, rise, flag, most)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Neighbours in a line, by their places in it.

    row       whose each is
    same      whether it is one port's; the last sample of a port and the first of the next are no
              pair, and are taken out in the end
    span      seconds between them
    speeds    what a port can carry, and says that it does
    bits      of what is counted
    between   the highest that a store knows of up to each sample of the line; None: of none
    """

    line: Line
    first: Where
    second: Where
    row: Rows
    same: Bits
    span: Times
    speeds: Speeds
    bits: int
    between: Real | None
    poll_s: float
    rows: int


def _pairs(
    line: Line, left_out: Bits, ports: Sequence[PortSamples], field: str, poll_s: float
) -> _Pairs:
    first, second = neighbours(left_out)
    row = line.row[second]
    same = line.row[first] == row
    samples, limits = [port.samples for port in ports], [port.limits for port in ports]
    return _Pairs(
        line=line,
        first=first,
        second=second,
        row=row,
        same=same,
        span=np.where(same, line.at[second] - line.at[first], 1),
        speeds=speeds_of(line, first, second, row, samples=samples, limits=limits),
        bits=8 if field in OCTETS else SMALLEST_PACKET_BITS,
        between=_between(line, samples, field),
        poll_s=poll_s,
        rows=len(ports),
    )


def _mark(flag: Flags, these: Bits | None, by: Flag) -> None:
    """Most marks are rare: to look whether there is any costs less than to write them all."""
    if these is not None and these.any():
        flag[these] |= by


def _between(line: Line, samples: Sequence[Samples], field: str) -> Real | None:
    if not any(field in (one.highest or {}) for one in samples):
        return None
    parts = [(one.highest or {}).get(field, np.full(len(one), np.nan)) for one in samples]
    found: Real = np.concatenate(parts)[line.origin]
    return found


def _rises(pairs: _Pairs, told: Told, *, narrow: bool) -> tuple[Unsigned, Flags, Real]:
    """How much each counter rose, modulo its range, why that is not to be believed, and the most."""
    first, second = pairs.first, pairs.second
    old, new = pairs.line.counter[first], pairs.line.counter[second]
    rise, fell = new - old, new < old
    flag = np.zeros(len(rise), np.int64)
    _mark(flag, told.renamed(first, second), Flag.REINDEX)
    _mark(flag, told.discontinued(first, second), Flag.RESET)
    if not fell.any():
        known = _carried(pairs, rise, fell)
        _mark(flag, known.beyond, Flag.ABSURD)
        return rise, flag, known.most
    _mark(flag, fell & told.restarted(first, second), Flag.RESET)
    wrap, bits = (Flag.WRAP32, 32) if narrow else (Flag.WRAP64, 64)
    if narrow:
        rise = np.where(fell & (old <= _LARGEST_32), rise & _LARGEST_32, rise)
    known = _carried(pairs, rise, fell)
    believed = ~known.beyond & (rise <= 2.0**bits / _WRAP_SHARE)
    unsaid = fell & (flag & Flag.RESET == 0)
    _mark(flag, known.beyond & ~fell, Flag.ABSURD)
    _mark(flag, unsaid & believed, wrap)
    _mark(flag, unsaid & ~believed, Flag.FELL)
    return rise, flag, known.most


def _carried(pairs: _Pairs, rise: Unsigned, fell: Bits) -> Carried:
    rose = Rise(count=rise, span=pairs.span, same=pairs.same, fell=fell, bits=pairs.bits)
    return carried(rose, pairs.speeds, poll_s=pairs.poll_s)


def _mark_order(flag: Flags, pairs: _Pairs, left_out: Bits) -> None:
    """How the samples came: late or beside the others, or two of one moment."""
    line = pairs.line
    if left_out.any():
        before = np.append(0, np.cumsum(left_out))
        _mark(flag, before[pairs.second] > before[pairs.first], Flag.LATE)
    _mark(flag, line.late[pairs.second], Flag.LATE)
    _mark(flag, line.doubled[pairs.second], Flag.DUPLICATE)


def _apart(pairs: _Pairs, gap_s: float) -> Bits:
    """Which are too far apart; a sample between them that is left out was an answer all the same."""
    most: Real | float = gap_s
    if pairs.between is not None and gap_s < ROLLUP_GAP_S:
        most = np.where(np.isnan(pairs.between[1:]), gap_s, ROLLUP_GAP_S)
    wide = too_far(pairs.line.at, most, pairs.line.row if pairs.rows > 1 else None)
    if isinstance(pairs.first, slice):
        return wide
    before = np.append(0, np.cumsum(wide))
    found: Bits = before[pairs.second] > before[pairs.first]
    return found


def _valued(pairs: _Pairs, field: str, rise: Unsigned, flag: Flags, most: Real) -> Rates:
    factor = 8.0 if field in OCTETS else 1.0
    gone = flag >= Flag.GAP
    count = rise.astype(np.int64)
    count[gone] = 0
    value = count * factor / pairs.span
    value[gone] = np.nan
    highest = value
    if pairs.between is not None:
        known = pairs.between[pairs.second]
        absurd = (known > most) | (known * (_EARLY * pairs.poll_s) > count)
        known = np.where(gone | absurd, np.nan, known * factor)
        highest = np.fmax(value, known)
    if field in OCTETS:
        _mark_speeds(flag, pairs.speeds, highest)
    pair = slice(None) if pairs.same.all() else pairs.same
    return Rates(
        begin=pairs.line.at[pairs.first][pair],
        end=pairs.line.at[pairs.second][pair],
        count=count[pair],
        value=value[pair],
        highest=highest[pair],
        flag=flag[pair],
        row=pairs.row[pair],
        rows=pairs.rows,
    )


def _mark_speeds(flag: Flags, speeds: Speeds, highest: Real) -> None:
    """What is over its speed, and where the speed is another; a tunnel says 0, and nothing by it."""
    _mark(flag, speeds.changed, Flag.SPEED_CHANGED)
    _mark(flag, (highest > OVER * speeds.told) & (speeds.told > 0), Flag.OVER_SPEED)
