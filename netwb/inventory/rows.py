"""Find the inventory's rows by the names that people use, and turn rows into records.

Sessions and rows stay inside floor 3. A foreign name and an unknown one give the same error,
because the session's scope has taken foreign rows away before anything is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import Session

from netwb.errors import InventoryError, UnknownDeviceError, UnknownNameError
from netwb.inventory.fields import quoted
from netwb.inventory.records import Device, Inherited, NamedDevice, Site, Tenant, Where
from netwb.store.models import CredentialRow, DeviceRow, HostKeyRow, SiteRow, TenantRow

Condition = ColumnElement[bool]
ABOVE: tuple[Literal["site", "tenant"], ...] = ("site", "tenant")


def find_tenant(session: Session, ref: str) -> TenantRow:
    """A tenant by slug or id; retired ones too, a living one first."""
    said = _said(ref)
    found = session.scalars(
        select(TenantRow).where(or_(TenantRow.slug == said, TenantRow.id == said))
    ).first()
    if found is None:
        msg = f"tenant {quoted(ref)} is not known; `netwb tenant list` shows those that are"
        raise UnknownNameError(msg, thing="tenant", wanted=ref)
    return found


def find_site(session: Session, ref: str) -> tuple[SiteRow, TenantRow]:
    """A site by `tenant/site`, by its slug where only one tenant has it, or by id."""
    said = _said(ref)
    tenant, slash, slug = said.rpartition("/")
    statement = select(SiteRow, TenantRow).join(TenantRow, TenantRow.id == SiteRow.tenant_id)
    asked = or_(SiteRow.slug == slug, SiteRow.id == said)
    conditions = (asked, TenantRow.slug == tenant) if slash else (asked,)
    found = session.execute(statement.where(*conditions)).all()
    rows = [row for row in found if row[0].status != "retired"] or list(found)
    if not rows:
        raise unknown_site(ref)
    if len(rows) > 1:
        raise InventoryError(_ambiguous("site", slug, (row[1].slug for row in rows)))
    return rows[0]


def unknown_site(ref: str) -> UnknownNameError:
    """Said of a foreign site and of an unknown one alike."""
    msg = f"site {quoted(ref)} is not known; `netwb site list` shows those that are"
    return UnknownNameError(msg, thing="site", wanted=ref)


def find_device(session: Session, ref: str) -> DeviceRow:
    """A device by hostname, `tenant/hostname` or id.

    Names are compared without case. A retired device is found by its name while no living one
    has taken it; the one retired last comes first.
    """
    said = _said(ref)
    tenant, slash, hostname = said.rpartition("/")
    named = func.lower(DeviceRow.hostname) == hostname.lower()
    asked = named if slash else or_(named, DeviceRow.id == said)
    joined = select(DeviceRow, TenantRow).join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
    conditions = (asked, TenantRow.slug == tenant) if slash else (asked,)
    found = session.execute(joined.where(*conditions)).all()
    rows = [row for row in found if row[0].id == ref] or _nearest(found)
    if not rows:
        raise unknown_device(ref)
    if len(rows) > 1:
        raise InventoryError(_ambiguous("device", hostname, (row[1].slug for row in rows)))
    return rows[0][0]


def unknown_device(ref: str) -> UnknownDeviceError:
    """What a device that is not there, a foreign one, and one outside of what is meant all read."""
    msg = f"device {quoted(ref)} is not known; `netwb device list` shows those that are"
    return UnknownDeviceError(msg, wanted=ref)


def _nearest(
    found: Sequence[tuple[DeviceRow, TenantRow]],
) -> list[tuple[DeviceRow, TenantRow]]:
    """One device a tenant: the living one, else the one that was retired last."""
    best: dict[str, tuple[DeviceRow, TenantRow]] = {}
    for row in sorted(found, key=lambda row: row[0].updated_at):
        held = best.get(row[1].id)
        if held is None or row[0].status != "retired" or held[0].status == "retired":
            best[row[1].id] = row
    living = [row for row in best.values() if row[0].status != "retired"]
    return living or list(best.values())


def _said(ref: str) -> str:
    """What can be looked up; NUL and broken characters name nothing, and no database takes them."""
    return ref if ref.isprintable() else ""


def _ambiguous(thing: str, name: str, tenants: Iterable[str]) -> str:
    slugs = sorted(tenants)
    return f"{thing} {quoted(name)} is in {' and '.join(slugs)}; write {slugs[0]}/{name}"


def living_hostname(session: Session, tenant_id: str, hostname: str) -> DeviceRow | None:
    """The device that holds a name in a tenant; names that differ in case only are one."""
    return session.scalars(
        select(DeviceRow).where(
            DeviceRow.tenant_id == tenant_id,
            func.lower(DeviceRow.hostname) == hostname.lower(),
            DeviceRow.status != "retired",
        )
    ).first()


def retired_ids(session: Session, tenant_id: str, hostname: str) -> list[str]:
    """Ids of the retired devices that bore a name in a tenant, the one retired last first."""
    found = session.scalars(
        select(DeviceRow.id)
        .where(
            DeviceRow.tenant_id == tenant_id,
            func.lower(DeviceRow.hostname) == hostname.lower(),
            DeviceRow.status == "retired",
        )
        .order_by(DeviceRow.updated_at.desc())
    )
    return list(found)


def find_credential(session: Session, ref: str) -> tuple[CredentialRow, TenantRow]:
    """A credential by `tenant/name`, or by its name where only one tenant has it."""
    said = _said(ref)
    tenant, slash, name = said.rpartition("/")
    statement = select(CredentialRow, TenantRow).join(
        TenantRow, TenantRow.id == CredentialRow.tenant_id
    )
    asked = or_(CredentialRow.name == name, CredentialRow.id == said)
    conditions = (asked, TenantRow.slug == tenant) if slash else (asked,)
    found = session.execute(statement.where(*conditions)).all()
    rows = [row for row in found if row[0].status != "retired"] or list(found)
    if not rows:
        msg = f"credential {quoted(ref)} is not known; `netwb credential list` shows those that are"
        raise UnknownNameError(msg, thing="credential", wanted=ref)
    if len(rows) > 1:
        raise InventoryError(_ambiguous("credential", name, (row[1].slug for row in rows)))
    return rows[0]


def credential_names(session: Session) -> Mapping[str, str]:
    """Name of each credential in scope, by id."""
    return dict(session.execute(select(CredentialRow.id, CredentialRow.name)).all())


def conditions_of(where: Where) -> tuple[Condition, ...]:
    """A Where in SQL, over DeviceRow joined with its SiteRow and TenantRow."""
    site_of_tenant, _, site = (where.site or "").rpartition("/")
    equal: list[tuple[Any, str | None]] = [
        (TenantRow.slug, where.tenant),
        (TenantRow.slug, site_of_tenant or None),
        (SiteRow.slug, site or where.site),
        (DeviceRow.role, where.role),
        (DeviceRow.platform, where.platform),
        (DeviceRow.hostname, where.hostname),
    ]
    conditions: list[Condition] = [
        column == _said(value) for column, value in equal if value is not None
    ]
    if where.status is None:
        conditions.append(DeviceRow.status != "retired")
    elif where.status != "any":
        conditions.append(DeviceRow.status == _said(where.status))
    if where.label is not None:
        conditions.append(_labelled(_said(where.label)))
    return tuple(conditions)


def _labelled(label: str) -> Condition:
    key, equals, value = label.partition("=")
    held: ColumnElement[str] = DeviceRow.labels[key].as_string()
    return held == value if equals else held.is_not(None)


_LEVELS_GIVE = ("credential_id", "snmp_credential_id", "jump")
_OF_DEVICE = (  # columns, as thousands of whole rows take three times as long
    DeviceRow.id,
    DeviceRow.tenant_id,
    DeviceRow.site_id,
    DeviceRow.hostname,
    DeviceRow.address,
    DeviceRow.port,
    DeviceRow.snmp_port,
    DeviceRow.platform,
    DeviceRow.status,
    DeviceRow.role,
    DeviceRow.transport,
    DeviceRow.credential_id,
    DeviceRow.snmp_credential_id,
    DeviceRow.jump,
    DeviceRow.sysname,
    DeviceRow.syslog_source,
    DeviceRow.model,
    DeviceRow.serial,
    DeviceRow.os_version,
    DeviceRow.uptime_s,
    DeviceRow.facts_at,
    DeviceRow.contract_ref,
    DeviceRow.labels,
    DeviceRow.created_at,
    DeviceRow.updated_at,
)
_OF_PLACES = (
    SiteRow.slug.label("site"),
    TenantRow.slug.label("tenant"),
    *(getattr(SiteRow, name).label(f"site_{name}") for name in _LEVELS_GIVE),
    *(getattr(TenantRow, name).label(f"tenant_{name}") for name in _LEVELS_GIVE),
)


def list_devices(session: Session, *conditions: Condition) -> tuple[Device, ...]:
    """Devices by tenant and hostname; three statements, however many devices there are."""
    joined = (
        select(*_OF_DEVICE, *_OF_PLACES)
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(*conditions)
        .order_by(TenantRow.slug, DeviceRow.hostname, DeviceRow.created_at)
    )
    heritage = _Heritage(credential_names(session))
    keys = _fingerprints(session, conditions)
    return tuple(_device(row, heritage, keys.get(row.id)) for row in session.execute(joined))


def name_devices(session: Session, *conditions: Condition) -> tuple[NamedDevice, ...]:
    """The same devices in the same order, by their names alone."""
    named = (
        select(
            DeviceRow.id,
            TenantRow.slug.label("tenant"),
            SiteRow.slug.label("site"),
            DeviceRow.hostname,
            DeviceRow.platform,
            DeviceRow.status,
        )
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(*conditions)
        .order_by(TenantRow.slug, DeviceRow.hostname, DeviceRow.created_at)
    )
    return tuple(
        NamedDevice(
            id=identifier,
            tenant=tenant,
            site=site,
            hostname=hostname,
            platform=platform,
            status=status,  # type: ignore[arg-type]  # written through check_status only
        )
        for identifier, tenant, site, hostname, platform, status in session.execute(named)
    )


def list_ids(session: Session, *conditions: Condition) -> Iterable[str]:
    """Ids of the same devices, in no order."""
    return session.scalars(
        select(DeviceRow.id)
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(*conditions)
    )


class _Heritage:
    """What devices inherit: found once a site, as the devices of a site share it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._given: dict[tuple[str, str], Inherited] = {}

    def of(self, row: Row[Any], name: str) -> Inherited:
        """The first value of device, site and tenant, in this order."""
        own = getattr(row, name)
        if own is not None:
            return Inherited(value=self._said(name, own), source="device")
        key = (row.site_id, name)
        if key not in self._given:
            self._given[key] = self._from_above(row, name)
        return self._given[key]

    def _from_above(self, row: Row[Any], name: str) -> Inherited:
        for source in ABOVE:
            value = getattr(row, f"{source}_{name}")
            if value is not None:
                return Inherited(value=self._said(name, value), source=source)
        return Inherited(value=None, source="nowhere")

    def _said(self, name: str, value: str) -> str:
        return value if name == "jump" else self._names[value]


def _fingerprints(session: Session, conditions: Sequence[Condition]) -> Mapping[str, str]:
    statement = (
        select(HostKeyRow.device_id, HostKeyRow.fingerprint)
        .join(DeviceRow, DeviceRow.id == HostKeyRow.device_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(HostKeyRow.retired_at.is_(None), *conditions)
    )
    return dict(session.execute(statement).all())


def _device(row: Row[Any], heritage: _Heritage, host_key: str | None) -> Device:
    """One device with what it inherits."""
    return Device(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant=row.tenant,
        site=row.site,
        hostname=row.hostname,
        address=row.address,
        port=row.port,
        snmp_port=row.snmp_port,
        platform=row.platform,
        status=row.status,
        role=row.role,
        transport=row.transport,
        credential=heritage.of(row, "credential_id"),
        snmp_credential=heritage.of(row, "snmp_credential_id"),
        jump=heritage.of(row, "jump"),
        sysname=row.sysname,
        syslog_source=row.syslog_source,
        model=row.model,
        serial=row.serial,
        os_version=row.os_version,
        uptime_s=row.uptime_s,
        facts_at=row.facts_at,
        contract_ref=row.contract_ref,
        labels=dict(row.labels),
        created_at=row.created_at,
        updated_at=row.updated_at,
        host_key=host_key,
    )


def _name(names: Mapping[str, str], identifier: str | None) -> str | None:
    return None if identifier is None else names[identifier]


def tenant_of(row: TenantRow, names: Mapping[str, str]) -> Tenant:
    """A tenant's record."""
    return Tenant(
        id=row.id,
        slug=row.slug,
        name=row.name,
        status=row.status,  # type: ignore[arg-type]  # only `places` writes it
        created_at=row.created_at,
        credential=_name(names, row.credential_id),
        snmp_credential=_name(names, row.snmp_credential_id),
        jump=row.jump,
        jump_credential=_name(names, row.jump_credential_id),
    )


def site_of(row: SiteRow, tenant: TenantRow, names: Mapping[str, str]) -> Site:
    """A site's record."""
    return Site(
        id=row.id,
        tenant=tenant.slug,
        slug=row.slug,
        name=row.name,
        status=row.status,  # type: ignore[arg-type]  # only `places` writes it
        credential=_name(names, row.credential_id),
        snmp_credential=_name(names, row.snmp_credential_id),
        jump=row.jump,
        jump_credential=_name(names, row.jump_credential_id),
        max_sessions=row.max_sessions,
        shadow=row.shadow,
    )
