"""Whether the database and its keys can be used, before anything is opened that might write."""

from __future__ import annotations

from sqlalchemy import select

from netwb.health.diagnosis import Diagnosis, ok, unknown, wrong
from netwb.health.disk import size
from netwb.health.space import database_size
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.keyring import CHECK
from netwb.store.models import KeyRow
from netwb.store.schema import require_current

LARGEST_WALKED = 400_000_000  # bytes; a second or so


def check_tables(database: Database) -> Diagnosis:
    """That they are those of this netwb. Raises MigrationNeededError, StoreUnavailableError."""
    require_current(database)
    return ok("database", f"{database.name} answers, its tables are those of this netwb")


def check_soundness(database: Database) -> Diagnosis:
    """That SQLite finds no fault in its file."""
    if database.path is None:
        return ok("soundness", "the database server sees to its files")
    octets = database_size(database.path)
    if octets > LARGEST_WALKED:
        return unknown(
            "soundness",
            f"the database has {size(octets)}, too much to be walked through here",
            "`sqlite3 FILE 'pragma quick_check'` does it on a copy",
        )
    fault = database.first_fault()
    if fault is None:
        return ok("soundness", f"SQLite finds no fault in {size(octets)}")
    return wrong(
        "soundness",
        f"database {database.path} is damaged: {fault[:120]}",
        "stop every netwb, and put back a copy of it",
    )


def check_has_keys(database: Database) -> Diagnosis:
    """That it has the value which tells a wrong master key."""
    with database.reading(NO_TENANT) as session:
        found = session.scalar(select(KeyRow.id).where(KeyRow.purpose == CHECK))
    if found is None:
        return wrong("keys", "the database has no keys yet", "complete the home with `netwb init`")
    return ok("keys", "the database has its keys")
