"""How much a counter can rise between two samples: by more than its port carries is no rate. Pure.

What a contract or a person says that a port carries is physical, and nothing above it is believed.
What a device says (ifHighSpeed) may be wrong: `bandwidth` alters it, a bundle or a tunnel has a
speed of its own making. So a rise above that is believed where the port shows it twice, one pair beside
the other; a counter that leaps does so once. Source: facts of the field, "Traffic and billing" 3 and 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from netwb.metrics.samples import Real, Samples, Times
from netwb.metrics.series.line import Bits, Line, Rows, Unsigned, Where, anywhere, column

SPEED = "ifHighSpeed"  # Mbit/s
OVER = 1.1  # times its speed: kept, and told
CACHED_S = 60  # agents answer from caches: a pair may hold so many seconds more than its own
PROVEN = 100  # times what a device says: above it two leaps say no more than one
FASTEST_BPS = 100_000_000_000_000  # no port, and no bundle of ports, carries more
STAMPS_S = 1  # both times are whole seconds: so much longer it may really have been


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a port can carry, bit/s; None: nobody knows.

    physical_bps   above it no rate is believed: the port cannot do it
    speed_bps      above 1.1 times that a rate is told; None: as ifHighSpeed says. 0 says nothing
    told_bps       as the device last said it, for samples that have no ifHighSpeed
    """

    physical_bps: int | None = None
    speed_bps: int | None = None
    told_bps: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Speeds:
    """Of each pair, bit/s; one that all of them share may stand for all.

    physical   what nothing is above; 0: nobody knows
    device     what the device says; 0: nothing
    told       above 1.1 times that a rate is told; 0: never
    changed    whether the device says another one than before; None: it never does
    """

    physical: Real
    device: Real
    told: Real
    changed: Bits | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carried:
    """What is not to be believed.

    beyond   of each pair whether its rise is too much
    most     what is too much, per second and in the counter's unit, for the polls in between
    """

    beyond: Bits
    most: Real


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rise:
    """How much a counter rose in each pair.

    span   seconds
    same   whether both samples are one port's
    fell   whether it rose by way of the end of its range
    bits   of what is counted: an octet has 8, a packet at least those of its header
    """

    count: Unsigned
    span: Times
    same: Bits
    fell: Bits
    bits: int


def speeds_of(  # noqa: PLR0913 - pairs of a line, and what is known of them
    line: Line,
    first: Where,
    second: Where,
    row: Rows,
    *,
    samples: Sequence[Samples],
    limits: Sequence[Limits],
) -> Speeds:
    """Of each two samples of a line, by their places in it; `row` is whose they are."""
    device = _by_row([one.told_bps for one in limits], row)
    changed = None
    if anywhere(samples, SPEED):
        said = column(samples, SPEED)[line.origin]
        old, new = said[first], said[second]
        changed = (old != new) & (old > 0) & (new > 0)
        higher = np.maximum(old, new)
        device = np.where(higher > 0, higher * 1e6, device)
    sold = _by_row([one.speed_bps for one in limits], row)
    return Speeds(
        physical=_by_row([one.physical_bps for one in limits], row),
        device=device,
        told=np.where(sold > 0, sold, device),
        changed=changed,
    )


def carried(rise: Rise, speeds: Speeds, *, poll_s: float) -> Carried:
    """Which rises are too much; `poll_s`: how long polls in between are, 0 where nobody knows."""
    span, count = rise.span, rise.count
    physical = np.where(speeds.physical > 0, speeds.physical, FASTEST_BPS) / rise.bits
    beyond = count > physical * (span + STAMPS_S)
    said = np.where(speeds.physical > 0, 0, speeds.device) / rise.bits
    if not said.any():
        return Carried(beyond=beyond, most=physical)
    said = np.where(said > 0, said, np.inf)
    most = np.minimum(physical, said * (OVER + CACHED_S / (poll_s or span)))
    over = count > OVER * said * span
    if not over.any():
        return Carried(beyond=beyond, most=most)
    shown = over & ~rise.fell & rise.same & (count <= PROVEN * said * span)
    twice = _beside(shown)
    beyond |= count > np.where(twice, PROVEN * said * span, said * (OVER * span + CACHED_S))
    is_proven = twice | (over & ~beyond)
    return Carried(
        beyond=beyond, most=np.where(is_proven, np.minimum(physical, PROVEN * said), most)
    )


def lowest_bps(samples: Samples, limits: Limits) -> float:
    """A rate up to which each of a port's pairs is ordinary; some may be above it and be so too."""
    if limits.physical_bps:
        return float(limits.physical_bps)
    said = samples.values.get(SPEED)
    known = said[said > 0] if said is not None else np.empty(0)
    speeds = [float(known.min()) * 1e6] if len(known) else []
    speeds += [float(limits.told_bps)] if limits.told_bps else []
    return OVER * min(speeds) if speeds else float(FASTEST_BPS)


def _beside(shown: Bits) -> Bits:
    """Whether the pair before or after is one of these."""
    found = np.zeros(len(shown), np.bool_)
    found[1:] |= shown[:-1]
    found[:-1] |= shown[1:]
    return found


def _by_row(values: Sequence[int | None], row: Rows) -> Real:
    """A value of each port for each of its pairs, 0 where there is none."""
    known = np.array([value or 0 for value in values], np.float64)
    found: Real = known[:1] if (known == known[:1]).all() else known[row]
    return found
