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
else:
    _inventory = lazy("netwb.erp.inventory")
    _references = lazy("netwb.erp.references")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """One thing of the inventory as it is now, and how far that is numbered."""

    thing: ErpDevice | ErpPort
    standing: ErpStanding


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How a reference is written.

    tags      only where the thing has one of these still, ChangedSinceError; None: whatever it is
    once_key  the same asked again with it is done once; another request with it is a KeyReusedError
    shape     what is answered of the thing, which a repeat is answered too
    """

    tags: frozenset[str] | None
    shape: Callable[[Tagged], dict[str, Any]]
    once_key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referred:
    """What was answered; `is_repeat`: it was done before, and this is the answer of then."""

    answer: dict[str, Any]
    is_repeat: bool


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
        self, tenant_id: str, device_id: str, contract_ref: str | None, change: Change
    ) -> Referred:
        """Give a device its contract's reference; None clears it."""
        self._require(Permission.REFERENCE_EDIT)
        seen = self.erp_device(tenant_id, device_id)
        devices, actor, own_id = self._parts.devices, self._actor, seen.thing.id
        return self._referred(
            seen,
            lambda session: devices.refer_in(session, own_id, contract_ref, actor=actor),
            lambda: self.erp_device(tenant_id, device_id),
            change,
            asked=("device", own_id, contract_ref),
        )

    def refer_port(
        self, tenant_id: str, port_id: str, circuit_ref: str | None, change: Change
    ) -> Referred:
        """Give a port its circuit's reference, on whosever device it is: the port is the tenant's."""
        self._require(Permission.REFERENCE_EDIT)
        seen = self.erp_port(tenant_id, port_id)
        ports, own_id = self._parts.ports, seen.thing.id
        return self._referred(
            seen,
            lambda session: ports.refer_in(session, own_id, circuit_ref),
            lambda: self.erp_port(tenant_id, port_id),
            change,
            asked=("port", own_id, circuit_ref),
        )

    def _referred(
        self,
        seen: Tagged,
        write: Callable[[Any], Sequence[FieldChange]],
        read: Callable[[], Tagged],
        change: Change,
        *,
        asked: Sequence[str | None],
    ) -> Referred:
        tenant_id, database = seen.standing.tenant_id, self._parts.database
        shown = _references.Shown(tenant_id=tenant_id, thing=seen.thing, tags=change.tags)
        once = None
        if change.once_key:
            wanted = repr((tenant_id, *asked, change.tags and sorted(change.tags)))
            digest = sha256(wanted.encode("utf-8", "surrogatepass")).hexdigest()
            once = _references.Once(owner=self._actor.owner, key=change.once_key, digest=digest)
        now = self._parts.clock()
        try:
            changed = _references.write_once(database, shown, write, once=once, now=now)
        except _references.RepeatedError as repeated:
            answer = repeated.answer or change.shape(read())
            return Referred(answer=answer, is_repeat=True)
        answer = change.shape(read())
        if once is not None:
            _references.keep_answer(database, shown, once, answer)
        if changed:
            thing = seen.thing
            name = (
                thing.hostname if isinstance(thing, ErpDevice) else f"{thing.hostname} {thing.name}"
            )
            detail = {"fields": [item.field for item in changed], "by": "erp"}
            self._audit(f"{asked[0]}.set", name, tenant_id=tenant_id, detail=detail)
        return Referred(answer=answer, is_repeat=False)


def _asked(standing: ErpStanding) -> Asked:
    asked: Asked = _inventory.Asked(
        tenant_id=standing.tenant_id,
        limit=1,
        until=standing.stand.changes,
        addresses=standing.addresses,
    )
    return asked
