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

from netwb.access.principals import LOCAL, local_principal
from netwb.archive.remote.bringing import Brought
from netwb.archive.remote.inventory import count_devices
from netwb.archive.remote.opening import Credentials
from netwb.archive.remote.records import Restored
from netwb.archive.remote.restoring import Source, brought_from, require_whole, write_texts
from netwb.errors import HomeError
from netwb.inventory.records import SecretSource
from netwb.inventory.secret_sources import Secrets
from netwb.loading import lazy
from netwb.settings import Settings, build_settings, from_environment
from netwb.workbench.compose import create_parts, read_settings
from netwb.workbench.home import Home

if TYPE_CHECKING:
    from netwb.workbench import progress as bars
else:
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
) -> Restored:
    """Make the tenant part of a home, which is set up where it is not, and must not have it."""
    place = home.folder("archive") if home.settings_file.exists() else _above(home.path)
    with _brought(source, place, _settings(home, environment), environment) as brought:
        parts = create_parts(home, environment, clock)
        with closing(parts.database):
            parts.remote.installer.require_room(brought)
            parts.remote.installer.install(brought)
            actor = local_principal(f"{LOCAL}{getpass.getuser()}").actor()
            parts.audit.append(
                actor,
                "remote.restore",
                brought.tenant,
                tenant_id=brought.tenant_id,
                detail={
                    "url": source.url,
                    "revisions": brought.revisions,
                    "main": brought.main,  # its commits carry heads of another chain
                },
            )
            return restored(brought, str(home.path))


def into_folder(
    source: RemoteSource, folder: Path, home: Home, environment: Mapping[str, str]
) -> Restored:
    """Write every revision's whole text into a new folder; no home is needed, nor made."""
    settings = _settings(home, environment)
    with _brought(source, _above(folder), settings, environment) as brought:
        write_texts(brought, folder)
        return restored(brought, str(folder))


def restored(brought: Brought, place: str) -> Restored:
    """What it gave."""
    return Restored(
        tenant=brought.tenant,
        devices=count_devices(brought.inventory),
        revisions=brought.revisions,
        lacking=brought.lacking,
        place=place,
    )


@contextmanager
def _brought(
    source: RemoteSource, place: Path, settings: Settings, environment: Mapping[str, str]
) -> Iterator[Brought]:
    secrets = Secrets(environment)
    found = Source(
        url=source.url,
        passphrase=secrets.read("passphrase", source.passphrase),
        credentials=Credentials(
            username=source.username,
            password=secrets.read("password", source.password) if source.password else "",
            key=secrets.read("private_key", source.key) if source.key else "",
        ),
    )
    with (
        bars.ShareProgress("restore") as bar,
        brought_from(found, place, settings.remote, progress=bar.told) as brought,
    ):
        if source.lacking == "refused":
            require_whole(brought)
        yield brought


def _settings(home: Home, environment: Mapping[str, str]) -> Settings:
    if home.settings_file.exists():
        return read_settings(home, environment)
    return build_settings({}, from_environment(environment))


def _above(path: Path) -> Path:
    """The folder that is to hold it, made where it is not there: a rename needs one file system."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"folder {path.parent} cannot be made: {error.strerror}; name another place"
        raise HomeError(msg) from error
    return path.parent
