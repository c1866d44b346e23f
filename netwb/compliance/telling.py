"""Tell people what broke and what was mended: once, in one notice a tenant; waived cells silently.

A change is told in the transaction that marks it as told, so that a crash tells nothing twice and
forgets nothing. What broke and was mended between two nights is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netwb.compliance.rows import MEANT, unpacked
from netwb.compliance.waivers import in_force
from netwb.notify.records import Happening, Observed
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import (
    ComplianceChangeRow,
    ComplianceRow,
    DeviceRow,
    TenantRow,
    WaiverRow,
)
from netwb.store.notices import Notices

if TYPE_CHECKING:
    from netwb.compliance.sources import Loaded

REPOSITORY = "repository"  # subject of a notice; files have their names
_NAMED = 5  # in a sentence; the page has them all
_LISTED = 200  # in a notice's detail
_BAD = "non_compliant"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """A cell that changed: where it began when people were told last, and where it is now."""

    tenant_id: str
    device_id: str
    rule_id: str
    old: str | None
    new: str | None
    author: str


def tell_changes(database: Database, notices: Notices, *, now: datetime, warn_days: int) -> int:
    """Gives how many notices there were."""
    with database.reading(ALL_TENANTS) as session:
        tenants = dict(session.execute(select(TenantRow.id, TenantRow.slug)).all())
    return sum(
        _tell_tenant(database, notices, tenant_id, slug, now, timedelta(days=warn_days))
        for tenant_id, slug in sorted(tenants.items(), key=lambda pair: pair[1])
    )


def tell_sources(notices: Notices, loaded: Loaded, fault: str, repository: str) -> None:
    """Which of the provider's rule files are broken, and whether its repository can be had."""
    broken: dict[str, str] = {}
    for one in loaded.problems:
        if one.tenant is None:
            broken.setdefault(one.file, one.message)
    whole = {file.name for file in loaded.files if file.tenant_id is None} - broken.keys()
    states = [
        Observed(subject=name, label=name, is_wrong=True, message=said)
        for name, said in broken.items()
    ]
    states += [
        Observed(subject=name, label=name, is_wrong=False, message=f"{name} is in order")
        for name in whole
    ]
    known = {one.subject for one in states} | {REPOSITORY}
    states += [
        Observed(
            subject=gone.subject,
            label=gone.label,
            is_wrong=False,
            message=f"{gone.label} is there no more",
        )
        for gone in notices.standing(ALL_TENANTS, ["compliance.rules"])
        if gone.subject not in known
    ]
    states.append(
        Observed(
            subject=REPOSITORY,
            label=repository or REPOSITORY,
            is_wrong=bool(fault),
            message=fault or "the repository of rules was read",
        )
    )
    notices.stands_many("compliance.rules", states)


def _tell_tenant(  # noqa: PLR0913, PLR0917 - one tenant, and what to tell with
    database: Database,
    notices: Notices,
    tenant_id: str,
    slug: str,
    now: datetime,
    warn: timedelta,
) -> int:
    if not _has_news(database, tenant_id, now, warn):
        return 0
    with database.writing(ALL_TENANTS) as session:
        waived = in_force(session, now)
        hosts = _hosts(session, tenant_id)
        changed = _untold(session, tenant_id, now)
        lapsed = [one for one in _lapsed(session, tenant_id, now) if one.device_id in hosts]
        loud = [
            one
            for one in changed
            if one.device_id in hosts and one.rule_id not in waived.get(one.device_id, ())
        ]
        broke = _once([*lapsed, *(one for one in loud if one.new == _BAD and one.old != _BAD)])
        mended = [one for one in loud if one.old == _BAD and one.new == "compliant"]
        told = [
            *_news("compliance.broken", tenant_id, slug, broke, hosts),
            *_news("compliance.mended", tenant_id, slug, mended, hosts),
            *_warnings(session, tenant_id, slug, now, warn, hosts),
        ]
        for kind, one in told:
            notices.happened_many(kind, [one], session=session)
        return len(told)


def _has_news(database: Database, tenant_id: str, now: datetime, warn: timedelta) -> bool:
    """A look before anything is locked: on most nights nothing changed."""
    untold = select(ComplianceChangeRow.id).where(
        ComplianceChangeRow.tenant_id == tenant_id, ComplianceChangeRow.told_at.is_(None)
    )
    ending = select(WaiverRow.id).where(
        WaiverRow.tenant_id == tenant_id,
        WaiverRow.settled_at.is_(None),
        WaiverRow.until <= now + warn,
    )
    ended = select(WaiverRow.id).where(
        WaiverRow.tenant_id == tenant_id,
        WaiverRow.settled_at.is_(None),
        WaiverRow.ended_at.is_not(None),
    )
    with database.reading(ALL_TENANTS) as session:
        return any(session.scalar(one.limit(1)) is not None for one in (untold, ending, ended))


def _untold(session: Session, tenant_id: str, now: datetime) -> list[_Cell]:
    """What changed since people were told last, from where to where; it is marked as told."""
    mine = (ComplianceChangeRow.tenant_id == tenant_id) & ComplianceChangeRow.told_at.is_(None)
    columns = (ComplianceChangeRow.device_id, ComplianceChangeRow.rule_id, ComplianceChangeRow.old)
    asked = select(*columns, ComplianceChangeRow.new, ComplianceChangeRow.author)
    found: dict[tuple[str, str], _Cell] = {}
    rows = session.execute(asked.where(mine).order_by(ComplianceChangeRow.id)).all()
    for device_id, rule_id, old, new, author in rows:
        before = found.get((device_id, rule_id))
        found[device_id, rule_id] = _Cell(
            tenant_id=tenant_id,
            device_id=device_id,
            rule_id=rule_id,
            old=before.old if before else old,
            new=new,
            author=author,
        )
    session.execute(update(ComplianceChangeRow).where(mine).values(told_at=now))
    return [one for one in found.values() if one.old != one.new]


def _lapsed(session: Session, tenant_id: str, now: datetime) -> list[_Cell]:
    """Cells that are not compliant, and whose waiver is over since people were told last."""
    over = session.scalars(
        select(WaiverRow)
        .where(WaiverRow.tenant_id == tenant_id, WaiverRow.settled_at.is_(None))
        .where((WaiverRow.until <= now) | WaiverRow.ended_at.is_not(None))
        .with_for_update()
    ).all()
    waived = in_force(session, now)
    found = []
    for row in over:
        row.settled_at = now
        if row.rule_id in waived.get(row.device_id, ()):
            continue  # another one followed it
        kept = session.get(ComplianceRow, row.device_id)
        cell = unpacked(kept.cells).get(row.rule_id) if kept else None
        if cell is not None and cell.judged == _BAD:
            found.append(
                _Cell(
                    tenant_id=tenant_id,
                    device_id=row.device_id,
                    rule_id=row.rule_id,
                    old="waived",
                    new=_BAD,
                    author="",
                )
            )
    return found


def _warnings(  # noqa: PLR0913, PLR0917 - one tenant's, and when
    session: Session,
    tenant_id: str,
    slug: str,
    now: datetime,
    warn: timedelta,
    hosts: Mapping[str, str],
) -> Iterable[tuple[str, Happening]]:
    """Waivers that end soon, each once."""
    ending = session.scalars(
        select(WaiverRow)
        .where(
            WaiverRow.tenant_id == tenant_id,
            WaiverRow.ended_at.is_(None),
            WaiverRow.warned_at.is_(None),
            WaiverRow.until > now,
            WaiverRow.until <= now + warn,
        )
        .order_by(WaiverRow.until)
        .with_for_update()
    ).all()
    for row in ending:
        row.warned_at = now
        label = f"{slug}/{hosts.get(row.device_id, row.device_id)}"
        yield (
            "compliance.waiver",
            Happening(
                tenant_id=tenant_id,
                subject=row.device_id,
                label=label,
                severity="warning",
                message=(
                    f"the waiver of {row.rule_id} for {label} ends at {row.until:%Y-%m-%d %H:%M} UTC;"
                    f" {row.owner} gave it: {row.reason}"
                ),
                detail={"waiver": row.id, "rule": row.rule_id, "owner": row.owner},
            ),
        )


def _news(
    kind: str, tenant_id: str, slug: str, cells: Sequence[_Cell], hosts: Mapping[str, str]
) -> Iterable[tuple[str, Happening]]:
    if not cells:
        return
    ordered = sorted(cells, key=lambda one: (hosts.get(one.device_id, ""), one.rule_id))
    verb = "breaks" if kind == "compliance.broken" else "keeps"
    named = [f"{hosts.get(one.device_id, '')} {verb} {one.rule_id}{_by(one)}" for one in ordered]
    more = len(named) - _NAMED
    said = "; ".join(named[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
    yield (
        kind,
        Happening(
            tenant_id=tenant_id,
            subject=tenant_id,
            label=slug,
            severity="warning",
            message=said,
            detail={
                "cells": [
                    {"device": hosts.get(one.device_id, ""), "rule": one.rule_id, "by": one.author}
                    for one in ordered[:_LISTED]
                ],
                "count": len(ordered),
            },
        ),
    )


def _once(cells: Sequence[_Cell]) -> list[_Cell]:
    """Each cell once, as it comes first."""
    return list({(one.device_id, one.rule_id): one for one in reversed(cells)}.values())


def _by(cell: _Cell) -> str:
    if cell.old == "waived":
        return " (its waiver is over)"
    return f" ({cell.author})" if cell.author and cell.author != "unknown" else ""


def _hosts(session: Session, tenant_id: str) -> dict[str, str]:
    """Names of the tenant's devices that rules are for."""
    asked = select(DeviceRow.id, DeviceRow.hostname).where(
        DeviceRow.tenant_id == tenant_id, DeviceRow.status.in_(MEANT)
    )
    return dict(session.execute(asked).all())
