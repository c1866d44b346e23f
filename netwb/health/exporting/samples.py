"""The home's own samples of traffic, as one moment of their file knew them.

They are a database of their own, of some gigabytes where there are many ports, which is written to
all the while. SQLite's online backup copies it whole, beside the export, into a file that has no
name any more when the copying begins: of a killed export an empty one is left at most, which the next
one takes over. Source: sqlite.org/backup.html.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from netwb.errors import ExportError

SAMPLES = "metrics.db"  # in the home, and in an export


@contextmanager
def copied(database: Path, beside: Path) -> Iterator[BinaryIO]:
    """A copy to read. Raises ExportError where there is no room for it, or the file is damaged.

    beside   its folder holds the copy while the block lasts
    """
    place = beside.with_name(f"{beside.name}.samples")
    place.unlink(missing_ok=True)
    with os.fdopen(os.open(place, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "rb") as copy:
        with closing(sqlite3.connect(place, isolation_level=None)) as target:
            _open_then_unname(target, place)
            try:
                with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source:
                    source.backup(target)
            except sqlite3.Error as error:
                msg = (
                    f"samples of traffic in {database} cannot be copied beside {beside}: {error};"
                    " make room there, or leave them out with --without-traffic"
                )
                raise ExportError(msg) from error
        yield copy


def _open_then_unname(target: sqlite3.Connection, path: Path) -> None:
    """SQLite opens a file when it first reads it; a journal beside it would have a name of its own."""
    target.execute("PRAGMA journal_mode = OFF")
    target.execute("PRAGMA synchronous = OFF")
    target.execute("PRAGMA schema_version").fetchone()
    path.unlink()
