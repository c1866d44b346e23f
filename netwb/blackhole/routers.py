"""Triggers and edges: devices that announce blackholes, and devices that obey them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.blackhole.ledger.rows import router_of
from netwb.blackhole.records import BLACKHOLE_COMMUNITY, Router, RouterRole
from netwb.errors import InputError, InventoryError, UnknownNameError
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import BlackholeRouterRow, DeviceRow, TenantRow

MAX_ROUTES = 40  # of a new trigger: below the 50 after which edges commonly end the session
MOST_ROUTES = 10_000
_STANDARD = re.compile(r"(\d{1,5}):(\d{1,5})", re.ASCII)
_LARGE = re.compile(r"(\d{1,10}):(\d{1,10}):(\d{1,10})", re.ASCII)
_BITS = {2: 16, 3: 32}  # of each number, by how many there are (RFC 1997, RFC 8092)


class RouterChanges(TypedDict, total=False):
    """What `add` and `set` may give of a trigger."""

    community: str
    max_routes: int
    saves: bool


class Routers:
    """Reads and writes of triggers and edges."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope, role: RouterRole) -> tuple[Router, ...]:
        """Those in scope whose device is not retired, by tenant and hostname."""
        living = DeviceRow.status != "retired"
        with self._database.reading(scope) as session:
            return _load(session, _select(role).where(living))

    def add(
        self, scope: Scope, device_id: str, role: RouterRole, changes: RouterChanges, *, by: str
    ) -> Router:
        """Let a device be one; InventoryError where it is, InputError for what cannot be."""
        checked = _checked(changes)
        now = self._clock()
        with self._database.writing(scope) as session:
            device = session.get(DeviceRow, device_id)
            if device is None:
                raise _unknown(device_id, role)
            hostname = device.hostname
            row = BlackholeRouterRow(
                device_id=device_id,
                tenant_id=device.tenant_id,
                role=role,
                community=checked.get("community", BLACKHOLE_COMMUNITY),
                max_routes=checked.get("max_routes", MAX_ROUTES if role == "trigger" else 0),
                saves=checked.get("saves", False),
                created_at=now,
                created_by=by,
                updated_at=now,
                fault="",
            )
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:
                msg = f"{hostname} is {_A[role]} already; change it with `netwb {role} set`"
                raise InventoryError(msg) from error
            return _one(session, device_id, role)

    def set(self, scope: Scope, device_id: str, role: RouterRole, changes: RouterChanges) -> Router:
        """Change one; what is not given stays."""
        checked = _checked(changes)
        with self._database.writing(scope) as session:
            row = _row(session, device_id, role)
            for name, value in checked.items():
                setattr(row, name, value)
            row.updated_at = self._clock()
            session.flush()
            return _one(session, device_id, role)

    def retire(self, scope: Scope, device_id: str, role: RouterRole) -> Router:
        """Let a device be none any more; nothing is changed on it."""
        with self._database.writing(scope) as session:
            row = _row(session, device_id, role)
            record = _one(session, device_id, role)
            session.delete(row)
            return record


_A: dict[RouterRole, str] = {"trigger": "a trigger", "edge": "an edge"}


def parse_community(text: str) -> str:
    """A community as routers write it, without leading zeros: 65535:666, or large: 64500:1:666.

    >>> parse_community("65535:0666")
    '65535:666'
    """
    found = _STANDARD.fullmatch(text) or _LARGE.fullmatch(text)
    numbers = [int(one) for one in found.groups()] if found else []
    if not numbers or any(one >= 2 ** _BITS[len(numbers)] for one in numbers):
        msg = (
            f"community {text[:40]!r} is none; write it like 65535:666 (each number below 65536),"
            " or a large one like 64500:1:666 (each below 4294967296)"
        )
        raise InputError(msg)
    return ":".join(map(str, numbers))


def _checked(changes: RouterChanges) -> RouterChanges:
    checked = changes.copy()
    if "community" in checked:
        checked["community"] = parse_community(checked["community"])
    most = checked.get("max_routes", 1)
    if not 1 <= most <= MOST_ROUTES:
        msg = f"{most} routes at most cannot be; give a whole number from 1 to {MOST_ROUTES}"
        raise InputError(msg)
    return checked


def _unknown(name: str, role: RouterRole) -> UnknownNameError:
    msg = f"device {name!r} is no {role}; `netwb {role} list` shows those that are"
    return UnknownNameError(msg, wanted=name)


def _row(session: Session, device_id: str, role: RouterRole) -> BlackholeRouterRow:
    found = session.get(BlackholeRouterRow, (device_id, role))
    if found is None:
        device = session.get(DeviceRow, device_id)
        raise _unknown(device.hostname if device else device_id, role)
    return found


def _one(session: Session, device_id: str, role: RouterRole) -> Router:
    return _load(session, _select(role).where(BlackholeRouterRow.device_id == device_id))[0]


def _select(role: RouterRole) -> Select[BlackholeRouterRow, DeviceRow, str]:
    return (
        select(BlackholeRouterRow, DeviceRow, TenantRow.slug)
        .join(DeviceRow, DeviceRow.id == BlackholeRouterRow.device_id)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .where(BlackholeRouterRow.role == role)
        .order_by(TenantRow.slug, DeviceRow.hostname)
    )


def _load(
    session: Session, statement: Select[BlackholeRouterRow, DeviceRow, str]
) -> tuple[Router, ...]:
    found = session.execute(statement)
    return tuple(router_of(device, slug, row, row.role) for row, device, slug in found)
