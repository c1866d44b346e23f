"""Records of remotes: how each stands, what a push did. Frozen, and free of Git and SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from netwb.errors import NetwbError


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A commit that the remote has and netwb has not: somebody else pushed it."""

    commit: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where one tenant's archive is pushed to, and how that stands.

    opened_by       "password: sealed", "key: file:/path"; empty: by what the login's own ssh has
    ahead           commits that are still to be pushed
    behind          commits there that netwb did not push; `strangers` names the newest
    tries           pushes in vain since the last good one; `next_at`: not tried again before
    passphrase_at   since when the keys lie there under a passphrase; None: nothing can be restored
    restored_at     when a restore from it was tried last, and gave everything back; `restored_lacks`:
                    commits since then
    """

    tenant_id: str
    tenant: str
    url: str
    username: str
    opened_by: tuple[str, ...]
    set_at: datetime
    passphrase_at: datetime | None
    ahead: int
    behind: int
    strangers: tuple[Stranger, ...]
    pushed_at: datetime | None
    tries: int
    failed_since: datetime | None
    next_at: datetime | None
    error_kind: str
    error: str
    restored_at: datetime | None
    restored_lacks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What one push did for one tenant.

    status   waiting: it failed before and is not due yet; busy: another process pushes it now
    commits  of `main` that went there
    """

    tenant: str
    status: Literal["pushed", "in step", "waiting", "busy", "failed"]
    commits: int = 0
    cause: NetwbError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PushCounts:
    """What one round of pushes did: tenants by status, and commits."""

    pushed: int
    failed: int
    waiting: int
    busy: int
    in_step: int
    commits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRemote:
    """What a person sets. A secret is given as it is, or as a reference that is read at each use."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)
    password_reference: str = ""
    key: str = field(default="", repr=False)
    key_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """Commits on top of what netwb pushed there, which bear no seal of its: somebody else's.

    first, author   of the oldest one, as it was committed; anybody can commit by any name
    files           of devices and else, that they touch; the first some of them
    last_good       the newest commit that netwb vouches for
    """

    commits: int
    first: str
    author: str
    files: tuple[str, ...]
    last_good: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore from a remote gave, or would give.

    revisions   of all devices and kinds, byte for byte
    lacking     of them, which lack a secret: they can be read without their secrets only
    missing     commits that had been pushed there, and are there no more
    foreign     commits that somebody else put there; they are left off
    seal        "none": nothing there bears one, as an older netwb pushed it, or somebody took it off
    place       the home or the folder that has them now; "" for a trial
    """

    tenant: str
    devices: int
    revisions: int
    lacking: int
    missing: int
    foreign: Foreign | None
    seal: Literal["good", "none"]
    place: str
