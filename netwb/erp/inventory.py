"""The inventory of one tenant as an ERP reads it: whole, by pages, or what changed since a number.

A page begins behind an id, so that what is added or renamed meanwhile moves nothing. What changed is
read in the order of its numbers, up to the one at which the walk began: what changes during a walk
has a larger one, and is the next walk's. A port that is the tenant's on another tenant's device stands
for itself, with that device's name alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.erp import inventory_rows as _rows
from netwb.erp.inventory_rows import ACTIVE, Part, Sort, Status
from netwb.erp.records import ErpDevice, ErpPage, ErpPort, Gone
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Ask, Database
from netwb.store.models import DeviceRow, PortRow

_KNOWN: dict[str, str] = {}  # id of a site -> its slug
_MOST_KNOWN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose inventory, which part of it, and how much of each.

    addresses     whether the caller may see management addresses
    site          its slug; within this module its id, once it was looked up
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
    def named(self) -> frozenset[str]:
        """By which columns only some of the tenant's devices are asked for."""
        return frozenset(name for name in _rows.NARROWED if getattr(self, name) is not None)

    @property
    def is_narrowed(self) -> bool:
        """Whether some of its devices are left out, so that ports on those of others are as well."""
        return bool(self.named) or self.statuses != ACTIVE

    @property
    def values(self) -> dict[str, Any]:
        """What statements over its devices are asked with."""
        narrowed = {name: getattr(self, name) for name in self.named}
        return {"tenant_id": self.tenant_id, **narrowed}

    @property
    def part(self) -> Part:
        """Which statements those are."""
        return Part(self.named, self.statuses)

    @property
    def scope(self) -> Scope:
        """The tenant alone."""
        return Scope(frozenset({self.tenant_id}))

    @property
    def is_of_changes(self) -> bool:
        """Whether only what changed is asked for."""
        return self.since is not None or self.since_at is not None


def read_page(database: Database, asked: Asked, after: Sequence[Any] | None) -> ErpPage:
    """One page, behind where the page before ended (`ErpPage.last`)."""
    with database.asking(asked.scope) as ask:
        asked = _settled(ask, asked)
        page = (
            _page_of_changes(ask, asked, after)
            if asked.is_of_changes
            else _page_of_devices(ask, asked, after)
        )
        if asked.count:
            (counted,) = ask(_rows.count_of(asked.part), **asked.values)
            page = replace(page, total=counted[0])
    return _with_ports_elsewhere(database, asked, page, after) if asked.with_ports else page


def _settled(ask: Ask, asked: Asked) -> Asked:
    """With the id of the site that is named; of one that there is not nothing is found."""
    if asked.site is None:
        return asked
    named = {"tenant_id": asked.tenant_id, "slug": asked.site}
    found: Any = ask(_rows.SITE, **named)
    return replace(asked, site=found[0][0] if found else "")


def read_device(database: Database, asked: Asked, device_id: str) -> ErpDevice | None:
    """One device of the tenant with its ports; None where it has none of that id."""
    with database.asking(asked.scope) as ask:
        found = _devices_by_id(ask, asked, [device_id])
        devices = _with_ports(ask, asked, list(found.values()))
    return devices[0] if devices else None


def read_port(database: Database, asked: Asked, port_id: str) -> ErpPort | None:
    """One port of the tenant, on its own device or on another's."""
    with database.reading(asked.scope) as session:
        device_id = session.scalar(select(PortRow.device_id).where(PortRow.id == port_id))
    if device_id is None:
        return None
    device = read_device(database, asked, device_id)
    if device is not None:
        return next(one for one in device.ports if one.id == port_id)
    with database.reading(ALL_TENANTS) as session:
        row = session.execute(
            _rows.ports_elsewhere(asked.tenant_id).where(PortRow.id == port_id)
        ).one_or_none()
    return None if row is None else ErpPort._make(row)


def own_port(session: Session, port_id: str) -> ErpPort | None:
    """A port of the session's tenant on a device of its own, locked until the transaction's end."""
    statement = (
        select(*_rows.PORT, DeviceRow.hostname)
        .join_from(PortRow, DeviceRow, DeviceRow.id == PortRow.device_id)
        .where(PortRow.id == port_id)
        .with_for_update(of=PortRow)
    )
    row: Any = session.execute(statement).one_or_none()
    return None if row is None else ErpPort._make((*row[:7], 0, row[7], "", None))


# ---- all of it


def _page_of_devices(ask: Ask, asked: Asked, after: Sequence[Any] | None) -> ErpPage:
    """Devices; none where the walk is among ports on others' devices already."""
    if after and after[0] == "port":
        return _page(last=after)
    order = ("hostname", "id") if asked.sort == "hostname" else ("id",)
    begin = (
        {f"after_{name}": value for name, value in zip(order, after[1:], strict=True)}
        if after
        else {}
    )
    statement = _rows.pages(asked.part, asked.sort, "behind" if after else "first")
    rows = ask(statement, many=asked.limit + 1, **begin, **asked.values)
    more = len(rows) > asked.limit
    plain = _devices(ask, asked, rows[: asked.limit])
    devices = _with_ports(ask, asked, plain)
    if more:
        return _page(devices, last=["device", *(getattr(devices[-1], name) for name in order)])
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
        found = (
            _rows.ports_elsewhere(asked.tenant_id).where(PortRow.id > begin).order_by(PortRow.id)
        )
        rows = session.execute(found.limit(room + 1)).all()
    last = ["port", rows[room - 1].id] if len(rows) > room else None
    return replace(page, ports=[ErpPort._make(row) for row in rows[:room]], last=last)


# ---- what changed


def _page_of_changes(ask: Ask, asked: Asked, after: Sequence[Any] | None) -> ErpPage:
    """Devices as they are now, and what is gone; `ports` is filled by who may look elsewhere."""
    rows: Any = _changed_rows(ask, asked, after)
    more, rows = len(rows) > asked.limit, rows[: asked.limit]
    wanted = [row.thing_id for row in rows if row.kind == "device"]
    found = _devices_by_id(ask, asked, wanted)
    gone = [
        Gone(kind=row.kind, id=row.thing_id, at=row.at)
        for row in rows
        if row.kind == "port" or row.thing_id not in found
    ]
    last = [rows[-1].number, rows[-1].thing_id] if more else None
    # What changed once more since the numbers were read is the next walk's, or it would be told twice.
    numbers = {row.thing_id: row.number for row in rows}
    ordered = [found[one] for one in wanted if one in found and found[one].version == numbers[one]]
    return replace(_page(_with_ports(ask, asked, ordered), last=last), gone=gone)


def _changed_rows(ask: Ask, asked: Asked, after: Sequence[Any] | None) -> Sequence[Any]:
    values: dict[str, Any] = {"since": asked.since, "since_at": asked.since_at}
    if after:
        values |= {"after_number": after[0], "after_thing_id": after[1]}
    given = {name: value for name, value in values.items() if value is not None}
    narrowed = not asked.with_ports or asked.is_narrowed
    statement = _rows.changes(frozenset(given), "devices" if narrowed else "all")
    own = {"tenant_id": asked.tenant_id, "until": asked.until, "many": asked.limit + 1}
    return ask(statement, **own, **given)


def _with_changed_ports(database: Database, asked: Asked, page: ErpPage) -> ErpPage:
    """Of the ports that changed those that are the tenant's still are no gone ones."""
    changed = {one.id: one.at for one in page.gone if one.kind == "port"}
    if not changed:
        return page
    with database.reading(ALL_TENANTS) as session:
        rows = session.execute(
            _rows.ports_elsewhere(asked.tenant_id).where(PortRow.id.in_(changed))
        )
        there = {row.id: ErpPort._make(row) for row in rows}
    return replace(
        page,
        ports=[there[one] for one, at in changed.items() if one in there and there[one].at == at],
        gone=[one for one in page.gone if one.id not in there],
    )


def _devices_by_id(ask: Ask, asked: Asked, ids: Sequence[str]) -> Mapping[str, ErpDevice]:
    if not ids:
        return {}
    rows = ask(_rows.devices_by_id(asked.part), ids=list(ids), **asked.values)
    return {one.id: one for one in _devices(ask, asked, rows)}


def _with_ports(ask: Ask, asked: Asked, devices: Sequence[ErpDevice]) -> Sequence[ErpDevice]:
    """Each with its ports that are for the tenant too: one statement for all of them."""
    if not (asked.with_ports and devices):
        return devices
    by_id = {one.id: one for one in devices}
    row: Any
    for row in ask(_rows.PORTS, tenant_id=asked.tenant_id, ids=list(by_id)):
        its = by_id[row[1]]
        its.ports.append(ErpPort._make((*row, its.version, its.hostname, "", None)))
    return devices


def _devices(ask: Ask, asked: Asked, rows: Sequence[Any]) -> list[ErpDevice]:
    """With the slugs of their sites, and which version each is; ports come later."""
    ids = [row[0] for row in rows]
    if not ids:
        return []
    found: Any = ask(_rows.CHANGED, tenant_id=asked.tenant_id, ids=ids)
    changed = {thing_id: (at, number or 0) for thing_id, at, number in found}
    slugs = _slugs(ask, {row[3] for row in rows})
    shown = slice(2, 3) if asked.addresses else slice(0, 0)
    return [
        ErpDevice._make(
            (
                *row[:2],
                *(row[shown] or (None,)),
                slugs[row[3]],
                *row[4:11],
                *changed.get(row[0], (row[11], 0)),
                [],
            )
        )
        for row in rows
    ]


def _slugs(ask: Ask, site_ids: Collection[str]) -> Mapping[str, str]:
    """Of sites of the tenant; a site's never changes, so that each is asked for once a process."""
    found = {one: slug for one in site_ids if (slug := _KNOWN.get(one)) is not None}
    unknown = [one for one in site_ids if one not in found]
    if unknown:
        sites: Any = ask(_rows.SITES, ids=unknown)
        asked = dict(map(tuple, sites))
        if len(_KNOWN) < _MOST_KNOWN:
            _KNOWN.update(asked)
        found |= asked
    return found


def _page(devices: Iterable[ErpDevice] = (), *, last: Sequence[Any] | None) -> ErpPage:
    return ErpPage(devices=tuple(devices), ports=(), gone=(), last=last, total=None)
