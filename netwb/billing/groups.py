"""Port groups and what is excluded: scoped reads and writes. A group's ports are its tenant's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.access.zones import check_zone
from netwb.billing.membership import forget, join, last_left, leave, memberships
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
from netwb.store.models import BillExclusionRow, PortGroupRow, TenantRow


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
            f"port group {quoted(name)} of {owner.slug} is not known; `netwb port-group list` "
            "shows those that are"
        )
        among = tuple(one.name for one in found)
        raise UnknownNameError(msg, thing="port group", wanted=name, among=among)

    def add(  # noqa: PLR0913, PLR0917 - whose, how it is called, how it is billed, what is in it
        self,
        scope: Scope,
        tenant: str,
        name: str,
        fields: Mapping[str, Any],
        ports: Sequence[Port],
        since: datetime | None = None,
    ) -> PortGroup:
        """A new group. Raises InventoryError for a name that is taken or cannot be.

        since   when its ports came into it; None: from the first, or when the last group let them go
        """
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
            for port in ports:
                join(session, row, port, since or last_left(session, row, port))
        return self.get(scope, tenant, said)

    def set(  # noqa: PLR0913, PLR0917 - whose, which, and three kinds of change
        self,
        scope: Scope,
        tenant: str,
        name: str,
        fields: Mapping[str, Any],
        put: Sequence[Port],
        gone: Sequence[Port],
        since: datetime | None = None,
    ) -> PortGroup:
        """Change a group; what is not given stays.

        since   from when on ports are in it, or not any more; None: from now on, and of one that is
                in it already what is known stays
        """
        group, checked = self.get(scope, tenant, name), _checked(fields)
        with self._database.writing(scope) as session:
            row = session.get_one(PortGroupRow, group.id)
            for field, value in checked.items():
                setattr(row, field, value)
            now = row.updated_at = self._clock()
            for port in put:
                if since is not None or port.id not in group.port_ids:
                    join(session, row, port, since or now)
            for port in gone:
                leave(session, row, port, since or now)
        return self.get(scope, tenant, name)

    def rename(self, scope: Scope, tenant: str, name: str, new_name: str) -> PortGroup:
        """Call it otherwise. Raises InventoryError for a name that is taken or cannot be."""
        said, group = check_text("port group", new_name), self.get(scope, tenant, name)
        with self._database.writing(scope) as session:
            row = session.get_one(PortGroupRow, group.id)
            row.name, row.updated_at = said, self._clock()
            try:
                session.flush()
            except IntegrityError as error:
                msg = f"port group {said} is there already; take another name"
                raise InventoryError(msg) from error
        return self.get(scope, tenant, said)

    def retire(self, scope: Scope, tenant: str, name: str) -> PortGroup:
        """On no bill any more that is not frozen, nor what is left out of it alone; gives what it was."""
        group = self.get(scope, tenant, name)
        with self._database.writing(scope) as session:
            session.execute(delete(BillExclusionRow).where(BillExclusionRow.group_id == group.id))
            forget(session, group.id)
            session.execute(delete(PortGroupRow).where(PortGroupRow.id == group.id))
        return group

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
            (made,) = _exclusions(session, BillExclusionRow.id == row.id)
            return made

    def include(self, scope: Scope, tenant_id: str, exclusion_id: str) -> BillExclusion:
        """Take an exclusion back; gives what it was. UnknownNameError."""
        with self._database.writing(scope) as session:
            found = _exclusions(session, BillExclusionRow.tenant_id == tenant_id)
            for one in found:
                if one.id == exclusion_id:
                    session.execute(delete(BillExclusionRow).where(BillExclusionRow.id == one.id))
                    return one
        msg = (
            f"no time that is left out of bills has the id {quoted(exclusion_id)}; "
            "`netwb billing exclusions` lists those that are"
        )
        among = tuple(one.id for one in found)
        raise UnknownNameError(msg, thing="exclusion", wanted=exclusion_id, among=among)

    def exclusions(self, scope: Scope, tenant_id: str) -> tuple[BillExclusion, ...]:
        """All of a tenant, by time."""
        with self._database.reading(scope) as session:
            return _exclusions(session, BillExclusionRow.tenant_id == tenant_id)


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


def _groups(session: Session) -> tuple[PortGroup, ...]:
    members = memberships(session)
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
            port_ids=tuple(one.port_id for one in members.get(row.id, ()) if one.until is None),
            members=members.get(row.id, ()),
        )
        for row, slug in rows
    )


def _exclusions(session: Session, condition: ColumnElement[bool]) -> tuple[BillExclusion, ...]:
    rows = session.execute(
        select(BillExclusionRow, PortGroupRow.name)
        .outerjoin(PortGroupRow, PortGroupRow.id == BillExclusionRow.group_id)
        .where(condition)
        .order_by(BillExclusionRow.since_at, BillExclusionRow.id)
    )
    return tuple(
        BillExclusion(
            id=row.id,
            group_id=row.group_id,
            group=name,
            said=Exclusion(since=row.since_at, until=row.until_at, reason=row.reason),
            created_by=row.created_by,
        )
        for row, name in rows
    )
