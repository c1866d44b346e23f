"""Events of devices and ports: what a transaction did to them, told to whose they are at its end.

`netwb.store.changes` says what was touched, at each flush and past it; here it is held against what
the things are when the transaction ends, so that what was written in several steps is one event, and
what was undone is none. A port is told to the tenant that it is for, on anybody's device: one that is
given away is retired for the one and added for the other, and neither is told who the other is. As the
inventory has it, a port on another's device is there while that device is in operation, and goes with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Select, event, select
from sqlalchemy.orm import Session, sessionmaker

from netwb.erp.records import EventKind
from netwb.store.erp_events import NewEvent, tell
from netwb.store.models import DeviceRow, PortRow, SiteRow, TenantRow

Thing = Literal["device", "port"]
_TOUCHED = "netwb.erp.touched"  # key in Session.info
_AT_ONCE = 5_000  # values in one statement; SQLite takes 32,766
_GONE = "retired"
_RUNS = ("active", "maintenance")  # the statuses in which a device shows the ports of others
_OF_DEVICE = frozenset({"hostname", "status", "tenant_id"})  # what they show of it
_SECRET = frozenset({"address"})  # a right of its own: that it changed is told, and no more
_DEVICE = (
    *("hostname", "address", "role", "platform", "model", "serial", "os_version"),
    *("contract_ref", "status"),
)
_PORT = ("name", "alias", "circuit_ref", "watched")
_DEVICES = select(
    DeviceRow.id,
    DeviceRow.tenant_id,
    DeviceRow.site_id,
    DeviceRow.updated_at,
    *(getattr(DeviceRow, name) for name in _DEVICE),
)
_PORTS = (
    select(
        PortRow.id,
        PortRow.tenant_id,
        PortRow.device_id,
        PortRow.updated_at,
        PortRow.speed_bps,
        PortRow.speed_override_bps,
        *(getattr(PortRow, name) for name in _PORT),
        DeviceRow.hostname,
        DeviceRow.status,
        DeviceRow.updated_at.label("device_at"),
        DeviceRow.tenant_id.label("owner"),
        TenantRow.slug.label("owner_slug"),
    )
    .join(DeviceRow, DeviceRow.id == PortRow.device_id)
    .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
)


@dataclass(slots=True)
class _Touched:
    """One thing: what each column was before this transaction.

    at   of a writing that leaves `updated_at` as it is
    """

    is_new: bool
    old: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Fields:
    """What is other than it was, as a reader of the inventory names it."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]

    @property
    def detail(self) -> dict[str, Any]:
        """As an event has it."""
        shown = [name for name in self.new if name not in _SECRET]
        return {
            "changed": sorted(self.new),
            "old": {name: self.old[name] for name in shown},
            "new": {name: self.new[name] for name in shown},
        }


def attach(sessions: sessionmaker[Session]) -> None:
    """Tell what was touched in the transactions of the sessions that this factory makes."""
    event.listen(sessions, "before_commit", _tell)


def touch(  # noqa: PLR0913 - each by its name
    session: Session,
    thing: Thing,
    thing_id: str,
    *,
    old: Mapping[str, Any],
    is_new: bool = False,
    at: datetime | None = None,
) -> None:
    """Say what columns of a device or port were before; the first word on each counts."""
    touched: dict[tuple[Thing, str], _Touched] = session.info.setdefault(_TOUCHED, {})
    one = touched.setdefault((thing, thing_id), _Touched(is_new))
    one.old = {**old, **one.old}
    one.at = at or one.at


def _tell(session: Session) -> None:
    session.flush()  # what is written by it only now is touched as well
    touched: dict[tuple[Thing, str], _Touched] = session.info.pop(_TOUCHED, {})
    if not touched:
        return
    devices = {thing_id: one for (thing, thing_id), one in touched.items() if thing == "device"}
    ports = {thing_id: one for (thing, thing_id), one in touched.items() if thing == "port"}
    told = (
        *_of_devices(session, devices),
        *_of_others_ports(session, devices, ports),
        *_of_ports(session, ports, devices),
    )
    tell(session, told)


def _of_devices(session: Session, touched: Mapping[str, _Touched]) -> Iterator[NewEvent]:
    sites = _sites(session, touched.values())
    for row in _in_order(_rows(session, _DEVICES, DeviceRow.id, touched), touched):
        one = touched[row.id]
        fields = _device_fields(row, one, lambda site_id: sites.get(site_id, site_id))
        for tenant_id, kind in _device_kinds(row, one, fields):
            detail = fields.detail if kind == "device.changed" else {}
            detail = {"status": row.status} if kind == "device.added" else detail
            yield _device_event(row, tenant_id, kind, detail)


def _device_kinds(row: Row[Any], one: _Touched, fields: _Fields) -> Iterator[tuple[str, EventKind]]:
    """What that is for which tenant."""
    before = one.old.get("tenant_id", row.tenant_id)
    was = not one.is_new and one.old.get("status", row.status) != _GONE
    now = row.status != _GONE
    if was and (not now or before != row.tenant_id):
        yield before, "device.retired"
    if now and (not was or before != row.tenant_id):
        yield row.tenant_id, "device.added"
    elif now and fields.new:
        yield row.tenant_id, "device.changed"


def _device_event(
    row: Row[Any], tenant_id: str, kind: EventKind, detail: Mapping[str, Any]
) -> NewEvent:
    return NewEvent(
        tenant_id=tenant_id,
        kind=kind,
        at=row.updated_at,
        subject=row.hostname,
        device_id=row.id,
        detail=detail,
    )


def _device_fields(row: Row[Any], one: _Touched, site: Callable[[str], str]) -> _Fields:
    if one.is_new:
        return _Fields({}, {})
    now = {name: getattr(row, name) for name in _DEVICE} | {"site": site(row.site_id)}
    old = {name: one.old.get(name, now[name]) for name in _DEVICE}
    return _other(old | {"site": site(one.old.get("site_id", row.site_id))}, now)


def _of_others_ports(
    session: Session, devices: Mapping[str, _Touched], ports: Mapping[str, _Touched]
) -> Iterator[NewEvent]:
    """Ports that are for other tenants, of which nothing changed but their device.

    Of it they are told its name, and that it is there or not.
    """
    foreign = _PORTS.where(PortRow.tenant_id != DeviceRow.tenant_id).order_by(PortRow.name)
    moved = [thing for thing, one in devices.items() if not _OF_DEVICE.isdisjoint(one.old)]
    for row in _rows(session, foreign, PortRow.device_id, moved):
        if row.id in ports and _changes_hands(row, ports[row.id]):
            continue
        device = devices[row.device_id]
        was, now = _was_shown(row, row.tenant_id, device), _is_shown(row)
        before = f"{row.owner_slug}/{device.old.get('hostname', row.hostname)}"
        fields = _other({"device": before}, {"device": f"{row.owner_slug}/{row.hostname}"})
        if was != now:
            kind: EventKind = "port.added" if now else "port.retired"
            yield _port_event(row, row.tenant_id, kind, row.device_at, {})
        elif now and fields.new:
            yield _port_event(row, row.tenant_id, "port.changed", row.device_at, fields.detail)


def _changes_hands(row: Row[Any], one: _Touched) -> bool:
    return one.is_new or one.old.get("tenant_id", row.tenant_id) != row.tenant_id


def _was_shown(row: Row[Any], tenant_id: str, device: _Touched | None) -> bool:
    """Whether that tenant had the port in its inventory, by what its device was."""
    if device is None:
        return _shows(tenant_id, row.owner, row.status)
    if device.is_new:
        return False  # nor was it there
    owner = device.old.get("tenant_id", row.owner)
    return _shows(tenant_id, owner, device.old.get("status", row.status))


def _is_shown(row: Row[Any]) -> bool:
    return _shows(row.tenant_id, row.owner, row.status)


def _shows(tenant_id: str, owner: str, status: str) -> bool:
    """Whether a device of that status shows the tenant's ports on it."""
    return status != _GONE if tenant_id == owner else status in _RUNS


def retire_ports_of_others(session: Session, devices: Mapping[str, datetime]) -> None:
    """Of devices that go for good, and when: their own tenant is told nothing any more."""
    foreign = _PORTS.where(PortRow.tenant_id != DeviceRow.tenant_id, DeviceRow.status.in_(_RUNS))
    rows = _rows(session, foreign.order_by(PortRow.name), PortRow.device_id, devices)
    retired: EventKind = "port.retired"
    tell(
        session,
        [_port_event(row, row.tenant_id, retired, devices[row.device_id], {}) for row in rows],
    )


def _of_ports(
    session: Session, touched: Mapping[str, _Touched], devices: Mapping[str, _Touched]
) -> Iterator[NewEvent]:
    for row in _in_order(_rows(session, _PORTS, PortRow.id, touched), touched):
        one = touched[row.id]
        at = one.at or row.updated_at
        before = one.old.get("tenant_id", row.tenant_id)
        was = not one.is_new and _was_shown(row, before, devices.get(row.device_id))
        now = _is_shown(row)
        fields = _port_fields(row, one)
        if _changes_hands(row, one):
            if was:
                yield _port_event(row, before, "port.retired", at, {})
            if now:
                yield _port_event(row, row.tenant_id, "port.added", at, {})
        elif was and now and fields.new:
            yield _port_event(row, row.tenant_id, "port.changed", at, fields.detail)


def _port_event(
    row: Row[Any], tenant_id: str, kind: EventKind, at: datetime, detail: Mapping[str, Any]
) -> NewEvent:
    device = row.hostname if tenant_id == row.owner else f"{row.owner_slug}/{row.hostname}"
    return NewEvent(
        tenant_id=tenant_id,
        kind=kind,
        at=at,
        subject=f"{device} {row.name}",
        device_id=row.device_id,
        port_id=row.id,
        detail=detail,
    )


def _port_fields(row: Row[Any], one: _Touched) -> _Fields:
    columns = (*_PORT, "speed_bps", "speed_override_bps")
    now = {name: getattr(row, name) for name in columns}
    return _other(_port_shown({**now, **one.old}), _port_shown(now))


def _port_shown(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Its speed is what a person set, else what the device says."""
    speed = columns["speed_override_bps"] or columns["speed_bps"]
    return {**{name: columns[name] for name in _PORT}, "speed_bps": speed}


def _other(old: Mapping[str, Any], now: Mapping[str, Any]) -> _Fields:
    new = {name: value for name, value in now.items() if value != old[name]}
    return _Fields({name: old[name] for name in new}, new)


def _sites(session: Session, touched: Iterable[_Touched]) -> dict[str, str]:
    """Slugs of the sites, where a device went from one to another."""
    if not any("site_id" in one.old for one in touched):
        return {}
    found = session.connection().execute(select(SiteRow.id, SiteRow.slug))
    return {row.id: row.slug for row in found}


def _in_order(rows: Iterable[Row[Any]], ids: Iterable[str]) -> Iterator[Row[Any]]:
    """As they were touched, which is the order in which they are told."""
    found = {row.id: row for row in rows}
    return (found[one] for one in ids if one in found)


def _rows(
    session: Session, statement: Select[*tuple[Any, ...]], column: Any, ids: Iterable[str]
) -> Iterator[Row[Any]]:
    listed: Sequence[str] = list(ids)
    for begin in range(0, len(listed), _AT_ONCE):
        some = statement.where(column.in_(listed[begin : begin + _AT_ONCE]))
        yield from session.connection().execute(some).all()
