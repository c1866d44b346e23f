"""Summaries of status in the database: read and written for all tenants at once, few statements each.

Ports that are a tenant's on another tenant's device are those that `store.changes` notes as things of
their own. These statements look past scopes, as the daemon judges for all; what one tenant is shown is
asked for by its id.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlalchemy.orm import Session

from netwb.erp.events import NewEvent, tell
from netwb.erp.status import Followed, counts_of, overall_of
from netwb.erp.status_records import (
    Change,
    KeptDevice,
    KeptPort,
    Numbered,
    OpenBlackhole,
    Summary,
)
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.models import (
    BlackholeRow,
    CurrentRow,
    DeviceRow,
    ErpChangeRow,
    ErpHeadRow,
    ErpStatusRow,
    PortRow,
    TenantRow,
)
from netwb.store.prepared import Prepared

AWAITED = ("active", "maintenance")  # of devices; of others nothing is meant to be heard
OPEN = ("held", "intended", "announced", "withdrawing")
_CONFIG = "running"  # the kind that every device has
_FORM = 2  # of the body; one of another form is not read, and the next summary is the first one
_QUICKLY = 1  # zlib's level: a tenth larger, in a third of the time
_HEAD = Prepared(
    select(ErpStatusRow.tenant_id, ErpStatusRow.version).where(
        ErpStatusRow.tenant_id == bindparam("tenant")
    )
)
_BLACKHOLES = Prepared(
    select(
        BlackholeRow.id,
        BlackholeRow.network,
        BlackholeRow.state,
        BlackholeRow.reach,
        BlackholeRow.requested_at,
        BlackholeRow.announced_at,
        BlackholeRow.expires_at,
    )
    .where(BlackholeRow.tenant_id == bindparam("tenant"), BlackholeRow.state.in_(OPEN))
    .order_by(BlackholeRow.requested_at, BlackholeRow.id)
)


class ShownPort(NamedTuple):
    """A port that a status tells of: a watched one, or one on another tenant's device."""

    id: str
    tenant_id: str
    device_id: str
    name: str
    watched: bool
    device_tenant_id: str
    device_tenant: str  # slug
    hostname: str
    device_status: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether its device is another tenant's."""
        return self.tenant_id != self.device_tenant_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of summaries: another daemon may have written some first."""

    tenants: int
    changes: tuple[Change, ...]


def read_ports(database: Database, tenant_id: str | None = None) -> tuple[ShownPort, ...]:
    """Of one tenant, or of all; those of a device by ifIndex."""
    columns = (
        *(PortRow.id, PortRow.tenant_id, PortRow.device_id, PortRow.name, PortRow.watched),
        *(DeviceRow.tenant_id, TenantRow.slug, DeviceRow.hostname, DeviceRow.status),
    )
    own: tuple[ColumnElement[bool], ...] = (
        () if tenant_id is None else (PortRow.tenant_id == tenant_id,)
    )
    order = (DeviceRow.hostname, PortRow.device_id, PortRow.if_index, PortRow.name)
    asked = (
        select(*columns)
        .join_from(PortRow, DeviceRow, DeviceRow.id == PortRow.device_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(*own, DeviceRow.status.in_(AWAITED))
    )
    here = asked.where(PortRow.watched.is_(True), PortRow.tenant_id == DeviceRow.tenant_id)
    elsewhere = asked.join(ErpChangeRow, ErpChangeRow.thing_id == PortRow.id).where(
        ErpChangeRow.kind == "port",
        ErpChangeRow.tenant_id == PortRow.tenant_id,
        PortRow.tenant_id != DeviceRow.tenant_id,
    )
    with database.reading(ALL_TENANTS) as session:
        rows = [
            *session.execute(here.order_by(*order)),
            *session.execute(elsewhere.order_by(*order)),
        ]
    return tuple(map(ShownPort._make, rows))


def read_backups(database: Database, tenant_id: str | None = None) -> Mapping[str, int]:
    """When the newest good configuration of each device was last seen to be what it has."""
    asked = select(CurrentRow.device_id, CurrentRow.checked_at).where(CurrentRow.kind == _CONFIG)
    scope = ALL_TENANTS if tenant_id is None else Scope(frozenset({tenant_id}))
    with database.reading(scope) as session:
        return {device_id: int(at.timestamp()) for device_id, at in session.execute(asked)}


# ---- one tenant's


def version_of(database: Database, scope: Scope, tenant_id: str) -> int | None:
    """Of the summary of a tenant in scope; None: there is none, or no such tenant."""
    rows = database.rows(scope, _HEAD, tenant=tenant_id)
    return int(rows[0].version) if rows else None


def find_summary(database: Database, scope: Scope, tenant_id: str) -> Summary | None:
    """The newest one of a tenant in scope."""
    with database.reading(scope) as session:
        row = session.get(ErpStatusRow, tenant_id)
        return None if row is None else _summary(row)


def watched_of_others(database: Database, tenant_id: str) -> Mapping[str, frozenset[str]]:
    """Ids of watched ports on the tenant's devices that are for other tenants, by device."""
    asked = (
        select(PortRow.device_id, PortRow.id)
        .join(DeviceRow, DeviceRow.id == PortRow.device_id)
        .where(
            DeviceRow.tenant_id == tenant_id,
            PortRow.watched.is_(True),
            PortRow.tenant_id != DeviceRow.tenant_id,
        )
    )
    found: dict[str, set[str]] = {}
    with database.reading(ALL_TENANTS) as session:
        for device_id, port_id in session.execute(asked):
            found.setdefault(device_id, set()).add(port_id)
    return {device_id: frozenset(ids) for device_id, ids in found.items()}


def open_blackholes(
    database: Database, scope: Scope, tenant_id: str, *, hold: timedelta
) -> tuple[OpenBlackhole, ...]:
    """Those of the tenant's addresses that are held, on their way, or stand; oldest first.

    hold   for how long one is held that nobody answers
    """
    return tuple(
        OpenBlackhole(
            id=row.id,
            prefix=row.network,
            state=row.state,
            reach=row.reach,
            requested_at=row.requested_at,
            announced_at=row.announced_at,
            expires_at=None if row.state == "held" else row.expires_at,
            held_until=row.requested_at + hold if row.state == "held" else None,
        )
        for row in database.rows(scope, _BLACKHOLES, tenant=tenant_id)
    )


def forget_devices_of(session: Session, tenant_id: str, slug: str) -> None:
    """No name of that tenant's devices stays in what is kept of others' ports on them."""
    others = select(ErpStatusRow).where(ErpStatusRow.tenant_id != tenant_id)
    for row in session.scalars(others):
        kept = _summary(row)
        ports = tuple(one for one in kept.ports if not one.device.startswith(f"{slug}/"))
        if len(ports) < len(kept.ports):
            row.body = _packed(replace(kept, ports=ports))
            row.version += 1


# ---- all tenants'


def newest_at(database: Database) -> float | None:
    """When the newest summary was made; epoch seconds."""
    with database.reading(ALL_TENANTS) as session:
        at = session.scalar(select(func.max(ErpStatusRow.as_of)))
    return None if at is None else at.timestamp()


def read_stands(database: Database) -> Mapping[str, Numbered]:
    """How far each tenant's changes are numbered; what is pending is of a later number.

    Read it before the inventory: what is read after it holds all that has such a number or less.
    """
    asked = select(ErpHeadRow.tenant_id, ErpHeadRow.epoch, ErpHeadRow.changes)
    with database.reading(ALL_TENANTS) as session:
        return {row.tenant_id: (row.epoch, row.changes) for row in session.execute(asked)}


def read_summaries(database: Database) -> Mapping[str, Summary]:
    """The newest one of each tenant, by its id."""
    with database.reading(ALL_TENANTS) as session:
        return {row.tenant_id: _summary(row) for row in session.scalars(select(ErpStatusRow))}


def write_summaries(database: Database, found: Sequence[Followed]) -> Written:
    """Keep them, and tell what changed, in one transaction; those of other tenants are forgotten.

    One that somebody else wrote meanwhile stays, and nothing is told of it twice.
    """
    with database.writing(ALL_TENANTS) as session:
        held = _held(session)
        fresh = [
            one for one in found if held.pop(one.summary.tenant_id, 0) == one.summary.version - 1
        ]
        known = {one.summary.tenant_id for one in found}
        _forget(session, [tenant_id for tenant_id in held if tenant_id not in known])
        _upsert(session, [_values(one.summary) for one in fresh])
        changes = tuple(change for one in fresh for change in one.changes)
        at = max((one.summary.as_of or 0 for one in fresh), default=0)
        tell(session, [_event(one, at) for one in changes])
    return Written(tenants=len(fresh), changes=changes)


def _held(session: Session) -> dict[str, int]:
    """Versions that are there, by tenant; nobody else writes them until this transaction ends."""
    asked = select(ErpStatusRow.tenant_id, ErpStatusRow.version).order_by(ErpStatusRow.tenant_id)
    return {row.tenant_id: row.version for row in session.execute(asked.with_for_update())}


def _forget(session: Session, tenant_ids: Collection[str]) -> None:
    if tenant_ids:
        gone = ErpStatusRow.tenant_id.in_(sorted(tenant_ids))
        session.execute(delete(ErpStatusRow).where(gone))


def _upsert(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    statement = upsert(session, ErpStatusRow)
    others = [name for name in rows[0] if name != "tenant_id"]
    statement = statement.on_conflict_do_update(
        index_elements=["tenant_id"],
        set_={name: statement.excluded[name] for name in others},
    )
    session.execute(statement.execution_options(dml_strategy="raw"), rows)


def _values(one: Summary) -> dict[str, Any]:
    assert one.as_of is not None
    return {
        "tenant_id": one.tenant_id,
        "as_of": datetime.fromtimestamp(one.as_of, UTC),
        "interval_s": one.interval_s,
        "version": one.version,
        "overall": overall_of(one.devices, one.ports),
        "counts": counts_of(one.devices),
        "body": _packed(one),
    }


def _event(one: Change, at: int) -> NewEvent:
    observed = one.observed_at
    return NewEvent(
        tenant_id=one.tenant_id,
        kind="status.changed",
        at=datetime.fromtimestamp(at, UTC),
        subject=one.hostname,
        device_id=one.device_id,
        detail={
            "changed": ["status"],
            "old": {"status": one.old},
            "new": {"status": one.new},
            "observed_at": None if observed is None else _rfc3339(observed),
        },
    )


def _rfc3339(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


# ---- the body: lists in the order of the records' fields, as names would be half of it


def _packed(one: Summary) -> bytes:
    body = {
        "form": _FORM,
        "tenant": one.tenant,
        "stand": one.stand,
        "resumed_at": one.resumed_at,
        "devices": one.devices,
        "ports": one.ports,
    }
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), _QUICKLY)


def _summary(row: ErpStatusRow) -> Summary:
    body = json.loads(zlib.decompress(row.body))
    if body["form"] != _FORM:
        return Summary(
            tenant_id=row.tenant_id,
            tenant=body["tenant"],
            as_of=None,
            interval_s=row.interval_s,
            version=row.version,
        )
    return Summary(
        tenant_id=row.tenant_id,
        tenant=body["tenant"],
        as_of=int(row.as_of.timestamp()),
        interval_s=row.interval_s,
        stand=None if body["stand"] is None else (body["stand"][0], body["stand"][1]),
        resumed_at=body["resumed_at"],
        version=row.version,
        devices=tuple(
            KeptDevice._make([*fields, tuple(map(KeptPort._make, ports))])
            for *fields, ports in body["devices"]
        ),
        ports=tuple(map(KeptPort._make, body["ports"])),
    )
