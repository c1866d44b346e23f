"""Which ports are in which groups, and in which time. Inside a caller's transaction.

A port is in one group of a tenant at a time, so that nothing is billed twice. What it carried while it
was in none is on no bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from netwb.billing.records import Membership
from netwb.errors import InventoryError
from netwb.inventory.fields import quoted
from netwb.inventory.ports.records import Port
from netwb.store.models import PortGroupPastRow, PortGroupPortRow, PortGroupRow


def memberships(session: Session) -> Mapping[str, tuple[Membership, ...]]:
    """By group; by port, oldest first."""
    found: dict[str, list[Membership]] = {}
    past = select(
        PortGroupPastRow.group_id,
        PortGroupPastRow.port_id,
        PortGroupPastRow.since_at,
        PortGroupPastRow.until_at,
    ).order_by(PortGroupPastRow.port_id, PortGroupPastRow.until_at)
    for group_id, port_id, since, until in session.execute(past):
        one = Membership(port_id=port_id, since=since, until=until)
        found.setdefault(group_id, []).append(one)
    now = select(PortGroupPortRow.group_id, PortGroupPortRow.port_id, PortGroupPortRow.since_at)
    for group_id, port_id, since in session.execute(now):
        found.setdefault(group_id, []).append(Membership(port_id=port_id, since=since))
    return {
        group: tuple(sorted(members, key=lambda one: one.port_id))
        for group, members in found.items()
    }


def join(session: Session, group: PortGroupRow, port: Port, since: datetime | None) -> None:
    """Into the group from then on; None: from the first. One that is in it is dated anew.

    Raises InventoryError where it is another tenant's, or was in a group after that.
    """
    if port.tenant_id != group.tenant_id:
        msg = (
            f"port {port.name} of {port.hostname} is for {port.tenant}, and a bill has its own "
            f"tenant's alone; `netwb port set {port.hostname} {quoted(port.name)} --tenant` says "
            "whom it is for"
        )
        raise InventoryError(msg)
    _refuse_billed_twice(session, group, port, since)
    row = session.get(PortGroupPortRow, (group.id, port.id)) or PortGroupPortRow(
        group_id=group.id, port_id=port.id, tenant_id=group.tenant_id
    )
    row.since_at = _since(session, group, port, since)
    session.add(row)


def leave(session: Session, group: PortGroupRow, port: Port, at: datetime) -> None:
    """Out of the group from then on; of one that came later nothing is known any more."""
    row = session.get(PortGroupPortRow, (group.id, port.id))
    if row is None:
        return
    if row.since_at is None or row.since_at < at:
        session.add(
            PortGroupPastRow(
                group_id=group.id,
                port_id=port.id,
                tenant_id=group.tenant_id,
                since_at=row.since_at,
                until_at=at,
            )
        )
    session.delete(row)


def last_left(session: Session, group: PortGroupRow, port: Port) -> datetime | None:
    """When a group of the tenant let it go last; None: it was in none."""
    return session.scalar(
        select(func.max(PortGroupPastRow.until_at)).where(
            PortGroupPastRow.port_id == port.id, PortGroupPastRow.tenant_id == group.tenant_id
        )
    )


def forget(session: Session, group_id: str) -> None:
    """All that a group has and had."""
    for row in (PortGroupPortRow, PortGroupPastRow):
        session.execute(delete(row).where(row.group_id == group_id))


def _since(
    session: Session, group: PortGroupRow, port: Port, at: datetime | None
) -> datetime | None:
    """From then on; where it was in the group up to then, from when that was so: it never went."""
    before = session.get(PortGroupPastRow, (group.id, port.id, at)) if at else None
    if before is None:
        return at
    session.delete(before)
    return before.since_at


def _refuse_billed_twice(
    session: Session, group: PortGroupRow, port: Port, since: datetime | None
) -> None:
    other = session.scalar(
        select(PortGroupRow.name)
        .join(PortGroupPortRow, PortGroupPortRow.group_id == PortGroupRow.id)
        .where(
            PortGroupPortRow.port_id == port.id,
            PortGroupRow.tenant_id == group.tenant_id,
            PortGroupRow.id != group.id,
        )
    )
    if other is not None:
        msg = (
            f"port {port.name} of {port.hostname} is in port group {quoted(other)} already, and would "
            f"be billed twice; take it out there first: `netwb port-group set {port.tenant} "
            f"{quoted(other)} --remove-port {port.device_tenant}/{port.hostname} {quoted(port.name)}`"
        )
        raise InventoryError(msg)
    left = last_left(session, group, port)
    if left is not None and (since is None or since < left):
        msg = (
            f"port {port.name} of {port.hostname} was in a port group of {port.tenant} until "
            f"{left:%Y-%m-%d %H:%M:%S} UTC, and would be billed twice; put it in from then on, or later"
        )
        raise InventoryError(msg)
