"""References of an ERP on the facade: what it calls a device's contract and a port's circuit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from netwb.erp.records import ErpDevice, ErpPort
from netwb.errors import UnknownDeviceError, UnknownNameError
from netwb.inventory.changes import FieldChange
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.erp_inventory import ErpInventoryFace, ErpStanding

if TYPE_CHECKING:
    from netwb.erp import inventory as _inventory
    from netwb.erp import references as _references
    from netwb.erp.inventory import Asked
    from netwb.erp.references import Shown
else:
    _inventory = lazy("netwb.erp.inventory")
    _references = lazy("netwb.erp.references")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """One thing of the inventory as it is now, and how far that is numbered."""

    thing: ErpDevice | ErpPort
    standing: ErpStanding


class ErpReferencesFace(ErpInventoryFace):
    """`erp_device`, `erp_port`, `refer_device`, `refer_port`."""

    def erp_device(self, tenant_id: str, device_id: str) -> Tagged:
        """One device of the tenant as its ERP is shown it; UnknownDeviceError."""
        standing = self.erp_standing(tenant_id)
        found = _inventory.read_device(self._parts.database, _asked(standing), device_id)
        if found is None:
            msg = "no device of that id is in this inventory; read it anew"
            raise UnknownDeviceError(msg)
        return Tagged(thing=found, standing=standing)

    def erp_port(self, tenant_id: str, port_id: str) -> Tagged:
        """One port of the tenant, on anybody's device; UnknownNameError."""
        standing = self.erp_standing(tenant_id)
        found = _inventory.read_port(self._parts.database, _asked(standing), port_id)
        if found is None:
            msg = "no port of that id is in this inventory; read it anew"
            raise UnknownNameError(msg)
        return Tagged(thing=found, standing=standing)

    def refer_device(
        self,
        tenant_id: str,
        device_id: str,
        contract_ref: str | None,
        *,
        versions: frozenset[int] | None,
        once_key: str = "",
    ) -> Tagged:
        """Give a device its contract's reference; None clears it. Gives the device as it is then.

        versions   only where it is one of these still, ChangedSinceError; None: any
        once_key   the same asked again with it is done once; another one is a KeyReusedError
        """
        self._require(Permission.REFERENCE_EDIT)
        seen = self.erp_device(tenant_id, device_id)
        shown = _references.Shown(
            tenant_id=seen.standing.tenant_id, kind="device", id=seen.thing.id, versions=versions
        )
        devices, actor = self._parts.devices, self._actor

        asked = ("device", seen.thing.id, contract_ref)
        self._written(
            seen,
            shown,
            lambda session: devices.refer_in(session, seen.thing.id, contract_ref, actor=actor),
            asked=asked,
            once_key=once_key,
        )
        return self.erp_device(tenant_id, device_id)

    def refer_port(
        self,
        tenant_id: str,
        port_id: str,
        circuit_ref: str | None,
        *,
        versions: frozenset[int] | None,
        once_key: str = "",
    ) -> Tagged:
        """Give a port its circuit's reference, on whosever device it is: the port is the tenant's."""
        self._require(Permission.REFERENCE_EDIT)
        seen = self.erp_port(tenant_id, port_id)
        port = seen.thing
        assert isinstance(port, ErpPort)
        elsewhere = bool(port.device_tenant)
        shown = _references.Shown(
            tenant_id=seen.standing.tenant_id,
            kind="port" if elsewhere else "device",
            id=port.id if elsewhere else port.device_id,
            versions=versions,
        )
        ports = self._parts.ports

        self._written(
            seen,
            shown,
            lambda session: ports.refer_in(session, port.id, circuit_ref),
            asked=("port", port.id, circuit_ref),
            once_key=once_key,
        )
        return self.erp_port(tenant_id, port_id)

    def _written(
        self,
        seen: Tagged,
        shown: Shown,
        write: Callable[[Any], Sequence[FieldChange]],
        *,
        asked: Sequence[str | None],
        once_key: str,
    ) -> None:
        tenant_id, actor = seen.standing.tenant_id, self._actor.name
        once = None
        if once_key:
            digest = sha256(repr((tenant_id, *asked)).encode()).hexdigest()
            once = _references.Once(actor=actor, key=once_key, digest=digest)
        changed = _references.write_once(
            self._parts.database, shown, write, once=once, now=self._parts.clock()
        )
        if changed:
            thing = seen.thing
            name = (
                thing.hostname if isinstance(thing, ErpDevice) else f"{thing.hostname} {thing.name}"
            )
            detail = {"fields": [item.field for item in changed], "by": "erp"}
            self._audit(f"{asked[0]}.set", name, tenant_id=tenant_id, detail=detail)


def _asked(standing: ErpStanding) -> Asked:
    asked: Asked = _inventory.Asked(
        tenant_id=standing.tenant_id,
        limit=1,
        until=standing.stand.changes,
        addresses=standing.addresses,
    )
    return asked
