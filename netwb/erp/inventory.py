"""The inventory of one tenant as an ERP reads it: whole, by pages, or what changed since a number.

A page begins behind an id, so that what is added or renamed meanwhile moves nothing. What changed is
read in the order of its numbers, up to the one at which the walk began: what changes during a walk
has a larger one, and is the next walk's. A port that is the tenant's on another tenant's device stands
for itself, with that device's name alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from netwb.erp.records import ErpDevice, ErpPage, ErpPort, Gone
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import DeviceRow, ErpChangeRow, PortRow, SiteRow, TenantRow

Sort = Literal["id", "hostname"]
Status = Literal["active", "maintenance", "planned"]
ACTIVE: frozenset[Status] = frozenset({"active", "maintenance"})
_DEVICE = (
    *(DeviceRow.id, DeviceRow.hostname, DeviceRow.address, SiteRow.slug.label("site")),
    *(DeviceRow.role, DeviceRow.platform, DeviceRow.model, DeviceRow.serial, DeviceRow.os_version),
    *(DeviceRow.contract_ref, DeviceRow.status, DeviceRow.updated_at),
    *(ErpChangeRow.at, ErpChangeRow.number),
)
_PORT = (
    *(PortRow.id, PortRow.device_id, PortRow.name, PortRow.alias, PortRow.circuit_ref),
    *(PortRow.speed_bps, PortRow.speed_override_bps, PortRow.watched),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose inventory, which part of it, and how much of each.

    addresses     whether the caller may see management addresses
    with_ports    whether ports are asked for; where only some devices are, those of others' are not
    since         a number: only what changed after it, up to `until`
    since_at      a time: only what changed from then on
    until         the number at which this walk began
    """

    tenant_id: str
    limit: int
    until: int
    addresses: bool = False
    with_ports: bool = True
    site: str | None = None
    role: str | None = None
    platform: str | None = None
    contract_ref: str | None = None
    statuses: frozenset[Status] = ACTIVE
    sort: Sort = "id"
    since: int | None = None
    since_at: datetime | None = None
    count: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the tenant's devices are asked for."""
        named = (self.site, self.role, self.platform, self.contract_ref)
        return any(one is not None for one in named)

    @property
    def is_of_changes(self) -> bool:
        """Whether only what changed is asked for."""
        return self.since is not None or self.since_at is not None


def read_page(database: Database, asked: Asked, after: Sequence[Any] | None) -> ErpPage:
    """One page, behind where the page before ended (`ErpPage.last`)."""
    with database.reading(Scope(frozenset({asked.tenant_id}))) as session:
        page = (
            _page_of_changes(session, asked, after)
            if asked.is_of_changes
            else _page_of_devices(session, asked, after)
        )
        total = session.scalar(_count(asked)) if asked.count else None
    if asked.with_ports:
        page = _with_ports_elsewhere(database, asked, page, after)
    return replace(page, total=total)


def read_device(database: Database, asked: Asked, device_id: str) -> ErpDevice | None:
    """One device of the tenant with its ports; None where it has none of that id."""
    with database.reading(Scope(frozenset({asked.tenant_id}))) as session:
        found = _devices(asked).where(*_conditions(asked), DeviceRow.id == device_id)
        rows = session.execute(found).all()
        devices = _with_ports(session, asked, [_device(row, asked) for row in rows])
    return devices[0] if devices else None


def read_port(database: Database, asked: Asked, port_id: str) -> ErpPort | None:
    """One port of the tenant, on its own device or on another's."""
    with database.reading(Scope(frozenset({asked.tenant_id}))) as session:
        device_id = session.scalar(select(PortRow.device_id).where(PortRow.id == port_id))
    if device_id is None:
        return None
    device = read_device(database, asked, device_id)
    if device is not None:
        return next(one for one in device.ports if one.id == port_id)
    with database.reading(ALL_TENANTS) as session:
        row = session.execute(_elsewhere(asked).where(PortRow.id == port_id)).one_or_none()
    return None if row is None else _port(row)


# ---- all of it


def _page_of_devices(session: Session, asked: Asked, after: Sequence[Any] | None) -> ErpPage:
    """Devices; none where the walk is among ports on others' devices already."""
    if after and after[0] == "port":
        return _page(last=after)
    statement = _devices(asked).where(*_conditions(asked))
    order: tuple[Any, ...] = (DeviceRow.id,)
    if asked.sort == "hostname":
        order = (DeviceRow.hostname, DeviceRow.id)
    if after:
        statement = statement.where(_behind(order, after[1:]))
    rows = session.execute(statement.order_by(*order).limit(asked.limit + 1)).all()
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    devices = _with_ports(session, asked, [_device(row, asked) for row in rows])
    if more:
        return _page(devices, last=["device", *(getattr(rows[-1], one.key) for one in order)])
    goes_on = asked.with_ports and not asked.is_narrowed
    return _page(devices, last=["port", ""] if goes_on else None)


def _with_ports_elsewhere(
    database: Database, asked: Asked, page: ErpPage, after: Sequence[Any] | None
) -> ErpPage:
    """Ports on devices of others: behind all devices, or those among the changes of the page."""
    if asked.is_of_changes:
        return _with_changed_ports(database, asked, page)
    room = asked.limit - len(page.devices)
    if not page.last or page.last[0] != "port" or not room:
        return page
    begin = after[1] if after and after[0] == "port" else ""
    with database.reading(ALL_TENANTS) as session:
        found = _elsewhere(asked).where(PortRow.id > begin).order_by(PortRow.id)
        rows = session.execute(found.limit(room + 1)).all()
    last = ["port", rows[room - 1].id] if len(rows) > room else None
    return replace(page, ports=[_port(row) for row in rows[:room]], last=last)


# ---- what changed


def _page_of_changes(session: Session, asked: Asked, after: Sequence[Any] | None) -> ErpPage:
    """Devices as they are now, and what is gone; `ports` is filled by who may look elsewhere."""
    rows = session.execute(_changes(asked, after)).all()
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    wanted = [row.thing_id for row in rows if row.kind == "device"]
    shown = _devices(asked).where(DeviceRow.id.in_(wanted), *_conditions(asked))
    found = {row.id: row for row in session.execute(shown)} if wanted else {}
    ordered = [_device(found[one], asked) for one in wanted if one in found]
    gone = [
        Gone(kind=row.kind, id=row.thing_id, at=row.at)
        for row in rows
        if row.kind == "port" or row.thing_id not in found
    ]
    last = [rows[-1].number, rows[-1].thing_id] if more else None
    return replace(_page(_with_ports(session, asked, ordered), last=last), gone=gone)


def _changes(asked: Asked, after: Sequence[Any] | None) -> Select[*tuple[Any, ...]]:
    order = (ErpChangeRow.number, ErpChangeRow.thing_id)
    statement = select(
        ErpChangeRow.kind, ErpChangeRow.thing_id, ErpChangeRow.at, ErpChangeRow.number
    ).where(ErpChangeRow.tenant_id == asked.tenant_id, ErpChangeRow.number <= asked.until)
    if asked.since is not None:
        statement = statement.where(ErpChangeRow.number > asked.since)
    if asked.since_at is not None:
        statement = statement.where(ErpChangeRow.at >= asked.since_at)
    if not asked.with_ports or asked.is_narrowed:
        statement = statement.where(ErpChangeRow.kind == "device")
    if after:
        statement = statement.where(_behind(order, after))
    return statement.order_by(*order).limit(asked.limit + 1)


def _with_changed_ports(database: Database, asked: Asked, page: ErpPage) -> ErpPage:
    """Of the ports that changed those that are the tenant's still are no gone ones."""
    changed = [one.id for one in page.gone if one.kind == "port"]
    if not changed:
        return page
    with database.reading(ALL_TENANTS) as session:
        rows = session.execute(_elsewhere(asked).where(PortRow.id.in_(changed)))
        there = {row.id: _port(row) for row in rows}
    return replace(
        page,
        ports=[there[one] for one in changed if one in there],
        gone=[one for one in page.gone if one.id not in there],
    )


# ---- statements and records


def _devices(asked: Asked) -> Select[*tuple[Any, ...]]:
    changed = and_(
        ErpChangeRow.tenant_id == asked.tenant_id,
        ErpChangeRow.kind == "device",
        ErpChangeRow.thing_id == DeviceRow.id,
    )
    return (
        select(*_DEVICE)
        .join_from(DeviceRow, SiteRow, SiteRow.id == DeviceRow.site_id)
        .outerjoin(ErpChangeRow, changed)
    )


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found = [
        DeviceRow.tenant_id == asked.tenant_id,
        DeviceRow.status != "retired",  # as the index by hostname has it
        DeviceRow.status.in_(sorted(asked.statuses)),
    ]
    if asked.site is not None:
        found.append(SiteRow.slug == asked.site)
    for name in ("role", "platform", "contract_ref"):
        wanted = getattr(asked, name)
        if wanted is not None:
            found.append(getattr(DeviceRow, name) == wanted)
    return found


def _count(asked: Asked) -> Select[int]:
    counted = select(func.count(DeviceRow.id)).where(*_conditions(asked))
    return counted.join(SiteRow, SiteRow.id == DeviceRow.site_id) if asked.site else counted


def _with_ports(session: Session, asked: Asked, devices: list[ErpDevice]) -> list[ErpDevice]:
    """Each with its ports that are for the tenant too: one statement for all of them."""
    if not (asked.with_ports and devices):
        return devices
    by_id = {one.id: one for one in devices}
    statement = (
        select(*_PORT)
        .where(PortRow.tenant_id == asked.tenant_id, PortRow.device_id.in_(list(by_id)))
        .order_by(PortRow.device_id, PortRow.id)
    )
    own: dict[str, list[ErpPort]] = {}
    for row in session.execute(statement):
        its = by_id[row.device_id]
        own.setdefault(its.id, []).append(_bare_port(row, its.hostname, its.version))
    return [replace(one, ports=own[one.id]) if one.id in own else one for one in devices]


def _elsewhere(asked: Asked) -> Select[*tuple[Any, ...]]:
    """Ports of this tenant, and of no other, on living devices of others."""
    changed = and_(
        ErpChangeRow.tenant_id == asked.tenant_id,
        ErpChangeRow.kind == "port",
        ErpChangeRow.thing_id == PortRow.id,
    )
    return (
        select(
            *_PORT,
            DeviceRow.hostname,
            TenantRow.slug.label("device_tenant"),
            PortRow.updated_at,
            ErpChangeRow.at,
            ErpChangeRow.number,
        )
        .join_from(PortRow, DeviceRow, DeviceRow.id == PortRow.device_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(ErpChangeRow, changed)
        .where(
            PortRow.tenant_id == asked.tenant_id,
            DeviceRow.tenant_id != asked.tenant_id,
            DeviceRow.status.in_(sorted(ACTIVE)),
        )
    )


def _behind(columns: Sequence[Any], last: Sequence[Any]) -> ColumnElement[bool]:
    """`(a, b) > (x, y)`, written so that each database uses its index for `a`."""
    first, *others = columns
    if not others:
        return and_(first > last[0])
    return and_(first >= last[0], or_(first > last[0], _behind(others, last[1:])))


def _device(row: Row[Any], asked: Asked) -> ErpDevice:
    return ErpDevice(
        id=row.id,
        hostname=row.hostname,
        address=row.address if asked.addresses else None,
        site=row.site,
        role=row.role,
        platform=row.platform,
        model=row.model,
        serial=row.serial,
        os_version=row.os_version,
        contract_ref=row.contract_ref,
        status=row.status,
        at=row.at or row.updated_at,
        version=row.number or 0,
    )


def _bare_port(row: Row[*tuple[Any, ...]], hostname: str, version: int) -> ErpPort:
    return ErpPort(
        id=row.id,
        device_id=row.device_id,
        device_tenant="",
        hostname=hostname,
        name=row.name,
        alias=row.alias,
        speed_bps=row.speed_override_bps or row.speed_bps,
        circuit_ref=row.circuit_ref,
        watched=row.watched,
        version=version,
    )


def _port(row: Row[Any]) -> ErpPort:
    bare = _bare_port(row, row.hostname, row.number or 0)
    return replace(bare, device_tenant=row.device_tenant, at=row.at or row.updated_at)


def _page(devices: Iterable[ErpDevice] = (), *, last: Sequence[Any] | None) -> ErpPage:
    return ErpPage(devices=tuple(devices), ports=(), gone=(), last=last, total=None)
