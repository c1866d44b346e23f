"""Construct what the daemon and its schedules are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from netwb.errors import InputError, UnknownNameError
from netwb.loading import shared
from netwb.schedules.records import JobSpec
from netwb.settings import Settings
from netwb.store.blackouts import Blackouts
from netwb.store.daemons import Daemons
from netwb.store.database import Database
from netwb.store.firings import Firings
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.leases import Leases
from netwb.store.notices import Notices
from netwb.store.schedules import Schedules


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulingParts:
    """Schedules, black-outs, firings and daemons of one home.

    table      the jobs by name; read when it is first asked for
    zone_name  in which times are meant where nothing else is said
    holder     this process among the daemons
    """

    schedules: Schedules
    blackouts: Blackouts
    firings: Firings
    daemons: Daemons
    leases: Leases
    table: Callable[[], Mapping[str, JobSpec]]
    zone_name: str
    holder: str

    def job(self, name: str) -> JobSpec:
        """A row of the table; UnknownNameError."""
        found = self.table().get(name)
        if found is None:
            msg = f"no job {name[:40]!r}; there are {', '.join(self.table())}"
            raise UnknownNameError(msg)
        return found

    def zone(self, name: str) -> tzinfo:
        """A zone by its name, or the configured one for ""; InputError where there is none."""
        try:
            return ZoneInfo(name or self.zone_name)
        except (KeyError, ValueError, OSError) as error:
            msg = f"{name[:64]!r} is no time zone; write it as Europe/Berlin"
            raise InputError(msg) from error


def own_zone(settings: Settings) -> str:
    """Name of the zone in which times are meant where nothing else is said."""
    return settings.scheduler.time_zone or settings.web.time_zone or "UTC"


@cache
def shipped_table() -> Mapping[str, JobSpec]:
    """The table of `scheduler/jobs.py`."""
    return {job.name: job for job in shared("scheduler.jobs").JOBS}


def compose_scheduling(
    database: Database, notices: Notices, settings: Settings, clock: Callable[[], datetime]
) -> SchedulingParts:
    """Everything of one home."""
    holder = holder_name(new_id())
    leases = Leases(database, holder, clock)
    return SchedulingParts(
        schedules=Schedules(database, clock),
        blackouts=Blackouts(database, clock),
        firings=Firings(database, leases, notices, holder, clock),
        daemons=Daemons(database, holder, clock),
        leases=leases,
        table=shipped_table,
        zone_name=own_zone(settings),
        holder=holder,
    )
