"""Write down which ports a poll saw. Runs past all scopes, for devices that were polled.

The poller's devices are in its scope, their ports need not be: a port is for whom it was given to,
and a poll that could not see it would take it for a new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netwb.inventory.ports.joining import SEEN_EVERY, HeldPort, Joined, join
from netwb.inventory.ports.records import SeenPort
from netwb.store.changes import PORT_SHOWN, note_ports
from netwb.store.ids import new_id
from netwb.store.inserting import insert_many
from netwb.store.models import DeviceRow, PortNameRow, PortRow

MOST_TIMES = 50  # that one port is kept to have borne a name: some devices never settle
_SHOWN = frozenset(PORT_SHOWN)
_FIELDS = ("alias", "if_index", "if_type", "speed_bps")  # what a device says of a port


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """What was learnt: how many ports are new; (device id, old name, new name) of the renamed."""

    new: int
    renamed: tuple[tuple[str, str, str], ...]


def sight(
    session: Session,
    seen: Mapping[str, Sequence[SeenPort]],
    at: datetime,
    read_at: Mapping[str, datetime],
) -> Sighted:
    """Ports by device id; of two polls at once the second sees what the first wrote.

    read_at   from when on samples of a device lie under the names that it has now; else from `at`
    """
    locked = select(DeviceRow.id, DeviceRow.tenant_id).where(DeviceRow.id.in_(seen))
    tenants = dict(
        session.execute(locked.order_by(DeviceRow.id).with_for_update(key_share=True)).all()
    )
    held = _held(session, list(seen))
    joined = {
        device_id: join(held.get(device_id, ()), ports)
        for device_id, ports in seen.items()
        if device_id in tenants  # else it was purged meanwhile
    }
    new = [
        _new_row(device_id, tenants[device_id], port, at)
        for device_id, one in joined.items()
        for port in one.new
    ]
    insert_many(session, PortRow, new)
    changed = _write_changes(session, joined.values(), at)
    # Once for all of them: two writers that took the same things in parts could wait in a ring.
    note_ports(session, at, new=(str(row["id"]) for row in new), changed=changed)
    for device_id, one in joined.items():
        _end_names(session, one, read_at.get(device_id, at), at)
    renamed = (
        (device_id, old.name, now.name)
        for device_id, one in joined.items()
        for old, now in one.renamed
    )
    return Sighted(new=len(new), renamed=tuple(renamed))


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


def _write_changes(
    session: Session, joined: Iterable[Joined], at: datetime
) -> Mapping[str, Mapping[str, object]]:
    """What those that an ERP is shown were before, by port id."""
    changed: list[dict[str, object]] = []
    before: dict[str, dict[str, object]] = {}
    for one in joined:
        for held, port in (*one.known, *one.renamed):
            changes = _changes(held, port)
            if changes or _is_stale(held, at):
                changed.append({"id": held.id, "last_seen_at": at, **changes})
            if not _SHOWN.isdisjoint(changes):
                before[held.id] = {name: getattr(held, name) for name in changes}
    if changed:
        session.execute(update(PortRow), changed)
    return before


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


def _end_names(session: Session, joined: Joined, until: datetime, at: datetime) -> None:
    """A name that is another's now becomes a former one, until then; those before it stay."""
    for held, name in (
        *((held, port.name) for held, port in joined.renamed),
        *((held, held.name) for held in joined.moved),
    ):
        row = session.get_one(PortRow, held.id)
        _lengthen(session, row)
        former = PortNameRow(port_id=row.id, name=row.name, until_at=until)
        former.tenant_id = row.tenant_id
        session.add(former)
        row.name, row.updated_at = name, at
        session.flush()


def _lengthen(session: Session, row: PortRow) -> None:
    """Make one of the last time that it bore its name and this one, where it had many."""
    own = select(PortNameRow).where(PortNameRow.port_id == row.id)
    times = list(session.scalars(own.order_by(PortNameRow.until_at)))
    last = next((time for time in reversed(times) if time.name == row.name), None)
    if last is None or len(times) < MOST_TIMES:
        return
    others = (
        select(PortNameRow.port_id)
        .join(PortRow, PortRow.id == PortNameRow.port_id)
        .where(PortRow.device_id == row.device_id, PortNameRow.name == row.name)
        .where(PortNameRow.port_id != row.id, PortNameRow.until_at > last.until_at)
    )
    if session.scalars(others).first() is None:
        session.delete(last)
