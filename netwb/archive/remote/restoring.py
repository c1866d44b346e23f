"""Bring an archive from a URL into a folder that is gone afterwards, for whoever makes use of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from netwb.archive.faults import file_error
from netwb.archive.remote.bringing import Brought, Progress, bring, brought_texts
from netwb.archive.remote.opening import Credentials, Opener
from netwb.archive.remote.talk import Talk
from netwb.archive.remote.url import parse_url
from netwb.archive.repository import create
from netwb.errors import InputError, RemoteError
from netwb.settings import RemoteSettings

_PREFIX = ".netwb-restore-"
_KILLED_AFTER_S = 7 * 86400.0  # far longer than any restore


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an archive lies, and what opens it."""

    url: str
    passphrase: str = field(repr=False)
    credentials: Credentials = field(default_factory=Credentials)


@contextmanager
def brought_from(
    source: Source,
    folder: Path,
    settings: RemoteSettings,
    *,
    name: str = "the remote",
    progress: Progress = lambda _what, _share: None,
) -> Iterator[Brought]:
    """What lies there, proved whole, in a folder made in `folder` as long as the block lasts.

    Raises RemoteError, InputError for a wrong passphrase; nothing is left behind.
    """
    url = parse_url(source.url)
    try:
        _sweep(folder)
        made = TemporaryDirectory(prefix=_PREFIX, dir=folder)
    except OSError as error:
        raise file_error(folder, error) from error
    with made as temporary:
        path = Path(temporary) / "brought.git"
        create(path)
        opener = Opener("restore", url, Path(temporary), settings)
        with opener.environment(source.credentials) as environment:
            talk = Talk(path, name=name, url=url, environment=environment, settings=settings)
            brought = bring(talk, path, source.passphrase, progress)
        yield brought


def _sweep(folder: Path) -> None:
    """Take away what restores left that were killed; one that goes on is younger than that."""
    for left in folder.glob(f"{_PREFIX}*"):
        if left.stat().st_mtime < time.time() - _KILLED_AFTER_S:
            shutil.rmtree(left, ignore_errors=True)


def require_whole(brought: Brought) -> None:
    """Raise RemoteError where secrets of some revisions are not there."""
    if brought.lacking:
        msg = (
            f"the remote of {brought.tenant} lacks secrets of {brought.lacking} of"
            f" {brought.revisions} revisions; with --incomplete the others are restored"
        )
        raise RemoteError(msg)


def write_texts(brought: Brought, folder: Path) -> int:
    """Every revision as a file of its own, under the path that it had; gives how many.

    `<site>/<hostname>.cfg` is the newest one; the others lie beside it, as `<number>-<commit>.cfg`
    in the folder `<hostname>.cfg.d`. Folders 0700, files 0600. Raises InputError unless `folder` is
    new or empty.
    """
    if folder.exists() and any(folder.iterdir()):
        msg = f"{folder} is not empty, and nothing is overwritten; name another folder"
        raise InputError(msg)
    numbers: dict[str, int] = {}
    written = 0
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for one in brought_texts(brought):
            if one.text is None:
                continue
            _require_inside(one.path)
            if one.old_path != one.path:  # it moved: the newest one lies elsewhere now
                (folder / one.old_path).unlink(missing_ok=True)
            number = numbers[one.path] = numbers.get(one.path, 0) + 1
            older = folder / f"{one.path}.d" / f"{number:05d}-{one.commit.commit[:12]}.cfg"
            for place in (older, folder / one.path):
                place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                place.unlink(missing_ok=True)
                place.touch(mode=0o600)
                place.write_bytes(one.text)
            written += 1
    except OSError as error:
        raise file_error(folder, error) from error
    return written


def _require_inside(path: str) -> None:
    """Git takes a path that leads out of the folder, with a warning."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts:
        msg = "the remote has a file whose path leads out of the folder; it was not made by netwb"
        raise RemoteError(msg)
