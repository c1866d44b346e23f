"""A tenant that leaves, on the facade: hand its data over, then take it out for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from netwb.errors import InputError, UnknownNameError
from netwb.inventory.records import SecretSource, Tenant
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.exporting import new_passphrase
from netwb.workbench.face import Face

if TYPE_CHECKING:
    from netwb.archive import vault as _vault
    from netwb.health import handover as _handover
    from netwb.health import purging as _purges
    from netwb.health.handover import Handover
    from netwb.health.purging import TenantPurge
    from netwb.workbench.parts import Parts
else:
    _vault = lazy("netwb.archive.vault")
    _handover = lazy("netwb.health.handover")
    _purges = lazy("netwb.health.purging")


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
        done = _handover.hand_over(
            tenant,
            Path(file).expanduser().absolute(),
            database=self._parts.database,
            vault=_vault.Vault(self._parts.database, self._parts.keyring),
            archive=self._parts.home.folder("archive"),
            at=self._parts.clock(),
            passphrase=words,
        )
        detail = {"bytes": done.size, "secrets": done.secrets}
        self._audit("tenant.export", tenant.slug, tenant_id=tenant.id, detail=detail)
        return done

    def plan_tenant_purge(self, reference: str) -> TenantPurge | None:
        """What would go with that tenant; nothing is written.

        None where only the last step of a purge is left, as for `purge_tenant`.
        """
        self._require_for_all("a purge")
        tenant = self._purged(reference)
        return None if tenant is None else purging_of(self._parts).plan(tenant)

    def purge_tenant(self, reference: str, *, reason: str) -> TenantPurge | None:
        """Take a tenant out of netwb for good; the audit keeps that it was done, by its id.

        Killed in the middle, the same call does the rest; None where that was all there was to do.
        Raises RunUnderWayError while a run has its devices, UnknownNameError.
        """
        self._require_for_all("a purge")
        if not reason.strip():
            msg = "a purge needs a reason, which the audit keeps; give one"
            raise InputError(msg)
        tenant = self._purged(reference)
        if tenant is None:
            purging_of(self._parts).finish()
            return None
        return purging_of(self._parts).carry_out(tenant, self._actor, reason)

    def _purged(self, reference: str) -> Tenant | None:
        """The tenant; None where it is gone but for the last step of its purge."""
        try:
            return self._parts.places.tenant(self._scope, reference)
        except UnknownNameError:
            if not purging_of(self._parts).is_open():
                raise
            return None

    def _require_for_all(self, thing: str) -> None:
        self._require(Permission.SYSTEM_MANAGE)
        self._require_everywhere(thing)


def purging_of(parts: Parts) -> _purges.Purging:
    """What purges in that home."""
    return _purges.Purging(
        _purges.PurgeParts(
            home=parts.home.path,
            database=parts.database,
            audit=parts.audit,
            ports=parts.ports,
            metrics=lambda: parts.metrics,
            clock=parts.clock,
            lock_timeout_s=parts.settings.archive.lock_timeout_s,
        )
    )
