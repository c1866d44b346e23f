"""Devices: tenant-scoped reads and writes. Each change leaves a row in the device's own history.

A device is never deleted: a retired one keeps its row, so that its id is never reused and its
configurations stay attached to it. Secrets never come here; see `inventory.credentials`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.configs.names import readings
from netwb.errors import DuplicateDeviceError, InventoryError
from netwb.faults import Faults
from netwb.inventory import host_keys
from netwb.inventory.changes import DeviceChanges, FieldChange
from netwb.inventory.checks import device_checks
from netwb.inventory.edits import Names, edit, load_names
from netwb.inventory.events import list_events, refused_key, remember
from netwb.inventory.fields import check_hostname, check_text, quoted
from netwb.inventory.places import refuse_retired_places
from netwb.inventory.records import EVERYWHERE, Device, DeviceEvent, NamedDevice, NewDevice, Where
from netwb.inventory.rows import (
    conditions_of,
    find_device,
    find_tenant,
    list_devices,
    list_ids,
    living_hostname,
    name_devices,
    retired_ids,
)
from netwb.inventory.senders import refuse_shared_source, refuse_spoken_for
from netwb.inventory.sightings import Sightings
from netwb.roles import ALL_TENANTS, Actor, Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import DeviceRow, SiteRow, TenantRow

NEW_FIELDS = tuple(
    item.name for item in fields(NewDevice) if item.name not in {"tenant", "hostname"}
)


_CALLED = (DeviceRow.hostname, DeviceRow.sysname, DeviceRow.serial)


class Devices(Sightings):
    """Reads and writes of devices.

    platforms   the names that there is a record of
    is_relay    whether an address is that of a relay of syslog
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        platforms: Collection[str],
        is_relay: Callable[[str], bool] = lambda _address: False,
    ) -> None:
        super().__init__(database, clock)
        self._checks = device_checks(platforms)
        self._is_relay = is_relay

    def list(self, scope: Scope, where: Where = EVERYWHERE) -> tuple[Device, ...]:
        """Devices by tenant and hostname; retired ones only where `where.status` asks for them."""
        with self._database.reading(scope) as session:
            return list_devices(session, *conditions_of(where))

    def is_foreign_name(self, tenant_id: str, called: str) -> bool:
        """Whether devices of other tenants alone have, or had, that name or serial number.

        A name that was cut counts too: where in doubt, it is theirs.
        """
        names = readings(called)
        same = [func.lower(column).in_(names) for column in _CALLED]
        begun = [
            func.lower(column).startswith(called.casefold(), autoescape=True) for column in _CALLED
        ]
        with self._database.reading(ALL_TENANTS) as session:
            owners = select(DeviceRow.tenant_id).where(or_(*same, *begun)).distinct()
            found = set(session.scalars(owners))
        return bool(found) and tenant_id not in found

    def named(self, scope: Scope, where: Where = EVERYWHERE) -> tuple[NamedDevice, ...]:
        """The same devices by their names alone, in a third of the time."""
        with self._database.reading(scope) as session:
            return name_devices(session, *conditions_of(where))

    def ids(self, scope: Scope, where: Where = EVERYWHERE) -> frozenset[str]:
        """The same devices by their ids alone."""
        with self._database.reading(scope) as session:
            return frozenset(list_ids(session, *conditions_of(where)))

    def get(self, scope: Scope, ref: str) -> Device:
        """One device by hostname, tenant/hostname or id; UnknownDeviceError."""
        with self._database.reading(scope) as session:
            return _record(session, find_device(session, ref))

    def events(self, scope: Scope, ref: str, limit: int = 100) -> tuple[DeviceEvent, ...]:
        """What happened to a device, newest first."""
        with self._database.reading(scope) as session:
            return list_events(session, find_device(session, ref).id, limit)

    def add(self, scope: Scope, new: NewDevice, *, actor: Actor) -> Device:
        """A new device; DuplicateDeviceError where its tenant has the hostname already."""
        with self._database.writing(scope) as session:
            tenant = find_tenant(session, new.tenant)
            found = Faults()
            with found.of("hostname"):
                held = living_hostname(session, tenant.id, check_hostname(new.hostname))
                _refuse_taken(tenant, new.hostname, held)
            with found.of_fields():
                row = self.add_in(session, tenant, new, names=load_names(session), actor=actor)
            found.settle()
            return _record(session, row)

    def add_in(
        self, session: Session, tenant: TenantRow, new: NewDevice, *, names: Names, actor: Actor
    ) -> DeviceRow:
        """The same within the caller's transaction, which has made sure that the name is free."""
        refuse_retired_places(tenant)
        stamp = self._stamp(actor)
        found = Faults()
        with found.of("hostname"):
            check_hostname(new.hostname)
        row = DeviceRow(
            id=new_id(),
            tenant_id=tenant.id,
            hostname=new.hostname,
            labels={},
            created_at=stamp.at,
            updated_at=stamp.at,
        )
        given = {field: getattr(new, field) for field in NEW_FIELDS}
        with found.of_fields():
            edit(row, given, self._checks, tenant_id=tenant.id, names=names)
            self._refuse_source(session, row, actor)
        found.settle()
        with _claiming(tenant, row.hostname):
            session.add(row)
            session.flush()  # before the event, which points to it
        remember(session, row, stamp, "added", {"hostname": row.hostname})
        return row

    def set(
        self, scope: Scope, ref: str, changes: DeviceChanges, *, actor: Actor
    ) -> tuple[Device, tuple[FieldChange, ...]]:
        """Change fields; gives the device as it is now, and what really changed."""
        with self._database.writing(scope) as session:
            row = _living(find_device(session, ref))
            done = self.set_in(session, row, changes, names=load_names(session), actor=actor)
            return _record(session, row), done

    def set_in(
        self,
        session: Session,
        row: DeviceRow,
        changes: Mapping[str, Any],
        *,
        names: Names,
        actor: Actor,
    ) -> tuple[FieldChange, ...]:
        """The same within the caller's transaction."""
        if changes.get("status") == "retired":
            msg = f"device {row.hostname} retires not by its status; run `netwb device retire`"
            raise InventoryError(msg)
        done = edit(row, changes, self._checks, tenant_id=row.tenant_id, names=names)
        if any(item.field == "syslog_source" for item in done):
            self._refuse_source(session, row, actor)
        if done:
            detail = {item.field: [item.old, item.new] for item in done}
            remember(session, row, self._stamp(actor), "changed", detail)
        return done

    def refer_in(
        self, session: Session, device_id: str, contract_ref: str | None, *, actor: Actor
    ) -> tuple[FieldChange, ...]:
        """Its contract's reference alone, in the caller's transaction; None clears it."""
        row = _living(find_device(session, device_id))
        names = Names(of={}, credentials={}, sites={}, tenants={})
        return self.set_in(session, row, {"contract_ref": contract_ref}, names=names, actor=actor)

    def _refuse_source(self, session: Session, row: DeviceRow, actor: Actor) -> None:
        """Raise InventoryError for a syslog source that the device may not be given by that actor."""
        refuse_shared_source(session, row)
        if actor.scope.tenants is not None:
            refuse_spoken_for(self._database, row, self._is_relay)

    def rename(self, scope: Scope, ref: str, hostname: str, *, actor: Actor) -> Device:
        """Give a device another name; its id, history and keys stay."""
        with self._database.writing(scope) as session:
            row = _living(find_device(session, ref))
            self.rename_in(session, row, hostname, actor=actor)
            return _record(session, row)

    def rename_in(self, session: Session, row: DeviceRow, hostname: str, *, actor: Actor) -> None:
        """The same within the caller's transaction; DuplicateDeviceError."""
        tenant = session.get_one(TenantRow, row.tenant_id)
        held = living_hostname(session, tenant.id, check_hostname(hostname))
        if held is not row:  # else only its case changes
            _refuse_taken(tenant, hostname, held)
        if row.hostname != hostname:
            detail = {"hostname": [row.hostname, hostname]}
            with _claiming(tenant, hostname):
                row.hostname = hostname
                session.flush()
            remember(session, row, self._stamp(actor), "renamed", detail)

    def replace(
        self,
        scope: Scope,
        ref: str,
        *,
        actor: Actor,
        serial: str | None = None,
        host_key: str | None = None,
    ) -> Device:
        """Another box took the device's place: its history stays, its facts and host key go.

        Its sysname stays beside its hostname: the configuration that a box is restored from may
        call it by either, and neither is then taken for another device's.

        serial      of the new box; None: the next login tells it
        host_key    OpenSSH public key line of the new box; None: trusted at the next login
        """
        with self._database.writing(scope) as session:
            row, stamp = _living(find_device(session, ref)), self._stamp(actor)
            detail = {"serial": [row.serial, serial], "model": [row.model, None]}
            row.serial = None if serial is None else check_text("serial", serial)
            row.model = row.os_version = row.uptime_s = row.facts_at = None
            host_keys.retire_key(session, row, stamp)
            if host_key is not None:
                host_keys.add_key(session, row, host_key, stamp=stamp)
            remember(session, row, stamp, "replaced", detail)
            return _record(session, row)

    def retire(self, scope: Scope, ref: str, *, actor: Actor) -> Device:
        """Take a device out of service; its name becomes free, its history stays."""
        with self._database.writing(scope) as session:
            row = _living(find_device(session, ref))
            self.retire_in(session, row, actor=actor)
            return _record(session, row)

    def retire_in(self, session: Session, row: DeviceRow, *, actor: Actor) -> None:
        """The same within the caller's transaction."""
        detail = {"status": [row.status, "retired"]}
        row.status = "retired"
        remember(session, row, self._stamp(actor), "retired", detail)

    def activate(self, scope: Scope, ref: str, *, actor: Actor) -> Device:
        """Back into service, from retirement too while no other device has taken the name."""
        with self._database.writing(scope) as session:
            row = find_device(session, ref)
            if row.status == "active":
                return _record(session, row)
            tenant = session.get_one(TenantRow, row.tenant_id)
            refuse_retired_places(tenant, session.get_one(SiteRow, row.site_id))
            held = living_hostname(session, tenant.id, row.hostname)
            if held is not row:
                _refuse_taken(tenant, row.hostname, held)
            self._refuse_source(session, row, actor)
            detail = {"status": [row.status, "active"]}
            with _claiming(tenant, row.hostname):
                row.status = "active"
                session.flush()
            remember(session, row, self._stamp(actor), "activated", detail)
            return _record(session, row)

    def refuse_reused(self, scope: Scope, device: Device) -> None:
        """Raise InventoryError where retired devices bore this one's name: ids tell them apart."""
        with self._database.reading(scope) as session:
            retired = retired_ids(session, device.tenant_id, device.hostname)
        if retired:
            msg = (
                f"device {device.hostname} is active, and retired ones of that name are "
                f"{', '.join(retired)}; rename the active one; then bring one back with "
                "`netwb device activate ID`"
            )
            raise InventoryError(msg)

    def trust(self, scope: Scope, ref: str, host_key: str | None = None, *, actor: Actor) -> Device:
        """Trust another host key instead of the one before.

        host_key    OpenSSH public key line, or `SHA256:...` of a key that was refused at a login;
                    None: the one refused last, and where none was, the one that the next login shows
        """
        with self._database.writing(scope) as session:
            row, stamp = _living(find_device(session, ref)), self._stamp(actor)
            key = _meant_key(session, row, host_key)
            host_keys.retire_key(session, row, stamp)
            new = None if key is None else host_keys.add_key(session, row, key, stamp=stamp)
            remember(session, row, stamp, "trusted", {"fingerprint": new or "at the next login"})
            return _record(session, row)


def _record(session: Session, row: DeviceRow) -> Device:
    return list_devices(session, DeviceRow.id == row.id)[0]


def _living(row: DeviceRow) -> DeviceRow:
    if row.status == "retired":
        msg = (
            f"device {row.hostname} is retired; bring it back with `netwb device activate {row.id}`"
        )
        raise InventoryError(msg)
    return row


def _meant_key(session: Session, row: DeviceRow, given: str | None) -> str | None:
    """The whole key that a person means; None where the next login decides."""
    if given is not None and not given.startswith("SHA256:"):
        return given
    trusted_at = host_keys.trusted_at(session, row)
    met = refused_key(session, row.id, fingerprint=given, since=trusted_at)
    if met is None and given is not None:
        msg = (
            f"device {row.hostname} never showed a key with fingerprint {quoted(given)}; "
            "give the fingerprint of the refusal, or the whole public key"
        )
        raise InventoryError(msg)
    return met


def _refuse_taken(tenant: TenantRow, hostname: str, held: DeviceRow | None) -> None:
    if held is not None:
        raise DuplicateDeviceError(_taken(tenant, hostname))


def _taken(tenant: TenantRow, hostname: str) -> str:
    return (
        f"device {quoted(f'{tenant.slug}/{hostname}')} exists already; "
        f"take another hostname, or change it with `netwb device set {tenant.slug}/{hostname}`"
    )


@contextmanager
def _claiming(tenant: TenantRow, hostname: str) -> Iterator[None]:
    """Where two processes take one name at the same time, the database lets one through."""
    taken = _taken(tenant, hostname)  # before: afterwards no row can be read any more
    try:
        yield
    except IntegrityError as error:
        raise DuplicateDeviceError(taken) from error
