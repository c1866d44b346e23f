"""Change ports: by a person, or by a file that was judged as a whole. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.errors import InventoryError
from netwb.faults import Faults
from netwb.inventory.changes import FieldChange
from netwb.inventory.fields import quoted
from netwb.inventory.ports.checks import PORT_CHECKS
from netwb.inventory.ports.importing import LEFT, PlannedPort, changed, with_left, written
from netwb.inventory.ports.records import Port
from netwb.inventory.ports.rows import ASKED_AT_ONCE
from netwb.inventory.rows import find_tenant
from netwb.store.ids import new_id
from netwb.store.models import DeviceRow, PortRow, PortTenantRow

_CLEARED: Mapping[str, Any] = {"watched": False}  # what an emptied field falls back to


def checked(changes: Mapping[str, Any], device_tenant: str) -> dict[str, Any]:
    """Changes as they are stored; the error's `faults` has all that is wrong."""
    found, wanted = Faults(), {}
    for name, value in changes.items():
        with found.of(name):
            if name not in PORT_CHECKS:
                msg = f"field {quoted(name)} cannot be set; these can: {', '.join(PORT_CHECKS)}"
                raise InventoryError(msg)
            cleared = {**_CLEARED, "tenant": device_tenant}.get(name)
            wanted[name] = cleared if value is None else PORT_CHECKS[name](value)
    found.settle()
    return wanted


def edit_port(
    session: Session,
    held: Port,
    wanted: Mapping[str, Any],
    at: datetime,
    given_at: datetime | None = None,
) -> tuple[FieldChange, ...]:
    """Write what is other than it is; gives that. UnknownNameError where a tenant is not in scope.

    Another tenant gets it without the circuit and the watch of the one that had it. Its speed is
    the line's, and what both had through it is reckoned by that.

    given_at   since when it is for another tenant; not before the hands that it is in now had it
    """
    done = tuple(changed(held, with_left(held, wanted)))
    if given_at is not None and all(item.field != "tenant" for item in done):
        msg = f"port {quoted(held.name)} of {held.hostname} is for {held.tenant} already{_dated(held)}"
        raise InventoryError(msg)
    row = _there(session.get(PortRow, held.id, with_for_update=True), held.name, held.hostname)
    if given_at is not None and row.tenant_since_at and given_at < row.tenant_since_at:
        msg = (
            f"port {quoted(held.name)} of {held.hostname} is for {held.tenant} since "
            f"{row.tenant_since_at:%Y-%m-%d %H:%M:%S} UTC; give it from then on, or later"
        )
        raise InventoryError(msg)
    values = written(wanted, done)
    _fill(session, row, values, at, given_at or at)
    if "tenant" not in values:
        return done
    left = {name: getattr(row, name) for name in LEFT}
    return tuple(changed(held, {**wanted, **left}))


def _there(row: PortRow | None, name: str, hostname: str) -> PortRow:
    if row is None:
        msg = f"port {quoted(name)} of {hostname} is not there any more; list them again"
        raise InventoryError(msg)
    return row


def _dated(held: Port) -> str:
    if held.tenant_since_at is None:
        return ", and from the first; leave --since out"
    since = held.tenant_since_at.isoformat().replace("+00:00", "Z")
    return (
        "; to date it anew (its circuit and watch are to be said again then) give it back first, "
        f"with --since {since}"
    )


def _fill(
    session: Session, row: PortRow, values: Mapping[str, Any], at: datetime, given_at: datetime
) -> None:
    if "tenant" in values:
        _give(session, row, find_tenant(session, values["tenant"]).id, given_at)
    for name, value in values.items():
        if name != "tenant":
            setattr(row, name, value)
    if values:
        row.updated_at = at


def _give(session: Session, row: PortRow, tenant_id: str, at: datetime) -> None:
    """To that tenant from then on; what was before stays the one's that it was for.

    To a tenant that had it up to then, it never went: it has it from when that was so, and as it
    called it.
    """
    if row in session and row.tenant_since_at != at:
        was = PortTenantRow(
            port_id=row.id,
            tenant_id=row.tenant_id,
            since_at=row.tenant_since_at,
            until_at=at,
            circuit_ref=row.circuit_ref,
        )
        session.add(was)
    for name, value in LEFT.items():
        setattr(row, name, value)
    row.tenant_id, row.tenant_since_at = tenant_id, at
    before = session.get(PortTenantRow, (row.id, at))
    if before is not None and before.tenant_id == tenant_id:
        row.tenant_since_at, row.circuit_ref = before.since_at, before.circuit_ref
        session.delete(before)


def write_planned(session: Session, planned: Iterable[PlannedPort], at: datetime) -> None:
    """Do what a plan says."""
    wanted = list(planned)
    ids = {item.device.id for item in wanted if item.action == "add"}
    tenants = dict(
        session.execute(
            select(DeviceRow.id, DeviceRow.tenant_id).where(DeviceRow.id.in_(ids))
        ).all()
    )
    updates = [item.port_id for item in wanted if item.action == "update" and item.port_id]
    held = _locked(session, updates)
    for item in wanted:
        if item.action == "add":
            _add(session, item, tenants[item.device.id], at)
        elif item.action == "update":
            row = _there(held.get(item.port_id or ""), item.name, item.device.hostname)
            _fill(session, row, item.changes, at, at)
    _flush(session)


def _locked(session: Session, ids: Iterable[str]) -> Mapping[str, PortRow]:
    """In one order, so that two imports of the same ports do not wait for each other in a ring."""
    wanted, found = sorted(ids), dict[str, PortRow]()
    for start in range(0, len(wanted), ASKED_AT_ONCE):
        some = select(PortRow).where(PortRow.id.in_(wanted[start : start + ASKED_AT_ONCE]))
        for row in session.scalars(some.order_by(PortRow.id).with_for_update()):
            found[row.id] = row
    return found


def _add(session: Session, item: PlannedPort, tenant_id: str, at: datetime) -> None:
    row = PortRow(
        id=new_id(),
        device_id=item.device.id,
        tenant_id=tenant_id,
        name=item.name,
        alias="",
        watched=False,
        created_at=at,
        updated_at=at,
    )
    _fill(session, row, item.changes, at, at)
    if "tenant" in item.changes:
        row.tenant_since_at = None  # it was never another's
    session.add(row)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        msg = "a poll found one of these ports at the same time; import again"
        raise InventoryError(msg) from error
