"""What a fresh installation gets wrong, and its cure: `netwb doctor`. Nothing is written, nobody logs in.

From the ground up, and each stage on what the one before it found: in a home that does not open,
what lies under the fault is told all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from netwb.errors import NetwbError
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS
from netwb.settings import Settings
from netwb.workbench.compliance_rules import ComplianceRulesFace
from netwb.workbench.home import Home, require_home
from netwb.workbench.leaving import purging_of
from netwb.workbench.presence import PresenceFace

if TYPE_CHECKING:
    from netwb.health import attacks as _attacks
    from netwb.health import backups as _backups
    from netwb.health import clocks as _clocks
    from netwb.health import counts as _counts
    from netwb.health import devices as _devices
    from netwb.health import diagnosis as _diagnosis
    from netwb.health import examining as _examining
    from netwb.health import foundation as _foundation
    from netwb.health import ground as _ground
    from netwb.health import keys as _keys
    from netwb.health import machine as _machine
    from netwb.health import people as _people
    from netwb.health import presence as _presence
    from netwb.health import repositories as _repositories
    from netwb.health import rules as _rules
    from netwb.health import space as _space
    from netwb.health import waiting as _waiting
    from netwb.health import weakening as _weakening
    from netwb.health.diagnosis import Diagnosis
    from netwb.health.examining import Check
    from netwb.store.database import Database
    from netwb.workbench import compose as _compose
else:
    _diagnosis = lazy("netwb.health.diagnosis")
    _people = lazy("netwb.health.people")
    _weakening = lazy("netwb.health.weakening")
    _attacks = lazy("netwb.health.attacks")
    _backups = lazy("netwb.health.backups")
    _clocks = lazy("netwb.health.clocks")
    _counts = lazy("netwb.health.counts")
    _devices = lazy("netwb.health.devices")
    _examining = lazy("netwb.health.examining")
    _foundation = lazy("netwb.health.foundation")
    _ground = lazy("netwb.health.ground")
    _keys = lazy("netwb.health.keys")
    _machine = lazy("netwb.health.machine")
    _presence = lazy("netwb.health.presence")
    _repositories = lazy("netwb.health.repositories")
    _rules = lazy("netwb.health.rules")
    _space = lazy("netwb.health.space")
    _waiting = lazy("netwb.health.waiting")
    _compose = lazy("netwb.workbench.compose")


def examine_ground(home: Home, environment: Mapping[str, str]) -> Iterator[Diagnosis]:
    """What can be said of a home before it is opened, in the order in which it stands on it."""
    yield from _asked(
        {
            "python": _machine.check_python,
            "git": _machine.check_git,
            "time zones": _machine.check_zones,
        }
    )
    path = home.path
    stands = _examining.examined("home", lambda: _ground.check_home(path))
    yield from stands
    if stands[0].verdict == "unknown" or not path.is_dir():
        return
    yield from _asked(
        {
            "modes": lambda: _ground.check_files(path),
            "surroundings": lambda: _ground.check_surroundings(path),
            "old copies": lambda: _keys.check_old_copies(path),
        }
    )
    try:
        require_home(home, "reading")
        settings = _compose.read_settings(home, environment)
        database = _compose.open_database(home, settings, "reading")
    except NetwbError as error:
        yield _diagnosis.of_error("settings", error)
        return
    with closing(database):
        yield from _on_settings(home, settings, database)


def _on_settings(home: Home, settings: Settings, database: Database) -> Iterator[Diagnosis]:
    master_file = _compose.master_file_of(home, settings)
    yield from _asked(
        {
            "settings": lambda: _weakening.check_settings(settings),
            "open files": lambda: _machine.check_file_limit(settings.collect.sessions),
            "file system": lambda: _ground.check_file_system(
                home.path, sqlite=database.path is not None
            ),
            "key place": lambda: _keys.check_key_place(master_file, database.path),
            "former database": lambda: _keys.check_left_database(home.path, database.path),
        }
    )
    answers = _examining.examined("database", lambda: _foundation.check_tables(database))
    yield from answers
    if not _diagnosis.is_wrong(answers):
        yield from _asked(
            {
                "keys": lambda: _foundation.check_has_keys(database),
                "soundness": lambda: _foundation.check_soundness(database),
            }
        )


def may_open(found: Sequence[Diagnosis]) -> bool:
    """Whether opening the home writes nothing: a database without keys would be given some."""
    return not any(one.check == "keys" and one.verdict != "ok" for one in found)


def unopened(found: Sequence[Diagnosis], error: NetwbError | None) -> Iterator[Diagnosis]:
    """The home does not open: by which fault, where no check before has said it."""
    if error is not None and not any(str(error).startswith(one.said) for one in found):
        yield _diagnosis.of_error("opening", error)
    yield _diagnosis.unknown(
        "the rest",
        "repositories, devices, people and what runs were not looked at",
        "mend what is wrong above, then run `netwb doctor` again",
    )


class DoctorFace(PresenceFace, ComplianceRulesFace):
    """`examine_opened`."""

    def examine_opened(self, *, devices: int = 0) -> tuple[Diagnosis, ...]:
        """What can be said of a home that opens. `devices`: of how many to ask for a connection."""
        self._require_local("the state")
        checks = self._checks()
        if devices:
            checks["reach"] = lambda: _devices.check_reach(self._parts.database, devices)
        return tuple(_asked(checks))

    def _checks(self) -> dict[str, Check]:
        parts = self._parts
        database, archive = parts.database, parts.home.folder("archive")
        return {
            "clock": lambda: _clocks.check_clock(database, now=parts.clock()),
            **self._what_runs(),
            "schedule": self._schedule_stands,
            "self backup": self._self_backup,
            "purge": purging_of(parts).check,
            "repositories": lambda: _repositories.check_repositories(archive, database),
            "quarantine": lambda: _waiting.judge_held(
                _counts.held_texts(database, ALL_TENANTS), now=parts.clock()
            ),
            "devices": lambda: _devices.check_devices(database),
            "credentials": lambda: _devices.check_credentials(database),
            "host keys": lambda: _devices.check_host_keys(database),
            "rules": self._rules_stand,
            "attacks": self._defense,
            "admins": self._admins,
            "tokens": lambda: _people.check_tokens(
                parts.access.tokens.list(ALL_TENANTS), now=parts.clock()
            ),
        }

    def _self_backup(self) -> Diagnosis:
        folder = self._parts.settings.self_backup.folder
        newest = self.newest_self_backup()
        return _presence.judge_self_backup(
            folder,
            newest[1] if newest else None,
            now=self._parts.clock(),
            lies=_space.place_of(Path(folder).expanduser(), self._parts.home.path),
        )

    def _defense(self) -> tuple[Diagnosis, ...]:
        attacks = self._parts.attacks
        known, devices = self._parts.platforms.values(), self._parts.devices.list(ALL_TENANTS)
        return _attacks.judge_defense(
            _attacks.Defense(
                prefixes=attacks.space.all(),
                triggers=attacks.routers.list(ALL_TENANTS, "trigger"),
                edges=attacks.routers.list(ALL_TENANTS, "edge"),
                senders=attacks.senders.list(),
                verified={one.name: one.blackhole.verified for one in known if one.blackhole},
                now=self._parts.clock(),
                named=_attacks.reached_by_name(devices),
                spares=bool(self._parts.settings.blackhole.never.strip()),
            )
        )

    def _rules_stand(self) -> tuple[Diagnosis, ...]:
        return _rules.judge_rules(self.rule_problems(), len(self.rules()))

    def _admins(self) -> Diagnosis:
        by_provider = self._parts.settings.access.oidc_issuer
        users = self._parts.access.users.list(ALL_TENANTS)
        return _people.check_admins(users, logins="provider" if by_provider else "own")


def _asked(checks: Mapping[str, Check]) -> Iterator[Diagnosis]:
    for name, check in checks.items():
        yield from _examining.examined(name, check)
