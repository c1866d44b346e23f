"""Statements over a tenant's devices, ports and changes, as an ERP's pages need them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select

from netwb.store.models import DeviceRow, ErpChangeRow, PortRow, SiteRow, TenantRow
from netwb.store.prepared import Prepared

Sort = Literal["id", "hostname"]
Status = Literal["active", "maintenance", "planned"]
ACTIVE: frozenset[Status] = frozenset({"active", "maintenance"})
_DEVICE = (
    *(DeviceRow.id, DeviceRow.hostname, DeviceRow.address, DeviceRow.site_id),
    *(DeviceRow.role, DeviceRow.platform, DeviceRow.model, DeviceRow.serial, DeviceRow.os_version),
    *(DeviceRow.contract_ref, DeviceRow.status, DeviceRow.updated_at),
)  # in the order of ErpDevice, as far as it goes
PORT = (
    *(PortRow.id, PortRow.device_id, PortRow.name, PortRow.alias),
    func.coalesce(PortRow.speed_override_bps, PortRow.speed_bps).label("speed_bps"),
    *(PortRow.circuit_ref, PortRow.watched),
)  # in the order of ErpPort
NARROWED = ("site", "role", "platform", "contract_ref")


class Part(NamedTuple):
    """Which of a tenant's devices: by which columns, and of which statuses."""

    named: frozenset[str]
    statuses: frozenset[Status]


@cache
def pages(part: Part, sort: Sort, begin: Literal["first", "behind"]) -> Prepared:
    """A page of devices, `many` of them, from the first on or behind `after_…`."""
    order: tuple[Any, ...] = (DeviceRow.id,)
    if sort == "hostname":
        order = (DeviceRow.hostname, DeviceRow.id)
    statement = _narrowed(part)
    if begin == "behind":
        last: list[Any] = [bindparam(f"after_{column.key}") for column in order]
        statement = statement.where(_behind(order, last))
    return Prepared(statement.order_by(*order).limit(bindparam("many")))


@cache
def devices_by_id(part: Part) -> Prepared:
    """Those of `ids`."""
    return Prepared(_narrowed(part).where(DeviceRow.id.in_(bindparam("ids", expanding=True))))


@cache
def count_of(part: Part) -> Prepared:
    """How many there are."""
    return Prepared(_narrowed(part).with_only_columns(func.count(DeviceRow.id)))


def _narrowed(part: Part) -> Select[*tuple[Any, ...]]:
    """Living devices of the tenant; by these columns, where they are asked for.

    Of one table alone: what is joined, PostgreSQL would begin with, and read all of a tenant's
    devices for each page.
    """
    columns = {name: getattr(DeviceRow, name) for name in NARROWED[1:]}
    columns["site"] = DeviceRow.site_id
    return select(*_DEVICE).where(
        DeviceRow.tenant_id == bindparam("tenant_id"),
        DeviceRow.status != "retired",  # as the index by hostname has it
        or_(*(DeviceRow.status == one for one in sorted(part.statuses))),
        *(columns[name] == bindparam(name) for name in sorted(part.named)),
    )


SITES = Prepared(
    select(SiteRow.id, SiteRow.slug).where(SiteRow.id.in_(bindparam("ids", expanding=True)))
)
SITE = Prepared(
    select(SiteRow.id).where(
        SiteRow.tenant_id == bindparam("tenant_id"), SiteRow.slug == bindparam("slug")
    )
)
PORTS = Prepared(
    select(*PORT)
    .where(
        PortRow.tenant_id == bindparam("tenant_id"),
        PortRow.device_id.in_(bindparam("ids", expanding=True)),
    )
    .order_by(PortRow.device_id, PortRow.if_index, PortRow.name)
)
CHANGED = Prepared(
    select(ErpChangeRow.thing_id, ErpChangeRow.at, ErpChangeRow.number).where(
        ErpChangeRow.tenant_id == bindparam("tenant_id"),
        ErpChangeRow.kind == "device",
        ErpChangeRow.thing_id.in_(bindparam("ids", expanding=True)),
    )
)


@cache
def changes(given: frozenset[str], kinds: Literal["devices", "all"]) -> Prepared:
    """What changed up to `until`, narrowed by the values that are given, in the order of numbers."""
    order = (ErpChangeRow.number, ErpChangeRow.thing_id)
    statement = select(
        ErpChangeRow.kind, ErpChangeRow.thing_id, ErpChangeRow.at, ErpChangeRow.number
    ).where(
        ErpChangeRow.tenant_id == bindparam("tenant_id"), ErpChangeRow.number <= bindparam("until")
    )
    if "since" in given:
        statement = statement.where(ErpChangeRow.number > bindparam("since"))
    if "since_at" in given:
        statement = statement.where(ErpChangeRow.at >= bindparam("since_at"))
    if kinds == "devices":
        statement = statement.where(ErpChangeRow.kind == "device")
    if "after_number" in given:
        last: list[Any] = [bindparam(f"after_{column.key}") for column in order]
        statement = statement.where(_behind(order, last))
    return Prepared(statement.order_by(*order).limit(bindparam("many")))


def ports_elsewhere(tenant_id: str) -> Select[*tuple[Any, ...]]:
    """Ports of this tenant, and of no other, on living devices of others."""
    changed = and_(
        ErpChangeRow.tenant_id == tenant_id,
        ErpChangeRow.kind == "port",
        ErpChangeRow.thing_id == PortRow.id,
    )
    return (
        select(
            *PORT,
            func.coalesce(ErpChangeRow.number, 0),
            DeviceRow.hostname,
            TenantRow.slug,
            ErpChangeRow.at,
        )
        .join_from(PortRow, DeviceRow, DeviceRow.id == PortRow.device_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .join(ErpChangeRow, changed)
        .where(
            PortRow.tenant_id == tenant_id,
            DeviceRow.tenant_id != tenant_id,
            DeviceRow.status.in_(sorted(ACTIVE)),
        )
    )


def _behind(columns: Sequence[Any], last: Sequence[Any]) -> ColumnElement[bool]:
    """`(a, b) > (x, y)`, written so that each database uses its index for `a`."""
    first, *others = columns
    if not others:
        return and_(first > last[0])
    return and_(first >= last[0], or_(first > last[0], _behind(others, last[1:])))
