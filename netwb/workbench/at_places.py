"""Places by their names, and names of places, for what is scheduled; on the facade."""

from __future__ import annotations

from collections.abc import Mapping

from netwb.errors import InputError
from netwb.inventory.records import EVERYWHERE, Where
from netwb.schedules.records import EVERYTHING, Place
from netwb.workbench.jobs import JobsFace


class PlacesAskedFace(JobsFace):
    """What `night`, `scheduling` and `leader` ask about places."""

    def _place_meant(self) -> Place:
        """The place that this Workbench is narrowed to. InputError where it means less than a place."""
        where = self._where
        if where != Where(tenant=where.tenant, site=where.site):
            msg = "what is scheduled is for a tenant or a site; narrow to nothing else"
            raise InputError(msg)
        if where.site is not None:
            of_tenant, _, slug = where.site.rpartition("/")
            tenant = where.tenant or of_tenant
            reference = f"{tenant}/{slug}" if tenant else slug
            site = self._parts.places.site(self._scope, reference)
            owner = self._parts.places.tenant(self._scope, site.tenant)
            return Place(tenant_id=owner.id, site_id=site.id)
        if where.tenant is not None:
            return Place(tenant_id=self._parts.places.tenant(self._scope, where.tenant).id)
        return EVERYTHING

    def _place_ids(self) -> Mapping[tuple[str, str], Place]:
        """Slugs of tenant and site -> the site's place; a tenant's own is at ""."""
        tenants = {one.slug: one.id for one in self._parts.places.tenants(self._scope)}
        found = {(slug, ""): Place(tenant_id=tenant_id) for slug, tenant_id in tenants.items()}
        for site in self._parts.places.sites(self._scope):
            place = Place(tenant_id=tenants[site.tenant], site_id=site.id)
            found[site.tenant, site.slug] = place
        return found

    def _place_names(self) -> Mapping[Place, Where]:
        """Each place of the scope, and what narrows a Workbench to it."""
        named = {
            place: Where(tenant=tenant, site=site or None)
            for (tenant, site), place in self._place_ids().items()
        }
        return {EVERYTHING: EVERYWHERE, **named}


def place_label(where: Where) -> str:
    """As a person names it: `acme`, `acme/fra1`; "" is all."""
    if where.site and "/" in where.site:
        return where.site
    return "/".join(one for one in (where.tenant, where.site) if one)
