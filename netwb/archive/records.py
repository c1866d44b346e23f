"""Records of the archive: what is given to it, what it answers. Frozen, and free of Git and SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from netwb.configs.records import CleanConfig, Redacted
from netwb.health.syslog.records import Said
from netwb.inventory.records import ConfigKind

Cause = Literal["backup", "accept", "rename", "retire", "rules", "foreign"]
ChangePlace = tuple[datetime, str, int]  # at, device id, number: where a change stands in a list
ConfigKey = tuple[str, ConfigKind]  # (device id, kind)
NO_CHANGE: tuple[Cause, ...] = ("rules", "rename", "retire")  # no edit of a person is behind it
NETWB = "netwb"  # committer of everything, and author of what no person did
UNKNOWN = "unknown"  # author where the device does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One good text that is to be stored, with all that its commit will say.

    author    who changed the device, as the device says; None: it does not say
    at        when it was changed, as the device says; else when it was fetched
    heard     what its messages said of changes since, oldest first
    """

    device_id: str
    tenant_id: str
    tenant: str
    site: str
    hostname: str
    platform: str
    kind: ConfigKind
    clean: CleanConfig = field(repr=False)
    redacted: Redacted = field(repr=False)
    digest: str
    cause: Cause
    run_id: str
    note: str
    author: str | None
    at: datetime
    heard: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of one entry; `revision` is the commit that now holds its text."""

    device_id: str
    kind: ConfigKind
    status: Literal["changed", "unchanged"]
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The newest revision of one device and kind, as far as a new text is compared with it.

    secrets     lost: its text names a secret that the vault has not, and is to be written again
    """

    revision: str
    digest: str
    rule_set: str
    lines: int
    secrets: Literal["kept", "lost"] = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One stored version of one kind of one device. `id` is the commit.

    number    1, 2, 3 ... of that device and kind
    at        when the device says it was changed, where that can be; `stored_at`: when netwb stored it
    size      bytes of the stored (redacted) text
    """

    id: str
    number: int
    tenant_id: str
    device_id: str
    kind: ConfigKind
    at: datetime
    stored_at: datetime
    author: str
    cause: Cause
    message: str
    note: str
    run_id: str
    rule_set: str
    added: int
    removed: int
    size: int
    lines: int
    path: str
    blob: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change, among those of many devices; `id` and `number` are those of its revision."""

    at: datetime
    tenant: str
    site: str
    hostname: str
    device_id: str
    kind: ConfigKind
    author: str
    message: str
    added: int
    removed: int
    id: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One line that holds the searched text.

    line      1-based place in the newest text; None: the device no longer has it
    since     when it came; `until`: when it went, None while it stands; author: who brought it
    section   what encloses it in the newest text, as "router bgp 64500 > vrf RED"; empty: nothing, or
              the device no longer has it. `until_author`: who took it out
    """

    tenant: str
    hostname: str
    device_id: str
    kind: ConfigKind
    line: int | None
    text: str
    since: datetime
    until: datetime | None
    author: str
    until_author: str | None = None
    section: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineItem:
    """A text that was not believed and waits for a person, or was settled by one."""

    id: str
    tenant_id: str
    device_id: str
    tenant: str
    hostname: str
    kind: ConfigKind
    at: datetime
    run_id: str
    cause_kind: str
    cause_message: str
    digest: str
    size: int
    lines: int
    acceptable: bool
    status: Literal["held", "accepted", "discarded", "superseded"]
    settled_at: datetime | None
    settled_by: str | None
