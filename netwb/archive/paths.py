"""Where a text lies in its tenant's repository. Pure.

`<site>/<hostname>.cfg`, `.startup.cfg` beside it. The last 16 characters of a path decide what Git
compresses together, so the name stays short (facts-git section 5). Folders that begin with a dot
are no sites: what is retired, or has to make room, waits there under its id.
"""

from __future__ import annotations

from typing import Literal

from netwb.inventory.records import ConfigKind

SUFFIX = ".cfg"
_STARTUP = ".startup"


def place(site: str, hostname: str, kind: ConfigKind) -> str:
    """Path of a living device's text.

    `edge1.startup` as a hostname would share its path with the startup text of `edge1`; `~` is in
    no hostname.
    """
    stem = f"{hostname}~" if hostname.lower().endswith(_STARTUP) else hostname
    return f"{site}/{stem}{_ending(kind)}"


def aside(
    why: Literal["retired", "parked"], hostname: str, device_id: str, kind: ConfigKind
) -> str:
    """Path of a text whose name belongs to another device now, or may at any time."""
    return f".{why}/{hostname}-{device_id}{_ending(kind)}"


def _ending(kind: ConfigKind) -> str:
    return SUFFIX if kind == "running" else _STARTUP + SUFFIX


def is_aside(path: str) -> bool:
    """Whether the path is none of a living device."""
    return path.startswith(".")


def hostname_of(path: str) -> str:
    """The hostname that a path shows; of a file that was put aside, with its id."""
    stem = path.rpartition("/")[2].removesuffix(SUFFIX).removesuffix(_STARTUP)
    return stem.removesuffix("~")
