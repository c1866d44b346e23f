"""Bytes on disk of what others may take away at any moment."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def size_of(place: Path) -> int:
    """Of a file, or of all files below a folder; one that goes away meanwhile counts or does not."""
    if not place.is_dir():
        with suppress(FileNotFoundError):
            return place.lstat().st_size
        return 0
    found = 0
    for folder, _, names in os.walk(place):  # it passes over a folder that has gone
        for name in names:
            with suppress(FileNotFoundError):
                found += os.lstat(f"{folder}/{name}").st_size
    return found
