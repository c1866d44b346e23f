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
from netwb.metrics.series.line import Bits, Line, Places, Rows, Unsigned, column, laid_out, strays
from netwb.metrics.series.told import Told, told

Flags = NDArray[np.int64]

NARROW = frozenset({"ifInErrors", "ifOutErrors", "ifInDiscards", "ifOutDiscards"})  # Counter32
OCTETS = frozenset({"ifHCInOctets", "ifHCOutOctets"})
OVER = 1.1  # times its speed: kept, and told
FASTEST_BPS = 100_000_000_000_000  # no port, and no bundle of ports, carries more
SMALLEST_PACKET_BITS = 160  # a header of IPv4 (RFC 791)
ROLLUP_GAP_S = 450  # where a store kept one sample of five minutes: one and a half of those
_LARGEST_32 = np.uint64(2**32 - 1)
_WRAP_SHARE = 8  # a wrap is believed up to this part of a counter's range; 9 M errors/s at a minute
_STAMPS_S = 1  # both times are whole seconds: so much longer it may really have been


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
    ABSURD           more than the port can carry
    REINDEX          by another ifIndex or name: it may be another port's counter
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a port can carry, bit/s; None: nobody knows.

    physical_bps   above it no rate is believed: the port cannot do it
    speed_bps      above 1.1 times that a rate is told; None: as ifHighSpeed says. 0 says nothing
    """

    physical_bps: int | None = None
    speed_bps: int | None = None


NO_LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortSamples:
    """One port as it was measured, and what is known of it.

    samples   its own, of measurement `interface`, in any order
    device    sysUpTime and snmpEngineBoots of its device, where they are known
    seams     epoch seconds: the first sample under another ifIndex or name
    """

    samples: Samples
    device: Samples | None = None
    limits: Limits = NO_LIMITS
    seams: tuple[int, ...] = ()


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
    device: Samples | None = None,
    limits: Limits = NO_LIMITS,
    seams: tuple[int, ...] = (),
) -> Rates:
    """What each pair of neighbours of one field of one port says; as `rates_of`."""
    port = PortSamples(samples=samples, device=device, limits=limits, seams=seams)
    return rates_of([port], field, gap_s=gap_s)


def rates_of(ports: Sequence[PortSamples], field: str, *, gap_s: float) -> Rates:
    """What each pair of neighbours of one field of these ports says, all in one go.

    gap_s   samples that are farther apart say nothing of the time between them; where a store kept
            one of several (`Samples.highest`) not before `ROLLUP_GAP_S`
    """
    samples = [port.samples for port in ports]
    line = laid_out(samples, field)
    said = told(line, samples, [port.device for port in ports], [port.seams for port in ports])
    each = np.arange(len(line))
    began_anew = said.discontinued(each[:-1], each[1:]) | said.restarted(each[:-1], each[1:])
    kept = np.flatnonzero(~strays(line, began_anew))
    same = line.row[kept[1:]] == line.row[kept[:-1]]
    physical = np.array([port.limits.physical_bps or FASTEST_BPS for port in ports], np.float64)
    pairs = _Pairs(
        line=line,
        first=kept[:-1][same],
        second=kept[1:][same],
        most=(physical / (8 if field in OCTETS else SMALLEST_PACKET_BITS))[
            line.row[kept[1:][same]]
        ],
        highest=_known_highest(samples, field)[line.origin],
    )
    rise, flag = _rises(pairs, said, narrow=field in NARROW)
    flag |= _given(pairs) | _apart(pairs, gap_s)
    return _valued(pairs, ports, field, rise, flag)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pairs:
    """Neighbours in a line, by their places in it.

    most      that each counter can rise by in a second
    highest   that a store knows to have been between samples of the line
    """

    line: Line
    first: Places
    second: Places
    most: Real
    highest: Real

    @property
    def span(self) -> Times:
        """Seconds."""
        return self.line.at[self.second] - self.line.at[self.first]


def _rises(pairs: _Pairs, said: Told, *, narrow: bool) -> tuple[Unsigned, Flags]:
    """How much each counter rose, modulo its range, and why that is not to be believed."""
    first, second = pairs.first, pairs.second
    old, new = pairs.line.counter[first], pairs.line.counter[second]
    rise, fell = new - old, new < old
    if narrow:
        rise = np.where(fell & (old <= _LARGEST_32), rise & _LARGEST_32, rise)
    most = pairs.most * (pairs.span + _STAMPS_S)
    wrap, bits = (Flag.WRAP32, 32) if narrow else (Flag.WRAP64, 64)
    wrapped = rise <= np.minimum(most, 2.0**bits / _WRAP_SHARE)
    reset = said.discontinued(first, second) | (fell & said.restarted(first, second))
    flag = _where(reset, Flag.RESET) | _where(said.renamed(first, second), Flag.REINDEX)
    flag |= _where(fell & ~reset & wrapped, wrap) | _where(fell & ~reset & ~wrapped, Flag.FELL)
    flag |= _where(~fell & (rise > most), Flag.ABSURD)
    return rise, flag


def _where(these: Bits, flag: Flag) -> Flags:
    return these * np.int64(flag)


def _given(pairs: _Pairs) -> Flags:
    """How the samples came."""
    late = pairs.line.late[pairs.second] | (pairs.second - pairs.first > 1)
    return _where(late, Flag.LATE) | _where(pairs.line.doubled[pairs.second], Flag.DUPLICATE)


def _apart(pairs: _Pairs, gap_s: float) -> Flags:
    """Which are too far apart; a sample between them that is left out was an answer all the same."""
    thinned = ~np.isnan(pairs.highest[1:])
    most = np.where(thinned, max(gap_s, ROLLUP_GAP_S), gap_s)
    wide = np.append(0, np.cumsum(np.diff(pairs.line.at) > most))
    return _where(wide[pairs.second] > wide[pairs.first], Flag.GAP)


def _known_highest(samples: Sequence[Samples], field: str) -> Real:
    """As stores know it, of all ports end to end; NaN of others."""
    parts = [(one.highest or {}).get(field) for one in samples]
    filled = [
        np.full(len(one), np.nan) if part is None else part
        for one, part in zip(samples, parts, strict=True)
    ]
    return np.concatenate([np.empty(0), *filled])


def _valued(
    pairs: _Pairs, ports: Sequence[PortSamples], field: str, rise: Unsigned, flag: Flags
) -> Rates:
    factor = 8.0 if field in OCTETS else 1.0
    gone = flag >= Flag.GAP
    count = np.where(gone, 0, rise).astype(np.int64)
    value = np.where(gone, np.nan, count * factor / pairs.span)
    between = pairs.highest[pairs.second]
    between = np.where(gone | (between > pairs.most), np.nan, between * factor)
    highest = np.fmax(value, between)
    if field in OCTETS:
        flag = flag | _speeds(pairs, ports, highest)
    return Rates(
        begin=pairs.line.at[pairs.first],
        end=pairs.line.at[pairs.second],
        count=count,
        value=value,
        highest=highest,
        flag=flag,
        row=pairs.line.row[pairs.second],
        rows=len(ports),
    )


def _speeds(pairs: _Pairs, ports: Sequence[PortSamples], highest: Real) -> Flags:
    """What is over its speed, and where the speed is another; a tunnel says 0, and nothing by it."""
    said = column([port.samples for port in ports], "ifHighSpeed")[pairs.line.origin]  # Mbit/s
    old, new = said[pairs.first], said[pairs.second]
    known = np.array([port.limits.speed_bps or 0 for port in ports], np.float64)
    own = known[pairs.line.row[pairs.second]]
    speed = np.where(own > 0, own, np.maximum(old, new) * 1e6)
    over = _where((speed > 0) & (highest > OVER * speed), Flag.OVER_SPEED)
    return over | _where((old > 0) & (new > 0) & (old != new), Flag.SPEED_CHANGED)
