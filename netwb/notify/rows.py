"""Rows of targets, routes and deliveries, and who sees them. Rows stay in their session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, true
from sqlalchemy.orm import Session

from netwb.errors import UnknownNameError
from netwb.notify.records import Delivery, Route, Target
from netwb.roles import Scope
from netwb.store.models import (
    DeliveryRow,
    ErpEventRow,
    ErpFeedRow,
    ErpHeadRow,
    NotifyRouteRow,
    NotifyTargetRow,
    TenantRow,
)

QUEUED = "queued"


def seen_by(scope: Scope, owner: Any) -> ColumnElement[bool]:
    """None of the tables is TenantOwned, so their scope stands here and nowhere else.

    The provider's targets, which have no tenant, are seen by a scope of all tenants only.
    """
    if scope.tenants is None:
        return true()
    found: ColumnElement[bool] = owner.in_(sorted(scope.tenants - {""}))
    return found


def find_target(session: Session, scope: Scope, reference: str) -> NotifyTargetRow:
    """One active target by `name`, `tenant/name` or id; a foreign one reads as an unknown one."""
    slug, _, name = reference.rpartition("/")
    query = select(NotifyTargetRow).where(
        seen_by(scope, NotifyTargetRow.tenant_id), NotifyTargetRow.status == "active"
    )
    by_id = NotifyTargetRow.id == reference
    if slug:
        tenant = select(TenantRow.id).where(TenantRow.slug == slug).scalar_subquery()
        query = query.where((NotifyTargetRow.name == name) & (NotifyTargetRow.tenant_id == tenant))
    else:
        query = query.where((NotifyTargetRow.name == name) | by_id)
    found = session.scalars(query.order_by(NotifyTargetRow.tenant_id)).all()
    own = [row for row in found if not row.tenant_id] or found  # the provider's before the tenants'
    if len(own) != 1:
        how = "several targets are called" if own else "no target is called"
        msg = f"{how} {reference[:60]!r}; `netwb notify target list` names them, as TENANT/NAME"
        raise UnknownNameError(msg)
    return own[0]


def load_targets(session: Session, rows: Iterable[NotifyTargetRow]) -> tuple[Target, ...]:
    """Records of rows, with what waits for each."""
    found = list(rows)
    slugs = _slugs(session)
    waiting = _waiting(session)
    feeds = _feeds(session, found)
    return tuple(target_of(row, slugs, waiting.get(row.id, 0), feeds.get(row.id)) for row in found)


def target_of(
    row: NotifyTargetRow,
    slugs: Mapping[str, str],
    waiting: int,
    feed: tuple[ErpFeedRow, int] | None,
) -> Target:
    """One record, without the secrets of its row; `feed`: and how many events wait for it."""
    own = {"tenant", "stored", "waiting", "label", "events", "inside"}
    fields = {name: getattr(row, name) for name in Target.__slots__ if name not in own}
    return Target(
        tenant=slugs.get(row.tenant_id, row.tenant_id),
        stored=row.url_reference or "sealed",
        waiting=feed[1] if feed else waiting,
        events=tuple(feed[0].kinds) if feed else (),
        inside=feed[0].inside if feed else False,
        **fields,
    )


def _feeds(session: Session, rows: Iterable[NotifyTargetRow]) -> dict[str, tuple[ErpFeedRow, int]]:
    """Of those that are feeds: the row, and how many events they were not told yet."""
    ids = [row.id for row in rows if row.kind == "feed"]
    found = session.scalars(select(ErpFeedRow).where(ErpFeedRow.target_id.in_(ids))) if ids else ()
    return {feed.target_id: (feed, _untold(session, feed)) for feed in found}


def _untold(session: Session, feed: ErpFeedRow) -> int:
    later = (ErpEventRow.number > feed.number) | ErpEventRow.number.is_(None)
    query = select(func.count()).where(ErpEventRow.tenant_id == feed.tenant_id, later)
    wanted = query.where(ErpEventRow.kind.in_(feed.kinds)) if feed.kinds else query
    head = session.get(ErpHeadRow, feed.tenant_id)
    is_reset = head is not None and head.epoch != feed.epoch  # which it is told as well
    return int(session.scalar(wanted) or 0) + is_reset


def load_routes(session: Session, rows: Iterable[tuple[NotifyRouteRow, str]]) -> tuple[Route, ...]:
    """Records of rows with their target's name."""
    slugs = _slugs(session)
    return tuple(
        Route(
            id=row.id,
            target_id=row.target_id,
            target=name,
            kinds=tuple(row.kinds),
            severity=row.severity,  # type: ignore[arg-type]  # written by add_route alone
            tenants=None if row.tenants is None else tuple(row.tenants),
            tenant_slugs=tuple(sorted(slugs.get(one, one) for one in row.tenants or ())),
        )
        for row, name in rows
    )


def deliveries_query(scope: Scope) -> Select[DeliveryRow, str, str]:
    """Deliveries of the scope with their target's name and tenant."""
    return (
        select(DeliveryRow, NotifyTargetRow.name, NotifyTargetRow.tenant_id)
        .join(NotifyTargetRow, NotifyTargetRow.id == DeliveryRow.target_id)
        .where(seen_by(scope, DeliveryRow.tenant_id))
    )


def load_deliveries(
    session: Session, rows: Iterable[Row[DeliveryRow, str, str]]
) -> tuple[Delivery, ...]:
    """Records of rows."""
    slugs = _slugs(session)
    taken = {"target", "title"}
    return tuple(
        Delivery(
            target=f"{slugs.get(tenant_id, tenant_id)}/{name}" if tenant_id else name,
            title=str(row.message["title"]),
            **{field: getattr(row, field) for field in Delivery.__slots__ if field not in taken},
        )
        for row, name, tenant_id in rows
    )


def _slugs(session: Session) -> dict[str, str]:
    """Tenant id -> slug. Names alone; the rows that they stand beside are narrowed already."""
    return {row.id: row.slug for row in session.execute(select(TenantRow.id, TenantRow.slug))}


def _waiting(session: Session) -> dict[str, int]:
    counted = (
        select(DeliveryRow.target_id, func.count())
        .where(DeliveryRow.state == QUEUED)
        .group_by(DeliveryRow.target_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}
