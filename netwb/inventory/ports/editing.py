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
from netwb.inventory.ports.importing import PlannedPort, changed
from netwb.inventory.ports.records import Port
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

    given_at   since when it is for another tenant; not before the hands that it is in now had it
    """
    done = tuple(changed(held, wanted))
    if given_at is not None and all(item.field != "tenant" for item in done):
        msg = f"port {quoted(held.name)} of {held.hostname} is for {held.tenant} already{_dated(held)}"
        raise InventoryError(msg)
    row = session.get(PortRow, held.id)
    if row is None:
        msg = f"port {quoted(held.name)} of {held.hostname} is not there any more; list them again"
        raise InventoryError(msg)
    if given_at is not None and row.tenant_since_at and given_at < row.tenant_since_at:
        msg = (
            f"port {quoted(held.name)} of {held.hostname} is for {held.tenant} since "
            f"{row.tenant_since_at:%Y-%m-%d %H:%M:%S} UTC; give it from then on, or later"
        )
        raise InventoryError(msg)
    _fill(session, row, {item.field: wanted[item.field] for item in done}, at, given_at or at)
    return done


def _dated(held: Port) -> str:
    if held.tenant_since_at is None:
        return ", and from the first; leave --since out"
    since = held.tenant_since_at.isoformat().replace("+00:00", "Z")
    return f"; to date it anew give it back first, with --since {since}"


def _fill(
    session: Session, row: PortRow, values: Mapping[str, Any], at: datetime, given_at: datetime
) -> None:
    for name, value in values.items():
        if name == "tenant":
            _give(session, row, find_tenant(session, value).id, given_at)
        else:
            setattr(row, name, value)
    if values:
        row.updated_at = at


def _give(session: Session, row: PortRow, tenant_id: str, at: datetime) -> None:
    """To that tenant from then on; what was before stays the one's that it was for."""
    if row in session and row.tenant_since_at != at:
        was = PortTenantRow(
            port_id=row.id, tenant_id=row.tenant_id, since_at=row.tenant_since_at, until_at=at
        )
        session.add(was)
    row.tenant_id, row.tenant_since_at = tenant_id, _since(session, row.id, tenant_id, at)


def _since(session: Session, port_id: str, tenant_id: str, at: datetime) -> datetime | None:
    """From then on; of a tenant that had it up to then, from when that was so: it never went."""
    before = session.get(PortTenantRow, (port_id, at))
    if before is None or before.tenant_id != tenant_id:
        return at
    session.delete(before)
    return before.since_at


def write_planned(session: Session, planned: Iterable[PlannedPort], at: datetime) -> None:
    """Do what a plan says."""
    wanted = list(planned)
    ids = {item.device.id for item in wanted if item.action == "add"}
    tenants = dict(
        session.execute(
            select(DeviceRow.id, DeviceRow.tenant_id).where(DeviceRow.id.in_(ids))
        ).all()
    )
    for item in wanted:
        if item.action == "add":
            _add(session, item, tenants[item.device.id], at)
        elif item.action == "update":
            row = session.get_one(PortRow, item.port_id)
            _fill(session, row, item.changes, at, at)
    _flush(session)


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
