"""Frozen bills: kept with their windows, reopened, and frozen anew as another version.

A version is never changed: to reopen one only says that it is not in force any more. Its figures stay
for good, its windows for 26 months, which is two years and the months in which they are disputed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.billing.figures import from_json, to_json
from netwb.billing.records import BillVersion
from netwb.errors import InputError, StoreError
from netwb.metrics.billing.digest import digest_of
from netwb.metrics.billing.packing import pack, unpack
from netwb.metrics.billing.reckoning import Counted
from netwb.metrics.billing.records import GroupBill, Month
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.ids import new_id
from netwb.store.models import BillGroupRow, BillRow

KEPT = timedelta(days=26 * 31)


class Bills:
    """Reads and writes of frozen bills."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def versions(self, scope: Scope, tenant_id: str, month: str) -> tuple[BillVersion, ...]:
        """All of a month, oldest first."""
        with self._database.reading(scope) as session:
            return tuple(_version(row) for row in _rows(session, tenant_id, month))

    def stamp(self, scope: Scope, tenant_id: str) -> str:
        """Another one once any bill of the tenant is frozen or reopened; by it neighbours are told too."""
        counted = select(
            func.count(BillRow.id), func.max(BillRow.frozen_at), func.max(BillRow.reopened_at)
        )
        with self._database.reading(scope) as session:
            row = session.execute(counted.where(BillRow.tenant_id == tenant_id)).one()
            return " ".join(map(str, row))

    def groups(
        self, scope: Scope, tenant_id: str, month: str, version: int
    ) -> tuple[GroupBill, ...]:
        """Figures of a version, as they were frozen."""
        with self._database.reading(scope) as session:
            rows = _groups(session, tenant_id, month, version)
            return tuple(from_json(row.figures) for row in rows)

    def months_in_force(self, scope: Scope, tenant_id: str, month: str) -> Mapping[str, Month]:
        """What a month that is frozen was, by group: each of the zone that it had then."""
        with self._database.reading(scope) as session:
            rows = _rows(session, tenant_id, month)
            if not rows or rows[-1].reopened_at is not None:
                return {}
            figures = select(BillGroupRow.name, BillGroupRow.figures)
            found = session.execute(figures.where(BillGroupRow.bill_id == rows[-1].id)).all()
            return {name: from_json(kept).month for name, kept in found}

    def frozen_within(
        self, scope: Scope, tenant_id: str, since: datetime, until: datetime
    ) -> tuple[str, ...]:
        """Months that are frozen and touch a time, each in the zones that it had; oldest first."""
        statement = select(BillRow.month).where(BillRow.tenant_id == tenant_id).distinct()
        with self._database.reading(scope) as session:
            names = sorted(session.scalars(statement))
        begin, end = since.timestamp(), until.timestamp()
        return tuple(
            name
            for name in names
            if any(
                month.since < end and month.until > begin
                for month in self.months_in_force(scope, tenant_id, name).values()
            )
        )

    def reopened(self, scope: Scope, tenant_id: str) -> tuple[str, ...]:
        """Months that were frozen and are not any more, oldest first."""
        statement = select(BillRow).where(BillRow.tenant_id == tenant_id)
        with self._database.reading(scope) as session:
            rows = session.scalars(statement.order_by(BillRow.month, BillRow.version)).all()
            newest = {row.month: row.reopened_at for row in rows}
        return tuple(month for month, reopened in newest.items() if reopened is not None)

    def counted(
        self, scope: Scope, tenant_id: str, month: str, version: int
    ) -> Mapping[str, Counted]:
        """What a version was reckoned from, by group; a group without it is too old.

        StoreError where the digest says that it is not what was frozen.
        """
        with self._database.reading(scope) as session:
            rows = _groups(session, tenant_id, month, version)
            return {
                row.name: _counted(from_json(row.figures), row.windows)
                for row in rows
                if row.windows is not None
            }

    def freeze(
        self,
        scope: Scope,
        tenant_id: str,
        month: str,
        groups: Sequence[tuple[GroupBill, Counted]],
        *,
        by: str,
    ) -> BillVersion:
        """As the next version. Raises InputError where one is in force."""
        with self._database.writing(scope) as session:
            before = _rows(session, tenant_id, month)
            if before and before[-1].reopened_at is None:
                raise in_force(month)
            row = BillRow(
                id=new_id(),
                tenant_id=tenant_id,
                month=month,
                version=len(before) + 1,
                frozen_at=self._clock(),
                frozen_by=by,
            )
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:
                raise in_force(month) from error
            session.add_all(_group_row(row, bill, counted) for bill, counted in groups)
            return _version(row)

    def reopen(
        self, scope: Scope, tenant_id: str, month: str, *, by: str, reason: str
    ) -> BillVersion:
        """The version in force is not any more. Raises InputError where there is none."""
        with self._database.writing(scope) as session:
            rows = _rows(session, tenant_id, month)
            if not rows or rows[-1].reopened_at is not None:
                msg = f"the bill of {month} is not frozen; there is nothing to reopen"
                raise InputError(msg)
            row = rows[-1]
            row.reopened_at, row.reopened_by, row.reason = self._clock(), by, reason
            return _version(row)

    def forget_windows(self, act: Literal["count", "remove"]) -> int:
        """Of bills that were frozen more than 26 months ago, whoever's; gives of how many groups."""
        old = BillGroupRow.bill_id.in_(
            select(BillRow.id).where(BillRow.frozen_at < self._clock() - KEPT)
        )
        held = BillGroupRow.windows.is_not(None)
        with self._database.reading(ALL_TENANTS) as session:
            counted = select(func.count()).select_from(BillGroupRow).where(old, held)
            number = session.scalar(counted) or 0
        if number and act == "remove":
            with self._database.writing(ALL_TENANTS) as session:
                session.execute(
                    update(BillGroupRow)
                    .where(old, held)
                    .values(windows=None)
                    .execution_options(synchronize_session=False)
                )
        return number


def in_force(month: str) -> InputError:
    """It is frozen."""
    msg = (
        f"the bill of {month} is frozen; `netwb billing reopen` with a reason lets it be corrected"
    )
    return InputError(msg)


def _rows(session: Session, tenant_id: str, month: str) -> Sequence[BillRow]:
    statement = select(BillRow).where(BillRow.tenant_id == tenant_id, BillRow.month == month)
    return session.scalars(statement.order_by(BillRow.version)).all()


def _groups(session: Session, tenant_id: str, month: str, version: int) -> Sequence[BillGroupRow]:
    statement = (
        select(BillGroupRow)
        .join(BillRow, BillRow.id == BillGroupRow.bill_id)
        .where(BillRow.tenant_id == tenant_id, BillRow.month == month, BillRow.version == version)
        .order_by(BillGroupRow.name)
    )
    return session.scalars(statement).all()


def _group_row(row: BillRow, bill: GroupBill, counted: Counted) -> BillGroupRow:
    return BillGroupRow(
        bill_id=row.id,
        tenant_id=row.tenant_id,
        name=bill.terms.group,
        digest=bill.digest,
        figures=to_json(bill),
        windows=pack(counted.volumes),
    )


def _counted(bill: GroupBill, windows: bytes) -> Counted:
    counted = Counted(
        terms=bill.terms,
        month=bill.month,
        ports=bill.ports,
        volumes=unpack(windows),
        exclusions=bill.exclusions,
    )
    found = digest_of(
        terms=counted.terms,
        month=counted.month,
        ports=counted.ports,
        exclusions=counted.exclusions,
        volumes=counted.volumes,
    )
    if found != bill.digest:
        msg = (
            f"the frozen bill of {bill.terms.group} for {bill.month.name} is not what was frozen: its "
            "digest differs; restore the database from a backup"
        )
        raise StoreError(msg)
    return counted


def _version(row: BillRow) -> BillVersion:
    return BillVersion(
        version=row.version,
        frozen_at=row.frozen_at,
        frozen_by=row.frozen_by,
        reopened_at=row.reopened_at,
        reopened_by=row.reopened_by,
        reason=row.reason,
    )
