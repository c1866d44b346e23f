"""Tenants and their sites: tenant-scoped reads and writes.

Nothing here is ever deleted: a retired tenant or site keeps its row, its id and its history.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.errors import InventoryError, NotPermittedError
from netwb.inventory.changes import FieldChange, SiteChanges, TenantChanges
from netwb.inventory.checks import SITE_CHECKS, TENANT_CHECKS
from netwb.inventory.edits import edit, load_names
from netwb.inventory.fields import check_slug, check_text, parse_host_key, quoted
from netwb.inventory.records import Site, Tenant
from netwb.inventory.rows import find_site, find_tenant, site_of, tenant_of, unknown_site
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import DeviceRow, SiteRow, TenantRow


class Places:
    """Reads and writes of tenants and sites."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def tenants(self, scope: Scope) -> tuple[Tenant, ...]:
        """Every tenant in scope, also retired ones, by slug."""
        with self._database.reading(scope) as session:
            names = load_names(session).of
            rows = session.scalars(select(TenantRow).order_by(TenantRow.slug))
            return tuple(tenant_of(row, names) for row in rows)

    def tenant(self, scope: Scope, ref: str) -> Tenant:
        """One tenant by slug or id; UnknownNameError."""
        with self._database.reading(scope) as session:
            return tenant_of(find_tenant(session, ref), load_names(session).of)

    def add_tenant(self, scope: Scope, slug: str, *, name: str) -> Tenant:
        """A new tenant; only an actor whose scope holds all tenants may add one."""
        if scope.tenants is not None:
            msg = f"tenant {slug!r} cannot be added within a scope; ask one who sees all tenants"
            raise NotPermittedError(msg)
        row = new_tenant(slug, name=name, at=self._clock())
        with self._database.writing(scope) as session:
            held = session.scalars(select(TenantRow).where(TenantRow.slug == slug)).first()
            _refuse_retired(held, f"tenant {slug}", f"netwb tenant activate {slug}")
            taken = f"tenant {slug!r} exists already; change it with `netwb tenant set {slug}`"
            _insert(session, row, taken)
            return tenant_of(row, {})

    def set_tenant(
        self, scope: Scope, ref: str, changes: TenantChanges
    ) -> tuple[Tenant, tuple[FieldChange, ...]]:
        """Change fields; gives the tenant as it is now, and what really changed."""
        with self._database.writing(scope) as session:
            row = find_tenant(session, ref)
            names = load_names(session)
            done = edit(row, changes, TENANT_CHECKS, tenant_id=row.id, names=names)
            return tenant_of(row, names.of), done

    def retire_tenant(self, scope: Scope, ref: str) -> Tenant:
        """Retire a tenant that has no living device left."""
        with self._database.writing(scope) as session:
            row = find_tenant(session, ref)
            _refuse_with_devices(session, f"tenant {row.slug}", DeviceRow.tenant_id == row.id)
            row.status = "retired"
            return tenant_of(row, load_names(session).of)

    def activate_tenant(self, scope: Scope, ref: str) -> Tenant:
        """Bring a retired tenant back; its sites and devices stay retired until they are asked for."""
        with self._database.writing(scope) as session:
            row = find_tenant(session, ref)
            row.status = "active"
            return tenant_of(row, load_names(session).of)

    def sites(self, scope: Scope, tenant: str | None = None) -> tuple[Site, ...]:
        """Every site in scope, or of one tenant, also retired ones, by tenant and slug."""
        with self._database.reading(scope) as session:
            statement = select(SiteRow, TenantRow).join(
                TenantRow, TenantRow.id == SiteRow.tenant_id
            )
            if tenant is not None:
                statement = statement.where(TenantRow.id == find_tenant(session, tenant).id)
            names = load_names(session).of
            rows = session.execute(statement.order_by(TenantRow.slug, SiteRow.slug))
            return tuple(site_of(site, owner, names) for site, owner in rows)

    def site(self, scope: Scope, ref: str) -> Site:
        """One site by `tenant/site`, id, or its slug where it is unique; UnknownNameError."""
        with self._database.reading(scope) as session:
            return site_of(*find_site(session, ref), load_names(session).of)

    def require_site(self, scope: Scope, ref: str, *, tenant: str | None) -> None:
        """Raise UnknownNameError unless some site in scope, or of that tenant, is meant by `ref`."""
        of_tenant, _, slug = ref.rpartition("/")
        if not any(
            slug == site.slug and of_tenant in {"", site.tenant}
            for site in self.sites(scope, tenant)
        ):
            raise unknown_site(ref)

    def add_site(self, scope: Scope, ref: str, fields: SiteChanges) -> Site:
        """A new site `tenant/site`; its name is its slug unless given."""
        tenant, _, slug = ref.partition("/")
        if not slug:
            msg = f"site {quoted(ref)} names no tenant; write TENANT/SITE"
            raise InventoryError(msg)
        with self._database.writing(scope) as session:
            owner = find_tenant(session, tenant)
            found = select(SiteRow).where(SiteRow.tenant_id == owner.id, SiteRow.slug == slug)
            held = session.scalars(found).first()
            _refuse_retired(held, f"site {ref}", f"netwb site activate {ref}")
            row = new_site(owner, slug, at=self._clock(), name=slug)
            names = load_names(session)
            edit(row, fields, SITE_CHECKS, tenant_id=owner.id, names=names)
            taken = f"site {quoted(ref)} exists already; change it with `netwb site set {ref}`"
            _insert(session, row, taken)
            return site_of(row, owner, names.of)

    def set_site(
        self, scope: Scope, ref: str, changes: SiteChanges
    ) -> tuple[Site, tuple[FieldChange, ...]]:
        """Change fields; gives the site as it is now, and what really changed."""
        with self._database.writing(scope) as session:
            row, owner = find_site(session, ref)
            names = load_names(session)
            done = edit(row, changes, SITE_CHECKS, tenant_id=owner.id, names=names)
            return site_of(row, owner, names.of), done

    def retire_site(self, scope: Scope, ref: str) -> Site:
        """Retire a site that has no living device left."""
        with self._database.writing(scope) as session:
            row, owner = find_site(session, ref)
            _refuse_with_devices(
                session, f"site {owner.slug}/{row.slug}", DeviceRow.site_id == row.id
            )
            row.status = "retired"
            return site_of(row, owner, load_names(session).of)

    def activate_site(self, scope: Scope, ref: str) -> Site:
        """Bring a retired site back; its devices stay retired until they are asked for."""
        with self._database.writing(scope) as session:
            row, owner = find_site(session, ref)
            refuse_retired_places(owner)
            row.status = "active"
            return site_of(row, owner, load_names(session).of)

    def first_jump_key(self, scope: Scope, named_by: str, host_key: str) -> None:
        """Trust a jump host's key at first sight; one that is trusted already stays.

        named_by    `Jump.named_by`: id of the device, site or tenant that names the jump host
        """
        key = parse_host_key(host_key)
        with self._database.writing(scope) as session:
            row = _level(session, named_by)
            if row is not None and row.jump_host_key is None:
                row.jump_host_key = key


def _level(session: Session, row_id: str) -> DeviceRow | SiteRow | TenantRow | None:
    return (
        session.get(DeviceRow, row_id)
        or session.get(SiteRow, row_id)
        or session.get(TenantRow, row_id)
    )


def new_tenant(slug: str, *, name: str, at: datetime) -> TenantRow:
    """A tenant's row, not yet in the session."""
    return TenantRow(
        id=new_id(),
        slug=check_slug("tenant", slug),
        name=check_text("name", name),
        status="active",
        created_at=at,
    )


def new_site(owner: TenantRow, slug: str, *, at: datetime, name: str) -> SiteRow:
    """A site's row, not yet in the session."""
    refuse_retired_places(owner)
    return SiteRow(
        id=new_id(),
        tenant_id=owner.id,
        slug=check_slug("site", slug),
        name=check_text("name", name),
        status="active",
        created_at=at,
    )


def refuse_retired_places(tenant: TenantRow, site: SiteRow | None = None) -> None:
    """Raise InventoryError where nothing may be living, because its place is retired."""
    _refuse_retired(tenant, f"tenant {tenant.slug}", f"netwb tenant activate {tenant.slug}")
    if site is not None:
        name = f"{tenant.slug}/{site.slug}"
        _refuse_retired(site, f"site {name}", f"netwb site activate {name}")


def _refuse_retired(held: TenantRow | SiteRow | None, thing: str, cure: str) -> None:
    if held is not None and held.status == "retired":
        msg = f"{thing} is retired; bring it back with `{cure}`"
        raise InventoryError(msg)


def _insert(session: Session, row: TenantRow | SiteRow, taken: str) -> None:
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise InventoryError(taken) from error


def _refuse_with_devices(session: Session, thing: str, belongs: Any) -> None:
    living = session.scalar(
        select(func.count()).select_from(DeviceRow).where(belongs, DeviceRow.status != "retired")
    )
    if living:
        devices = "1 living device" if living == 1 else f"{living} living devices"
        msg = f"{thing} has {devices}; retire or move first"
        raise InventoryError(msg)
