"""How full the home's disk is, and what grows on it. It reads sizes and counts, and no text."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from netwb.archive.sizes import size_of
from netwb.health.disk import LOOK_BACK, Growth, Lies, Space
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import RevisionRow


def read_space(home: Path, database_file: Path | None) -> Space:
    """Bytes on the disk that holds the home. Raises OSError."""
    usage = shutil.disk_usage(home)
    return Space(
        total=usage.total,
        free=usage.free,
        archive=sum(repository_sizes(home / "archive").values()),
        database=0 if database_file is None else database_size(database_file),
    )


def place_of(folder: Path, home: Path) -> Lies:
    """Where a folder lies, which may not be there yet, as seen from the home."""
    folder, home = folder.resolve(), home.resolve()
    if folder.is_relative_to(home):
        return "in the home"
    there = next(one for one in (folder, *folder.parents) if one.exists())
    return "on its disk" if there.stat().st_dev == home.stat().st_dev else "apart"


def database_size(file: Path) -> int:
    """Of a SQLite database with what is not yet taken into its file."""
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def repository_sizes(archive: Path) -> Mapping[str, int]:
    """Tenant's slug -> bytes of its repository."""
    return {path.stem: size_of(path) for path in sorted(archive.glob("*.git"))}


def read_growth(database: Database, *, now: datetime) -> Growth:
    """Of all tenants' revisions."""
    recent = select(func.count()).where(
        RevisionRow.stored_at > now - LOOK_BACK, RevisionRow.number > 1
    )
    with database.reading(ALL_TENANTS) as session:
        first = session.scalar(select(func.min(RevisionRow.stored_at)))
        return Growth(
            revisions=session.scalar(select(func.count()).select_from(RevisionRow)) or 0,
            recent=session.scalar(recent) or 0,
            days=0 if first is None else (now - first).days,
        )
