"""All of netwb in one file, and back into an empty home, on the facade."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from netwb._version import __version__
from netwb.errors import InputError, NetwbError
from netwb.inventory.records import SecretSource
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.setting_layers import build_settings, from_environment
from netwb.workbench.face import Face
from netwb.workbench.home import Home, find_home, parse_settings

if TYPE_CHECKING:
    from netwb.access import principals as _principals
    from netwb.health import space as _space
    from netwb.health.exporting import checking as _checking
    from netwb.health.exporting import loading as _destinations
    from netwb.health.exporting import manifest as _manifest
    from netwb.health.exporting import nightly as _nightly
    from netwb.health.exporting import samples as _samples
    from netwb.health.exporting import settings_text as _settings_text
    from netwb.health.exporting import writing as _writing
    from netwb.health.exporting.checking import Verified
    from netwb.health.exporting.manifest import Manifest
    from netwb.health.exporting.writing import Told
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.store import canonical as _canonical
    from netwb.store import database as _database
    from netwb.workbench import compose as _compose
    from netwb.workbench import progress as bars
else:
    _principals = lazy("netwb.access.principals")
    _checking = lazy("netwb.health.exporting.checking")
    _destinations = lazy("netwb.health.exporting.loading")
    _manifest = lazy("netwb.health.exporting.manifest")
    _nightly = lazy("netwb.health.exporting.nightly")
    _samples = lazy("netwb.health.exporting.samples")
    _settings_text = lazy("netwb.health.exporting.settings_text")
    _writing = lazy("netwb.health.exporting.writing")
    _space = lazy("netwb.health.space")
    _secret_sources = lazy("netwb.inventory.secret_sources")
    _canonical = lazy("netwb.store.canonical")
    _database = lazy("netwb.store.database")
    _compose = lazy("netwb.workbench.compose")
    bars = lazy("netwb.workbench.progress")

LEAST = 12  # characters of a passphrase: it alone guards all keys, wherever the file gets to


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export holds.

    size     bytes
    schema   migration of its tables
    missing  quarantined texts that were lost before it was made
    traffic  bytes of samples; 0: none came along
    """

    file: Path
    size: int
    made_at: datetime
    netwb: str
    schema: str
    tenants: int
    devices: int
    revisions: int
    users: int
    audit: int
    repositories: int
    quarantine: int
    missing: int
    traffic: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import made of an export.

    database     name of the one that it was loaded into
    moved_key    where the export had its master key, when that was outside of its home; else ""
    """

    home: Path
    database: str
    moved_key: str
    export: Export


class ExportFace(Face):
    """`export`, `check_export`, `import_export`, `back_up_itself`."""

    def export(
        self,
        file: str | Path,
        *,
        passphrase: SecretSource,
        traffic: Literal["with", "without"] = "with",
        told: Told | None = None,
    ) -> Export:
        """Write all of netwb into a new file, as one moment knew it, while everything goes on.

        passphrase   opens the file again; nothing else does
        traffic      samples that the home itself keeps; an InfluxDB's stay there
        told         is told what is done and which share of all; by default a progress bar
        Raises InputError, ExportError; of an export that failed nothing is left.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("an export of all")
        self._require_local("the files")
        words = new_passphrase(passphrase, self._parts.environment)
        path = Path(file).expanduser().absolute()
        self._require_apart(path, "export")
        sources = self._sources()
        if traffic == "with" and not self._parts.settings.metrics.url:
            sources = replace(sources, samples=self._parts.home.path / _samples.SAMPLES)
        with bars.ShareProgress("export") as bar:
            written = _writing.write_export(sources, path, words, told=told or bar.told)
        self._audit("export", path.name, detail={"bytes": written.size})
        return _summary(path, written.size, written.manifest)

    @staticmethod
    def check_export(
        file: str | Path,
        *,
        passphrase: SecretSource,
        environment: Mapping[str, str] | None = None,
        told: Told | None = None,
    ) -> Export:
        """Read an export as an import would, and write nothing; ExportRefusedError says what is wrong."""
        words = _passphrase(passphrase, os.environ if environment is None else environment)
        with bars.ShareProgress("check") as bar:
            tell = told or bar.told
            path = Path(file).expanduser().absolute()
            with _checking.verified(path, words, lambda share: tell("reading", share / 2)) as found:
                _checking.prove_repositories(found, lambda share: tell("archives", (1 + share) / 2))
                return _summary(path, path.stat().st_size, found.manifest)

    @staticmethod
    def import_export(  # noqa: PLR0913 - each by its name
        file: str | Path,
        *,
        passphrase: SecretSource,
        home: str | Path | None = None,
        store: Literal["home"] | SecretSource | None = None,
        only: Literal["all", "check"] = "all",
        environment: Mapping[str, str] | None = None,
        told: Told | None = None,
    ) -> Imported:
        """Verify an export, then make an empty home of it; upgraded where it is older.

        store   database to load into, which must be empty: "home" is SQLite in the home, else where
                its URL is told; by default NETWB_STORE__URL, else the one that the export names
        only    "check": look whether it could be done, and write nothing
        A killed import leaves an empty home, which another one completes.
        Raises ExportRefusedError, HomeError, StoreError.
        """
        environment = os.environ if environment is None else environment
        words = _passphrase(passphrase, environment)
        place = find_home(home, environment).path
        _destinations.require_empty(place)
        path = Path(file).expanduser().absolute()
        with bars.ShareProgress("import") as bar:
            tell = told or bar.told
            with _checking.verified(path, words, lambda share: tell("checking", share)) as found:
                to, moved_key = _destination(found, place, store, environment)
                if only == "check":
                    _destinations.require_free(to)
                    _checking.prove_repositories(found)
                else:
                    _destinations.load_export(found, to, tell)
                    _settle_in(place, environment, found)
                return Imported(
                    home=place,
                    database=_database_name(to),
                    moved_key=moved_key,
                    export=_summary(path, path.stat().st_size, found.manifest),
                )

    def back_up_itself(self) -> _nightly.SelfBackup:
        """Export netwb into `self_backup.folder` and keep the newest ones; nothing where none is set.

        What is wrong is told as a state, `self.backup`, and raised.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("netwb's own backup")
        settings = self._parts.settings.self_backup
        if not settings.folder:
            return _nightly.SelfBackup()
        try:
            folder = Path(settings.folder).expanduser()
            self._require_apart(folder, "self_backup.folder")
            words = self._own_passphrase(settings.passphrase)
            done = _nightly.back_up_itself(self._sources(), folder, words, keep=settings.keep)
        except NetwbError as error:
            self._tell_self_backup(settings.folder, str(error))
            raise
        self._audit("export", done.file.name if done.file else "", detail={"bytes": done.size})
        self._tell_self_backup(settings.folder, "")
        return done

    def _require_apart(self, path: Path, named: str) -> None:
        if _space.place_of(path, self._parts.home.path) == "in the home":
            msg = (
                f"{named} {path} lies in the home that it is to be a backup of; name a place on"
                " another machine or disk"
            )
            raise InputError(msg)

    def _own_passphrase(self, origin: str) -> str:
        if not origin:
            msg = (
                "setting self_backup.passphrase is empty, and a backup holds all keys; say where its"
                " passphrase is, as file:/etc/netwb/passphrase or env:NAME"
            )
            raise InputError(msg)
        return new_passphrase(SecretSource(origin=origin), self._parts.environment)

    def newest_self_backup(self) -> tuple[Path, datetime] | None:
        """The newest export in `self_backup.folder`, and when it was written; None where none is."""
        self._require(Permission.HEALTH_VIEW)
        self._require_everywhere("netwb's own backup")
        folder = self._parts.settings.self_backup.folder
        found = _nightly.exports(Path(folder).expanduser()) if folder else []
        if not found:
            return None
        return found[-1], datetime.fromtimestamp(found[-1].stat().st_mtime, UTC)

    def _tell_self_backup(self, folder: str, fault: str) -> None:
        self._parts.notices.stands(
            "self.backup",
            subject="self-backup",
            label=f"netwb's own backup into {folder}",
            is_wrong=bool(fault),
            severity="critical",
            message=fault or "netwb backs itself up again",
        )

    def _sources(self) -> _writing.Sources:
        return _writing.Sources(
            home=self._parts.home.path,
            settings_file=self._parts.home.settings_file,
            master_file=self._parts.master_file,
            database=self._parts.database,
            clock=self._parts.clock,
            version=__version__,
        )


def _destination(
    export: Verified,
    home: Path,
    store: Literal["home"] | SecretSource | None,
    environment: Mapping[str, str],
) -> tuple[_destinations.Destination, str]:
    """Where it goes, and where its master key was, when that was outside of the home."""
    text = export.sealed(_manifest.SETTINGS_FILE).decode()
    own = build_settings(parse_settings(text, f"of export {export.path}"))
    over = build_settings(from_environment(environment))
    if store is not None and over.store.url:
        msg = "NETWB_STORE__URL and --store both name a database; leave one of them out"
        raise InputError(msg)
    url = _store_url(store, over.store.url or own.store.url, environment)
    if url != own.store.url:
        text = _settings_text.with_setting(text, "store", "url", url or None)
    if own.keys.master_file:
        text = _settings_text.with_setting(text, "keys", "master_file", None)
    master_file = over.keys.master_file
    to = _destinations.Destination(
        home=home,
        settings=text,
        store_url=url,
        master_file=Path(master_file).expanduser() if master_file else None,
        busy_timeout_s=own.store.busy_timeout_s,
    )
    return to, own.keys.master_file


def _settle_in(home: Path, environment: Mapping[str, str], export: Verified) -> None:
    """The new home opens; commits that came without their rows get them, its first link says whence.

    A run beside the export may have had commits in Git that its tables did not name yet.
    """
    parts = _compose.open_parts(Home(home), environment, lambda: datetime.now(UTC))
    try:
        parts.archive.recover({one.id: one.slug for one in parts.places.tenants(ALL_TENANTS)})
        detail = {
            "made_at": _canonical.instant(export.manifest.made_at),
            "schema": export.manifest.schema,
        }
        actor = f"{_principals.LOCAL}{getpass.getuser()}"
        parts.audit.append(actor, "import", export.path.name, detail=detail)
    finally:
        parts.database.close()


def _database_name(to: _destinations.Destination) -> str:
    """Without its password."""
    if not to.store_url:
        return "SQLite in the home"
    return _database.Database(to.store_url).name


def _store_url(
    store: Literal["home"] | SecretSource | None, named: str, environment: Mapping[str, str]
) -> str:
    if store is None:
        return named
    if store == "home":
        return ""
    return _secret_sources.Secrets(environment).read("store_url", store)


def new_passphrase(source: SecretSource, environment: Mapping[str, str]) -> str:
    """One that is to guard something from now on; InputError where it is short."""
    words = _passphrase(source, environment)
    if len(words) < LEAST:
        msg = f"the passphrase is too short: give {LEAST} characters or more; a sentence is good"
        raise InputError(msg)
    return words


def _passphrase(source: SecretSource, environment: Mapping[str, str]) -> str:
    return _secret_sources.Secrets(environment).read("passphrase", source)


def _summary(path: Path, size: int, manifest: Manifest) -> Export:
    return Export(
        file=path,
        size=size,
        made_at=manifest.made_at,
        netwb=manifest.netwb,
        schema=manifest.schema,
        tenants=manifest.rows("tenant"),
        devices=manifest.rows("device"),
        revisions=manifest.rows("revision"),
        users=manifest.rows("user"),
        audit=manifest.rows("audit"),
        repositories=len(manifest.bundles),
        quarantine=len(manifest.quarantine),
        missing=len(manifest.missing),
        traffic=manifest.size(_samples.SAMPLES),
    )
