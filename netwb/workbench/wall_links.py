"""Links that are full, and since when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite

from netwb.amounts import amount, speed
from netwb.workbench.traffic_records import SIDES, BusyPort, PortTraffic

FULL = 90.0  # per cent of what a port can carry: above it queues grow, and the next burst is lost
Since = tuple[datetime, bool]  # since when, and whether for longer than that


@dataclass(frozen=True, slots=True, kw_only=True)
class FullLink:
    """A port that carries what it can; `since` None: nobody knows."""

    device_id: str
    said: str
    since: Since | None


def is_full(one: BusyPort) -> bool:
    """Of what is known of it."""
    return one.share is not None and one.share >= FULL


def full_link(one: BusyPort, traffic: PortTraffic) -> FullLink:
    """The same with its words; `traffic` of the hours before."""
    of = speed(one.port.limit_bps)
    return FullLink(
        device_id=one.port.device_id,
        said=f"{one.port.name} at {amount(one.share, 'percent')} of {of}",
        since=_full_since(traffic),
    )


def _full_since(traffic: PortTraffic) -> Since | None:
    """When the last stretch of full buckets began; the newest one is young, and may have no data."""
    least = (traffic.port.limit_bps or 0) * FULL / 100
    flows = [traffic.flows["bits", side].mean.tolist() for side in SIDES]
    highest = [
        max((v for v in pair if isfinite(v)), default=None) for pair in zip(*flows, strict=True)
    ]
    known = [
        (begin, value)
        for begin, value in zip(traffic.begin.tolist(), highest, strict=True)
        if value is not None
    ]
    first = None
    for begin, value in reversed(known):
        if value < least:
            break
        first = begin
    if first is None:
        return None
    return datetime.fromtimestamp(first, UTC), first == known[0][0]
