"""Snapshots in SQL: a row a device, so that each tenant reads its own devices' and no others'."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from netwb.errors import UnknownNameError
from netwb.inventory.fields import quoted
from netwb.roles import Scope
from netwb.snapshots.records import DeviceState, SnapshotHead
from netwb.store.database import Database
from netwb.store.models import DeviceRow, SnapshotRow, TenantRow
from netwb.store.retention import Act, swept

MOST = 200  # of a list
_HEAD = (SnapshotRow.id, SnapshotRow.name, SnapshotRow.taken_at, SnapshotRow.taken_by)


class KeptSnapshots:
    """The snapshots of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, scope: Scope, head: SnapshotHead, states: Sequence[DeviceState]) -> None:
        """Write all of it, in one transaction."""
        with self._database.writing(scope) as session:
            session.add_all([_row(head, state) for state in states])

    def heads(
        self,
        scope: Scope,
        *,
        devices: Collection[str] | None = None,
        most: int = MOST,
    ) -> tuple[SnapshotHead, ...]:
        """Newest first, with the counts of those devices that are meant; None: all in scope."""
        meant: list[ColumnElement[bool]] = []
        if devices is not None:
            meant = [SnapshotRow.device_id.in_(sorted(devices))]
        failed = func.sum(case((SnapshotRow.cause_kind != "", 1), else_=0))
        asked = (
            select(*_HEAD, func.min(SnapshotRow.device_id), func.count(), failed)
            .where(*meant)
            .group_by(*_HEAD)
            .order_by(SnapshotRow.taken_at.desc(), SnapshotRow.id)
            .limit(most)
        )
        with self._database.reading(scope) as session:
            found = session.execute(asked).all()
            getters = self._getters(session, [row[0] for row in found])
        return tuple(
            SnapshotHead(
                id=id_,
                name=name,
                taken_at=at,
                taken_by=by,
                getters=getters[id_],
                devices=count,
                failed=failures,
            )
            for id_, name, at, by, _, count, failures in found
        )

    def _getters(self, session: Any, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        rows = session.execute(
            select(SnapshotRow.id, SnapshotRow.getters).where(SnapshotRow.id.in_(ids))
        )
        return {id_: tuple(getters) for id_, getters in rows}

    def get(
        self, scope: Scope, reference: str, *, devices: Collection[str] | None = None
    ) -> SnapshotHead:
        """By its id, or the newest of that name. Raises UnknownNameError."""
        found = [
            head
            for head in self.heads(scope, devices=devices, most=100_000)
            if reference in {head.id, head.name}
        ]
        if not found:
            msg = f"snapshot {quoted(reference)} is not known; `netwb snapshot list` shows those that are"
            raise UnknownNameError(msg, thing="snapshot", wanted=reference)
        return found[0]

    def states(
        self, scope: Scope, snapshot_id: str, *, devices: Collection[str] | None = None
    ) -> tuple[DeviceState, ...]:
        """What its devices said, by tenant and hostname."""
        asked = (
            select(SnapshotRow, TenantRow.slug, DeviceRow.hostname)
            .join(DeviceRow, DeviceRow.id == SnapshotRow.device_id)
            .join(TenantRow, TenantRow.id == SnapshotRow.tenant_id)
            .where(SnapshotRow.id == snapshot_id)
            .order_by(TenantRow.slug, DeviceRow.hostname)
        )
        with self._database.reading(scope) as session:
            rows = session.execute(asked).all()
            return tuple(
                _state(row, tenant, hostname)
                for row, tenant, hostname in rows
                if devices is None or row.device_id in devices
            )

    def of_device(
        self, scope: Scope, device_id: str, *, most: int
    ) -> tuple[tuple[SnapshotHead, DeviceState], ...]:
        """What one device said in the newest snapshots that it was asked for."""
        asked = (
            select(SnapshotRow, TenantRow.slug, DeviceRow.hostname)
            .join(DeviceRow, DeviceRow.id == SnapshotRow.device_id)
            .join(TenantRow, TenantRow.id == SnapshotRow.tenant_id)
            .where(SnapshotRow.device_id == device_id)
            .order_by(SnapshotRow.taken_at.desc(), SnapshotRow.id)
            .limit(most)
        )
        with self._database.reading(scope) as session:
            rows = session.execute(asked).all()
            return tuple(
                (_head(row), _state(row, tenant, hostname)) for row, tenant, hostname in rows
            )

    def sweep(self, before: datetime, act: Act) -> int:
        """Rows of snapshots that were taken before that."""
        return swept(self._database, SnapshotRow.id, SnapshotRow.taken_at < before, act)


def _row(head: SnapshotHead, state: DeviceState) -> SnapshotRow:
    return SnapshotRow(
        id=head.id,
        device_id=state.device_id,
        tenant_id=state.tenant_id,
        name=head.name,
        taken_at=head.taken_at,
        taken_by=head.taken_by,
        getters=list(head.getters),
        state=zlib.compress(json.dumps(state.state).encode()),
        missing=dict(state.missing),
        cause_kind=state.cause_kind,
        cause=state.cause,
    )


def _head(row: SnapshotRow) -> SnapshotHead:
    """Of that device alone."""
    return SnapshotHead(
        id=row.id,
        name=row.name,
        taken_at=row.taken_at,
        taken_by=row.taken_by,
        getters=tuple(row.getters),
        devices=1,
        failed=int(bool(row.cause_kind)),
    )


def _state(row: SnapshotRow, tenant: str, hostname: str) -> DeviceState:
    return DeviceState(
        device_id=row.device_id,
        tenant_id=row.tenant_id,
        tenant=tenant,
        hostname=hostname,
        state=json.loads(zlib.decompress(row.state)),
        missing=row.missing,
        cause_kind=row.cause_kind,
        cause=row.cause,
    )
