"""Whether whoever gets hold of the database, or of a copy of it, gets its keys along. It reads only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from netwb.health.diagnosis import Diagnosis, advice, ok

CURE = (
    "keep it on another medium: move it, set keys.master_file to its new place, and keep a copy of"
    " it apart"
)


def check_key_place(master_file: Path, database_file: Path | None) -> Diagnosis:
    """Where the master key lies. `database_file`: None where the database is a server's."""
    if database_file is None:
        return ok("key place", "the database is on a server, the master key is here")
    if master_file.resolve().parent == database_file.resolve().parent:
        return advice(
            "key place",
            f"master key {master_file} lies beside the database that it opens: one copy of the"
            " folder holds both",
            CURE,
        )
    if master_file.stat().st_dev == database_file.stat().st_dev:
        return advice(
            "key place",
            f"master key {master_file} lies on the same file system as the database: one lost disk"
            " takes both, one image of it holds both",
            CURE,
        )
    return ok("key place", f"{master_file}, apart from the database")


def check_old_copies(home: Path) -> Diagnosis:
    """Copies that upgrades made: as secret as the database, and of no use for long."""
    copies: Sequence[Path] = sorted(home.glob("netwb-before-*.db"))
    if not copies:
        return ok("old copies", "none from before an upgrade lies in the home")
    megabytes = sum(path.stat().st_size for path in copies) / 1e6
    return advice(
        "old copies",
        f"{len(copies)} from before upgrades lie in the home, {megabytes:,.0f} MB, as secret as the"
        " database",
        f"once all is well, remove {home}/netwb-before-*.db",
    )


def check_left_database(home: Path, database_file: Path | None) -> Diagnosis:
    """Whether a database of the home is left there, where `store.url` names another one."""
    left = home / "netwb.db"
    if not left.exists() or (
        database_file is not None and database_file.resolve() == left.resolve()
    ):
        return ok("former database", "no other database than the one in use lies in the home")
    return advice(
        "former database",
        f"{left} of before lies in the home and is not used, as store.url names another one; it is as"
        " secret as that",
        "once `netwb export` and `netwb import` have carried over what is needed, remove it",
    )
