"""Open a home, set one up, or migrate one; what it is then made of is in `workbench.parts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from netwb._version import __version__
from netwb.access.group_rights import parse_group_rights
from netwb.access.rights import check_totp_word
from netwb.access.zones import check_zone
from netwb.blackhole.never import parse_never
from netwb.compliance.places import check_rule_places
from netwb.errors import InputError, SettingsError
from netwb.health.syslog.sources import check_syslog
from netwb.setting_layers import build_settings, from_environment
from netwb.settings import Settings
from netwb.store.database import Database, Need
from netwb.store.keyring import Keyring
from netwb.store.masterkey import MasterKey
from netwb.store.schema import create, require_current, revision, upgrade
from netwb.workbench.grafana import check_grafana
from netwb.workbench.home import (
    Home,
    create_home,
    read_settings_file,
    require_home,
    require_no_archive,
    require_no_import,
)
from netwb.workbench.parts import Parts
from netwb.workbench.platform_files import load_platforms

Clock = Callable[[], datetime]


def open_parts(
    home: Home, environment: Mapping[str, str], clock: Clock, need: Need = "writing"
) -> Parts:
    """Open a home that is set up and migrated; raises the error that says which is not."""
    require_home(home, need)
    settings = read_settings(home, environment)
    database = open_database(home, settings, need)
    require_current(database)
    return _parts(home, settings, environment, database, clock)


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
    parts = _parts(home, settings, environment, database, clock)
    return replace(parts, database_is_new=not has_tables)


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
    check_totp_word(settings.access.totp_for)
    parse_group_rights(settings.access.oidc_rights)
    check_grafana(settings.grafana)
    parse_never(settings.blackhole.never)
    check_rule_places(settings.compliance)
    return settings


def open_database(home: Home, settings: Settings, need: Need = "writing") -> Database:
    """The database of the settings; nothing is read yet."""
    url = settings.store.url or f"sqlite:///{home.database_file}"
    return Database(url, busy_timeout_s=settings.store.busy_timeout_s, need=need)


def _has_tables(database: Database) -> bool:
    if database.path is not None and not database.path.exists():
        return False
    return revision(database) is not None


def master_file_of(home: Home, settings: Settings) -> Path:
    """Where the master key lies, by the settings."""
    return Path(settings.keys.master_file or home.master_file).expanduser()


def _parts(
    home: Home,
    settings: Settings,
    environment: Mapping[str, str],
    database: Database,
    clock: Clock,
) -> Parts:
    master_file = master_file_of(home, settings)
    return Parts(
        home=home,
        settings=settings,
        environment=environment,
        clock=clock,
        platforms=load_platforms(home.folder("platforms.d"), startup=settings.collect.startup),
        database=database,
        master_file=master_file,
        keyring=Keyring.of_file(database, master_file, clock),
    )
