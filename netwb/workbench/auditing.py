"""The audit and the keys on the facade: who did what, is the chain whole, renew the master key."""

from __future__ import annotations

from pathlib import Path

from netwb.roles import Permission, require_everywhere
from netwb.store.audit import AuditEvent, AuditReport
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of


class AuditFace(Face):
    """`audit_events`, `verify_audit`, `renew_master_key`."""

    def audit_events(self, *, limit: int = 50, before: int | None = None) -> Records[AuditEvent]:
        """Events of this scope's tenants, newest first; `before` is the last `seq` of a page."""
        self._require(Permission.AUDIT_VIEW)
        found = self._parts.audit.events(self._scope, limit=limit, before=before)
        return records_of(found, AuditEvent)

    def verify_audit(self) -> AuditReport:
        """Walk the whole chain; a report without problems means that nobody touched it."""
        self._require(Permission.SYSTEM_MANAGE)
        require_everywhere(self._actor, "the one audit chain")
        return self._parts.audit.verify()

    def renew_master_key(self) -> Path:
        """Put a new master key in place of the old one, and wrap every key with it.

        Gives the file, which must be copied to its safe place again.
        """
        self._require(Permission.SYSTEM_MANAGE)
        require_everywhere(self._actor, "the one master key")
        path = self._parts.master_file
        self._parts.keyring.renew_master(path)
        self._audit("keys.renew", "master key")
        return path
