"""Find ports' rows, and turn them into records. Inside a caller's session.

A port may be for another tenant than its device is, whose row, site and name a customer's session
does not hold. So these selects run in sessions of all tenants and narrow the ports themselves, by
`_visible`, which every one of them passes: nothing else of this module may be asked for ports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from netwb.inventory.ports.records import Port, PortTime, WherePort
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.models import DeviceRow, PortNameRow, PortRow, PortTenantRow, SiteRow, TenantRow

ASKED_AT_ONCE = 10_000  # ids in one statement; SQLite takes 32,766 values
_FEW = 500  # ports whose former names are asked for by their ids
_Owner = aliased(TenantRow)  # of the port
_OF_PORT = (
    PortRow.id,
    PortRow.device_id,
    PortRow.name,
    PortRow.tenant_id,
    PortRow.tenant_since_at,
    PortRow.alias,
    PortRow.if_type,
    PortRow.if_index,
    PortRow.speed_bps,
    PortRow.speed_override_bps,
    PortRow.circuit_ref,
    PortRow.watched,
    PortRow.first_seen_at,
    PortRow.last_seen_at,
)
_OF_OTHERS = (
    TenantRow.slug.label("device_tenant"),
    SiteRow.slug.label("site"),
    DeviceRow.hostname,
    _Owner.slug.label("tenant"),
)


def list_ports(session: Session, scope: Scope, where: WherePort) -> tuple[Port, ...]:
    """Ports in scope by tenant of the device, hostname and ifIndex; two statements."""
    rows = session.execute(_ports(scope).where(*_conditions(where))).all()
    found = rows if where.find is None else [row for row in rows if _holds(row, where.find)]
    former = _former_names(session, [row.id for row in found])
    return tuple(_port(row, former.get(row.id, ())) for row in found)


def watched_names(session: Session, scope: Scope) -> Sequence[Row[str, str]]:
    """Device id and name of watched ports in scope, those of a device by ifIndex.

    Of retired devices too: it is the index alone that is read.
    """
    return session.execute(
        select(PortRow.device_id, PortRow.name)
        .where(*_visible(scope), PortRow.watched.is_(True))
        .order_by(PortRow.device_id, PortRow.if_index, PortRow.name)
    ).all()


def ports_by_id(session: Session, scope: Scope, ids: Collection[str]) -> tuple[Port, ...]:
    """The same of some ports, in the same order."""
    found: list[Row[Any]] = []
    for asked in _in_parts(ids):
        found += session.execute(_ports(scope).where(PortRow.id.in_(asked)))
    former = _former_names(session, ids)
    return tuple(_port(row, former.get(row.id, ())) for row in found)


def gone_ports(
    session: Session,
    tenant_ids: Collection[str],
    where: WherePort,
    span: tuple[datetime, datetime],
) -> tuple[Port, ...]:
    """Ports that were for one of these tenants in any of the span, and are for none of them now.

    They are asked of all tenants, and told without what their tenant of now has made of them; their
    circuit is what the tenant called it that had them.
    """
    own, (since, until) = sorted(tenant_ids), span
    was = (
        select(PortTenantRow.port_id, TenantRow.slug, PortTenantRow.circuit_ref)
        .join(TenantRow, TenantRow.id == PortTenantRow.tenant_id)
        .where(
            PortTenantRow.tenant_id.in_(own),
            PortTenantRow.until_at > since,
            or_(PortTenantRow.since_at.is_(None), PortTenantRow.since_at < until),
        )
        .order_by(PortTenantRow.until_at)
    )
    theirs = {one.port_id: (one.slug, one.circuit_ref) for one in session.execute(was)}
    place = WherePort(device=where.device, site=where.site, name=where.name)
    found: list[Row[Any]] = []
    for asked in _in_parts(theirs):
        found += session.execute(
            _ports(ALL_TENANTS)
            .where(PortRow.id.in_(asked), PortRow.tenant_id.not_in(own))
            .where(*_conditions(place))
        )
    ports = (_as_it_was(_port(row, ()), *theirs[row.id]) for row in found)
    return tuple(port for port in ports if _is_told(port, where))


def past_circuits(
    session: Session, tenant_id: str, ids: Collection[str]
) -> Mapping[str, list[tuple[PortTime, str | None]]]:
    """What that tenant called the circuit in each time in which it had a port before; oldest first."""
    found: dict[str, list[tuple[PortTime, str | None]]] = {}
    for asked in _in_parts(ids):
        before = select(PortTenantRow).where(
            PortTenantRow.tenant_id == tenant_id, PortTenantRow.port_id.in_(asked)
        )
        for row in session.scalars(before.order_by(PortTenantRow.until_at)):
            time = PortTime(since=row.since_at, until=row.until_at)
            found.setdefault(row.port_id, []).append((time, row.circuit_ref))
    return found


def _as_it_was(port: Port, tenant: str, circuit_ref: str | None) -> Port:
    return replace(
        port,
        tenant_id="",  # whose it is by now is not told
        tenant=tenant,
        tenant_since_at=None,
        alias="",
        circuit_ref=circuit_ref,
        speed_override_bps=None,
        watched=False,
        last_seen_at=None,
    )


def _is_told(port: Port, where: WherePort) -> bool:
    """By what is told of it alone, or who looks for a circuit would learn of another's."""
    if where.watched or where.circuit_ref not in {None, port.circuit_ref}:
        return False
    wanted = (where.find or "").casefold()
    said = (port.name, port.circuit_ref or "", port.hostname)
    return any(wanted in text.casefold() for text in said)


def _ports(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(*_OF_PORT, *_OF_OTHERS)
        .join_from(PortRow, DeviceRow, DeviceRow.id == PortRow.device_id)
        .join(SiteRow, SiteRow.id == DeviceRow.site_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .join(_Owner, _Owner.id == PortRow.tenant_id)
        .where(*_visible(scope))
        .order_by(TenantRow.slug, DeviceRow.hostname, PortRow.if_index, PortRow.name)
    )


def _visible(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """What loader criteria would add, were the device's own row within the scope too."""
    return () if scope.tenants is None else (PortRow.tenant_id.in_(sorted(scope.tenants)),)


def _conditions(where: WherePort) -> tuple[ColumnElement[bool], ...]:
    equal: list[tuple[Any, str | None]] = [
        (_Owner.slug, where.tenant),
        (PortRow.name, where.name),
        (PortRow.circuit_ref, where.circuit_ref),
    ]
    conditions = [column == _said(value) for column, value in equal if value is not None]
    if where.watched is not None:
        conditions.append(PortRow.watched.is_(where.watched))
    if where.site is not None:
        tenant, _, slug = _said(where.site).rpartition("/")
        conditions += [SiteRow.slug == slug, *([TenantRow.slug == tenant] if tenant else [])]
    if where.device is None:
        conditions.append(DeviceRow.status != "retired")
    else:
        conditions.append(_is_device(_said(where.device)))
    return tuple(conditions)


def _is_device(said: str) -> ColumnElement[bool]:
    tenant, slash, hostname = said.rpartition("/")
    named = (func.lower(DeviceRow.hostname) == hostname.lower()) & (DeviceRow.status != "retired")
    return named & (TenantRow.slug == tenant) if slash else or_(named, DeviceRow.id == said)


def _said(value: str) -> str:
    """What can be looked up; NUL and broken characters name nothing, and no database takes them."""
    return value if value.isprintable() else ""


def _holds(row: Row[Any], wanted: str) -> bool:
    """Here and not in SQL: SQLite knows the case of ASCII letters alone."""
    part = wanted.casefold()
    said = (row.name, row.alias, row.circuit_ref, row.hostname)
    return any(part in (text or "").casefold() for text in said)


def _former_names(session: Session, ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """By port; of many ports all names are read, as few ports ever had another one."""
    statement = select(PortNameRow.port_id, PortNameRow.name).order_by(PortNameRow.until_at.desc())
    if len(ids) <= _FEW:
        statement = statement.where(PortNameRow.port_id.in_(list(ids)))
    former: dict[str, dict[str, None]] = {}
    for port_id, name in session.execute(statement):
        former.setdefault(port_id, {})[name] = None
    return {port_id: tuple(names) for port_id, names in former.items()}


def _in_parts(ids: Collection[str]) -> Iterable[list[str]]:
    wanted = list(ids)
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        yield wanted[start : start + ASKED_AT_ONCE]


def _port(row: Row[Any], former: tuple[str, ...]) -> Port:
    """The columns in their order: by their names tens of thousands take twice as long."""
    said: Sequence[Any] = row
    identifier, device_id, name, tenant_id, tenant_since_at, alias, if_type, *rest = said
    if_index, speed_bps, speed_override_bps, circuit_ref, watched, *rest = rest
    first_seen_at, last_seen_at, device_tenant, site, hostname, tenant = rest
    return Port(
        id=identifier,
        device_id=device_id,
        device_tenant=device_tenant,
        site=site,
        hostname=hostname,
        name=name,
        former_names=tuple(one for one in former if one != name) if former else (),
        tenant_id=tenant_id,
        tenant=tenant,
        tenant_since_at=tenant_since_at,
        alias=alias,
        if_type=if_type,
        if_index=if_index,
        speed_bps=speed_bps,
        speed_override_bps=speed_override_bps,
        circuit_ref=circuit_ref,
        watched=watched,
        first_seen_at=first_seen_at,
        last_seen_at=last_seen_at,
    )
