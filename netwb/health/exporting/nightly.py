"""netwb's own backup: an export into a folder, the newest ones kept.

Older ones go only after a new one was written and read back. The folder is never made: where a disk
is not mounted, its empty place would fill the wrong one.
"""

from __future__ import annotations

import fcntl
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from netwb.errors import ExportError
from netwb.health.exporting.target import sync_folder
from netwb.health.exporting.writing import Sources, write_export

_NAMED = "netwb-{:%Y%m%dT%H%M%SZ}.netwb"
_ANY = "netwb-*Z.netwb"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfBackup:
    """What one night's own backup did; nothing where no folder is set.

    size     bytes
    kept     exports in the folder now, this one too
    removed  older ones
    """

    file: Path | None = None
    size: int = 0
    kept: int = 0
    removed: int = 0


def back_up_itself(sources: Sources, folder: Path, passphrase: str, *, keep: int) -> SelfBackup:
    """Write one, then remove what is older than the newest `keep`."""
    if not folder.is_dir():
        msg = f"folder {folder} of self_backup.folder is not there; make it, or mount its disk"
        raise ExportError(msg)
    _remove_stale(folder)
    path = _free(folder / _NAMED.format(sources.clock()))
    written = write_export(sources, path, passphrase)
    found = exports(folder)
    old = found[:-keep]
    for one in old:
        one.unlink(missing_ok=True)
    sync_folder(folder)
    return SelfBackup(file=path, size=written.size, kept=len(found) - len(old), removed=len(old))


def exports(folder: Path) -> list[Path]:
    """Exports that netwb wrote there by itself, oldest first: their names tell their time."""
    return sorted(path for path in folder.glob(_ANY) if path.is_file())


def _free(path: Path) -> Path:
    """Another name where a second one falls into the same second."""
    names = (path.with_name(path.name.replace("Z.", f"-{number}Z.")) for number in count(2))
    return next(name for name in chain([path], names) if not name.exists())


def _remove_stale(folder: Path) -> None:
    """What killed ones left; who writes one holds its lock."""
    for part in folder.glob(f"{_ANY}.part"):
        with part.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            part.unlink(missing_ok=True)
