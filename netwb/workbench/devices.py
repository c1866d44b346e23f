"""Devices on the facade. The audit tells which fields changed; configurations follow their device."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from netwb.inventory.changes import DeviceChanges
from netwb.inventory.records import Device, DeviceEvent, Inherited, NewDevice
from netwb.loading import lazy
from netwb.roles import Permission
from netwb.workbench.places import Changed, PlacesFace
from netwb.workbench.records import Records, records_of

if TYPE_CHECKING:
    from netwb.configs import names as _names
else:
    _names = lazy("netwb.configs.names")


class DevicesFace(PlacesFace):
    """Devices: list, add, set, rename, replace, retire, activate, trust."""

    def devices(self) -> Records[Device]:
        """The devices that this Workbench is narrowed to, by tenant and hostname."""
        self._require(Permission.INVENTORY_VIEW)
        found = self._parts.devices.list(self._scope, self._where)
        alike = self._parts.read_devices
        shown = (self._open_device(item) for item in found)
        return records_of((alike.one((item.id, item.address), item) for item in shown), Device)

    def device(self, reference: str) -> Device:
        """One device by hostname, tenant/hostname or id."""
        self._require(Permission.INVENTORY_VIEW)
        return self._open_device(self._device(reference))

    def device_events(self, reference: str, *, limit: int = 100) -> Records[DeviceEvent]:
        """What happened to a device, newest first; needs the right to edit, for it holds addresses."""
        self._require(Permission.INVENTORY_EDIT)
        found = self._parts.devices.events(self._scope, self._device(reference).id, limit)
        return records_of(found, DeviceEvent)

    def add_device(self, new: NewDevice) -> Device:
        """Add a device."""
        self._require(Permission.INVENTORY_EDIT)
        device = self._parts.devices.add(self._scope, new, actor=self._actor)
        self._audit_device("device.add", device)
        return device

    def set_device(self, reference: str, **changes: Unpack[DeviceChanges]) -> Changed:
        """Change fields of a device; None clears. Gives what really changed."""
        self._require(Permission.INVENTORY_EDIT)
        device, changed = self._parts.devices.set(
            self._scope, self._device(reference).id, changes, actor=self._actor
        )
        if changed:
            self._audit_device("device.set", device, fields=[item.field for item in changed])
        if any(item.field == "site" for item in changed):
            self._parts.archive.rename(device, self._actor)
        return changed

    def rename_device(self, reference: str, hostname: str) -> Device:
        """Give a device another hostname; its history follows.

        What the device calls itself does not change by that: the name that its stored texts proved
        is kept as its sysname, so that its next text is not taken for another device's.
        """
        self._require(Permission.INVENTORY_EDIT)
        was = self._device(reference)
        device = self._parts.devices.rename(self._scope, was.id, hostname, actor=self._actor)
        self._audit_device("device.rename", device, was=was.hostname)
        self._parts.archive.rename(device, self._actor)
        return self._with_own_name(device, was)

    def _with_own_name(self, device: Device, was: Device) -> Device:
        """Remember what it calls itself, and forget that where it is the hostname again."""
        own = was.sysname
        if own is None and self._parts.history.revisions(self._scope, was, limit=1):
            own = was.hostname
        if own is not None and _names.same_name(own, device.hostname):
            own = None
        if own == was.sysname:
            return device
        self.set_device(device.id, sysname=own)
        return self._device(device.id)

    def replace_device(
        self, reference: str, *, serial: str | None = None, host_key: str | None = None
    ) -> Device:
        """Another box took the device's place: its history stays, its facts and host key go.

        host_key   OpenSSH public key line of the new box; None: trusted at its next login
        """
        self._require(Permission.INVENTORY_EDIT)
        device = self._parts.devices.replace(
            self._scope,
            self._device(reference).id,
            actor=self._actor,
            serial=serial,
            host_key=host_key,
        )
        self._audit_device("device.replace", device, serial=serial, host_key=device.host_key)
        return device

    def retire_device(self, reference: str) -> Device:
        """Take a device out of service; its name becomes free, its history stays."""
        self._require(Permission.INVENTORY_EDIT)
        device = self._parts.devices.retire(
            self._scope, self._device(reference).id, actor=self._actor
        )
        self._audit_device("device.retire", device)
        self._parts.archive.retire(device, self._actor)
        return device

    def activate_device(self, reference: str) -> Device:
        """Back into service, from retirement too."""
        self._require(Permission.INVENTORY_EDIT)
        was = self._device(reference)
        if was.status == "active" and reference != was.id:
            self._parts.devices.refuse_reused(self._scope, was)
        device = self._parts.devices.activate(self._scope, was.id, actor=self._actor)
        self._audit_device("device.activate", device, was=was.status)
        if was.status == "retired":
            self._parts.archive.rename(device, self._actor)
        return device

    def trust_device(self, reference: str, host_key: str | None = None) -> Device:
        """Trust another host key instead of the one before.

        host_key   OpenSSH public key line, or `SHA256:...` of a key that was refused at a login;
                   None: the one refused last, and where none was, the one of the next login
        """
        self._require(Permission.INVENTORY_EDIT)
        device = self._parts.devices.trust(
            self._scope, self._device(reference).id, host_key, actor=self._actor
        )
        self._audit_device("device.trust", device, fingerprint=device.host_key)
        return device

    def _audit_device(self, action: str, device: Device, **detail: object) -> None:
        target = f"{device.tenant}/{device.hostname}"
        self._audit(action, target, tenant_id=device.tenant_id, detail=detail)

    def _open_device(self, device: Device) -> Device:
        if self._sees_addresses():
            return device
        return replace(
            device,
            address="",
            syslog_source=None,
            jump=Inherited(value=None, source=device.jump.source),
        )
