"""What the facade says of a port beside its traffic: frozen records, times aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from netwb.inventory.ports.records import Port
from netwb.workbench.traffic_many_records import PortState

if TYPE_CHECKING:
    from netwb.metrics.samples import Real, Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """When something was first seen to be as it is.

    is_known    it was seen to be otherwise before
    restarted   its device began anew then, and with it whatever was so before
    """

    at: datetime
    is_known: bool
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PortNow:
    """A port as of now.

    newest        its newest sample; None: nothing was measured in the last days
    oper_since    of its ifOperStatus
    speed_since   of its ifHighSpeed
    """

    port: Port
    state: PortState
    newest: datetime | None
    oper_since: Since | None
    speed_since: Since | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountersSeen:
    """How old what was measured is.

    newest      of all samples; None: nothing was ever measured, or the store does not answer
    is_stale    it is older than two intervals
    answers     whether the store does
    """

    newest: datetime | None
    is_stale: bool
    answers: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """Means by bucket, and the highest sample of each; NaN without data."""

    mean: Real
    highest: Real


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PortPings:
    """How a port's device answers pings.

    begin    epoch seconds at which each bucket begins, aligned to `step_s`
    loss     per cent; delay: milliseconds, of those that were answered
    newest   of its samples in the time; None: nobody pinged it
    """

    port: Port
    step_s: int
    begin: Times
    loss: Level
    delay: Level
    newest: datetime | None
