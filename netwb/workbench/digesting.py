"""The morning digest on the facade: put together for each target that wants it, and queued.

Each target has one a day in netwb's zone, whoever asks and however often. It tells of what the target
may hear of: all tenants, those that its routes name, or its own tenant, without what a tenant may not
see. Differences come from Git, so no secret is in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from netwb.errors import NetwbError
from netwb.inventory.records import EVERYWHERE, Where
from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission, Scope
from netwb.workbench.backup import BACKED_UP
from netwb.workbench.reading import ReadingFace

if TYPE_CHECKING:
    from netwb.archive.records import Change
    from netwb.notify import digest as _digests
    from netwb.notify import routes as _routes
    from netwb.notify.records import Route, Standing, Target
else:
    _routes = lazy("netwb.notify.routes")
    _digests = lazy("netwb.notify.digest")

FIRST = timedelta(hours=24)  # told of by a target's first digest
LONGEST = timedelta(days=7)  # after a long rest
_OF_DEVICES = ("backup.failed", "backup.rejected", "device.stale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Digested:
    """What one morning did: targets that were sent a digest, and those with nothing to be told."""

    sent: int
    silent: int
    forgotten: int


class DigestFace(ReadingFace):
    """`send_digests`."""

    def send_digests(self) -> Digested:
        """Queue today's digest for each target that wants one and has none of today yet."""
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("the digest")
        self._forget_gone_devices()
        queue, targets = self._parts.notify.queue, self._parts.notify.targets
        routes, sent, silent = targets.routes(ALL_TENANTS), 0, 0
        for target, last_at in targets.want_digest(self._today()):
            digest = self._digest(target, routes, last_at)
            tells = digest.says_something or target.digest == "always"
            message = _digests.digest_message(digest) if tells else None
            if queue.add_digest(target, message, self._today()):
                sent, silent = sent + tells, silent + (not tells)
        return Digested(sent=sent, silent=silent, forgotten=queue.forget_old())

    def _today(self) -> str:
        """The date in netwb's zone: what a morning is."""
        return self._parts.clock().astimezone(self._zone()).date().isoformat()

    def _zone(self) -> tzinfo:
        return self._parts.scheduling.zone("")

    def _digest(
        self, target: Target, routes: Sequence[Route], last_at: datetime | None
    ) -> _digests.Digest:
        now = self._parts.clock()
        since = max(last_at or now - FIRST, now - LONGEST)
        tenants = _routes.digest_tenants(target, routes)
        scope = Scope(tenants)
        changes = self._changes_of(scope, since)
        shown = [
            self._shown(change, is_drawn=place < _digests.MOST_DIFFS)
            for place, change in enumerate(changes[: _digests.MOST_CHANGES])
        ]
        return _digests.Digest(
            whose=target.tenant,
            zone=self._zone(),
            since=since,
            until=now,
            changes=tuple(shown),
            changed=len(changes),
            wrong=tuple(self._wrong(target, scope)),
        )

    def _changes_of(self, scope: Scope, since: datetime) -> tuple[Change, ...]:
        devices = self._parts.devices.named(scope, EVERYWHERE)
        return self._parts.history.changes(scope, since=since, devices=devices)

    def _shown(self, change: Change, *, is_drawn: bool) -> _digests.ShownChange:
        shown = _digests.ShownChange(
            label=f"{change.tenant}/{change.hostname}",
            kind=change.kind,
            author=change.author,
            at=change.at,
            revision=change.id,
            added=change.added,
            removed=change.removed,
            is_first=change.number == 1,
        )
        if shown.is_first or not is_drawn:
            return shown
        try:
            hunks, more = _digests.shown_hunks(self.change_diff(change))
        except NetwbError:  # one text that cannot be read is counted still
            return shown
        return replace(shown, hunks=hunks, more_hunks=more)

    def _wrong(self, target: Target, scope: Scope) -> Iterable[Standing]:
        for one in self._parts.notices.standing(scope):
            if not target.tenant_id:
                yield one
            elif one.kind in _routes.TENANT_DETAILS:
                yield replace(one, detail=_routes.open_detail(one.kind, one.detail))

    def _forget_gone_devices(self) -> None:
        """What was wrong with a device that is retired by now is nobody's trouble any more."""
        known = self._parts.devices.named(ALL_TENANTS, Where(status="any"))
        living = {device.id for device in known if device.status in BACKED_UP}
        for one in self._parts.notices.standing(ALL_TENANTS, _OF_DEVICES):
            if one.subject not in living:
                self._parts.notices.forget(one.tenant_id, [one.subject])
