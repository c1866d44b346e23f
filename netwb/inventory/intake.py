"""Take an import in: judged against the inventory and written in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.errors import ImportRefusedError, InventoryError
from netwb.inventory.credential_rows import ASKS_BY_SNMP
from netwb.inventory.credential_shape import unfit_fields
from netwb.inventory.devices import Devices
from netwb.inventory.edits import load_names
from netwb.inventory.importers.judge import World, judge
from netwb.inventory.importers.reading import parse_source
from netwb.inventory.importers.rows import ImportOptions, ImportPlan, PlannedDevice, Source
from netwb.inventory.places import new_site, new_tenant
from netwb.inventory.rows import list_devices
from netwb.roles import Actor, Scope
from netwb.store.database import Database
from netwb.store.models import CredentialRow, DeviceRow, SiteRow, TenantRow


class Intake:
    """Imports of devices."""

    def __init__(
        self,
        database: Database,
        devices: Devices,
        clock: Callable[[], datetime],
        platforms: Collection[str],
    ) -> None:
        self._database = database
        self._devices = devices
        self._clock = clock
        self._platforms = platforms

    def plan(self, scope: Scope, source: Source, options: ImportOptions) -> ImportPlan:
        """What the import would do now; nothing is written, and bad rows stand in `problems`."""
        parsed = parse_source(source, options.columns)
        with self._database.reading(scope) as session:
            return judge(parsed, options.columns.defaults, self.world_in(session, scope, options))

    def apply(
        self, scope: Scope, source: Source, options: ImportOptions, *, actor: Actor
    ) -> ImportPlan:
        """Do it; ImportRefusedError where a row is bad, unless bad rows are to be skipped."""
        parsed = parse_source(source, options.columns)
        with self._database.writing(scope) as session:
            plan = judge(parsed, options.columns.defaults, self.world_in(session, scope, options))
            if plan.problems and options.bad_rows == "refuse":
                msg = (
                    f"{len(plan.problems)} of {len(parsed.rows)} rows are bad and nothing was "
                    "imported; correct them, or take the good ones with --skip-bad"
                )
                raise ImportRefusedError(msg, plan.problems)
            self.write_in(session, plan, actor)
        return plan

    def world_in(self, session: Session, scope: Scope, options: ImportOptions) -> World:
        """Everything a row can name, in a handful of statements."""
        tenants = session.scalars(select(TenantRow)).all()
        slugs = {row.id: row.slug for row in tenants}
        sites = {(slugs[row.tenant_id], row.slug): row for row in session.scalars(select(SiteRow))}
        credentials = session.execute(
            select(CredentialRow, ASKS_BY_SNMP).where(CredentialRow.status == "active")
        ).all()
        return World(
            tenants={row.slug: row.name for row in tenants if row.status != "retired"},
            sites={key: row.name for key, row in sites.items() if row.status != "retired"},
            retired={
                *(row.slug for row in tenants if row.status == "retired"),
                *("/".join(key) for key, row in sites.items() if row.status == "retired"),
            },
            credentials={(slugs[row.tenant_id], row.name) for row, _ in credentials},
            unfit={
                (field, slugs[row.tenant_id], row.name)
                for row, snmp in credentials
                for field in unfit_fields(username=row.username, asks_by_snmp=snmp)
            },
            devices=list_devices(session, DeviceRow.status != "retired"),
            platforms=self._platforms,
            missing=options.missing,
            may_add_tenants=scope.tenants is None,
        )

    def write_in(self, session: Session, plan: ImportPlan, actor: Actor) -> None:
        """Do what the plan says, in the caller's transaction, which has judged it."""
        tenants = self._make_places(session, plan)
        names = load_names(session)
        rows = _rows_of(session, plan.devices)
        for planned in plan.devices:
            if planned.action == "add" and planned.new is not None:
                tenant = tenants[planned.tenant]
                self._devices.add_in(session, tenant, planned.new, names=names, actor=actor)
            elif planned.action == "update" and planned.device_id is not None:
                row = rows[planned.device_id]
                self._devices.set_in(session, row, planned.changes, names=names, actor=actor)
            elif planned.action == "retire" and planned.device_id is not None:
                self._devices.retire_in(session, rows[planned.device_id], actor=actor)

    def _make_places(self, session: Session, plan: ImportPlan) -> Mapping[str, TenantRow]:
        """Add the new tenants and sites; gives every living tenant by its slug."""
        now = self._clock()
        for place in plan.places:
            if place.site is None:
                session.add(new_tenant(place.tenant, name=place.name, at=now))
        _flush(session)
        tenants = {row.slug: row for row in session.scalars(select(TenantRow))}
        for place in plan.places:
            if place.site is not None:
                owner = tenants[place.tenant]
                session.add(new_site(owner, place.site, at=now, name=place.name))
        _flush(session)
        return tenants


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        msg = "another import made the same tenant or site at the same time; import again"
        raise InventoryError(msg) from error


def _rows_of(session: Session, planned: Collection[PlannedDevice]) -> Mapping[str, DeviceRow]:
    touched = {item.device_id for item in planned if item.action in {"update", "retire"}}
    living = session.scalars(select(DeviceRow).where(DeviceRow.status != "retired"))
    return {row.id: row for row in living if row.id in touched}
