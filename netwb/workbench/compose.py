"""Construct every part of a home, in order. The only place where anything is constructed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from netwb._version import __version__
from netwb.archive.history import History
from netwb.archive.quarantine import Quarantine
from netwb.archive.writer import Archive
from netwb.collect.acceptance import Acceptance
from netwb.collect.batch import BatchParts
from netwb.collect.flow import BackupFlow
from netwb.collect.gatherer import NornirGatherer
from netwb.collect.runs import Runs
from netwb.configs.records import ShrinkLimit
from netwb.inventory.credentials import Credentials
from netwb.inventory.devices import Devices
from netwb.inventory.places import Places
from netwb.platforms.parse import parse_platform
from netwb.platforms.record import Platform
from netwb.settings import Settings, build_settings, from_environment
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.holders import holder_name
from netwb.store.ids import new_id
from netwb.store.jobs import Jobs
from netwb.store.keyring import Keyring
from netwb.store.leases import Leases
from netwb.store.masterkey import MasterKey
from netwb.store.schema import create, require_current, revision, upgrade
from netwb.workbench.face import Parts
from netwb.workbench.home import Home, create_home, read_settings_file, require_home

Clock = Callable[[], datetime]


def open_parts(home: Home, environment: Mapping[str, str], clock: Clock) -> Parts:
    """Open a home that is set up and migrated; raises the error that says which is not."""
    require_home(home)
    settings = read_settings(home, environment)
    database = open_database(home, settings)
    require_current(database)
    return _parts(home, settings, environment, database, clock)


def create_parts(home: Home, environment: Mapping[str, str], clock: Clock) -> Parts:
    """Set up what is missing of a home, then open it; what is there is left alone."""
    create_home(home)
    settings = read_settings(home, environment)
    database = open_database(home, settings)
    if not _has_tables(database):
        create(database)
    master_file = _master_file(home, settings)
    if not master_file.exists():
        MasterKey.create(master_file)
    require_home(home)
    require_current(database)
    return _parts(home, settings, environment, database, clock)


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
    return build_settings(read_settings_file(home), from_environment(environment))


def open_database(home: Home, settings: Settings) -> Database:
    """The database of the settings; nothing is read yet."""
    url = settings.store.url or f"sqlite:///{home.database_file}"
    return Database(url, busy_timeout_s=settings.store.busy_timeout_s)


def load_platforms(folder: Path) -> dict[str, Platform]:
    """Built-in records, then those of `platforms.d`; a name given there replaces ours."""
    built_in = [item for item in files("netwb.platforms").iterdir() if item.name.endswith(".toml")]
    own = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    records = [
        parse_platform(item.read_text(encoding="utf-8"), origin=item.name)
        for item in [*sorted(built_in, key=lambda item: item.name), *own]
    ]
    return {record.name: record for record in records}


def _has_tables(database: Database) -> bool:
    if database.path is not None and not database.path.exists():
        return False
    return revision(database) is not None


def _master_file(home: Home, settings: Settings) -> Path:
    return Path(settings.keys.master_file or home.master_file).expanduser()


def _parts(
    home: Home,
    settings: Settings,
    environment: Mapping[str, str],
    database: Database,
    clock: Clock,
) -> Parts:
    keyring = Keyring(database, MasterKey.read(_master_file(home, settings)), clock)
    platforms = load_platforms(home.folder("platforms.d"))
    audit = Audit(database, lambda: keyring.key("audit"), clock)
    leases = Leases(database, holder_name(new_id()), clock)
    places = Places(database, clock)
    devices = Devices(database, clock, platforms)
    archive = Archive(
        folder=home.folder("archive"),
        database=database,
        keyring=keyring,
        clock=clock,
        settings=settings.archive,
        audit_head=audit.head,
        platforms=platforms,
    )
    quarantine = Quarantine(home.folder("quarantine"), database, keyring, clock)
    runs = Runs(database, leases, clock)
    batch = BatchParts(
        archive=archive,
        quarantine=quarantine,
        places=places,
        devices=devices,
        runs=runs,
        keyring=keyring,
        platforms=platforms,
        limit=ShrinkLimit(
            percent=settings.configs.shrink_percent, lines=settings.configs.shrink_lines
        ),
        clock=clock,
    )
    gatherer = NornirGatherer(
        settings=settings.collect,
        platforms=platforms,
        agent_path=environment.get("SSH_AUTH_SOCK"),
    )
    return Parts(
        home=home,
        settings=settings,
        environment=environment,
        clock=clock,
        platforms=platforms,
        database=database,
        master_file=_master_file(home, settings),
        keyring=keyring,
        audit=audit,
        jobs=Jobs(database, clock),
        places=places,
        devices=devices,
        credentials=Credentials(database, keyring, environment, clock),
        archive=archive,
        history=History(home.folder("archive"), database, keyring),
        quarantine=quarantine,
        runs=runs,
        acceptance=Acceptance(parts=batch),
        backup=BackupFlow(parts=batch, gatherer=gatherer, settings=settings.archive),
    )
