"""Shards that are defined: scoped reads and writes, and what tells that devices changed.

A shard belongs to nobody; its sites do, and who sees none of them sees no such shard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, TypedDict

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from netwb.errors import InventoryError, TelegrafError, UnknownNameError
from netwb.inventory.fields import check_slug, quoted
from netwb.inventory.rows import find_site
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.models import (
    CredentialRow,
    CredentialSecretRow,
    DeviceRow,
    SiteRow,
    TelegrafShardRow,
    TelegrafShardSiteRow,
    TenantRow,
)
from netwb.telegraf.records import PLACES, Shard

HEAVIEST = 1000
_DATED = (DeviceRow, CredentialRow, TelegrafShardRow)
_UNDATED = (  # small, and without a time of their last change
    select(TenantRow.id, TenantRow.slug, TenantRow.snmp_credential_id).order_by(TenantRow.id),
    select(SiteRow.id, SiteRow.slug, SiteRow.snmp_credential_id).order_by(SiteRow.id),
    select(TelegrafShardSiteRow.shard, TelegrafShardSiteRow.site_id).order_by(
        TelegrafShardSiteRow.shard, TelegrafShardSiteRow.site_id
    ),
)


class ShardChanges(TypedDict, total=False):
    """What `add` and `set` may give: `sites` takes the place of all that were there."""

    sites: Sequence[str]
    weight: int
    place: str
    reload: Sequence[str]
    restart: Sequence[str]


class Shards:
    """Reads and writes of shards."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def list(self, scope: Scope) -> tuple[Shard, ...]:
        """Those that serve a site in scope, with those sites; by name. All, for all tenants."""
        with self._database.reading(scope) as session:
            return _shards(session, scope)

    def are_defined(self) -> bool:
        """Whether there is any, in whosever scope."""
        with self._database.reading(ALL_TENANTS) as session:
            return session.scalar(select(TelegrafShardRow.name).limit(1)) is not None

    def get(self, scope: Scope, name: str) -> Shard:
        """One by its name; UnknownNameError."""
        for shard in self.list(scope):
            if shard.name == name:
                return shard
        raise unknown_shard(name)

    def add(self, scope: Scope, name: str, changes: ShardChanges) -> Shard:
        """A new shard. Raises InventoryError for a name that is taken or cannot be."""
        check_slug("shard", name)
        now = self._clock()
        with self._database.writing(scope) as session:
            row = TelegrafShardRow(
                name=name,
                weight=1,
                place="here",
                reload=[],
                restart=[],
                created_at=now,
                updated_at=now,
            )
            session.add(row)
            try:
                session.flush()
            except IntegrityError as error:
                msg = f"shard {name} is there already; change it with `netwb shard set {name}`"
                raise InventoryError(msg) from error
            _change(session, row, changes)
        return self.get(scope, name)

    def set(self, scope: Scope, name: str, changes: ShardChanges) -> Shard:
        """Change a shard; what is not given stays."""
        with self._database.writing(scope) as session:
            row = session.get(TelegrafShardRow, name)
            if row is None:
                raise unknown_shard(name)
            _change(session, row, changes)
            row.updated_at = self._clock()
        return self.get(scope, name)

    def retire(self, scope: Scope, name: str) -> None:
        """Forget a shard; its files stay where they are."""
        with self._database.writing(scope) as session:
            row = session.get(TelegrafShardRow, name)
            if row is None:
                raise unknown_shard(name)
            _leave_sites(session, name)
            session.delete(row)

    def mark(self) -> str:
        """Another text than before, once devices, credentials, places or shards have changed.

        Not where a file or a variable changed that a secret is a reference to.
        """
        with self._database.reading(ALL_TENANTS) as session:
            found = [
                *(_written(session, table, table.updated_at) for table in _DATED),
                _written(session, CredentialSecretRow, CredentialSecretRow.created_at),
                *(session.execute(statement).all() for statement in _UNDATED),
            ]
        return sha256(repr(found).encode()).hexdigest()[:32]


def unknown_shard(name: str) -> UnknownNameError:
    """The same for one that is not, and one that serves others."""
    msg = f"shard {quoted(name)} is not known; `netwb shard list` shows those that are"
    return UnknownNameError(msg, wanted=name)


def _shards(session: Session, scope: Scope) -> tuple[Shard, ...]:
    statement = (
        select(TelegrafShardSiteRow.shard, TenantRow.slug, SiteRow.slug)
        .join(SiteRow, SiteRow.id == TelegrafShardSiteRow.site_id)
        .join(TenantRow, TenantRow.id == SiteRow.tenant_id)
    )
    sites: dict[str, list[str]] = {}
    for name, tenant, site in session.execute(statement):
        sites.setdefault(name, []).append(f"{tenant}/{site}")
    rows = session.scalars(select(TelegrafShardRow).order_by(TelegrafShardRow.name))
    return tuple(
        _record(row, sites.get(row.name, []))
        for row in rows
        if row.name in sites or scope.tenants is None
    )


def _record(row: TelegrafShardRow, sites: Sequence[str]) -> Shard:
    return Shard(
        name=row.name,
        sites=tuple(sorted(sites)),
        weight=row.weight,
        place="here" if row.place == "here" else "elsewhere",
        reload=tuple(row.reload),
        restart=tuple(row.restart),
    )


def _change(session: Session, row: TelegrafShardRow, changes: ShardChanges) -> None:
    checked: Mapping[str, Any] = {
        "weight": lambda: _weight(changes["weight"]),
        "place": lambda: _place(changes["place"]),
        "reload": lambda: list(changes["reload"]),
        "restart": lambda: list(changes["restart"]),
    }
    for name, check in checked.items():
        if name in changes:
            setattr(row, name, check())
    if "sites" in changes:
        _leave_sites(session, row.name)
        _take_sites(session, row.name, changes["sites"])


def _leave_sites(session: Session, name: str) -> None:
    session.execute(delete(TelegrafShardSiteRow).where(TelegrafShardSiteRow.shard == name))


def _take_sites(session: Session, name: str, refs: Sequence[str]) -> None:
    found = {site.id: site for site, _ in (find_site(session, ref) for ref in refs)}
    for site in found.values():
        session.add(TelegrafShardSiteRow(shard=name, site_id=site.id, tenant_id=site.tenant_id))
    session.flush()


def _weight(weight: int) -> int:
    if not 1 <= weight <= HEAVIEST:
        msg = f"weight {weight} of a shard is not usable; give a whole number from 1 to {HEAVIEST}"
        raise TelegrafError(msg)
    return weight


def _place(place: str) -> str:
    if place not in PLACES:
        msg = f"place {quoted(place)} of a shard is not known; take {' or '.join(PLACES)}"
        raise TelegrafError(msg)
    return place


def _written(session: Session, table: Any, written: Any) -> tuple[object, ...]:
    """How many rows, and when the newest was written."""
    return tuple(session.execute(select(func.count(), func.max(written)).select_from(table)).one())
