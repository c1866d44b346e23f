"""Waivers: a rule that one device may break for a while, with a reason, an owner and an end.

Whether one is in force is worked out by the clock of the reader; no job has to end it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from netwb.compliance.report import Waiver
from netwb.errors import InputError, UnknownNameError
from netwb.inventory.records import AnyDevice, Device
from netwb.roles import Actor, Scope
from netwb.store.canonical import storable
from netwb.store.database import Database
from netwb.store.ids import is_id, new_id
from netwb.store.models import DeviceRow, TenantRow, WaiverRow

LONGEST = 500  # characters of a reason
Which = str | None  # a device's id; None: all


class Waivers:
    """The waivers of one home; `most` is the longest time that one may last."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, most: timedelta
    ) -> None:
        self._database = database
        self._clock = clock
        self._most = most

    def add(  # noqa: PLR0913 - whose, by which rule, and by keyword why and until when
        self,
        scope: Scope,
        device: Device,
        rule_id: str,
        *,
        reason: str,
        until: datetime,
        actor: Actor,
    ) -> Waiver:
        """A new one, in place of one that is in force for the same. Raises InputError."""
        now = self._clock()
        _refuse(reason, until, now, self._most)
        row = WaiverRow(
            id=new_id(),
            tenant_id=device.tenant_id,
            device_id=device.id,
            rule_id=rule_id,
            reason=storable(reason.strip()),
            owner=actor.name,
            created_at=now,
            until=until,
        )
        with self._database.writing(scope) as session:
            for held in session.scalars(_open(device.id, rule_id, now).with_for_update()):
                _end(held, now, actor)
            session.add(row)
            session.flush()
            return _waiver(row, device.tenant, device.hostname, now)

    def end(self, scope: Scope, waiver_id: str, *, actor: Actor) -> Waiver:
        """End one now; one that is over stays as it was. Raises UnknownNameError."""
        now = self._clock()
        with self._database.writing(scope) as session:
            row = session.get(WaiverRow, waiver_id) if is_id(waiver_id) else None
            if row is None:
                raise unknown(waiver_id)
            if row.ended_at is None and row.until > now:
                _end(row, now, actor)
            device = session.get_one(DeviceRow, row.device_id)
            tenant = session.get_one(TenantRow, row.tenant_id)
            return _waiver(row, tenant.slug, device.hostname, now)

    def list(self, scope: Scope, *conditions: ColumnElement[bool]) -> tuple[Waiver, ...]:
        """Those in scope, also such as are over; the newest first."""
        asked = (
            select(WaiverRow, TenantRow.slug, DeviceRow.hostname)
            .join_from(WaiverRow, DeviceRow, DeviceRow.id == WaiverRow.device_id)
            .join(TenantRow, TenantRow.id == WaiverRow.tenant_id)
            .where(*conditions)
            .order_by(WaiverRow.created_at.desc(), WaiverRow.id)
        )
        with self._database.reading(scope) as session:
            return tuple(_waiver(*row, self._clock()) for row in session.execute(asked))

    def of_device(self, scope: Scope, device: AnyDevice) -> tuple[Waiver, ...]:
        """The same of one device."""
        return self.list(scope, WaiverRow.device_id == device.id)


def in_force(session: Session, now: datetime) -> Mapping[str, frozenset[str]]:
    """Ids of rules that are waived now, by device id; of the session's tenants."""
    asked = select(WaiverRow.device_id, WaiverRow.rule_id).where(
        WaiverRow.ended_at.is_(None), WaiverRow.until > now, WaiverRow.created_at <= now
    )
    found: dict[str, set[str]] = {}
    for device_id, rule_id in session.execute(asked):
        found.setdefault(device_id, set()).add(rule_id)
    return {device_id: frozenset(ids) for device_id, ids in found.items()}


def unknown(waiver_id: str) -> UnknownNameError:
    """Said of a foreign waiver and of an unknown one alike."""
    msg = f"waiver {waiver_id[:40]!r} is not known; `netwb waiver list` shows those that are"
    return UnknownNameError(msg, wanted=waiver_id)


def _open(device_id: str, rule_id: str, now: datetime) -> Select[WaiverRow]:
    return select(WaiverRow).where(
        WaiverRow.device_id == device_id,
        WaiverRow.rule_id == rule_id,
        WaiverRow.ended_at.is_(None),
        WaiverRow.until > now,
    )


def _end(row: WaiverRow, now: datetime, actor: Actor) -> None:
    row.ended_at, row.ended_by = now, actor.name


def _refuse(reason: str, until: datetime, now: datetime, most: timedelta) -> None:
    if not reason.strip():
        msg = "the reason is empty; say in a few words why the rule may be broken, and until what happens"
        raise InputError(msg)
    if len(reason) > LONGEST:
        msg = f"the reason has {len(reason)} characters; {LONGEST} are room enough"
        raise InputError(msg)
    if until <= now:
        msg = f"a waiver until {until:%Y-%m-%d %H:%M} UTC would be over already; give a later time"
        raise InputError(msg)
    if until - now > most:
        msg = (
            f"a waiver lasts {most.days} days at most (compliance.waiver_days); give an earlier end,"
            " and look at it again then"
        )
        raise InputError(msg)


def _waiver(row: WaiverRow, tenant: str, hostname: str, now: datetime) -> Waiver:
    return Waiver(
        id=row.id,
        tenant=tenant,
        device_id=row.device_id,
        hostname=hostname,
        rule_id=row.rule_id,
        reason=row.reason,
        owner=row.owner,
        created_at=row.created_at,
        until=row.until,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        in_force=row.ended_at is None and row.created_at <= now < row.until,
    )
