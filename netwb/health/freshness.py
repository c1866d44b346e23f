"""Whether a device has a fresh good backup. Pure: no clock, no database.

Good is a text that was believed. Fresh is one that was last seen to be what the device has within
the time that is allowed, and since then no try went wrong: a device that sent something that is not
believed has something else than what is kept, and of one that failed nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Freshness = Literal["never", "rejected", "failed", "stale", "fresh"]
WORST_FIRST: tuple[Freshness, ...] = ("never", "rejected", "failed", "stale", "fresh")
BAD = ("rejected", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceBackup:
    """How one device stands.

    status         active or maintenance; in maintenance nothing is expected of it
    copy_at        when its newest good text was last seen to be what it has; None: there is none
    begun_at       since when one could be there
    tried_at       end of its newest try, with `cause_kind` and `cause_message` where that went wrong
    overdue        there is no good text younger than what is allowed, whatever the newest try gave
    """

    device_id: str
    tenant_id: str
    tenant: str
    site: str
    hostname: str
    status: str
    freshness: Freshness
    overdue: bool
    copy_at: datetime | None
    begun_at: datetime
    tried_at: datetime | None
    cause_kind: str
    cause_message: str

    @property
    def name(self) -> str:
        """`acme/edge1`."""
        return f"{self.tenant}/{self.hostname}"

    @property
    def excused(self) -> bool:
        """Whether nothing is wrong, because nothing is expected of it now."""
        return self.status != "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantBackups:
    """How many active devices of one tenant stand how; `oldest_at`: its oldest good text."""

    tenant: str
    devices: int
    fresh: int
    never: int
    rejected: int
    failed: int
    stale: int
    oldest_at: datetime | None


def judge_freshness(
    *,
    copy_at: datetime | None,
    tried_at: datetime | None,
    tried: str | None,
    now: datetime,
    allowed: timedelta,
) -> Freshness:
    """How a device stands whose newest try ended at `tried_at` with the status `tried`.

    >>> noon = datetime(2026, 3, 1, 12)
    >>> judge_freshness(
    ...     copy_at=noon, tried_at=noon, tried="changed", now=noon, allowed=timedelta(hours=26)
    ... )
    'fresh'
    """
    if copy_at is None:
        return "never"
    if tried_at is not None and tried_at > copy_at:
        if tried == "rejected":
            return "rejected"
        if tried == "failed":
            return "failed"
    return "fresh" if now - copy_at <= allowed else "stale"


def is_overdue(
    copy_at: datetime | None, begun_at: datetime, *, now: datetime, allowed: timedelta
) -> bool:
    """Whether the last good text, or the wait for the first one, is older than is allowed."""
    return now - (copy_at or begun_at) > allowed


def worst_first(backups: Iterable[DeviceBackup]) -> tuple[DeviceBackup, ...]:
    """What is expected first, the oldest copy first in each kind."""
    return tuple(
        sorted(
            backups,
            key=lambda one: (
                one.excused,
                WORST_FIRST.index(one.freshness),
                one.copy_at or one.begun_at,
                one.tenant,
                one.hostname,
            ),
        )
    )


def by_tenant(backups: Iterable[DeviceBackup]) -> tuple[TenantBackups, ...]:
    """The active ones counted, by slug."""
    groups: dict[str, list[DeviceBackup]] = {}
    for one in backups:
        if not one.excused:
            groups.setdefault(one.tenant, []).append(one)
    return tuple(_counted(tenant, groups[tenant]) for tenant in sorted(groups))


def _counted(tenant: str, backups: list[DeviceBackup]) -> TenantBackups:
    counts = dict.fromkeys(WORST_FIRST, 0)
    for one in backups:
        counts[one.freshness] += 1
    copies = [one.copy_at for one in backups if one.copy_at is not None]
    return TenantBackups(
        tenant=tenant, devices=len(backups), oldest_at=min(copies, default=None), **counts
    )


def headline(tenants: Iterable[TenantBackups]) -> str:
    """The one sentence that answers the question.

    >>> headline([])
    'There is no active device: nothing is backed up.'
    """
    counted = tuple(tenants)
    devices = sum(one.devices for one in counted)
    lacking = [
        (sum(getattr(one, state) for one in counted), words) for state, words in _LACKING.items()
    ]
    without = sum(count for count, _ in lacking)
    if not devices:
        return "There is no active device: nothing is backed up."
    if not without:
        whole = f"All {devices:,} devices have" if devices > 1 else "The only device has"
        return f"{whole} a fresh good backup."
    if devices == 1:
        why = next(words for count, words in lacking if count)
        return f"The only device has no fresh good backup: {why}."
    why = ", ".join(f"{count:,} {words}" for count, words in lacking if count)
    have = "has" if without == 1 else "have"
    return f"{without:,} of {devices:,} devices {have} no fresh good backup: {why}."


_LACKING = {
    "never": "never saved",
    "rejected": "rejected since",
    "failed": "failed since",
    "stale": "stale",
}


def cause_and_cure(one: DeviceBackup, now: datetime) -> str:
    """Why it has no fresh good backup, and after semicolons what helps; of a fresh one nothing.

    Empty too where the cause's own words are not known to the reader: its kind is.
    """
    by_hand = f"`netwb backup --device {one.name}` does it now"
    if one.freshness == "never" and one.tried_at is None:
        return f"{one.name} was never tried; {by_hand}"
    if one.freshness == "stale":
        hours = (now - (one.copy_at or one.begun_at)) / timedelta(hours=1)
        if one.tried_at is None:  # a text, and no night of it: it came from a remote
            return (
                f"no try of {one.name} is known here, as after a restore, and its newest text is"
                f" {hours:.0f} h old; {by_hand}"
            )
        return f"nothing tried {one.name} for {hours:.0f} h; look why, or {by_hand}"
    if one.freshness == "fresh" or not one.cause_message:
        return ""
    return one.cause_message if "; " in one.cause_message else _with_a_step(one)


def _with_a_step(one: DeviceBackup) -> str:
    """A cause that names no cure of its own."""
    if one.freshness == "rejected":
        return f"{one.cause_message}; `netwb quarantine show {one.name}` shows what came"
    return f"{one.cause_message}; `netwb backup --device {one.name}` tries again"
