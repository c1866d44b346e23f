"""Notes which devices and ports of a tenant changed, for an ERP that keeps a copy of them.

Every flush is looked at here, so that no way of writing can forget it; what is written past the
flush, many rows in one statement, calls `note_ports`. What an ERP is shown of a device stands in
DEVICE_SHOWN, of a port in PORT_SHOWN: nothing else is a change to it. A port on a device of its own
tenant is shown with the device, so that the device changed; on another's it is a thing of its own.

These statements look past the session's scope: who renames a device changes what its customers on
it are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import Session, sessionmaker

from netwb.store import change_events
from netwb.store.inserting import upsert
from netwb.store.models import DeviceRow, ErpChangeRow, PortRow

Kind = Literal["device", "port"]
Key = tuple[str, Kind, str]  # tenant, kind, id of the thing
DEVICE_SHOWN = (
    *("hostname", "address", "site_id", "role", "platform", "model", "serial", "os_version"),
    *("contract_ref", "status", "tenant_id"),
)
OF_OTHERS_PORTS = frozenset(
    {"hostname", "status", "tenant_id"}
)  # what those on it show of a device
PORT_SHOWN = (
    *("tenant_id", "device_id", "name", "alias", "speed_bps", "speed_override_bps"),
    *("circuit_ref", "watched"),
)
_NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
_AT_ONCE = 5_000  # values in one statement; SQLite takes 32,766


def attach(sessions: sessionmaker[Session]) -> None:
    """Look at every flush of the sessions that this factory makes."""
    event.listen(sessions, "after_flush", _after_flush)
    change_events.attach(sessions)


def note_ports(
    session: Session,
    at: datetime,
    *,
    new: Iterable[str] = (),
    changed: Mapping[str, Mapping[str, Any]] = _NOTHING,
) -> None:
    """Ports that were written past the flush, in this transaction; `changed`: what columns were."""
    added = list(new)
    for port_id in added:
        change_events.touch(session, "port", port_id, old={}, is_new=True, at=at)
    for port_id, old in changed.items():
        change_events.touch(session, "port", port_id, old=old, at=at)
    _note_ports(session, {*added, *changed}, at)


def _note_ports(session: Session, port_ids: Iterable[str], at: datetime) -> None:
    connection = session.connection()
    changed: dict[Key, datetime] = {}
    for some in _parts(sorted(port_ids)):
        owners = select(PortRow.id, PortRow.tenant_id, PortRow.device_id, DeviceRow.tenant_id).join(
            DeviceRow, DeviceRow.id == PortRow.device_id
        )
        for port_id, tenant_id, device_id, owner in connection.execute(
            owners.where(PortRow.id.in_(some))
        ):
            changed[_key(tenant_id, port_id, device_id, owner)] = at
    _write(session, changed)


def leave_others(session: Session, tenant_id: str, at: datetime) -> None:
    """Before a tenant's devices go for good: the ports on them that are for others go with them."""
    own = select(DeviceRow.id).where(
        DeviceRow.tenant_id == tenant_id, DeviceRow.status != "retired"
    )
    devices = dict.fromkeys(session.connection().execute(own).scalars(), at)
    _write(session, _ports_of_others(session, devices))
    change_events.retire_ports_of_others(session, devices)


def _after_flush(session: Session, _context: Any) -> None:
    devices: dict[str, DeviceRow] = {}
    ports: list[PortRow] = []
    shows_others: dict[str, datetime] = {}
    changed: dict[Key, datetime] = {}
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, DeviceRow) and (other := _other(session, row, DEVICE_SHOWN)):
            devices[row.id] = row
            _touch(session, "device", row, other)
            changed |= {
                (tenant, "device", row.id): row.updated_at for tenant in _tenants_of(row, other)
            }
            if row not in session.new and not OF_OTHERS_PORTS.isdisjoint(other):
                shows_others[row.id] = row.updated_at
        elif isinstance(row, PortRow) and (other := _other(session, row, PORT_SHOWN)):
            ports.append(row)
            _touch(session, "port", row, other)
    if not (changed or ports):
        return
    owners = _owners(session, {port.device_id for port in ports}, devices)
    for port in ports:
        owner = owners.get(port.device_id, port.tenant_id)
        for tenant in _tenants_of(port, PORT_SHOWN):
            changed[_key(tenant, port.id, port.device_id, owner)] = port.updated_at
    changed |= _ports_of_others(session, shows_others)
    _write(session, changed)


def _other(session: Session, row: Any, shown: Sequence[str]) -> frozenset[str]:
    """Which of the columns are other than before; all of them of a new row, and of one that goes."""
    if row in session.new or row in session.deleted:
        return frozenset(shown)
    state: Any = inspect(row)
    attributes = state.attrs
    return frozenset(name for name in shown if attributes[name].history.has_changes())


def _touch(session: Session, kind: Kind, row: DeviceRow | PortRow, other: Iterable[str]) -> None:
    """Keep what it was, for the event of it."""
    is_new = row in session.new
    state: Any = inspect(row)
    attributes = state.attrs
    was = {} if is_new else {name: attributes[name].history.deleted for name in other}
    old = {name: values[0] if values else None for name, values in was.items()}
    change_events.touch(session, kind, row.id, old=old, is_new=is_new)


def _tenants_of(row: DeviceRow | PortRow, other: Iterable[str]) -> Iterator[str]:
    """Whose it is, and whose it was."""
    yield row.tenant_id
    if "tenant_id" in other:
        before: Any = inspect(row)
        yield from (old for old in before.attrs["tenant_id"].history.deleted or () if old)


def _owners(session: Session, wanted: Iterable[str], known: dict[str, DeviceRow]) -> dict[str, str]:
    """Tenant of each device."""
    found = {device_id: row.tenant_id for device_id, row in known.items()}
    for some in _parts(sorted(set(wanted) - set(found))):
        owners = select(DeviceRow.id, DeviceRow.tenant_id).where(DeviceRow.id.in_(some))
        found |= {row.id: row.tenant_id for row in session.connection().execute(owners)}
    return found


def _ports_of_others(session: Session, devices: dict[str, datetime]) -> dict[Key, datetime]:
    """Ports on these devices that are for other tenants."""
    found: dict[Key, datetime] = {}
    for some in _parts(sorted(devices)):
        ports = (
            select(PortRow.tenant_id, PortRow.id, PortRow.device_id)
            .join(DeviceRow, DeviceRow.id == PortRow.device_id)
            .where(PortRow.device_id.in_(some), PortRow.tenant_id != DeviceRow.tenant_id)
        )
        for tenant_id, port_id, device_id in session.connection().execute(ports):
            found[tenant_id, "port", port_id] = devices[device_id]
    return found


def _key(tenant_id: str, port_id: str, device_id: str, owner: str) -> Key:
    return (tenant_id, "device", device_id) if tenant_id == owner else (tenant_id, "port", port_id)


def _write(session: Session, changed: dict[Key, datetime]) -> None:
    """In one order, so that two writers of the same things do not wait for each other in a ring."""
    if not changed:
        return
    statement = upsert(session, ErpChangeRow)
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id", "kind", "thing_id"],
        set_={"at": statement.excluded.at, "number": None},
    )
    rows = [
        {"tenant_id": tenant, "kind": kind, "thing_id": thing, "at": at, "number": None}
        for (tenant, kind, thing), at in sorted(changed.items())
    ]
    session.connection().execute(statement, rows)


def _parts(found: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(found), _AT_ONCE):
        yield found[begin : begin + _AT_ONCE]
