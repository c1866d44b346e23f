"""The audit and the keys on the facade: who did what, is the chain whole, renew the master key."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from netwb.loading import lazy
from netwb.roles import ALL_TENANTS, Permission
from netwb.workbench.face import Face
from netwb.workbench.moments import parse_moment
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.archive import witnesses as _witnesses
    from netwb.store import audit as _store_audit
    from netwb.store.audit import AuditReport
    from netwb.workbench.parts import Parts
else:
    _witnesses = lazy("netwb.archive.witnesses")
    _store_audit = lazy("netwb.store.audit")


class Asked(TypedDict, total=False):
    """Which audit events are asked for.

    who, what, on  a part of actor, action or target, in any case
    tenant         slug or id
    since, until   aware, or as people write times; at or after, and before
    """

    who: str
    what: str
    on: str
    tenant: str
    since: datetime | str
    until: datetime | str


class AuditFace(Face):
    """`audit_events`, `audit_count`, `verify_audit`, `renew_master_key`."""

    def audit_events(
        self, *, limit: int = 50, before: int | None = None, **asked: Unpack[Asked]
    ) -> Records[_store_audit.AuditEvent]:
        """Events of this scope's tenants, newest first; `before` is the last `seq` of a page."""
        self._require(Permission.AUDIT_VIEW)
        self._parts.access.denials.settle()
        found = self._parts.audit.events(
            self._scope, limit=limit, before=before, wanted=self._wanted(asked)
        )
        return records_of(found, _store_audit.AuditEvent)

    def audit_count(self, **asked: Unpack[Asked]) -> int:
        """How many events `audit_events` would give without a limit."""
        self._require(Permission.AUDIT_VIEW)
        return self._parts.audit.count(self._scope, wanted=self._wanted(asked))

    def verify_audit(self) -> AuditReport:
        """Walk the whole chain; a report without problems means that nobody touched it.

        It is held against the heads that commits carry, so that one that was cut shows as well.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("the one audit chain")
        return self._parts.audit.verify(noted_heads(self._parts))

    def renew_master_key(self) -> Path:
        """Put a new master key in place of the old one, and wrap every key with it.

        Gives the file, which must be copied to its safe place again.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere("the one master key")
        path = self._parts.master_file
        self._parts.keyring.renew_master(path)
        self._audit("keys.renew", "master key")
        return path

    def _wanted(self, asked: Asked) -> _store_audit.Wanted:
        """A tenant that this Workbench is narrowed to holds for the audit too."""
        tenants = {asked.get("tenant") or None, self._where.tenant} - {None}
        ids = {self._parts.places.tenant(self._scope, str(tenant)).id for tenant in tenants}
        now = self._parts.clock()
        since, until = asked.get("since"), asked.get("until")
        return _store_audit.Wanted(
            actor=asked.get("who", ""),
            action=asked.get("what", ""),
            target=asked.get("on", ""),
            tenant_id=_only(ids),
            since=parse_moment(since, now) if since else None,
            until=parse_moment(until, now) if until else None,
        )


def noted_heads(parts: Parts) -> frozenset[str]:
    """Heads of this audit chain that commits of all tenants carry."""
    brought = {
        tenant.slug: _brought_at(parts, tenant.id) for tenant in parts.places.tenants(ALL_TENANTS)
    }
    return _witnesses.witnesses(parts.home.folder("archive"), brought)


def _brought_at(parts: Parts, tenant_id: str) -> str | None:
    """The newest commit that came with the tenant from a remote; None where none did."""
    wanted = _store_audit.Wanted(action="remote.restore", tenant_id=tenant_id)
    events = parts.audit.events(ALL_TENANTS, limit=1, wanted=wanted)
    return next((str(event.detail["main"]) for event in events if "main" in event.detail), None)


def _only(ids: set[str]) -> str | None:
    """The one tenant asked for; two different ones leave nothing."""
    if not ids:
        return None
    return ids.pop() if len(ids) == 1 else NO_SUCH_TENANT


NO_SUCH_TENANT = "-"  # ids are longer, so that no event carries it
