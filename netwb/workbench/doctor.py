"""What a fresh installation gets wrong, and its cure: `netwb doctor`. Nothing is written, nobody logs in.

From the ground up, and each stage on what the one before it found: in a home that does not open,
what lies under the fault is told all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from netwb.errors import NetwbError
from netwb.health.backups import waits_since
from netwb.health.clocks import check_clock
from netwb.health.counts import held_texts
from netwb.health.devices import (
    check_credentials,
    check_devices,
    check_host_keys,
    check_reach,
)
from netwb.health.diagnosis import Diagnosis, is_wrong, of_error, unknown
from netwb.health.examining import Check, examined
from netwb.health.foundation import check_has_keys, check_soundness, check_tables
from netwb.health.ground import (
    check_file_system,
    check_files,
    check_home,
    check_surroundings,
)
from netwb.health.keys import check_key_place, check_old_copies
from netwb.health.machine import check_file_limit, check_git, check_python, check_zones
from netwb.health.people import check_admins, check_tokens
from netwb.health.presence import NIGHTLY, judge_schedule, judge_self_backup
from netwb.health.repositories import check_repositories
from netwb.health.waiting import judge_held
from netwb.health.weakening import check_settings
from netwb.roles import ALL_TENANTS
from netwb.schedules.records import EVERYTHING
from netwb.settings import Settings
from netwb.store.database import Database
from netwb.workbench.compose import master_file_of, open_database, read_settings
from netwb.workbench.home import Home, require_home
from netwb.workbench.leaving import purging_of
from netwb.workbench.presence import PresenceFace

__all__ = ["Diagnosis", "DoctorFace", "examine_ground"]


def examine_ground(home: Home, environment: Mapping[str, str]) -> Iterator[Diagnosis]:
    """What can be said of a home before it is opened, in the order in which it stands on it."""
    yield from _asked({"python": check_python, "git": check_git, "time zones": check_zones})
    path = home.path
    stands = examined("home", lambda: check_home(path))
    yield from stands
    if stands[0].verdict == "unknown" or not path.is_dir():
        return
    yield from _asked(
        {
            "modes": lambda: check_files(path),
            "surroundings": lambda: check_surroundings(path),
            "old copies": lambda: check_old_copies(path),
        }
    )
    try:
        require_home(home, "reading")
        settings = read_settings(home, environment)
        database = open_database(home, settings, "reading")
    except NetwbError as error:
        yield of_error("settings", error)
        return
    with closing(database):
        yield from _on_settings(home, settings, database)


def _on_settings(home: Home, settings: Settings, database: Database) -> Iterator[Diagnosis]:
    master_file = master_file_of(home, settings)
    yield from _asked(
        {
            "settings": lambda: check_settings(settings),
            "open files": lambda: check_file_limit(settings.collect.sessions),
            "file system": lambda: check_file_system(home.path, sqlite=database.path is not None),
            "key place": lambda: check_key_place(master_file, database.path),
        }
    )
    answers = examined("database", lambda: check_tables(database))
    yield from answers
    if not is_wrong(answers):
        yield from _asked(
            {
                "keys": lambda: check_has_keys(database),
                "soundness": lambda: check_soundness(database),
            }
        )


def may_open(found: Sequence[Diagnosis]) -> bool:
    """Whether opening the home writes nothing: a database without keys would be given some."""
    return not any(one.check == "keys" and one.verdict != "ok" for one in found)


def unopened(found: Sequence[Diagnosis], error: NetwbError | None) -> Iterator[Diagnosis]:
    """The home does not open: by which fault, where no check before has said it."""
    if error is not None and not any(str(error).startswith(one.said) for one in found):
        yield of_error("opening", error)
    yield unknown(
        "the rest",
        "repositories, devices, people and what runs were not looked at",
        "mend what is wrong above, then run `netwb doctor` again",
    )


class DoctorFace(PresenceFace):
    """`examine_opened`."""

    def examine_opened(self, *, devices: int = 0) -> tuple[Diagnosis, ...]:
        """What can be said of a home that opens. `devices`: of how many to ask for a connection."""
        self._require_local("the state")
        checks = self._checks()
        if devices:
            checks["reach"] = lambda: check_reach(self._parts.database, devices)
        return tuple(_asked(checks))

    def _checks(self) -> dict[str, Check]:
        parts = self._parts
        database, archive = parts.database, parts.home.folder("archive")
        return {
            "clock": lambda: check_clock(database, now=parts.clock()),
            **self._what_runs(),
            "schedule": self._schedule,
            "self backup": self._self_backup,
            "purge": purging_of(parts).check,
            "repositories": lambda: check_repositories(archive, database),
            "quarantine": lambda: judge_held(held_texts(database, ALL_TENANTS), now=parts.clock()),
            "devices": lambda: check_devices(database),
            "credentials": lambda: check_credentials(database),
            "host keys": lambda: check_host_keys(database),
            "admins": self._admins,
            "tokens": lambda: check_tokens(
                parts.access.tokens.list(ALL_TENANTS), now=parts.clock()
            ),
        }

    def _schedule(self) -> Diagnosis:
        now, nightly = self._parts.clock(), self._parts.scheduling.job(NIGHTLY)
        return judge_schedule(
            self._nightly_triggers(),
            now=now,
            waits_since=waits_since(self._parts.database),
            held_until=self._timetable().holds(nightly, EVERYTHING)(now),
        )

    def _nightly_triggers(self) -> list[tuple[str, str]]:
        """Place and trigger of the job that saves all; "" is everywhere."""
        jobs = self.timetable()
        return [(job.place, job.trigger) for job in jobs if job.name == NIGHTLY]

    def _self_backup(self) -> Diagnosis:
        folder = self._parts.settings.self_backup.folder
        newest = self.newest_self_backup()
        return judge_self_backup(folder, newest[1] if newest else None, now=self._parts.clock())

    def _admins(self) -> Diagnosis:
        by_provider = self._parts.settings.access.oidc_issuer
        users = self._parts.access.users.list(ALL_TENANTS)
        return check_admins(users, logins="provider" if by_provider else "own")


def _asked(checks: Mapping[str, Check]) -> Iterator[Diagnosis]:
    for name, check in checks.items():
        yield from examined(name, check)
