"""Restore a tenant on a machine that has nothing of it, from the URL of its remote and a passphrase.

Everything is brought beside the place where it goes, and proved, before anything is written there.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from netwb.errors import HomeError
from netwb.inventory.records import SecretSource
from netwb.loading import lazy
from netwb.setting_layers import build_settings, from_environment
from netwb.settings import Settings
from netwb.workbench.home import Home

if TYPE_CHECKING:
    from netwb.access import principals as _principals
    from netwb.archive.remote import inventory as _inventory
    from netwb.archive.remote import opening as _opening
    from netwb.archive.remote import records as _records
    from netwb.archive.remote import restoring as _restoring
    from netwb.archive.remote.bringing import Brought
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.workbench import compose as _compose
    from netwb.workbench import progress as bars
else:
    _principals = lazy("netwb.access.principals")
    _inventory = lazy("netwb.archive.remote.inventory")
    _opening = lazy("netwb.archive.remote.opening")
    _records = lazy("netwb.archive.remote.records")
    _restoring = lazy("netwb.archive.remote.restoring")
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _compose = lazy("netwb.workbench.compose")
    bars = lazy("netwb.workbench.progress")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSource:
    """Where an archive lies, and what opens it; secrets are told by where they are.

    lacking   "refused": nothing is restored where secrets are lacking; "left out": the rest is
    """

    url: str
    passphrase: SecretSource
    username: str = ""
    password: SecretSource | None = None
    key: SecretSource | None = None
    lacking: Literal["refused", "left out"] = "refused"


def into_home(
    source: RemoteSource,
    home: Home,
    environment: Mapping[str, str],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> _records.Restored:
    """Make the tenant part of a home, which is set up where it is not, and must not have it."""
    place = home.folder("archive") if home.settings_file.exists() else _above(home.path)
    with _brought(source, place, _settings(home, environment), environment) as brought:
        parts = _compose.create_parts(home, environment, clock)
        with closing(parts.database):
            parts.remote.installer.require_room(brought)
            parts.remote.installer.install(brought)
            actor = _principals.local_principal(f"{_principals.LOCAL}{getpass.getuser()}").actor()
            parts.audit.append(
                actor,
                "remote.restore",
                brought.tenant,
                tenant_id=brought.tenant_id,
                detail={
                    "url": source.url,
                    "revisions": brought.revisions,
                    "missing": brought.missing,
                    "foreign": brought.foreign.commits if brought.foreign else 0,
                    "main": brought.main,  # its commits carry heads of another chain
                },
            )
            return restored(brought, str(home.path))


def into_folder(
    source: RemoteSource, folder: Path, home: Home, environment: Mapping[str, str]
) -> _records.Restored:
    """Write every revision's whole text into a new folder; no home is needed, nor made."""
    settings = _settings(home, environment)
    with _brought(source, _above(folder), settings, environment) as brought:
        _restoring.write_texts(brought, folder)
        return restored(brought, str(folder))


def restored(brought: Brought, place: str) -> _records.Restored:
    """What it gave."""
    return _records.Restored(
        tenant=brought.tenant,
        devices=_inventory.count_devices(brought.inventory),
        revisions=brought.revisions,
        lacking=brought.lacking,
        missing=brought.missing,
        foreign=brought.foreign,
        seal=brought.seal,
        place=place,
    )


@contextmanager
def _brought(
    source: RemoteSource, place: Path, settings: Settings, environment: Mapping[str, str]
) -> Iterator[Brought]:
    secrets = _secret_sources.Secrets(environment)
    found = _restoring.Source(
        url=source.url,
        passphrase=secrets.read("passphrase", source.passphrase),
        credentials=_opening.Credentials(
            username=source.username,
            password=secrets.read("password", source.password) if source.password else "",
            key=secrets.read("private_key", source.key) if source.key else "",
        ),
    )
    with (
        bars.ShareProgress("restore") as bar,
        _restoring.brought_from(found, place, settings.remote, progress=bar.told) as brought,
    ):
        if source.lacking == "refused":
            _restoring.require_whole(brought)
        yield brought


def _settings(home: Home, environment: Mapping[str, str]) -> Settings:
    if home.settings_file.exists():
        return _compose.read_settings(home, environment)
    return build_settings({}, from_environment(environment))


def _above(path: Path) -> Path:
    """The folder that is to hold it, made where it is not there: a rename needs one file system."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"folder {path.parent} cannot be made: {error.strerror}; name another place"
        raise HomeError(msg) from error
    return path.parent
