"""Port groups and what is excluded: scoped reads and writes. A group's ports are its tenant's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.access.zones import check_zone
from netwb.billing.records import BillExclusion, PortGroup
from netwb.errors import InputError, InventoryError, UnknownNameError
from netwb.inventory.fields import check_text, quoted
from netwb.inventory.ports.checks import check_speed
from netwb.inventory.ports.records import Port
from netwb.inventory.rows import find_tenant
from netwb.metrics.billing.records import METHODS, Exclusion, Method
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import (
    BillExclusionRow,
    PortGroupPortRow,
    PortGroupRow,
    TenantRow,
)


class PortGroups:
    """Reads and writes of groups and exclusions."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope) -> tuple[PortGroup, ...]:
        """By tenant, then by name."""
        with self._database.reading(scope) as session:
            return _groups(session)

    def get(self, scope: Scope, tenant: str, name: str) -> PortGroup:
        """One of a tenant, by its name; UnknownNameError."""
        with self._database.reading(scope) as session:
            owner = find_tenant(session, tenant)
            found = [one for one in _groups(session) if one.tenant_id == owner.id]
        for one in found:
            if one.name == name:
                return one
        msg = (
            f"port group {quoted(name)} of {quoted(tenant)} is not known; `netwb port-group list` "
            "shows those that are"
        )
        among = tuple(one.name for one in found)
        raise UnknownNameError(msg, thing="port group", wanted=name, among=among)

    def add(
        self, scope: Scope, tenant: str, name: str, fields: Mapping[str, Any], ports: Sequence[Port]
    ) -> PortGroup:
        """A new group. Raises InventoryError for a name that is taken or cannot be."""
        said = check_text("port group", name)
        checked, now = _checked(fields), self._clock()
        with self._database.writing(scope) as session:
            owner = find_tenant(session, tenant)
            row = PortGroupRow(
                id=new_id(),
                tenant_id=owner.id,
                name=said,
                created_at=now,
                updated_at=now,
                **{"method": "higher", "commit_bps": None, "time_zone": "UTC", **checked},
            )
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:
                msg = f"port group {said} is there already; change it with `netwb port-group set`"
                raise InventoryError(msg) from error
            _put(session, row, ports)
        return self.get(scope, tenant, said)

    def set(  # noqa: PLR0913, PLR0917 - whose, which, and three kinds of change
        self,
        scope: Scope,
        tenant: str,
        name: str,
        fields: Mapping[str, Any],
        put: Sequence[Port],
        gone: Sequence[Port],
    ) -> PortGroup:
        """Change a group; what is not given stays."""
        group, checked = self.get(scope, tenant, name), _checked(fields)
        with self._database.writing(scope) as session:
            row = session.get_one(PortGroupRow, group.id)
            for field, value in checked.items():
                setattr(row, field, value)
            row.updated_at = self._clock()
            _put(session, row, [port for port in put if port.id not in group.port_ids])
            session.execute(
                delete(PortGroupPortRow).where(
                    PortGroupPortRow.group_id == row.id,
                    PortGroupPortRow.port_id.in_([port.id for port in gone]),
                )
            )
        return self.get(scope, tenant, name)

    def exclude(
        self, scope: Scope, tenant_id: str, group_id: str | None, said: Exclusion, *, by: str
    ) -> BillExclusion:
        """Leave a time out of the bill. Raises InputError where it is none, or has no reason."""
        reason = check_text("reason", said.reason)
        if said.until <= said.since:
            msg = "the end is not after the beginning; swap the two times"
            raise InputError(msg)
        row = BillExclusionRow(
            id=new_id(),
            tenant_id=tenant_id,
            group_id=group_id,
            since_at=said.since,
            until_at=said.until,
            reason=reason,
            created_at=self._clock(),
            created_by=by,
        )
        with self._database.writing(scope) as session:
            session.add(row)
            session.flush()
            return _exclusion(row)

    def exclusions(self, scope: Scope, tenant_id: str) -> tuple[BillExclusion, ...]:
        """All of a tenant, by time."""
        statement = select(BillExclusionRow).where(BillExclusionRow.tenant_id == tenant_id)
        with self._database.reading(scope) as session:
            rows = session.scalars(statement.order_by(BillExclusionRow.since_at)).all()
            return tuple(_exclusion(row) for row in rows)


def check_method(value: str) -> Method:
    """One of the four."""
    for method in METHODS:
        if value == method:
            return method
    msg = f"method {quoted(value)} is unknown; write one of {', '.join(METHODS)}"
    raise InputError(msg)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "method" in fields:
        found["method"] = check_method(fields["method"])
    if "commit_bps" in fields:
        said = fields["commit_bps"]
        found["commit_bps"] = None if said is None else check_speed(said)
    if fields.get("time_zone"):
        found["time_zone"] = check_zone(fields["time_zone"])
    return found


def _put(session: Session, row: PortGroupRow, ports: Iterable[Port]) -> None:
    for port in ports:
        if port.tenant_id != row.tenant_id:
            msg = (
                f"port {port.name} of {port.hostname} is for {port.tenant}, and a bill has its own "
                f"tenant's alone; `netwb port set {port.hostname} {quoted(port.name)} --tenant` says "
                "whom it is for"
            )
            raise InventoryError(msg)
        session.merge(PortGroupPortRow(group_id=row.id, port_id=port.id, tenant_id=row.tenant_id))


def _groups(session: Session) -> tuple[PortGroup, ...]:
    members: dict[str, list[str]] = {}
    for group_id, port_id in session.execute(
        select(PortGroupPortRow.group_id, PortGroupPortRow.port_id)
    ):
        members.setdefault(group_id, []).append(port_id)
    rows = session.execute(
        select(PortGroupRow, TenantRow.slug)
        .join(TenantRow, TenantRow.id == PortGroupRow.tenant_id)
        .order_by(TenantRow.slug, PortGroupRow.name)
    )
    return tuple(
        PortGroup(
            id=row.id,
            tenant_id=row.tenant_id,
            tenant=slug,
            name=row.name,
            method=check_method(row.method),
            commit_bps=row.commit_bps,
            time_zone=row.time_zone,
            port_ids=tuple(sorted(members.get(row.id, ()))),
        )
        for row, slug in rows
    )


def _exclusion(row: BillExclusionRow) -> BillExclusion:
    return BillExclusion(
        id=row.id,
        group_id=row.group_id,
        said=Exclusion(since=row.since_at, until=row.until_at, reason=row.reason),
        created_by=row.created_by,
    )
