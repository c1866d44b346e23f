"""What a figure of traffic is given: arrays by bucket, marks, and the words of its axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from netwb.amounts import Unit
from netwb.metrics.samples import Real, Times
from netwb.workbench.traffic_records import Side

LaneUnit = Literal["per_minute", "packets", "percent", "ms"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One direction: an array a bucket, NaN where there is no data.

    before   a week before, in the same buckets; None: not asked for
    p95      the 95th percentile, nearest rank
    """

    mean: Real
    highest: Real
    before: Real | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lane:
    """What is drawn under the traffic, on the same time axis.

    above, below   arrays by bucket; below: what goes out, None where there are no directions
    colour         the token of both; "": those of in and out
    nothing        why there is no data, where there is none
    """

    name: str
    title: str
    unit: LaneUnit
    above: Line
    below: Line | None = None
    colour: Literal["", "t2"] = ""
    nothing: str = "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A change of the device's configuration."""

    at: int
    said: str  # `asantos +7 -6`
    url: str
    clock: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """An attack: from when to when, what is said beside it, and what to who points at it."""

    at: int
    until: int
    said: str
    told: str
    url: str
    clock: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """All of one look at a port: epoch seconds, and what is drawn in one unit.

    at     the middle of each bucket
    ticks  words of the time axis by tick
    clocks of each bucket, for who points at it
    gaps   stretches without data
    flags  from the left
    bands  attacks, likewise
    dead   words over an end that is empty: "No data since 08:31"
    limit  100 % of the port, in the unit; None: nobody knows
    lanes  from above
    """

    since: int
    until: int
    at: Times
    sides: Mapping[Side, Line]
    unit: Unit
    ticks: Mapping[int, str]
    clocks: Sequence[str]
    gaps: Sequence[tuple[int, int]] = ()
    flags: Sequence[Flag] = ()
    bands: Sequence[Band] = ()
    dead: str = ""
    limit: float | None = None
    lanes: Sequence[Lane] = ()
