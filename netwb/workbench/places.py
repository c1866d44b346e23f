"""Tenants and sites on the facade.

Who lacks `inventory.address` gets records whose management addresses are left out.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from netwb.errors import InventoryError, UnknownNameError
from netwb.inventory.changes import FieldChange, SiteChanges, TenantChanges
from netwb.inventory.fields import check_platform, quoted
from netwb.inventory.records import DEVICE_STATUSES, Site, Tenant, Where
from netwb.loading import lazy
from netwb.roles import Permission, allowed
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.store import ids as _ids
else:
    _ids = lazy("netwb.store.ids")

Changed = tuple[FieldChange, ...]


class PlacesFace(Face):
    """Tenants and sites."""

    def tenants(self) -> Records[Tenant]:
        """Every tenant in scope, also retired ones, by slug."""
        self._require(Permission.INVENTORY_VIEW)
        found = self._parts.places.tenants(self._scope)
        wanted = self._where.tenant
        kept = (item for item in found if wanted in {None, item.slug})
        return records_of((self._open_tenant(item) for item in kept), Tenant)

    def tenant(self, reference: str) -> Tenant:
        """One tenant by slug or id."""
        self._require(Permission.INVENTORY_VIEW)
        return self._open_tenant(self._parts.places.tenant(self._scope, reference))

    def known_tenant(self, reference: str) -> str:
        """Id of a tenant that this actor may see, empty where it is none; for counting alone.

        No right is asked for, and for an id no database either: to who sees all tenants each is one.
        """
        if self._scope.holds(reference) and _ids.is_id(reference):
            return reference
        if _ids.is_id(reference):  # another tenant's, or nobody's
            return ""
        try:
            return self._parts.places.tenant(self._scope, reference).id
        except UnknownNameError:
            return ""

    def add_tenant(self, slug: str, *, name: str) -> Tenant:
        """Add a tenant; needs the scope of all tenants."""
        self._require(Permission.INVENTORY_EDIT)
        with self._denials_audited("tenant.add", slug):
            tenant = self._parts.places.add_tenant(self._scope, slug, name=name)
        self._audit("tenant.add", tenant.slug, tenant_id=tenant.id)
        return tenant

    def set_tenant(self, reference: str, **changes: Unpack[TenantChanges]) -> Changed:
        """Change fields of a tenant; None clears. Gives what really changed."""
        self._require(Permission.INVENTORY_EDIT)
        tenant, changed = self._parts.places.set_tenant(self._scope, reference, changes)
        self._audit_changed("tenant.set", tenant.slug, tenant.id, changed)
        return changed

    def retire_tenant(self, reference: str) -> Tenant:
        """Retire a tenant that has no living device."""
        self._require(Permission.INVENTORY_EDIT)
        tenant = self._parts.places.retire_tenant(self._scope, reference)
        self._audit("tenant.retire", tenant.slug, tenant_id=tenant.id)
        return tenant

    def activate_tenant(self, reference: str) -> Tenant:
        """Bring a retired tenant back."""
        self._require(Permission.INVENTORY_EDIT)
        tenant = self._parts.places.activate_tenant(self._scope, reference)
        self._audit("tenant.activate", tenant.slug, tenant_id=tenant.id)
        return tenant

    def sites(self) -> Records[Site]:
        """Every site in scope, also retired ones, by tenant and slug."""
        self._require(Permission.INVENTORY_VIEW)
        found = self._parts.places.sites(self._scope, self._where.tenant)
        kept = (item for item in found if self._where.site in {None, item.slug})
        return records_of((self._open_site(item) for item in kept), Site)

    def site(self, reference: str) -> Site:
        """One site by `tenant/site`, id, or its slug where only one tenant has it."""
        self._require(Permission.INVENTORY_VIEW)
        return self._open_site(self._parts.places.site(self._scope, reference))

    def add_site(self, reference: str, **fields: Unpack[SiteChanges]) -> Site:
        """Add the site `tenant/site`."""
        self._require(Permission.INVENTORY_EDIT)
        if fields.get("shadow"):
            self._require(Permission.SYSTEM_MANAGE)
        site = self._parts.places.add_site(self._scope, reference, fields)
        self._audit_site("site.add", site)
        return site

    def set_site(self, reference: str, **changes: Unpack[SiteChanges]) -> Changed:
        """Change fields of a site; None clears. Gives what really changed.

        `shadow` is policy of blackholes: an admin's alone.
        """
        self._require(Permission.INVENTORY_EDIT)
        if "shadow" in changes:
            self._require(Permission.SYSTEM_MANAGE)
        site, changed = self._parts.places.set_site(self._scope, reference, changes)
        if changed:
            self._audit_site("site.set", site, changed)
        return changed

    def retire_site(self, reference: str) -> Site:
        """Retire a site that has no living device."""
        self._require(Permission.INVENTORY_EDIT)
        site = self._parts.places.retire_site(self._scope, reference)
        self._audit_site("site.retire", site)
        return site

    def activate_site(self, reference: str) -> Site:
        """Bring a retired site back."""
        self._require(Permission.INVENTORY_EDIT)
        site = self._parts.places.activate_site(self._scope, reference)
        self._audit_site("site.activate", site)
        return site

    def _refuse_unknown(self, where: Where) -> None:
        """A mistyped tenant, site, platform or status would mean no device, and look like success."""
        if where.tenant is not None:
            self._parts.places.tenant(self._scope, where.tenant)
        if where.site is not None:
            self._parts.places.require_site(self._scope, where.site, tenant=where.tenant)
        if where.platform is not None:
            check_platform(where.platform, self._parts.platforms)
        if where.status not in {None, "any"} and where.status not in DEVICE_STATUSES:
            words = ", ".join((*DEVICE_STATUSES, "any"))
            msg = f"status {quoted(str(where.status))} is not known; take one of {words}"
            raise InventoryError(msg)

    def _audit_site(self, action: str, site: Site, changed: Changed = ()) -> None:
        tenant = self._parts.places.tenant(self._scope, site.tenant)
        self._audit(
            action,
            f"{site.tenant}/{site.slug}",
            tenant_id=tenant.id,
            detail={"fields": [item.field for item in changed]} if changed else {},
        )

    def _audit_changed(self, action: str, target: str, tenant_id: str, changed: Changed) -> None:
        if changed:
            detail = {"fields": [item.field for item in changed]}
            self._audit(action, target, tenant_id=tenant_id, detail=detail)

    def _open_tenant(self, tenant: Tenant) -> Tenant:
        return tenant if self._sees_addresses() else replace(tenant, jump=None)

    def _open_site(self, site: Site) -> Site:
        return site if self._sees_addresses() else replace(site, jump=None)

    def _sees_addresses(self) -> bool:
        return allowed(self._actor, Permission.INVENTORY_ADDRESS)
