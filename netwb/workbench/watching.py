"""The daemon's look at how all stands, each few minutes: what went wrong, and right, is told once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.figures import FiguresFace

if TYPE_CHECKING:
    from netwb.access import expiry as _expiry
    from netwb.access.records import EndingToken
    from netwb.health import backups as _backups
    from netwb.health import examining as _examining
    from netwb.health.diagnosis import Diagnosis
    from netwb.health.freshness import DeviceBackup
    from netwb.notify import records as _records
    from netwb.notify.records import Standing
else:
    _expiry = lazy("netwb.access.expiry")
    _records = lazy("netwb.notify.records")
    _backups = lazy("netwb.health.backups")
    _examining = lazy("netwb.health.examining")

STALE, DISK, ENDING = "device.stale", "disk.space", "token.expiring"  # kinds of notices


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthWatched:
    """What a look found. `told`: how much of it was told, because it changed."""

    devices: int
    stale: int
    tokens: int  # in use, and about to end
    disk: str
    told: int


class WatchFace(FiguresFace):
    """`watch_health`."""

    def watch_health(self) -> HealthWatched:
        """Look whose backups are overdue, which tokens end, how full the disk is; tell what changed."""
        self._require(Permission.HEALTH_VIEW)
        self._require_everywhere("the watch over all")
        parts, now = self._parts, self._parts.clock()
        backups = _backups.read_backups(
            parts.database, ALL_TENANTS, now=now, allowed=self._allowed()
        )
        expected = [one for one in backups if not one.excused]
        disk = _examining.examined("disk", self._disk)[0]
        ending, told_ending = self._tell_tokens(now)
        told = self._tell_stale(expected) + told_ending + self._tell_disk(disk)
        return HealthWatched(
            devices=len(expected),
            stale=sum(one.overdue for one in expected),
            tokens=ending,
            disk=disk.verdict,
            told=told,
        )

    def _tell_stale(self, backups: Sequence[DeviceBackup]) -> int:
        """Those that became overdue, and those that are no more; of the others nothing changed.

        When a whole network is cut off, thousands stand: each look would write all of them again.
        """
        notices, now = self._parts.notices, self._parts.clock()
        stood = {one.subject: one for one in notices.standing(ALL_TENANTS, [STALE])}
        changed = [one for one in backups if one.overdue != (one.device_id in stood)]
        awaited = {one.device_id for one in backups}
        gone = [_not_awaited(one) for one in stood.values() if one.subject not in awaited]
        return notices.stands_many(STALE, [*(_observed(one, now) for one in changed), *gone])

    def _tell_tokens(self, now: datetime) -> tuple[int, int]:
        """How many in use end soon, and how much of that was told: beginning, worsening, and end."""
        notices = self._parts.notices
        stood = {
            (one.tenant_id, one.subject): one for one in notices.standing(ALL_TENANTS, [ENDING])
        }
        ending, once = self._parts.access.tokens.ending(subject for _, subject in stood)
        wrong = [_ending(one, now) for one in ending]
        now_wrong = {(one.tenant_id, one.subject) for one in wrong}
        by_id = {one.token.id: one for one in once}
        settled = [
            _settled(one, by_id.get(one.subject), now)
            for key, one in stood.items()
            if key not in now_wrong
        ]
        changed = [
            one
            for one in wrong
            if (before := stood.get((one.tenant_id, one.subject))) is None
            or before.severity != one.severity
        ]
        return len(wrong), notices.stands_many(ENDING, [*changed, *settled])

    def _tell_disk(self, disk: Diagnosis) -> int:
        if disk.verdict == "unknown":
            return 0  # nothing is known to have changed
        changed = self._parts.notices.stands(
            DISK,
            subject="home",
            label="disk of netwb's home",
            is_wrong=disk.verdict != "ok",
            severity="critical" if disk.verdict == "wrong" else "warning",
            message="; ".join(filter(None, (disk.said, disk.cure))),
        )
        return int(changed)


def _observed(one: DeviceBackup, now: datetime) -> _records.Observed:
    detail: dict[str, object] = {}
    if one.copy_at is not None:
        age_s = int((now - one.copy_at).total_seconds())
        detail = {"copy_at": one.copy_at.isoformat(), "age_s": age_s}
    return _records.Observed(
        tenant_id=one.tenant_id,
        subject=one.device_id,
        label=one.name,
        is_wrong=one.overdue,
        message=_stale_words(one),
        detail=detail,
    )


def _ending(one: EndingToken, now: datetime) -> _records.Observed:
    token = one.token
    return _records.Observed(
        tenant_id=one.tenant_id,
        subject=token.id,
        label=f"token {token.note or token.id}",
        is_wrong=True,
        severity="critical" if _expiry.nearness(token, now) == "urgent" else "warning",
        message=_expiry.ending_words(token, now),
        detail={
            "token": token.id,
            "user": token.user,
            "expires_at": token.expires_at.isoformat(),
            "used_from": token.used_from,
        },
    )


def _settled(stood: Standing, now_is: EndingToken | None, now: datetime) -> _records.Observed:
    """Of a token that was replaced, ended, or is another tenant's now, as its owner is."""
    if now_is is None:
        message = f"{stood.label} is gone"
    elif now_is.tenant_id != stood.tenant_id:
        message = f"{stood.label} is not for the same tenants any more"
    else:
        message = _expiry.settled_words(now_is.token, now)
    return _records.Observed(
        tenant_id=stood.tenant_id,
        subject=stood.subject,
        label=stood.label,
        is_wrong=False,
        message=message,
    )


def _not_awaited(one: Standing) -> _records.Observed:
    """Of a device that is in maintenance, planned or retired now."""
    return _records.Observed(
        tenant_id=one.tenant_id,
        subject=one.subject,
        label=one.label,
        is_wrong=False,
        message=f"no backup of {one.label} is expected any more",
    )


def _stale_words(one: DeviceBackup) -> str:
    if not one.overdue:
        return f"{one.name} has a fresh good backup again"
    if one.copy_at is None:
        return f"{one.name} was never saved"
    return f"{one.name} has no good backup since {one.copy_at:%Y-%m-%d %H:%M} UTC"
