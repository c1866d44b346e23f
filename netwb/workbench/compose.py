"""Construct every part of a home, in order. The only place where anything is constructed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from netwb._version import __version__
from netwb.access.users import check_zone
from netwb.archive.history import History
from netwb.archive.index_check import IndexCheck
from netwb.archive.quarantine import Quarantine
from netwb.archive.upkeep import Upkeep
from netwb.archive.writer import Archive
from netwb.collect.acceptance import Acceptance
from netwb.collect.batch import BatchParts
from netwb.collect.flow import BackupFlow
from netwb.collect.gatherer import NornirGatherer
from netwb.collect.runs import Runs
from netwb.configs.records import ShrinkLimit
from netwb.errors import InputError, SettingsError
from netwb.health.syslog.sources import check_syslog
from netwb.inventory.credentials import Credentials
from netwb.inventory.devices import Devices
from netwb.inventory.intake import Intake
from netwb.inventory.netbox_sources import NetboxSources
from netwb.inventory.netbox_sync import NetboxSync
from netwb.inventory.places import Places
from netwb.inventory.secret_sources import Secrets
from netwb.platforms.messages import MessageRule
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform
from netwb.settings import Settings, build_settings, from_environment
from netwb.store.audit import Audit
from netwb.store.bursts import KeptBursts
from netwb.store.database import Database, Need
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.jobs import Jobs
from netwb.store.keyring import Keyring
from netwb.store.leases import Leases
from netwb.store.masterkey import MasterKey
from netwb.store.notices import Notices
from netwb.store.schema import create, require_current, revision, upgrade
from netwb.store.servers import Servers
from netwb.workbench.compose_access import compose_access
from netwb.workbench.compose_notify import compose_notify
from netwb.workbench.compose_remotes import compose_remotes
from netwb.workbench.compose_scheduling import compose_scheduling, own_zone
from netwb.workbench.face import Parts
from netwb.workbench.home import (
    Home,
    create_home,
    read_settings_file,
    require_home,
    require_no_archive,
    require_no_import,
)

Clock = Callable[[], datetime]


def open_parts(
    home: Home, environment: Mapping[str, str], clock: Clock, need: Need = "writing"
) -> Parts:
    """Open a home that is set up and migrated; raises the error that says which is not."""
    require_home(home, need)
    settings = read_settings(home, environment)
    database = open_database(home, settings, need)
    require_current(database)
    return _parts(_ground(home, settings, environment, database, clock))


def create_parts(home: Home, environment: Mapping[str, str], clock: Clock) -> Parts:
    """Set up what is missing of a home, then open it; what is there is left alone.

    Where a part is lost that cannot be made again, nothing is written and the error names it.
    """
    require_no_import(home)
    settings = _settings_before(home, environment)
    database = open_database(home, settings)
    master_file = master_file_of(home, settings)
    has_tables = _has_tables(database)
    if has_tables:
        MasterKey.read(master_file)
    else:
        require_no_archive(home, database.name)
    create_home(home)
    # The key first: what a crash leaves is then a home that `netwb init` completes.
    if not master_file.exists():
        MasterKey.create(master_file)
    if not has_tables:
        create(database)
    require_home(home)
    require_current(database)
    return _parts(_ground(home, settings, environment, database, clock))


def upgrade_parts(home: Home, environment: Mapping[str, str]) -> str:
    """Migrate the database after a copy of it."""
    require_home(home)
    settings = read_settings(home, environment)
    database = open_database(home, settings)
    try:
        done = upgrade(database, copy_to=home.path / f"netwb-before-{__version__}.db")
    finally:
        database.close()
    if done.old == done.new:
        return f"the database is at {done.new} already; nothing was done"
    kept = f"; the one before is {done.copy}" if done.copy else ""
    return f"the database went from {done.old or 'empty'} to {done.new}{kept}"


def read_settings(home: Home, environment: Mapping[str, str]) -> Settings:
    """`netwb.toml`, then the environment over it."""
    return _usable(build_settings(read_settings_file(home), from_environment(environment)))


def _settings_before(home: Home, environment: Mapping[str, str]) -> Settings:
    """Settings of a home that may not be there yet."""
    if home.settings_file.exists():
        return read_settings(home, environment)
    return build_settings({}, from_environment(environment))


def _usable(settings: Settings) -> Settings:
    """The same, once what the pure settings cannot know is known: is the zone one of this machine's?"""
    for name in ("web", "scheduler"):
        try:
            check_zone(getattr(settings, name).time_zone)
        except InputError as error:
            msg = f"setting {name}.time_zone: {error}"
            raise SettingsError(msg) from error
    check_syslog(settings.syslog)
    return settings


def open_database(home: Home, settings: Settings, need: Need = "writing") -> Database:
    """The database of the settings; nothing is read yet."""
    url = settings.store.url or f"sqlite:///{home.database_file}"
    return Database(url, busy_timeout_s=settings.store.busy_timeout_s, need=need)


def load_platforms(folder: Path) -> dict[str, Platform]:
    """Built-in records, then those of `platforms.d`; a name given there replaces ours."""
    built_in = [item for item in files("netwb.platforms").iterdir() if item.name.endswith(".toml")]
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    records = [
        parse_platform(item.read_text(encoding="utf-8"), origin=item.name)
        for item in [*sorted(built_in, key=lambda item: item.name), *own]
    ]
    return {record.name: record for record in records}


def load_messages(platforms: Mapping[str, Platform]) -> dict[str, tuple[MessageRule, ...]]:
    """What each platform's syslog says of changes, where its record knows that."""
    return {name: record.messages for name, record in platforms.items() if record.messages}


def _has_tables(database: Database) -> bool:
    if database.path is not None and not database.path.exists():
        return False
    return revision(database) is not None


def master_file_of(home: Home, settings: Settings) -> Path:
    """Where the master key lies, by the settings."""
    return Path(settings.keys.master_file or home.master_file).expanduser()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What every other part is made of."""

    home: Home
    settings: Settings
    environment: Mapping[str, str]
    clock: Clock
    database: Database
    master_file: Path
    keyring: Keyring
    platforms: Mapping[str, Platform]
    audit: Audit
    jobs: Jobs
    notices: Notices


def _ground(
    home: Home,
    settings: Settings,
    environment: Mapping[str, str],
    database: Database,
    clock: Clock,
) -> _Ground:
    master_file = master_file_of(home, settings)
    keyring = Keyring.of_file(database, master_file, clock)
    return _Ground(
        home=home,
        settings=settings,
        environment=environment,
        clock=clock,
        database=database,
        master_file=master_file,
        keyring=keyring,
        platforms=load_platforms(home.folder("platforms.d")),
        audit=Audit(database, lambda: keyring.key("audit"), clock),
        jobs=Jobs(database, holder_name(new_id()), clock),
        notices=Notices(database, clock),
    )


def _parts(ground: _Ground) -> Parts:
    batch = _batch_parts(ground)
    return Parts(
        access=compose_access(
            database=ground.database,
            keyring=ground.keyring,
            audit=ground.audit,
            settings=ground.settings.access,
            environment=ground.environment,
            clock=ground.clock,
        ),
        home=ground.home,
        settings=ground.settings,
        environment=ground.environment,
        clock=ground.clock,
        platforms=ground.platforms,
        database=ground.database,
        master_file=ground.master_file,
        keyring=ground.keyring,
        audit=ground.audit,
        jobs=ground.jobs,
        notices=ground.notices,
        notify=compose_notify(
            ground.database,
            ground.keyring,
            ground.environment,
            ground.clock,
            ZoneInfo(own_zone(ground.settings)),
        ),
        servers=Servers(
            ground.database,
            Leases(ground.database, holder_name(new_id()), ground.clock),
            ground.clock,
        ),
        places=batch.places,
        devices=batch.devices,
        credentials=Credentials(ground.database, ground.keyring, ground.environment, ground.clock),
        archive=batch.archive,
        history=History(ground.home.folder("archive"), ground.database, ground.keyring),
        quarantine=batch.quarantine,
        runs=batch.runs,
        remote=compose_remotes(
            folder=ground.home.folder("archive"),
            archive=batch.archive,
            platforms=ground.platforms,
            database=ground.database,
            keyring=ground.keyring,
            notices=ground.notices,
            settings=ground.settings,
            environment=ground.environment,
            clock=ground.clock,
        ),
        acceptance=Acceptance(parts=batch),
        bursts=batch.bursts,
        messages=load_messages(ground.platforms),
        backup=_backup(ground, batch, agent_path=ground.environment.get("SSH_AUTH_SOCK")),
        backup_without_agent=_backup(ground, batch, agent_path=None),
        upkeep=Upkeep(ground.home.folder("archive")),
        scheduling=compose_scheduling(
            ground.database, ground.notices, ground.settings, ground.clock
        ),
        netbox_sources=_netbox_sources(ground),
        netbox_sync=_netbox_sync(ground, batch),
        index_check=IndexCheck(
            folder=ground.home.folder("archive"),
            database=ground.database,
            archive=batch.archive,
            today=lambda: ground.clock().date(),
        ),
    )


def _batch_parts(ground: _Ground) -> BatchParts:
    database, clock, configs = ground.database, ground.clock, ground.settings.configs
    leases = Leases(database, holder_name(new_id()), clock)
    return BatchParts(
        archive=_archive(ground),
        quarantine=Quarantine(ground.home.folder("quarantine"), database, ground.keyring, clock),
        places=Places(database, clock),
        devices=Devices(database, clock, ground.platforms),
        bursts=KeptBursts(database, ground.jobs, clock),
        runs=Runs(database, leases, ground.notices, clock),
        keyring=ground.keyring,
        platforms=ground.platforms,
        limit=ShrinkLimit(percent=configs.shrink_percent, lines=configs.shrink_lines),
        clock=clock,
    )


def _archive(ground: _Ground) -> Archive:
    return Archive(
        folder=ground.home.folder("archive"),
        database=ground.database,
        keyring=ground.keyring,
        clock=ground.clock,
        settings=ground.settings.archive,
        audit_head=ground.audit.head,
        platforms=ground.platforms,
    )


def _netbox_sources(ground: _Ground) -> NetboxSources:
    secrets = Secrets(ground.environment)
    return NetboxSources(
        ground.database,
        ground.keyring,
        lambda reference: secrets.resolve("token", reference),
        ground.clock,
    )


def _netbox_sync(ground: _Ground, batch: BatchParts) -> NetboxSync:
    intake = Intake(ground.database, batch.devices, ground.clock, ground.platforms)
    percent = ground.settings.netbox.retire_percent
    return NetboxSync(ground.database, batch.devices, intake, percent)


def _backup(ground: _Ground, batch: BatchParts, *, agent_path: str | None) -> BackupFlow:
    gatherer = NornirGatherer(
        settings=ground.settings.collect,
        platforms=ground.platforms,
        agent_path=agent_path,
    )
    return BackupFlow(parts=batch, gatherer=gatherer, settings=ground.settings.archive)
