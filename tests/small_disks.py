"""Disks of some megabytes, to be filled, or that take no writes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real_components import require_real

ROOM_MB = 8


@contextmanager
def small_disk(folder: Path, *, read_only: bool = False) -> Iterator[None]:
    """A file system of its own over the folder, with what was in it."""
    require_real("a file system of its own (root)", os.geteuid() == 0)
    kept = folder.with_name("kept")
    shutil.copytree(folder, kept)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m,mode=700", "tmpfs", folder], check=True
    )
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        if read_only:
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(path: Path) -> None:
    """A file that leaves no room."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 65536):
                pass
        except OSError:
            return
