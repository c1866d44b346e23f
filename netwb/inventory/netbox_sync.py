"""Do what NetBox says: planned and written in one transaction, or left to a person as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.configs.names import same_name
from netwb.errors import StalePlanError
from netwb.inventory.devices import Devices
from netwb.inventory.importers.netbox_plan import NetboxDevice, SyncPlan, plan_sync
from netwb.inventory.importers.rows import ImportOptions
from netwb.inventory.intake import Intake
from netwb.inventory.records import Tenant
from netwb.roles import Actor, Scope
from netwb.store.database import Database
from netwb.store.inserting import insert_many
from netwb.store.models import DeviceRow, NetboxLinkRow


class NetboxSync:
    """Plans and applies; `percent` of the known devices may be retired without a person."""

    def __init__(
        self, database: Database, devices: Devices, intake: Intake, percent: float
    ) -> None:
        self._database = database
        self._devices = devices
        self._intake = intake
        self._percent = percent

    def waits(self, plan: SyncPlan) -> bool:
        """Whether a person has to accept it."""
        return plan.retires_over(self._percent)

    def plan(self, scope: Scope, tenant: Tenant, found: Sequence[NetboxDevice]) -> SyncPlan:
        """What would be done now."""
        own = scope.narrowed(frozenset({tenant.id}))
        with self._database.reading(own) as session:
            return self._plan_in(session, own, tenant, found)

    def apply(
        self,
        scope: Scope,
        tenant: Tenant,
        found: Sequence[NetboxDevice],
        *,
        actor: Actor,
        accepted: str | None = None,
    ) -> SyncPlan:
        """Do it, unless it has to wait; what `waits` says of the answer tells which.

        accepted   id of the plan that a person accepted: that one is done and no other;
                   StalePlanError where it is another one by now
        """
        own = scope.narrowed(frozenset({tenant.id}))
        with self._database.writing(own) as session:
            plan = self._plan_in(session, own, tenant, found)
            if accepted is not None and plan.id != accepted:
                msg = (
                    f"plan {accepted[:40]!r} is not what NetBox and the inventory give now, which"
                    f" is {plan.id}; look at it with `netwb netbox plan {tenant.slug}`"
                )
                raise StalePlanError(msg)
            if accepted is not None or not self.waits(plan):
                self._write(session, tenant, plan, actor)
        return plan

    def _plan_in(
        self, session: Session, scope: Scope, tenant: Tenant, found: Sequence[NetboxDevice]
    ) -> SyncPlan:
        links = select(NetboxLinkRow.netbox_id, NetboxLinkRow.device_id)
        mine = links.where(NetboxLinkRow.tenant_id == tenant.id)
        world = self._intake.world_in(session, scope, ImportOptions())
        known = dict(session.execute(mine).all())
        return plan_sync(tenant.slug, found, known, world)

    def _write(self, session: Session, tenant: Tenant, plan: SyncPlan, actor: Actor) -> None:
        for rename in plan.renames:
            row = session.get_one(DeviceRow, rename.device_id)
            self._devices.rename_in(session, row, rename.new, actor=actor)
            own = row.sysname or rename.old  # its next text calls it that still
            row.sysname = None if same_name(own, rename.new) else own
        self._intake.write_in(session, plan.as_import(), actor)
        self._link(session, tenant, plan)

    def _link(self, session: Session, tenant: Tenant, plan: SyncPlan) -> None:
        """Remember which device is which in NetBox; what was retired keeps its link, as it is known."""
        living = session.execute(
            select(DeviceRow.hostname, DeviceRow.id).where(
                DeviceRow.tenant_id == tenant.id, DeviceRow.status != "retired"
            )
        )
        ids = {hostname.casefold(): device_id for hostname, device_id in living}
        named = {
            number: ids[hostname.casefold()]
            for number, hostname in plan.hostnames.items()
            if hostname.casefold() in ids
        }
        links = select(NetboxLinkRow).where(NetboxLinkRow.tenant_id == tenant.id)
        for link in session.scalars(links):
            if link.netbox_id in named or link.device_id in named.values():
                session.delete(link)
        session.flush()
        insert_many(
            session,
            NetboxLinkRow,
            [
                {"tenant_id": tenant.id, "netbox_id": number, "device_id": device_id}
                for number, device_id in sorted(named.items())
            ],
        )
