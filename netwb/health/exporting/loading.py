"""Put an export into an empty home: built aside, in the home's own folder, then moved into place.

`netwb.toml` is moved last, and a home without it is none. So a killed import leaves no home, and the
next one clears what it left and does it again; only a database elsewhere that it had filled already
is taken as it is, since that was one transaction. Nothing is written for an export that was not
verified, and nothing moved before each member was compared with its digest once more.
"""

from __future__ import annotations

import fcntl
import gzip
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from netwb.archive.bundles import read_bundle
from netwb.erp.numbers import begin_anew
from netwb.errors import ExportRefusedError, HomeError, StoreUnavailableError
from netwb.health.exporting.checking import Verified, whole
from netwb.health.exporting.container import PIECE, digest_of
from netwb.health.exporting.manifest import BUNDLES, KEY_FILE, QUARANTINE
from netwb.health.exporting.samples import SAMPLES
from netwb.health.exporting.target import sync_folder
from netwb.health.exporting.writing import FOLDERS, SNIPPETS, Told
from netwb.store.database import Database
from netwb.store.dump import Loader, audit_head
from netwb.store.masterkey import MasterKey
from netwb.store.schema import create_filled, require_none, revision

ASIDE = ".import"
_SETTINGS, _DATABASE, _KEY, _BEGUN = "netwb.toml", "netwb.db", "master.key", "begun"
_MADE = {*FOLDERS, BUNDLES, QUARANTINE, SNIPPETS, SAMPLES, _DATABASE, _KEY}
_NOT_OURS = {"lost+found"}  # in the root of a file system of its own
_OF_PROCESSES = {"daemon", "lease"}  # signs of life of processes that are not this home's
_NUMBERED = "erp_head"  # not in an export of before there was one
_TABLES_SHARE = 0.8  # of the time, about


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an export is put.

    settings     text of the new `netwb.toml`
    store_url    database elsewhere, which must be empty; "" for the home's own
    master_file  where the master key goes; None: into the home
    """

    home: Path
    settings: str
    store_url: str
    master_file: Path | None
    busy_timeout_s: float


def load_export(export: Verified, to: Destination, told: Told = lambda _what, _share: None) -> None:
    """All of it, or nothing. Raises HomeError where the home is not empty; StoreError and others."""
    with _aside(to.home) as aside, _translated(to.home):
        filled = _was_filled(export, to, aside)
        if not filled:
            require_free(to)
        keys = _keys(export, to)
        _clear(to.home, aside)
        for name in _MADE - {_DATABASE, _KEY, SAMPLES}:
            (aside / name).mkdir(mode=0o700, exist_ok=True)
        _files(export, aside)
        _repositories(export, aside, told)
        _database(export, to, aside, told, filled=filled)
        if keys is not None:
            keys.write(to.master_file or aside / _KEY)
        _write(aside / _SETTINGS, to.settings.encode())
        _sync(aside)
        _move(aside, to.home)


def require_empty(home: Path) -> None:
    """Raise HomeError unless there is no home, an empty folder, or what a killed import left."""
    try:
        there = {path.name for path in home.iterdir()} - _NOT_OURS
    except FileNotFoundError:
        return
    except OSError as error:
        msg = f"home {home} cannot be read: {error.strerror}; name another one with --home"
        raise HomeError(msg) from error
    ours = {ASIDE, *_MADE} if ASIDE in there else set()
    if there - ours:
        msg = (
            f"home {home} is not empty, it holds {min(there - ours)}; an import never writes over"
            " anything: name an empty or new folder with --home"
        )
        raise HomeError(msg)


def require_free(to: Destination) -> None:
    """Raise StoreError where the database elsewhere holds something."""
    if not to.store_url:
        return
    database = Database(to.store_url, busy_timeout_s=to.busy_timeout_s)
    try:
        if database.path is None or database.path.exists():
            require_none(database)
    finally:
        database.close()


@contextmanager
def _aside(home: Path) -> Iterator[Path]:
    """The folder where it is built, which no other import uses."""
    require_empty(home)
    aside, was_there = home / ASIDE, home.is_dir()
    with _translated(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.chmod(0o700)
        aside.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(aside, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(descriptor, home)
        require_empty(home)
        with _taken_back(home, aside, was_there=was_there):
            yield aside
    finally:
        os.close(descriptor)


def _lock(descriptor: int, home: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        msg = f"home {home} is being filled by another import; wait for it to end"
        raise HomeError(msg) from error


@contextmanager
def _taken_back(home: Path, aside: Path, *, was_there: bool) -> Iterator[None]:
    """Leave the home as it was found where the block fails, as far as nothing was moved yet.

    A database elsewhere that was filled is not taken back: the next import goes on from it.
    """
    try:
        yield
    except BaseException:
        others = {path.name for path in home.iterdir()} - _NOT_OURS - {ASIDE}
        if not others and not (aside / _BEGUN).exists():
            shutil.rmtree(aside)
            if not was_there:
                home.rmdir()
        raise


def _was_filled(export: Verified, to: Destination, aside: Path) -> bool:
    """Whether a killed import of this very export had filled the database elsewhere."""
    begun = aside / _BEGUN
    if not to.store_url or not begun.exists() or begun.read_bytes() != export.identity:
        return False
    database = Database(to.store_url, busy_timeout_s=to.busy_timeout_s)
    try:
        if (database.path and not database.path.exists()) or revision(database) is None:
            return False
        with database.snapshot() as connection:
            return audit_head(connection) == export.manifest.audit_head
    finally:
        database.close()


def _clear(home: Path, aside: Path) -> None:
    """Take away what a killed import left."""
    for path in (*(home / name for name in _MADE), *aside.iterdir()):
        if path.name == _BEGUN:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _files(export: Verified, aside: Path) -> None:
    for name in export.places:
        folder = name.partition("/")[0]
        if folder not in {*FOLDERS, QUARANTINE, SNIPPETS, SAMPLES}:
            continue
        place = aside / name
        for above in reversed(Path(name).parents):  # of several at once only the last has the mode
            (aside / above).mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        stream = io.BytesIO(export.sealed(name)) if folder == SNIPPETS else export.stream(name)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(stream, file, PIECE)
        _compare(export, name)


def _repositories(export: Verified, aside: Path, told: Told) -> None:
    for number, bundle in enumerate(export.manifest.bundles):
        share = number / len(export.manifest.bundles)
        told(f"archive of {bundle.tenant}", share * (1 - _TABLES_SHARE))
        place = aside / BUNDLES / f"{bundle.tenant}.git"
        with whole(export.path, bundle):
            read_bundle(place, export.stream(bundle.member), bundle.main)
        _compare(export, bundle.member)


def _database(export: Verified, to: Destination, aside: Path, told: Told, *, filled: bool) -> None:
    if filled:
        return
    database = Database(
        to.store_url or f"sqlite:///{aside / _DATABASE}", busy_timeout_s=to.busy_timeout_s
    )
    if to.store_url:
        _write(aside / _BEGUN, export.identity)
    try:
        create_filled(database, _filler(export, told), at=export.manifest.schema)
    except BaseException:
        (aside / _BEGUN).unlink(missing_ok=True)
        raise
    finally:
        database.close()
    for lock in aside.glob(f"{_DATABASE}.*lock"):
        lock.unlink()


def _filler(export: Verified, told: Told) -> Callable[[Connection], None]:
    tables = export.manifest.dumped
    total = max(1, sum(table.rows for table in tables))

    def fill(connection: Connection) -> None:
        """Every table, in the order of the manifest; ExportRefusedError where rows are lacking."""
        loader, done = Loader(connection, [table.shape for table in tables]), 0
        loader.begin()

        def note(rows: int) -> None:
            nonlocal done
            done += rows
            told(f"table {table.shape.name}", 1 - _TABLES_SHARE + _TABLES_SHARE * done / total)

        for table in tables:
            if table.shape.name in _OF_PROCESSES:
                note(table.rows)
                continue
            with gzip.open(export.stream(table.member)) as lines:
                if loader.load(table.shape, lines, note) != table.rows:
                    raise _changed(export, table.member)
            _compare(export, table.member)
        loader.finish()
        if any(table.shape.name == _NUMBERED for table in tables):
            begin_anew(connection)

    return fill


def _keys(export: Verified, to: Destination) -> MasterKey | None:
    """The master key; None where it lies elsewhere already, as a killed import left it."""
    keys = tuple(bytes.fromhex(line) for line in export.sealed(KEY_FILE).decode().split())
    place = to.master_file
    if place is None or not place.exists():
        return MasterKey(keys, str(place or _KEY))
    if MasterKey.read(place).keys == keys:
        return None
    msg = f"master key {place} is there already, and another one; name another place for it"
    raise HomeError(msg)


def _compare(export: Verified, name: str) -> None:
    """What was read just now is what was verified: the file may have been changed in between."""
    if digest_of(export.stream(name)) != export.members[name].digest:
        raise _changed(export, name)


def _changed(export: Verified, name: str) -> ExportRefusedError:
    return ExportRefusedError(
        f"export {export.path} is refused: it was changed meanwhile ({name}); take another copy of it"
    )


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """To the disk, before any name of it counts."""
    for path in folder.rglob("*"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    sync_folder(folder)


def _move(aside: Path, home: Path) -> None:
    """The settings last: with them it is a home."""
    names = sorted(path.name for path in aside.iterdir() if path.name not in {_SETTINGS, _BEGUN})
    for name in (*names, _SETTINGS):
        if os.path.lexists(home / name):
            msg = f"home {home} got a {name} of another process meanwhile; give the import its own"
            raise HomeError(msg)
        (aside / name).rename(home / name)
        sync_folder(home)
    shutil.rmtree(aside)


@contextmanager
def _translated(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = (
            f"home {home} cannot be filled: {error.strerror}; make room for it, or name another one"
            " with --home; it is none until an import ends well"
        )
        raise StoreUnavailableError(msg) from error
