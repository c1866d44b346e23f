"""Sizes of folders in which others are at work."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from netwb.archive.sizes import size_of


def filled(folder: Path) -> Path:
    """Seven bytes, four of them a folder further down."""
    (folder / "objects" / "pack").mkdir(parents=True)
    (folder / "HEAD").write_bytes(b"ref")
    (folder / "objects" / "pack" / "a.pack").write_bytes(b"PACK")
    return folder


@contextmanager
def coming_and_going(folder: Path) -> Iterator[None]:
    """Somebody who makes folders with files there, and takes them away, all the time."""
    enough = Event()

    def work() -> None:
        while not enough.is_set():
            for name in "abcdefgh":
                (folder / name).mkdir()
                (folder / name / "tmp_pack").write_bytes(b"")
            for name in "abcdefgh":
                shutil.rmtree(folder / name)

    worker = Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        enough.set()
        worker.join()


def test_all_files_below_a_folder_count(tmp_path: Path) -> None:
    assert size_of(filled(tmp_path / "acme.git")) == 7


def test_a_file_alone_has_its_own_size(tmp_path: Path) -> None:
    assert size_of(filled(tmp_path / "acme.git") / "HEAD") == 3


def test_what_is_not_there_has_none(tmp_path: Path) -> None:
    assert size_of(tmp_path / "nowhere.git") == 0


def test_what_goes_away_meanwhile_breaks_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path / "acme.git")

    with coming_and_going(folder / "objects"):
        sizes = {size_of(folder) for _ in range(500)}

    assert sizes == {7}
