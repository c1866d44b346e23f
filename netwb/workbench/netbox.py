"""NetBox on the facade: where tenants' devices are read from, what would be done, doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from netwb.errors import ArchiveError, InventoryError, NetboxError, SettingsError
from netwb.inventory.records import SecretSource, Tenant
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.elsewhere import require_elsewhere
from netwb.workbench.face import Face
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.inventory import netbox as _netbox
    from netwb.inventory import netbox_sources as _netbox_sources
    from netwb.inventory import secret_sources as _secret_sources
    from netwb.inventory.importers.netbox_plan import NetboxDevice, SyncPlan
    from netwb.inventory.importers.rows import PlannedDevice
    from netwb.inventory.netbox import Filters
else:
    _netbox = lazy("netwb.inventory.netbox")
    _netbox_sources = lazy("netwb.inventory.netbox_sources")
    _secret_sources = lazy("netwb.inventory.secret_sources")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetboxPlan:
    """A plan, and whether it waits for a person: it retires more than `netbox.retire_percent`."""

    plan: SyncPlan
    waits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetboxSynced:
    """What a synchronisation did, over all tenants; `waiting`: whose plan waits for a person."""

    tenants: int
    added: int
    changed: int
    renamed: int
    retired: int
    bad: int
    waiting: tuple[str, ...]


class NetboxFace(Face):
    """`netboxes`, `set_netbox`, `unset_netbox`, `plan_netbox`, `sync_netbox`, `accept_netbox`."""

    def netboxes(self) -> Records[_netbox_sources.NetboxSource]:
        """Every tenant's NetBox in scope, and how it stands; none of them is asked."""
        self._require(Permission.INVENTORY_EDIT)
        found = self._parts.netbox_sources.list(self._meant_scope)
        return records_of(found, _netbox_sources.NetboxSource)

    def set_netbox(
        self, tenant: str, url: str, *, token: SecretSource, filters: Filters = ()
    ) -> _netbox_sources.NetboxSource:
        """Read a tenant's devices from that NetBox from now on.

        filters   of the question for devices, as NetBox names them; none: `tenant` is the tenant
        Raises InputError for a URL or a filter that cannot be.
        """
        self._require(Permission.SYSTEM_MANAGE)
        meant = self._parts.places.tenant(self._scope, tenant)
        url, filters = (
            _netbox.check_url(url),
            _netbox.check_filters(filters or (("tenant", meant.slug),)),
        )
        require_elsewhere(urlsplit(url).hostname or "", self._scope, self._parts.settings)
        secret = self._read_token(token)
        reference = (
            _secret_sources.lasting(_secret_sources.check_reference("token", token.origin))
            if _kept(token)
            else ""
        )
        self._parts.netbox_sources.set(
            self._scope, meant.id, url=url, filters=filters, token=secret, reference=reference
        )
        detail = {"url": url, "filters": [f"{name}={value}" for name, value in filters]}
        self._audit("netbox.set", meant.slug, tenant_id=meant.id, detail=detail)
        return self._parts.netbox_sources.get(self._scope, meant.id, meant.slug)

    def unset_netbox(self, tenant: str) -> None:
        """Read a tenant's devices from nowhere any more; they stay as they are."""
        self._require(Permission.SYSTEM_MANAGE)
        meant = self._parts.places.tenant(self._scope, tenant)
        found = self._parts.netbox_sources.get(self._scope, meant.id, meant.slug)
        self._parts.netbox_sources.unset(self._scope, meant.id)
        self._tell_waiting(meant, None)
        self._audit("netbox.unset", meant.slug, tenant_id=meant.id, detail={"url": found.url})

    def plan_netbox(self, tenant: str) -> NetboxPlan:
        """What a synchronisation of a tenant would do now; nothing is written.

        Raises NetboxError where NetBox does not answer, or not to be believed; SettingsError.
        """
        self._require(Permission.INVENTORY_EDIT)
        meant = self._parts.places.tenant(self._scope, tenant)
        found = self._ask_netbox(meant)
        return self._judged(self._parts.netbox_sync.plan(self._scope, meant, found))

    def sync_netbox(self) -> NetboxSynced:
        """Do what NetBox says for each tenant meant that has one; a plan that waits is left alone.

        Raises NetboxError that names those which could not be asked, after the others were done.
        """
        self._require(Permission.INVENTORY_EDIT)
        done: list[NetboxPlan] = []
        failed: list[str] = []
        for source in self._parts.netbox_sources.list(self._meant_scope):
            meant = self._parts.places.tenant(self._scope, source.tenant_id)
            try:
                done.append(self._sync(meant, None))
            except (InventoryError, ArchiveError, SettingsError) as error:
                failed.append(f"{source.tenant}: {error}")
        if failed:
            msg = f"NetBox of {len(failed)} tenants was not taken over: {'; '.join(failed)}"
            raise NetboxError(msg)
        return _summed(done)

    def accept_netbox(self, tenant: str, plan_id: str) -> NetboxSynced:
        """Do the plan of that id, which a person has seen, however many devices it retires.

        Raises StalePlanError where NetBox or the inventory give another plan by now.
        """
        self._require(Permission.INVENTORY_EDIT)
        meant = self._parts.places.tenant(self._scope, tenant)
        return _summed([self._sync(meant, plan_id)])

    def _sync(self, tenant: Tenant, accepted: str | None) -> NetboxPlan:
        found = self._ask_netbox(tenant)
        plan = self._parts.netbox_sync.apply(
            self._scope, tenant, found, actor=self._actor, accepted=accepted
        )
        judged = self._judged(plan)
        if judged.waits and accepted is None:
            self._tell_waiting(tenant, plan)
            return judged
        self._parts.netbox_sources.note_synced(self._scope, tenant.id)
        self._tell_waiting(tenant, None)
        if plan.changes:
            self._audit_sync(tenant, plan)
        self._follow_sync(plan)
        return NetboxPlan(plan=plan, waits=False)

    def _judged(self, plan: SyncPlan) -> NetboxPlan:
        return NetboxPlan(plan=plan, waits=self._parts.netbox_sync.waits(plan))

    def _ask_netbox(self, tenant: Tenant) -> Sequence[NetboxDevice]:
        """Outside of any transaction."""
        sources = self._parts.netbox_sources
        source = sources.get(self._scope, tenant.id, tenant.slug)
        token = sources.token(self._scope, tenant.id)
        asked = _netbox.Asked(url=source.url, filters=source.filters, token=token)
        return _netbox.fetch(asked, self._parts.settings.netbox)

    def _tell_waiting(self, tenant: Tenant, plan: SyncPlan | None) -> None:
        """Told once while the same tenant's plan waits, and when it no longer does."""
        says = "the inventory is as NetBox says" if plan is None else _says(plan)
        if plan is not None:
            self._parts.netbox_sources.note_waiting(self._scope, tenant.id, plan.id, says)
        self._parts.notices.stands(
            "netbox.plan",
            tenant_id=tenant.id,
            subject=tenant.id,
            label=tenant.slug,
            is_wrong=plan is not None,
            message=says,
        )

    def _audit_sync(self, tenant: Tenant, plan: SyncPlan) -> None:
        detail = {
            "plan": plan.id,
            "renamed": len(plan.renames),
            **{action: plan.count(action) for action in ("add", "update", "retire")},
        }
        self._audit("netbox.sync", tenant.slug, tenant_id=tenant.id, detail=detail)

    def _follow_sync(self, plan: SyncPlan) -> None:
        """Configurations go where their devices went."""
        moved = {rename.device_id for rename in plan.renames}
        moved |= {item.device_id for item in plan.devices if item.device_id and _moves(item)}
        for device_id in sorted(moved):
            device = self._parts.devices.get(self._scope, device_id)
            if device.status != "retired":
                self._parts.archive.rename(device, self._actor)
        for item in plan.devices:
            if item.action == "retire" and item.device_id is not None:
                device = self._parts.devices.get(self._scope, item.device_id)
                self._parts.archive.retire(device, self._actor)

    def _read_token(self, source: SecretSource) -> str:
        if source.answer is None:
            self._require_local("files and variables")
        return _secret_sources.Secrets(self._parts.environment).read("token", source)


def _kept(source: SecretSource) -> bool:
    return source.keep == "reference"


def _moves(item: PlannedDevice) -> bool:
    return any(change.field == "site" for change in item.fields)


def _says(plan: SyncPlan) -> str:
    return (
        f"plan {plan.id} of NetBox would retire {plan.count('retire')} of {plan.known} devices of"
        f" {plan.tenant}; look at it with `netwb netbox plan {plan.tenant}`, and take it with"
        f" `netwb netbox sync {plan.tenant} --accept {plan.id}`"
    )


def _summed(done: Sequence[NetboxPlan]) -> NetboxSynced:
    taken = [one.plan for one in done if not one.waits]
    return NetboxSynced(
        tenants=len(done),
        added=sum(plan.count("add") for plan in taken),
        changed=sum(plan.count("update") for plan in taken),
        renamed=sum(len(plan.renames) for plan in taken),
        retired=sum(plan.count("retire") for plan in taken),
        bad=sum(len(plan.problems) for plan in taken),
        waiting=tuple(one.plan.tenant for one in done if one.waits),
    )
