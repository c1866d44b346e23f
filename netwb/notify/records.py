"""Words of notifications: what is told, what stands wrong. Frozen, and free of SQL and of sending.

No secret stands in a notice, and no more of a device's text than one line: whoever tells it sees to
that, because it goes to mail boxes and to other people's servers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from netwb.erp.records import EventKind
from netwb.inventory.records import SecretSource

Severity = Literal["info", "warning", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "critical")  # from the least to the most
NoticeState = Literal["event", "wrong", "recovered"]

# Our own signed ones: of notices, and of one tenant's events; what apprise knows.
TargetKind = Literal["webhook", "feed", "service"]
SIGNED: frozenset[TargetKind] = frozenset({"webhook", "feed"})
DigestChoice = Literal["off", "changes", "always"]  # "changes": nothing at all said of nothing
DIGESTS: tuple[DigestChoice, ...] = ("off", "changes", "always")
DeliveryState = Literal["queued", "sent", "failed", "collapsed"]
DELIVERY_STATES: tuple[DeliveryState, ...] = ("queued", "sent", "failed", "collapsed")

# What can be told: routes are written with these names, so they never change.
KINDS: Mapping[str, str] = {
    "audit.chain": "the audit chain does not verify",
    "backup.failed": "a device gave no configuration",
    "backup.rejected": "a device's configuration was not believed",
    "blackhole.announced": "an address is blackholed",
    "blackhole.break_glass": "somebody blackholed an address without a second person",
    "blackhole.denied": "an attack that nothing is done about",
    "blackhole.ended": "an address is blackholed no more",
    "blackhole.held": "a blackhole waits for a person",
    "blackhole.router": "a trigger or an edge does not have what it should",
    "blackhole.stray": "a route on a trigger looks like a blackhole and is none of netwb's",
    "compliance.broken": "devices break rules that they kept",
    "compliance.mended": "devices keep rules again that they broke",
    "compliance.rules": "a file of rules is broken, or cannot be fetched",
    "compliance.waiver": "a waiver ends soon",
    "config.changed": "a device's configuration changed",
    "config.reveal": "somebody read a configuration with its secrets",
    "daemon.failed": "a job of the daemon failed",
    "daemon.late": "a job of the daemon did not run in time",
    "device.stale": "a device has no fresh good backup",
    "disk.space": "the disk fills up",
    "index.check": "the index does not agree with Git",
    "netbox.plan": "a plan from NetBox waits for a person",
    "remote.lost": "a remote had lost what was pushed there",
    "remote.push": "an archive does not reach its remote",
    "run.ended": "a backup run ended",
    "self.backup": "netwb's own backup did not succeed",
    "syslog.ambiguous": "a device's syslog messages may be another device's as well",
    "syslog.dropped": "syslog messages were dropped",
    "telegraf.shard": "a Telegraf fell silent when its files had changed",
    "token.expiring": "a token that is in use ends soon",
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, written once: a repeat of it is the same to the byte.

    text, html   for mail; no html: the text alone
    brief        for a chat
    data         for a program: `{"type", "timestamp", "data"}` as Standard Webhooks has it
    """

    title: str
    text: str
    brief: str
    html: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTarget:
    """What a new target is made of.

    tenant   slug of whose it is; "" the provider's, which is told of all tenants and of netwb itself
    url      where its URL comes from; it is never an argument, for it may hold a secret
    events   of a feed: patterns of the kinds that it is told; none: all
    inside   of a feed: it may be in the provider's own network
    """

    name: str
    kind: TargetKind
    url: SecretSource
    tenant: str = ""
    digest: DigestChoice = "off"
    events: tuple[str, ...] = ()
    inside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place that messages go to, without its secrets.

    tenant_id      "" the provider's; `tenant` is its slug
    shown          the URL without what is secret in it
    stored         "sealed", or the reference that is read at each use: `env:NAME`, `file:PATH`
    rotating       two keys sign, until the rotation is settled
    failing_since  since when nothing arrives; `tries` in a row did not, `last_error` of the last
    events         of a feed: which kinds it is told; none: all
    inside         of a tenant's: it may be in the provider's own network
    """

    id: str
    tenant_id: str
    tenant: str
    name: str
    kind: TargetKind
    shown: str
    stored: str
    rotating: bool
    digest: DigestChoice
    status: Literal["active", "retired"]
    created_at: datetime
    waiting: int
    failing_since: datetime | None
    tries: int
    retry_at: datetime | None
    last_error: str
    events: tuple[EventKind, ...] = ()
    inside: bool = False

    @property
    def label(self) -> str:
        """`noc`, or `acme/noc` of a tenant."""
        return f"{self.tenant}/{self.name}" if self.tenant else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTarget:
    """A target with the key that signs its messages, shown this once; "" where none does."""

    target: Target
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoute:
    """What a new route is made of; `tenants` are slugs, none: all that the target may hear of."""

    kinds: tuple[str, ...] = ("*",)
    severity: Severity = "warning"
    tenants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What one target is told: notices that match any of its routes.

    kinds     patterns of kinds, as `backup.*`
    severity  the least that is told
    tenants   ids, None: all; those of a provider's target alone are narrowed
    """

    id: str
    target_id: str
    target: str
    kinds: tuple[str, ...]
    severity: Severity
    tenants: tuple[str, ...] | None
    tenant_slugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message on its way to one target.

    message_id   the same at each try: a receiver that has it already may drop the repeat
    kind         of its notice; `digest`, `summary` or `notify.test`
    summary_id   of the summary that told it instead, where it is collapsed
    """

    id: int
    message_id: str
    target: str
    tenant_id: str
    kind: str
    title: str
    state: DeliveryState
    queued_at: datetime
    tries: int
    tried_at: datetime | None
    sent_at: datetime | None
    last_error: str
    summary_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """An event on its way to a feed; `data` is what is sent.

    epoch, number  the feed's place behind it
    """

    id: str
    epoch: str
    number: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round of deliveries did."""

    routed: int = 0
    sent: int = 0
    failed: int = 0
    collapsed: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one message that a person sent to try a target; no error: it arrived."""

    target: str
    shown: str
    error: str
