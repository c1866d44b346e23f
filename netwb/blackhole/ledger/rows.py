"""Rows of the ledger to records, some at a time: as many statements for one as for hundreds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from netwb.blackhole.guard.telling import narrowed
from netwb.blackhole.records import (
    Answer,
    Approval,
    Blackhole,
    Entry,
    IPNetwork,
    OnRouter,
    Reason,
    Request,
    Router,
)
from netwb.roles import Scope
from netwb.store.models import (
    BlackholeApprovalRow,
    BlackholeOnRouterRow,
    BlackholeRouterRow,
    BlackholeRow,
    DeviceRow,
    TenantRow,
)

_AT_ONCE = 500  # values of one statement


@lru_cache(maxsize=8192)  # what stands is read at each request, and parsing took half of the time
def network_of(text: str) -> IPNetwork:
    """A network from its canonical text."""
    return ip_network(text)


@lru_cache(maxsize=16_384)  # some twenty a blackhole, most of them alike: making each took longest
def reason_of(guard: str, answer: Answer, text: str) -> Reason:
    """A reason from its stored words."""
    return Reason(guard=guard, answer=answer, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What other tables have about some blackholes, by their ids; `slugs` are the tenants'."""

    slugs: Mapping[str, str]
    approvals: dict[str, list[Approval]]
    routers: dict[str, list[OnRouter]]


def entries_of(
    session: Session, statement: Select[BlackholeRow], scope: Scope
) -> tuple[Entry, ...]:
    """What the statement finds, in its order, as a reader of that scope may see it."""
    rows = session.scalars(statement).all()
    around = beside(session, [row.id for row in rows])
    return tuple(entry_of(row, around, scope) for row in rows)


def beside(session: Session, ids: Sequence[str]) -> Beside:
    """What the session's reader may know about those."""
    return Beside(
        slugs=dict(session.execute(select(TenantRow.id, TenantRow.slug)).all()),
        approvals=_approvals(session, ids),
        routers=_on_routers(session, ids),
    )


def router_of(device: DeviceRow, tenant: str, row: BlackholeRouterRow | None, role: str) -> Router:
    """The record of a router; of one that was retired since, what is left of it."""
    own = (
        {
            "community": row.community,
            "max_routes": row.max_routes,
            "saves": row.saves,
            "read_at": row.read_at,
            "fault": row.fault,
        }
        if row is not None
        else {}
    )
    return Router(
        device_id=device.id,
        tenant_id=device.tenant_id,
        tenant=tenant,
        hostname=device.hostname,
        platform=device.platform,
        role=role,  # type: ignore[arg-type]  # written by `routers` alone
        **own,  # type: ignore[arg-type]  # each of the type of its column
    )


def reasons_out(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    """Reasons as they are stored."""
    return [{"guard": one.guard, "answer": one.answer, "text": one.text} for one in reasons]


def entry_of(row: BlackholeRow, around: Beside, scope: Scope) -> Entry:
    """One row, as a reader of that scope may see it."""
    slugs = around.slugs
    approvals = tuple(around.approvals.get(row.id, ()))
    routers = tuple(around.routers.get(row.id, ()))
    reasons = tuple(reason_of(one["guard"], one["answer"], one["text"]) for one in row.reasons)
    commands = {label: tuple(lines) for label, lines in row.commands.items()}
    if scope.tenants is not None:
        reasons = narrowed(reasons)
        seen = set(slugs.values())
        commands = {k: v for k, v in commands.items() if k.partition("/")[0] in seen}
    blackhole = Blackhole(
        id=row.id,
        tenant_id=row.tenant_id,
        tenant=slugs.get(row.tenant_id) if row.tenant_id else None,
        network=network_of(row.network),
        state=row.state,  # type: ignore[arg-type]  # written by the ledger alone, as the other words
        reach=row.reach,  # type: ignore[arg-type]
        alarm=row.alarm,
        requested_by=row.requested_by,
        reason=row.reason,
        requested_at=row.requested_at,
        announced_at=row.announced_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        end_reason=row.end_reason,
        attack_id=row.attack_id,
        reasons=reasons,
        approvals=approvals,
        routers=routers,
        commands=commands,
        person=row.person,
        answer=row.answer,  # type: ignore[arg-type]
        version=row.version,
        site_id=row.site_id,
    )
    return Entry(
        blackhole=blackhole,
        request=_request(row, approvals),
        cause_id=row.cause_id,
        intended_at=row.intended_at,
        called_at=row.called_at,
    )


def _request(row: BlackholeRow, approvals: tuple[Approval, ...]) -> Request:
    return Request(
        network=network_of(row.network),
        alarm=row.alarm,
        by=row.requested_by,
        person=row.person,
        tenants=None if row.seen is None else frozenset(row.seen),
        reason=row.reason,
        customer=row.customer,
        machine=row.machine,
        direction=row.direction,  # type: ignore[arg-type]
        manual=row.manual,
        observed_at=row.observed_at,
        minutes=row.minutes,
        reach=row.wanted_reach,  # type: ignore[arg-type]
        break_glass=row.break_glass,
        approvals=approvals,
    )


def _approvals(session: Session, ids: Sequence[str]) -> dict[str, list[Approval]]:
    found: dict[str, list[Approval]] = {}
    for some in pieces(ids):
        statement = (
            select(BlackholeApprovalRow)
            .where(BlackholeApprovalRow.blackhole_id.in_(some))
            .order_by(BlackholeApprovalRow.at, BlackholeApprovalRow.person)
        )
        for row in session.scalars(statement):
            given = Approval(person=row.person, name=row.name, at=row.at, minutes=row.minutes)
            found.setdefault(row.blackhole_id, []).append(given)
    return found


def _on_routers(session: Session, ids: Sequence[str]) -> dict[str, list[OnRouter]]:
    """Those of devices in scope: a tenant does not read the names of its provider's routers."""
    columns = (
        BlackholeOnRouterRow.blackhole_id,
        BlackholeOnRouterRow.device_id,
        BlackholeOnRouterRow.role,
        BlackholeOnRouterRow.state,
        BlackholeOnRouterRow.at,
        BlackholeOnRouterRow.said,
    )
    stood = [
        row
        for some in pieces(ids)
        for row in session.execute(
            select(*columns).where(BlackholeOnRouterRow.blackhole_id.in_(some))
        )
    ]
    routers = _routers(session, {(row.device_id, row.role) for row in stood})
    found: dict[str, list[OnRouter]] = {}
    for key, router in routers.items():
        for row in stood:
            if (row.device_id, row.role) == key:
                found.setdefault(row.blackhole_id, []).append(
                    OnRouter(router=router, state=row.state, at=row.at, said=row.said)
                )
    return found


def _routers(session: Session, keys: set[tuple[str, str]]) -> dict[tuple[str, str], Router]:
    """Routers by device and role, triggers first; those of devices in scope."""
    ids = sorted({device_id for device_id, _ in keys})
    if not ids:
        return {}
    both = session.execute(
        select(DeviceRow, TenantRow.slug, BlackholeRouterRow)
        .join(TenantRow, TenantRow.id == DeviceRow.tenant_id)
        .outerjoin(BlackholeRouterRow, BlackholeRouterRow.device_id == DeviceRow.id)
        .where(DeviceRow.id.in_(ids))
    ).all()
    devices = {device.id: (device, slug) for device, slug, _ in both}
    rows = {
        (row.device_id, row.role): row
        for _, _, row in both
        if row is not None  # type: ignore[redundant-expr]  # one that is no router any more
    }
    found = {
        (device_id, role): router_of(*devices[device_id], rows.get((device_id, role)), role)
        for device_id, role in keys
        if device_id in devices
    }
    edges_last = sorted(found.items(), key=lambda one: (one[1].role == "edge", one[1].label))
    return dict(edges_last)


def pieces(ids: Sequence[Any]) -> Iterable[Sequence[Any]]:
    """So many at a time as one statement takes."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
