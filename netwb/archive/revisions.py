"""What a person may write behind `@`: a commit id, `latest`, `latest~2`, a time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from netwb.errors import InputError

SHORTEST_ID = 4  # hex digits; Git's own limit
_LATEST = re.compile(r"latest(?:~(\d{1,9}))?")
_COMMIT = re.compile(rf"[0-9a-f]{{{SHORTEST_ID},40}}")


@dataclass(frozen=True, slots=True)
class Back:
    """So many revisions before the newest one."""

    steps: int


@dataclass(frozen=True, slots=True)
class CommitId:
    """A commit id or its beginning."""

    start: str


@dataclass(frozen=True, slots=True)
class AsOf:
    """The revision that was in force at an instant."""

    at: datetime


def parse_revision(text: str) -> Back | CommitId | AsOf:
    """Read a REV; a time without a zone is UTC, a date is its first instant.

    Raises InputError when it is none of them.
    """
    if match := _LATEST.fullmatch(text):
        return Back(int(match[1] or 0))
    if _COMMIT.fullmatch(text.lower()):
        return CommitId(text.lower())
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        msg = (
            f"revision {text[:60]!r} is neither a commit id ({SHORTEST_ID} digits or more),"
            " nor latest, latest~1, nor a time such as 2026-03-01T12:00Z"
        )
        raise InputError(msg) from None
    return AsOf(at if at.tzinfo else at.replace(tzinfo=UTC))
