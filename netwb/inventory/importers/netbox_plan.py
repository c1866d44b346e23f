"""What a synchronisation with NetBox is going to do to one tenant's devices. Pure.

The rows are judged as an import's are. Beyond that NetBox's own ids are known from the time before:
a device that has another name there is renamed and keeps its history, and one that NetBox no longer
has is retired. A device that NetBox never named is never touched, nor is one whose row is bad. What
a device said of itself, its serial number and model, is believed before what NetBox says of it: by
these a text is known to be its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from netwb.errors import InventoryError
from netwb.inventory.fields import check_hostname, quoted
from netwb.inventory.importers.judge import World, judge
from netwb.inventory.importers.rows import (
    AUTO,
    ImportPlan,
    NewPlace,
    Parsed,
    PlannedDevice,
    SourceRow,
)
from netwb.inventory.records import Device

ID_DIGITS = 12
_FACTS = frozenset({"serial", "model"})
_SHOWN = 5  # of many


@dataclass(frozen=True, slots=True, kw_only=True)
class NetboxDevice:
    """One device as NetBox says it; `netbox_id` is its id there."""

    netbox_id: int
    row: SourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A device that has another name in NetBox now."""

    device_id: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """What a synchronisation does, or did.

    id        of this very plan: another answer of NetBox's, or another inventory, gives another one
    known     living devices that NetBox named before
    hostnames NetBox's id -> the name under which its device is, or will be, here
    """

    id: str
    tenant: str
    known: int
    devices: tuple[PlannedDevice, ...]
    renames: tuple[Rename, ...]
    places: tuple[NewPlace, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    hostnames: Mapping[int, str]

    def count(self, action: str) -> int:
        """How many devices it does that to: add, update, retire, same, left_out."""
        return sum(device.action == action for device in self.devices)

    @property
    def changes(self) -> int:
        """How many devices are not as they were before."""
        return self.count("add") + self.count("update") + self.count("retire") + len(self.renames)

    def retires_over(self, percent: float) -> bool:
        """Whether it retires more than that share of the devices that NetBox named before."""
        return self.count("retire") * 100 > self.known * percent

    def as_import(self) -> ImportPlan:
        """The same for whoever writes imports."""
        return ImportPlan(
            devices=self.devices, places=self.places, problems=self.problems, notes=self.notes
        )


def plan_sync(
    tenant: str, found: Sequence[NetboxDevice], links: Mapping[int, str], world: World
) -> SyncPlan:
    """The plan for one tenant.

    found   everything that NetBox has for it      links   NetBox's ids of before -> device ids
    world   with that tenant's devices alone; sites that are not there are made
    """
    sync = _Sync(tenant, links, world)
    for one in found:
        sync.take(one)
    judged = judge(
        Parsed(rows=tuple(sync.rows.values()), fallbacks=AUTO),
        {},
        replace(world, devices=tuple(sync.devices.values()), missing="create"),
    )
    devices = (*judged.devices, *sync.gone({one.netbox_id for one in found}))
    places = tuple(place for place in judged.places if place.site is not None)
    return SyncPlan(
        id=_id_of(devices, sync.renames, places),
        tenant=tenant,
        known=sum(device_id in sync.devices for device_id in set(links.values())),
        devices=devices,
        renames=tuple(sync.renames),
        places=places,
        problems=(*sync.problems, *judged.problems),
        notes=tuple(sync.notes()),
        hostnames=_hostnames(sync.rows, judged.devices),
    )


class _Sync:
    """Rows on their way to be judged, and the devices under the names that they will have."""

    def __init__(self, tenant: str, links: Mapping[int, str], world: World) -> None:
        self._tenant = tenant
        self._links = links
        self._held = {device.hostname.casefold(): device.id for device in world.devices}
        self._seen: set[str] = set()
        self._unnamed = self._unreachable = 0
        self._other_serials: list[str] = []
        self.devices: dict[str, Device] = {device.id: device for device in world.devices}
        self.rows: dict[int, SourceRow] = {}
        self.renames: list[Rename] = []
        self.problems: list[str] = []

    def take(self, one: NetboxDevice) -> None:
        """One device of NetBox's; what is to be judged goes to `rows`."""
        values = {**one.row.values, "tenant": self._tenant}
        row = replace(one.row, values=values)
        name = values.get("hostname", "")
        known = self._links.get(one.netbox_id) or self._held.get(name.casefold())
        if known is not None:
            self._seen.add(known)
        if row.problem or known is None:
            self._take_new(one, row)
        elif known not in self.devices:
            self._take_retired(row)
        elif (judged := self._of_known(self.devices[known], row)) is not None:
            self.rows[one.netbox_id] = judged

    def gone(self, found: Collection[int]) -> Iterator[PlannedDevice]:
        """Devices that NetBox named before and has no longer."""
        for netbox_id, device_id in sorted(self._links.items()):
            device = self.devices.get(device_id)
            if netbox_id not in found and device is not None and device_id not in self._seen:
                yield PlannedDevice(
                    at=f"NetBox no longer has {netbox_id}",
                    action="retire",
                    tenant=device.tenant,
                    site=device.site,
                    hostname=device.hostname,
                    device_id=device_id,
                )

    def notes(self) -> Iterator[str]:
        """What was left out, in numbers: racks hold much that nobody logs in to."""
        if self._unnamed:
            yield f"left out without a name: {self._unnamed}"
        if self._unreachable:
            yield f"left out without a primary IP: {self._unreachable}"
        if self._other_serials:
            shown = ", ".join(self._other_serials[:_SHOWN])
            more = f" and {rest} more" if (rest := len(self._other_serials) - _SHOWN) > 0 else ""
            yield f"serial numbers that devices themselves say otherwise, which stay: {shown}{more}"

    def _take_new(self, one: NetboxDevice, row: SourceRow) -> None:
        if not row.problem and "hostname" not in row.values:
            self._unnamed += 1
        elif not row.problem and "address" not in row.values:
            self._unreachable += 1
        else:
            self.rows[one.netbox_id] = row

    def _take_retired(self, row: SourceRow) -> None:
        """Whoever retired it here decided; NetBox is told by a person, and not overruled nightly."""
        if row.values.get("status") != "retired":
            self._refuse(row, "is retired here; decommission it in NetBox, or activate it here")

    def _of_known(self, device: Device, row: SourceRow) -> SourceRow | None:
        """The row as it is to be judged; None where the device stays as it is."""
        if row.values.get("status") == "retired":
            return replace(row, values={**row.values, "hostname": device.hostname})
        if "address" not in row.values:
            self._refuse(row, "has no primary IP in NetBox any more; here it keeps its address")
            return None
        name = row.values.get("hostname", "")
        if name != device.hostname and not self._renames(device, name, row):
            return None
        return row if device.facts_at is None else self._without_facts(device, row)

    def _without_facts(self, device: Device, row: SourceRow) -> SourceRow:
        """The row of a device that has said what it is."""
        serial = row.values.get("serial")
        if serial and device.serial and serial.casefold() != device.serial.casefold():
            self._other_serials.append(f"{device.hostname} ({device.serial}, NetBox {serial})")
        kept = {name: said for name, said in row.values.items() if name not in _FACTS}
        return replace(row, values=kept)

    def _renames(self, device: Device, name: str, row: SourceRow) -> bool:
        """Note the new name; False where it cannot be, and the device stays as it is."""
        try:
            check_hostname(name)
        except InventoryError as error:
            self._refuse(row, f"stays {device.hostname}: {error}")
            return False
        holder = self._held.get(name.casefold(), device.id)
        if holder != device.id:
            self._refuse(row, f"stays {device.hostname}: another device is {quoted(name)} here")
            return False
        self.renames.append(Rename(device_id=device.id, old=device.hostname, new=name))
        self.devices[device.id] = replace(device, hostname=name)
        self._held[name.casefold()] = device.id
        return True

    def _refuse(self, row: SourceRow, why: str) -> None:
        self.problems.append(f"{row.at}: {why}")


def _hostnames(rows: Mapping[int, SourceRow], planned: Iterable[PlannedDevice]) -> dict[int, str]:
    """Of what is here afterwards; a bad row and one that is left out stand for no device."""
    places = {item.at: item.hostname for item in planned if item.action != "left_out"}
    return {number: places[row.at] for number, row in rows.items() if row.at in places}


def _id_of(
    devices: Iterable[PlannedDevice], renames: Iterable[Rename], places: Iterable[NewPlace]
) -> str:
    """A digest of everything that would be done."""
    acts: list[list[object]] = [["rename", one.device_id, one.new] for one in renames]
    acts += [["site", place.site, place.name] for place in places]
    for item in devices:
        if item.action not in {"same", "left_out"}:
            fields = [[change.field, change.new] for change in item.fields]
            acts.append([item.action, item.device_id, item.hostname, item.site, fields])
    text = json.dumps(sorted(acts, key=repr), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()[:ID_DIGITS]
