"""Words of notifications: what is told, what stands wrong. Frozen, and free of SQL and of sending.

No secret stands in a notice, and no more of a device's text than one line: whoever tells it sees to
that, because it goes to mail boxes and to other people's servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")  # from the least to the most
NoticeState = Literal["event", "wrong", "recovered"]

# What can be told: routes are written with these names, so they never change.
KINDS: Mapping[str, str] = {
    "audit.chain": "the audit chain does not verify",
    "backup.failed": "a device gave no configuration",
    "backup.rejected": "a device's configuration was not believed",
    "config.changed": "a device's configuration changed",
    "config.reveal": "somebody read a configuration with its secrets",
    "daemon.late": "a job of the daemon did not run in time",
    "device.stale": "a device has no fresh good backup",
    "disk.space": "the disk fills up",
    "index.check": "the index does not agree with Git",
    "netbox.plan": "a plan from NetBox waits for a person",
    "remote.push": "an archive does not reach its remote",
    "run.ended": "a backup run ended",
    "self.backup": "netwb's own backup did not succeed",
    "syslog.dropped": "syslog messages were dropped",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened, as its witness gives it.

    tenant_id   "" where it concerns no tenant alone; then no tenant is told of it
    subject     id of what it happened to: a device's, a tenant's, the name of a job
    label       the same for a reader: `acme/edge1`
    message     one sentence
    detail      JSON values
    """

    tenant_id: str = ""
    subject: str
    label: str
    severity: Severity = "info"
    message: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """How one thing stands now, as its witness gives it; the fields of Happening.

    `message` and `detail` say what is wrong, or, where nothing is, how it came right again.
    """

    tenant_id: str = ""
    subject: str
    label: str
    is_wrong: bool
    severity: Severity = "warning"
    message: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell; `id` rises in the order of telling.

    state   an event; something that went wrong; something wrong that came right again
    since   since when it is, or had been, wrong; None for an event
    """

    id: int
    at: datetime
    kind: str
    tenant_id: str
    subject: str
    label: str
    severity: Severity
    state: NoticeState
    message: str
    detail: Mapping[str, Any]
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Something that is wrong now.

    since      when it was first seen wrong; `seen_at`: when it was last
    severity   the worst that was told of it
    message    as it was last seen, and `detail`
    """

    kind: str
    tenant_id: str
    subject: str
    label: str
    severity: Severity
    message: str
    detail: Mapping[str, Any]
    since: datetime
    seen_at: datetime
