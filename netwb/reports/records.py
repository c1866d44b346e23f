"""Words of the auditor's reports as frozen records. What netwb has no record of is None, never 0."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

NightState = Literal[
    "changed", "unchanged", "accepted", "failed", "rejected", "untried", "blackout", "unknown"
]
SAVED: tuple[NightState, ...] = ("changed", "unchanged", "accepted")
NOT_SAVED: tuple[NightState, ...] = ("failed", "rejected", "untried")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A month of netwb's own zone. The end of what is judged is `now`, where that is nearer."""

    name: str  # 2026-11
    time_zone: str
    since: datetime
    until: datetime
    now: datetime

    @property
    def end(self) -> datetime:
        """Up to when something can have happened."""
        return min(self.until, self.now)

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.now >= self.until


@dataclass(frozen=True, slots=True)
class Night:
    """One night that was due at `at`, and what became of it until the next was; positional, as there
    are many of them.

    cause   class of the error of what was not saved
    """

    at: datetime
    state: NightState
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The longest time between two good copies of one device, as far as it lies in its service.

    at_least   when it began is known no more: it may have been longer
    """

    since: datetime
    until: datetime
    at_least: bool = False

    @property
    def hours(self) -> float:
        """Its length."""
        return (self.until - self.since).total_seconds() / 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldText:
    """A text that was not believed, and what became of it.

    status       held, accepted, discarded, superseded (a good text came)
    settled_by   who settled it; `netwb` where no person did; "" where the reader may not know
    """

    at: datetime
    cause: str
    status: str
    settled_at: datetime | None
    settled_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceMonth:
    """One device in the month; counts are of the time in which it was in service.

    due           nights that were due and are over; `nights` has each
    no_record     of them, those of which netwb's records were taken away by their age
    days          whole days in service; what was added, or retired, on a day, has no whole one
    days_without  of them, those on which no good copy was made; None where records are gone
    gap           None where records are gone
    copy_at       when its last good copy was last seen to be so, at the month's end; None: there is none
    copy_known    `run`: a backup says so; `revision`: runs of then are gone, and the newest copy that
                  is known stands for it, so that the true time is that one or later; `gone`: no record
    added_on, retired_on   days of the month on which it came into service and out of it
    """

    device_id: str
    tenant: str
    site: str
    hostname: str
    platform: str
    nights: tuple[Night, ...]
    days: int
    days_without: int | None
    gap: Gap | None
    copy_at: datetime | None
    copy_known: Literal["run", "revision", "none", "gone"]
    revisions: int
    held: tuple[HeldText, ...]
    added_on: date | None
    retired_on: date | None

    @property
    def name(self) -> str:
        """`acme/edge1`."""
        return f"{self.tenant}/{self.hostname}"

    def count(self, *states: NightState) -> int:
        """How many nights were so."""
        return sum(night.state in states for night in self.nights)

    @property
    def due(self) -> int:
        """Nights that were due, without those that a black-out held back as a whole."""
        return len(self.nights) - self.count("blackout")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """All devices together; None where it is not known of one of them."""

    devices: int
    due: int
    saved: int
    changed: int
    unchanged: int
    accepted: int
    not_saved: int
    failed: int
    rejected: int
    untried: int
    no_record: int
    blackout: int
    days: int
    days_without: int | None
    without_copy: int  # devices that had no good copy at the month's end
    revisions: int
    held: int
    held_accepted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """How well the devices were saved in a month.

    of       slugs of the tenants that it is about; "" all that there are
    sums     over `devices`
    notes    what has to be known to read it right, in sentences
    """

    month: Bounds
    of: str
    devices: tuple[DeviceMonth, ...]
    sums: Sums
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonNow:
    """A person who may log in, as of today. `tenants` None: all; `logins`: within the month."""

    name: str
    full_name: str
    role: str
    tenants: tuple[str, ...] | None
    source: str
    status: str
    totp: str
    created_at: datetime
    seen_at: datetime | None
    logins: int
    changed_since: int  # changes of its rights after the month, which today's words have in them


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenNow:
    """A token that was in force in the month, as of today. `rights` are words; None: the role's."""

    id: str
    user: str
    note: str
    role: str | None
    tenants: tuple[str, ...] | None
    rights: tuple[str, ...] | None
    networks: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of the audit trail."""

    seq: int
    at: datetime
    actor: str
    action: str
    target: str
    tenant: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """How often the same was denied to the same one."""

    actor: str
    action: str
    target: str
    times: int
    first_at: datetime
    last_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineLogin:
    """A login of the machine itself, which may do all: how many events the trail has of it."""

    actor: str
    events: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """How the audit trail stands: whole or not; None where it was not walked for this report."""

    whole: bool | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessReport:
    """Who could do what in a month, and what of it was done.

    of               slugs of the tenants that it is about; "" all that there are
    people, tokens   as of today, with those that were there in the month
    changes          of rights, within the month; `later` those behind it, which today has in it
    """

    month: Bounds
    of: str
    people: tuple[PersonNow, ...]
    tokens: tuple[TokenNow, ...]
    changes: tuple[Entry, ...]
    later: tuple[Entry, ...]
    denied: tuple[Denied, ...]
    reveals: tuple[Entry, ...]
    machine: tuple[MachineLogin, ...]
    quarantine: tuple[Entry, ...]
    blackholes: tuple[Entry, ...]
    chain: Chain
    notes: tuple[str, ...]
