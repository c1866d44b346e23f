"""Turn what Git or the system says into one sentence that names the repository and the cure. Pure.

Git has no error numbers, only English words (it runs with LC_ALL=C); what is not recognized is
quoted.
"""

from __future__ import annotations

import re
from pathlib import Path

from netwb.errors import ArchiveDamagedError, ArchiveError

# Asked first: fast-import on a full disk goes on to suspect "disk corruption".
_FULL = re.compile(
    r"No space left on device|Out of diskspace|Disk quota exceeded|File too large", re.IGNORECASE
)
_FORBIDDEN = re.compile(
    r"Permission denied|Read-only file system|Operation not permitted|insufficient permission",
    re.IGNORECASE,
)
_DAMAGED = re.compile(
    r"not a git repository|corrupt|bad object|bad tree|missing (blob|tree|commit)|inflate"
    r"|unable to read|not a valid object|does not point to|invalid object|could not get object"
    r"|pack has|failed to apply delta|early EOF|premature end|Not all child|nonexistent object|did not receive expected"
    r"|bad signature|unable to parse|broken|object file .* is empty|bad revision|bad file|is too small|wrong (index|pack)|Not a valid (commit|object)",
    re.IGNORECASE,
)


def git_error(path: str, said: str) -> ArchiveError:
    """The error for what was said about the repository at `path`."""
    if is_full(said):
        return ArchiveError(
            f"repository {path} cannot grow, the disk is full: free some space and run again;"
            " nothing of this batch was stored"
        )
    if _FORBIDDEN.search(said):
        return ArchiveError(
            f"repository {path} cannot be written by this user: give it to the user that runs"
            " netwb and check the mount; nothing of this batch was stored"
        )
    if _DAMAGED.search(said):
        return damaged(path, main_line(said))
    return ArchiveError(f"repository {path} refused: {main_line(said)}; correct that and run again")


def damaged(path: str, reason: str) -> ArchiveDamagedError:
    """The repository is not what Git can read."""
    error = ArchiveDamagedError(
        f"repository {path} is damaged ({reason}): move it aside and put back a copy of it,"
        " from a backup or from its remote"
    )
    error.reason = reason
    return error


def is_full(said: str) -> bool:
    """Whether it speaks of a full disk."""
    return _FULL.search(said) is not None


def main_line(said: str) -> str:
    """The line that ended it, else the last one; at most 200 characters of it."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("fatal: ")]
    return (fatal[0] if fatal else lines[-1])[:200] if lines else "git ended without a word"


def file_error(path: Path, error: OSError) -> ArchiveError:
    """The error for what the system said about a file of ours."""
    if isinstance(error, FileNotFoundError):
        return ArchiveDamagedError(f"file {path} is gone; put the home back from a copy of it")
    return ArchiveError(
        f"file {path} cannot be used: {error.strerror}; check the disk's room and the owner of"
        " its folder"
    )
