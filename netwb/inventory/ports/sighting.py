"""Write down which ports a poll saw. Runs past all scopes, for devices that were polled.

The poller's devices are in its scope, their ports need not be: a port is for whom it was given to,
and a poll that could not see it would take it for a new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from netwb.inventory.ports.joining import SEEN_EVERY, HeldPort, Joined, join
from netwb.inventory.ports.records import SeenPort
from netwb.store.ids import new_id
from netwb.store.models import DeviceRow, PortNameRow, PortRow

_FIELDS = ("alias", "if_index", "if_type", "speed_bps")  # what a device says of a port


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What was learnt: how many ports are new; (device id, old name, new name) of the renamed."""

    new: int
    renamed: tuple[tuple[str, str, str], ...]


def sight(session: Session, seen: Mapping[str, Sequence[SeenPort]], at: datetime) -> Sighted:
    """Ports by device id."""
    held = _held(session, list(seen))
    tenants = dict(
        session.execute(
            select(DeviceRow.id, DeviceRow.tenant_id).where(DeviceRow.id.in_(seen))
        ).all()
    )
    new, renamed = 0, []
    for device_id, ports in seen.items():
        if device_id not in tenants:
            continue  # it was purged meanwhile
        joined = join(held.get(device_id, ()), ports)
        _write(session, device_id, tenants[device_id], joined, at)
        new += len(joined.new)
        renamed += [(device_id, old.name, now.name) for old, now in joined.renamed]
    return Sighted(new=new, renamed=tuple(renamed))


def _held(session: Session, device_ids: Sequence[str]) -> Mapping[str, list[HeldPort]]:
    held: dict[str, list[HeldPort]] = {}
    statement = select(
        PortRow.device_id,
        PortRow.id,
        PortRow.name,
        PortRow.alias,
        PortRow.if_index,
        PortRow.if_type,
        PortRow.speed_bps,
        PortRow.last_seen_at,
    ).where(PortRow.device_id.in_(device_ids))
    for row in session.execute(statement):
        port = HeldPort(
            id=row.id,
            name=row.name,
            alias=row.alias,
            if_index=row.if_index,
            if_type=row.if_type,
            speed_bps=row.speed_bps,
            last_seen_at=row.last_seen_at,
        )
        held.setdefault(row.device_id, []).append(port)
    return held


def _write(session: Session, device_id: str, tenant_id: str, joined: Joined, at: datetime) -> None:
    if joined.new:
        rows = [_new_row(device_id, tenant_id, port, at) for port in joined.new]
        session.execute(insert(PortRow), rows)
    for held, port in joined.renamed:
        _rename(session, held, port, at)
    changed = [
        {"id": held.id, "last_seen_at": at, **changes}
        for held, port in (*joined.known, *joined.renamed)
        if (changes := _changes(held, port)) or _is_stale(held, at)
    ]
    if changed:
        session.execute(update(PortRow), changed)


def _new_row(device_id: str, tenant_id: str, port: SeenPort, at: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "device_id": device_id,
        "tenant_id": tenant_id,
        "tenant_since_at": None,
        "name": port.name,
        "alias": port.alias or "",
        "if_index": port.if_index,
        "if_type": port.if_type,
        "speed_bps": port.speed_bps,
        "speed_override_bps": None,
        "circuit_ref": None,
        "watched": False,
        "first_seen_at": at,
        "last_seen_at": at,
        "created_at": at,
        "updated_at": at,
    }


def _changes(held: HeldPort, port: SeenPort) -> dict[str, object]:
    """What the device says otherwise now; what it did not say stays."""
    said = {name: getattr(port, name) for name in _FIELDS}
    return {
        name: value
        for name, value in said.items()
        if value is not None and value != getattr(held, name)
    }


def _is_stale(held: HeldPort, at: datetime) -> bool:
    return held.last_seen_at is None or at - held.last_seen_at >= SEEN_EVERY


def _rename(session: Session, held: HeldPort, port: SeenPort, at: datetime) -> None:
    """The old name becomes a former one; a name that it bore before is no former one any more."""
    row = session.get_one(PortRow, held.id)
    again = session.get(PortNameRow, (held.id, port.name))
    if again is not None:
        session.delete(again)
    former = session.get(PortNameRow, (held.id, held.name)) or PortNameRow(
        port_id=held.id, name=held.name
    )
    former.tenant_id, former.until_at = row.tenant_id, at
    session.add(former)
    row.name, row.updated_at = port.name, at
    session.flush()
