"""Words of firings: which one, how it stands, how it ended. Frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from netwb.schedules.records import Later, Place

FiringStatus = Literal["planned", "waiting", "running", "done", "failed", "interrupted", "skipped"]
OPEN: tuple[FiringStatus, ...] = ("planned", "waiting", "running")
BAD: tuple[FiringStatus, ...] = ("failed", "interrupted")
KEPT = timedelta(days=400)  # a year, and a month to look back on it
ALL_KEPT = timedelta(hours=25)  # a day is counted for whoever watches (`/metrics`)
MOST_KEPT = 400  # of a job at a place: a year of nights, and no week of minutes
FAILED = "daemon.failed"  # kind of the notice
ACTOR = "system:scheduler"
HELD = "a black-out held this place back"
SUPERSEDED = "a later one was due before it could begin"
DIED = "the process that did it ended without a word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Which firing: a job, a place, and when it was due."""

    job: str
    place: Place
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """One firing as it stands.

    begin_at   not before, as it was planned; black-outs may hold it longer
    missed     how many due times before it were missed, and are made up by it
    tries      how often it began; first_at: when it did first, started_at: when it did last
    epoch      of the leader that did it; 0: a person did
    said       why it waits, failed, or was left out; one sentence
    result     what it gave: counts
    """

    due: Due
    status: FiringStatus
    plan: str
    begin_at: datetime
    actor: str
    missed: int
    tries: int
    first_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    holder: str
    epoch: int
    until: datetime | None
    said: str
    error_kind: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one ended, or that it waits to be tried again.

    begin_at   not before; of one that waits
    later      places that it left out
    """

    status: Literal["done", "failed", "interrupted", "waiting"]
    result: Mapping[str, Any] = field(default_factory=dict)
    error_kind: str = ""
    said: str = ""
    begin_at: datetime | None = None
    later: tuple[Later, ...] = ()
