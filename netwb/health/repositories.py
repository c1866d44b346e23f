"""Whether each tenant's repository can be read, and is as netwb left it. It takes no lock.

A whole `git fsck` of years takes minutes, so only what the newest commits need is looked for and read,
for some seconds: that is what a crash or a full disk spoils. The job `index-check-full` reads all.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from netwb.archive.child import GitChildren
from netwb.archive.faults import damaged
from netwb.archive.repository import MAIN, Repository
from netwb.errors import NetwbError
from netwb.health.diagnosis import Diagnosis, advice, of_error, ok, wrong
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import IndexedRow, RevisionRow, TenantRow

CHECK = "repositories"
NEWEST = 20  # commits whose objects are looked for: about a month of nights of a small network
READING_S = 5.0  # in each repository, of what its newest commits are made of
STALE_LOCK_S = 600  # no write of ours takes longer


def check_repositories(archive: Path, database: Database) -> tuple[Diagnosis, ...]:
    """What is wrong with each; one row where nothing is."""
    known = _indexed(database)
    found = [one for slug in known for one in _checked(archive / f"{slug}.git", *known[slug])]
    strays = sorted(path.stem for path in archive.glob("*.git") if path.stem not in known)
    if strays:
        found.append(
            advice(
                CHECK,
                f"archive/ holds repositories of no tenant: {', '.join(strays[:5])}",
                "add the tenant again, or move them elsewhere",
            )
        )
    there = sum((archive / f"{slug}.git").is_dir() for slug in known)
    if all(one.verdict == "ok" for one in found):
        said = f"{there} can be read as far as their newest {NEWEST} commits go"
        found.append(ok(CHECK, f"{said}, and end where the index does"))
    return tuple(found)


def _indexed(database: Database) -> dict[str, tuple[int, str]]:
    """Tenant's slug -> how many revisions the index knows, and up to which commit."""
    query = (
        select(TenantRow.slug, func.count(RevisionRow.number), IndexedRow.commit)
        .outerjoin(IndexedRow, IndexedRow.tenant_id == TenantRow.id)
        .outerjoin(RevisionRow, RevisionRow.tenant_id == TenantRow.id)
        .group_by(TenantRow.slug, IndexedRow.commit)
        .order_by(TenantRow.slug)
    )
    with database.reading(ALL_TENANTS) as session:
        return {slug: (count, commit or "") for slug, count, commit in session.execute(query)}


def _checked(path: Path, revisions: int, last: str) -> Iterator[Diagnosis]:
    if not path.is_dir():
        if revisions:
            yield wrong(
                CHECK,
                f"repository {path} is gone, and the index knows {revisions:,} revisions of it",
                "put a copy of it back, or restore it from its remote",
            )
        return
    try:
        yield from _looked_into(path, last)
    except NetwbError as error:
        yield of_error(CHECK, error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        yield wrong(CHECK, f"repository {path} cannot be read: {reason}", "check owner and modes")


def _looked_into(path: Path, last: str) -> Iterator[Diagnosis]:
    objects = path / "objects"
    if not os.access(objects, os.R_OK | os.X_OK):
        yield wrong(
            CHECK, f"repository {path} is closed to this login", "check its owner and modes"
        )
        return
    takes_writes = not os.statvfs(objects).f_flag & os.ST_RDONLY
    if takes_writes and not os.access(objects, os.W_OK):
        yield wrong(
            CHECK, f"repository {path} cannot be written to by this login", "check its owner"
        )
    head = (path / "HEAD").read_text(encoding="utf-8", errors="replace").strip()
    if head != f"ref: {MAIN}":
        yield wrong(
            CHECK,
            f"repository {path} has HEAD at {head[:60]!r}, and netwb writes main",
            f"run `git -C {path} symbolic-ref HEAD {MAIN}`",
        )
    repository = Repository(path)
    tip = repository.tip()
    yield from _ends(path, repository, tip, last)
    if tip is not None:
        yield from _objects(path, tip)
    yield from _locks(path)


def _ends(path: Path, repository: Repository, tip: str | None, last: str) -> Iterator[Diagnosis]:
    if tip == (last or None):
        return
    if last and (tip is None or not repository.is_ancestor(last, tip)):
        yield wrong(
            CHECK,
            f"repository {path} lacks commit {last[:12]}, which the index knows",
            "put back a newer copy of it, or restore it from its remote",
        )
    else:
        yield advice(
            CHECK,
            f"repository {path} is ahead of the index",
            "the next backup of its tenant takes that in",
        )


def _objects(path: Path, tip: str) -> Iterator[Diagnosis]:
    """That all is there of which the newest commits are made."""
    children = GitChildren(path)
    listed = children.answer("rev-list", "--objects", f"--max-count={NEWEST}", tip)
    names = [line.split(b" ", 1)[0] + b"\n" for line in listed.splitlines()]
    told = children.told(("cat-file", "--batch-check"), names)
    missing = [line for line in told.splitlines() if line.endswith(b" missing")]
    if missing:
        yield wrong(
            CHECK,
            f"repository {path} lacks {len(missing)} objects of its newest commits",
            "put back a copy of it, or restore it from its remote",
        )
        return
    unread = _unread(path, names)
    if unread:
        yield ok(
            CHECK,
            f"of repository {path} {unread:,} of {len(names):,} objects of its newest commits were"
            " not read for want of time, the job index-check-full reads all",
        )


def _unread(path: Path, names: Sequence[bytes]) -> int:
    """Read each, and hold it against its name; how many there was no time for. ArchiveDamagedError."""
    until = time.monotonic() + READING_S
    with GitChildren(path).process("cat-file", "--batch") as process:
        for done, name in enumerate(names):
            if time.monotonic() > until:
                return len(names) - done
            process.stdin.write(name)
            process.stdin.flush()
            head = process.stdout.readline().split()
            content = process.stdout.read(int(head[2])) if len(head) == 3 else b""
            process.stdout.read(1 if head else 0)
            if not _is_named(name.strip().decode(), head, content):
                raise damaged(str(path), f"object {name[:12].decode()} cannot be read")
    return 0


def _is_named(name: str, head: Sequence[bytes], content: bytes) -> bool:
    """Whether that is the object of that name, which Git makes of what it holds."""
    if len(head) != 3:
        return False
    made = hashlib.new("sha1", usedforsecurity=False)
    made.update(b"%b %b\0" % (head[1], head[2]))
    made.update(content)
    return made.hexdigest() == name


def _locks(path: Path) -> Iterator[Diagnosis]:
    """Lock files of Git that no write of ours can have any more."""
    now = time.time()
    stray = sorted(
        str(lock.relative_to(path))
        for pattern in ("*.lock", "refs/**/*.lock", "objects/**/*.lock")
        for lock in path.glob(pattern)
        if now - lock.stat().st_mtime > STALE_LOCK_S
    )
    if stray:
        yield wrong(
            CHECK,
            f"repository {path} has lock files that nobody holds: {', '.join(stray[:3])}",
            "make sure that no Git runs there, then remove them",
        )
