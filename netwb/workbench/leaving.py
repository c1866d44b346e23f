"""A tenant that leaves, on the facade: hand its data over, then take it out for good."""

from __future__ import annotations

from netwb.errors import InputError, UnknownNameError
from netwb.health.purging import PurgeParts, Purging, TenantPurge
from netwb.roles import Permission
from netwb.workbench.face import Face

__all__ = ["LeavingFace", "TenantPurge"]


class LeavingFace(Face):
    """`plan_tenant_purge`, `purge_tenant`."""

    def plan_tenant_purge(self, reference: str) -> TenantPurge:
        """What would go with that tenant; nothing is written."""
        self._require_for_all("a purge")
        return self._purging.plan(self._parts.places.tenant(self._scope, reference))

    def purge_tenant(self, reference: str, *, reason: str) -> TenantPurge | None:
        """Take a tenant out of netwb for good; the audit keeps that it was done, by its id.

        Killed in the middle, the same call does the rest; None where that was all there was to do.
        Raises RunUnderWayError while a run has its devices, UnknownNameError.
        """
        self._require_for_all("a purge")
        if not reason.strip():
            msg = "a purge needs a reason, which the audit keeps; give one"
            raise InputError(msg)
        purging = self._purging
        try:
            tenant = self._parts.places.tenant(self._scope, reference)
        except UnknownNameError:
            if not purging.is_open():
                raise
            purging.finish()
            return None
        return purging.carry_out(tenant, self._actor, reason)

    def _require_for_all(self, thing: str) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(thing)

    @property
    def _purging(self) -> Purging:
        return Purging(
            PurgeParts(
                home=self._parts.home.path,
                database=self._parts.database,
                audit=self._parts.audit,
                clock=self._parts.clock,
                lock_timeout_s=self._parts.settings.archive.lock_timeout_s,
            )
        )
