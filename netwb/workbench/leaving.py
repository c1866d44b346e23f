"""A tenant that leaves, on the facade: hand its data over, then take it out for good."""

from __future__ import annotations

from pathlib import Path

from netwb.archive.vault import Vault
from netwb.errors import InputError, UnknownNameError
from netwb.health.handover import Handover, hand_over
from netwb.health.purging import PurgeParts, Purging, TenantPurge
from netwb.inventory.records import SecretSource
from netwb.roles import Permission
from netwb.workbench.exporting import new_passphrase
from netwb.workbench.face import Face

__all__ = ["Handover", "LeavingFace", "TenantPurge"]


class LeavingFace(Face):
    """`export_tenant`, `plan_tenant_purge`, `purge_tenant`."""

    def export_tenant(
        self, reference: str, file: str | Path, *, secrets: SecretSource | None = None
    ) -> Handover:
        """Write what netwb holds of one tenant into a new file, for it: CSV, JSON, a Git bundle.

        secrets   passphrase under which the secrets of its configurations come along; None: they do not
        Raises InputError where the file is there, ExportError where there is no room.
        """
        self._require(Permission.SYSTEM_MANAGE)
        self._require_local("the files")
        words = None if secrets is None else new_passphrase(secrets, self._parts.environment)
        tenant = self._parts.places.tenant(self._scope, reference)
        done = hand_over(
            tenant,
            Path(file).expanduser().absolute(),
            database=self._parts.database,
            vault=Vault(self._parts.database, self._parts.keyring),
            archive=self._parts.home.folder("archive"),
            at=self._parts.clock(),
            passphrase=words,
        )
        detail = {"bytes": done.size, "secrets": done.secrets}
        self._audit("tenant.export", tenant.slug, tenant_id=tenant.id, detail=detail)
        return done

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
