"""Where a text lies in its tenant's repository. Pure.

`<site>/<hostname>.cfg`, `.startup.cfg` beside it. The last 16 characters of a path decide what Git
compresses together, so the name stays short (facts-git section 5). Folders that begin with a dot
are no sites: what is retired, or has to make room, waits there under its id.
"""

from __future__ import annotations

import re
from typing import Literal

from netwb.errors import ArchiveError
from netwb.inventory.records import HOSTNAME_PATTERN, SLUG_PATTERN, ConfigKind

SUFFIX = ".cfg"
_HOSTNAME = re.compile(HOSTNAME_PATTERN)
_SITE = re.compile(SLUG_PATTERN)
_STARTUP = ".startup"


def place(site: str, hostname: str, kind: ConfigKind) -> str:
    """Path of a living device's text.

    `edge1.startup` as a hostname would share its path with the startup text of `edge1`; `~` is in
    no hostname. Raises ArchiveError for names that are no file's, though the inventory refuses them.
    """
    if not _SITE.fullmatch(site):
        msg = f"site {site!r} cannot be a folder of the archive; rename it"
        raise ArchiveError(msg)
    stem = f"{_checked(hostname)}~" if hostname.lower().endswith(_STARTUP) else _checked(hostname)
    return f"{site}/{stem}{_ending(kind)}"


def aside(
    why: Literal["retired", "parked"], hostname: str, device_id: str, kind: ConfigKind
) -> str:
    """Path of a text whose name belongs to another device now, or may at any time."""
    return f".{why}/{_checked(hostname)}-{device_id}{_ending(kind)}"


def is_aside(path: str) -> bool:
    """Whether the path is none of a living device."""
    return path.startswith(".")


def hostname_of(path: str) -> str:
    """The hostname that a path shows; of a file that was put aside, with its id."""
    stem = path.rpartition("/")[2].removesuffix(SUFFIX).removesuffix(_STARTUP)
    return stem.removesuffix("~")


def _checked(hostname: str) -> str:
    if not _HOSTNAME.fullmatch(hostname):
        msg = f"hostname {hostname!r} cannot be a file of the archive; rename the device"
        raise ArchiveError(msg)
    return hostname


def _ending(kind: ConfigKind) -> str:
    return SUFFIX if kind == "running" else _STARTUP + SUFFIX
