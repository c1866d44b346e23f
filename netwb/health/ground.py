"""What the home stands on: whose it is, who may read it, on which file system, in whose folder.

It needs no home that can be opened, and writes nothing.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from netwb.health.diagnosis import Diagnosis, advice, ok, unknown, wrong

MOUNTS = Path("/proc/self/mountinfo")
NETWORKED = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "ocfs2"),
        *("glusterfs", "fuse.glusterfs", "fuse.sshfs", "fuse.s3fs", "fuse.rclone", "davfs"),
    }
)
FORGETFUL = frozenset({"tmpfs", "ramfs"})  # gone with the next start of the machine
SYNCED = re.compile(
    r"dropbox|onedrive( - .*)?|google ?drive|my drive|icloud ?drive|mobile documents|nextcloud"
    r"|owncloud|syncthing|seafile|megasync|mega|pcloud ?drive|creative cloud files",
    re.IGNORECASE,
)
SYNC_MARKS = (".dropbox", ".stfolder", ".owncloudsync.log", ".nextcloudsync.log", ".sync.ffs_db")
_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A file system: where it hangs, and of which kind it is."""

    point: str
    kind: str


def check_home(home: Path) -> Diagnosis:
    """That it is there, of this login, and closed to others."""
    if not (home / "netwb.toml").exists():
        return wrong(
            "home",
            f"home {home} is not set up",
            "run `netwb init`, or name another one with --home",
        )
    status = home.stat()
    if status.st_uid != os.geteuid():
        return wrong(
            "home",
            f"home {home} belongs to another login (uid {status.st_uid})",
            "run netwb as its owner, or give it to this login with `chown -R`",
        )
    if stat.S_IMODE(status.st_mode) & 0o077:
        return wrong("home", f"home {home} is open to others", f"run `chmod 700 {home}`")
    if os.statvfs(home).f_flag & os.ST_RDONLY or not os.access(home, os.W_OK | os.X_OK):
        return wrong(
            "home",
            f"home {home} takes no writes: nothing can be backed up",
            "mount its file system for writing, or correct its mode",
        )
    return ok("home", f"{home} is closed to others, and takes writes")


def check_files(home: Path) -> Diagnosis:
    """That nothing near its top is open to others; what is deeper has a closed folder above it."""
    loose = sorted(
        str(path.relative_to(home))
        for path in [*home.glob("*"), *home.glob("*/*")]
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    )
    if loose:
        named = ", ".join(loose[:3]) + (f" and {len(loose) - 3} more" if len(loose) > 3 else "")
        return advice(
            "modes",
            f"others might read {named}, if the home were opened",
            f"run `chmod -R go= {home}`",
        )
    return ok("modes", "its files are closed to others too")


def check_file_system(home: Path, *, sqlite: bool, mounts: Path = MOUNTS) -> Diagnosis:
    """That it keeps what is written, and that locks on it hold."""
    try:
        text = mounts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return unknown("file system", f"of which kind that of {home} is, this machine does not say")
    mount = mount_of(home.resolve(), text)
    if mount.kind in NETWORKED:
        return _networked(mount, sqlite=sqlite)
    if mount.kind in FORGETFUL:
        return wrong(
            "file system",
            f"{mount.point} is {mount.kind}, which lives in memory: a restart empties it",
            "put the home on a disk",
        )
    if mount.kind == "overlay":
        return advice(
            "file system",
            f"the home lies in a container's own layer ({mount.point}) and goes with it",
            "mount a volume for it",
        )
    return ok("file system", f"{mount.kind} at {mount.point}")


def _networked(mount: Mount, *, sqlite: bool) -> Diagnosis:
    said = f"{mount.point} is a network file system ({mount.kind})"
    if sqlite:
        return wrong(
            "file system",
            f"{said}, on which SQLite's locks do not hold",
            "put the home on a local disk, or the database into PostgreSQL with store.url",
        )
    return advice(
        "file system",
        f"{said}: repositories are slow on it, and their locks hold only where it has POSIX locks",
        "keep the home on a local disk if you can",
    )


def mount_of(path: Path, mountinfo: str) -> Mount:
    """The file system of a path, by Linux's own list (proc(5), mountinfo); the last one wins.

    >>> mount_of(Path("/srv/netwb"), "36 35 98:0 / / rw,noatime shared:1 - ext4 /dev/sda1 rw")
    Mount(point='/', kind='ext4')
    """
    best = Mount(point="/", kind="unknown")
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(), right.split()
        if len(fields) < 5 or not kinds:
            continue
        point = _OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[4])
        if path.is_relative_to(point) and len(point) >= len(best.point):
            best = Mount(point=point, kind=kinds[0])
    return best


def check_surroundings(home: Path) -> Diagnosis:
    """That no other program takes the home for its own: a cloud's client, a Git work tree."""
    return next(_takers(home.resolve()), ok("surroundings", "no other program takes it along"))


def _takers(home: Path) -> Iterator[Diagnosis]:
    for folder in (home, *home.parents):
        marked = any((folder / mark).exists() for mark in SYNC_MARKS)
        if marked or SYNCED.fullmatch(folder.name):
            yield wrong(
                "surroundings",
                f"the home lies in {folder}, which another program copies elsewhere as it likes:"
                " that spoils databases, and carries the keys away",
                "put it into a folder that nothing synchronizes",
            )
    for folder in (home, *home.parents):
        if (folder / ".git").exists():
            yield advice(
                "surroundings",
                f"the home lies in the Git work tree {folder}, where a commit may take its keys",
                "put it elsewhere, or name it in .gitignore",
            )
