"""Words of schedules: a job of the table, a place, what a person set, a black-out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Lane = Literal["devices", "upkeep", "quick", "status"]
LANES: tuple[Lane, ...] = ("devices", "upkeep", "quick", "status")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """What a firing, a schedule or a black-out is for: all, a tenant, or a site of it. Ids."""

    tenant_id: str = ""
    site_id: str = ""

    def holds(self, other: Place) -> bool:
        """Whether the other one is this place, or within it."""
        if not self.tenant_id:
            return True
        return self.tenant_id == other.tenant_id and self.site_id in {"", other.site_id}


EVERYTHING = Place()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Later:
    """A place that a job left out, and when it may be done there."""

    place: Place
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """One row of the table of jobs.

    trigger      when it is due, unless a person set another one
    method       of Workbench, called without argument; it gives a small record or counts
    says         what it does, for people
    scope        `places`: a tenant and a site may have a time of its own, and the method is called on
                 a Workbench narrowed to it; `everything`: once for all
    lane         one job of a lane runs at a time in a daemon, so that long ones hold no quick one up
    touches      `devices`: black-outs hold it back
    missed       due while nobody was there: `once`, it is made up, however often it was missed;
                 `skip`, it is left out
    grace_s      what is later than this is left out, even where it is made up
    overlap      due while it still runs: `wait`, it begins behind it; `skip`, that time is left out
    interrupted  its process died: `again`, it is done anew; `leave`, until it is due again
    again_s      waits before each further try after an error
    """

    name: str
    trigger: str
    method: str
    says: str
    scope: Literal["everything", "places"] = "everything"
    lane: Lane = "upkeep"
    touches: Literal["devices", "netwb"] = "netwb"
    missed: Literal["once", "skip"] = "once"
    grace_s: int = 86400
    overlap: Literal["wait", "skip"] = "skip"
    interrupted: Literal["again", "leave"] = "again"
    again_s: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A job's time at one place, as a person set it.

    time_zone   "" where it is the configured one
    jitter_s    None where it is the configured one
    """

    job: str
    place: Place
    trigger: str
    time_zone: str
    jitter_s: int | None
    set_by: str
    set_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Blackout:
    """A time in which the daemon logs in to no device of a place.

    from_at, until_at   of one that comes once; None where it comes again
    starts, lasts_s     trigger and length of one that comes again; "" and 0
    time_zone           of `starts`; "" where it is the configured one
    ended_at            a person ended what held then: once is over, what comes again goes on at its
                        next time
    """

    id: str
    place: Place
    from_at: datetime | None
    until_at: datetime | None
    starts: str
    lasts_s: int
    time_zone: str
    reason: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None
