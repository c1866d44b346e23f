"""What changed of cells, in the database: of one cell, of one device's revisions, by days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import cast

from sqlalchemy import select

from netwb.compliance.records import Judged, State
from netwb.compliance.report import CellChange, RuleMark, TrendDay
from netwb.compliance.rows import Step, step_of
from netwb.inventory.records import AnyDevice
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import ComplianceChangeRow, ComplianceDayRow, RevisionRow

MOST = 200  # changes of one cell that are shown
_COLUMNS = (
    *(ComplianceChangeRow.at, ComplianceChangeRow.rule_id, ComplianceChangeRow.old),
    *(ComplianceChangeRow.new, ComplianceChangeRow.number, ComplianceChangeRow.commit),
    ComplianceChangeRow.author,
)


def changes_of(
    database: Database, scope: Scope, device: AnyDevice, rule_id: str
) -> tuple[CellChange, ...]:
    """What became of one cell, newest first."""
    asked = (
        select(*_COLUMNS)
        .where(ComplianceChangeRow.device_id == device.id, ComplianceChangeRow.rule_id == rule_id)
        .order_by(ComplianceChangeRow.at.desc(), ComplianceChangeRow.id.desc())
        .limit(MOST)
    )
    with database.reading(scope) as session:
        rows = session.execute(asked).all()
    return tuple(
        CellChange(
            at=at,
            device_id=device.id,
            tenant=device.tenant,
            hostname=device.hostname,
            rule_id=rule,
            old=cast("Judged | None", old),
            new=cast("Judged | None", new),
            number=number,
            revision=commit or None,
            author=author,
        )
        for at, rule, old, new, number, commit, author in rows
    )


def step_numbered(database: Database, scope: Scope, device_id: str, number: int) -> Step | None:
    """That running revision of a device."""
    asked = (
        RevisionRow.device_id == device_id,
        RevisionRow.kind == "running",
        RevisionRow.number == number,
    )
    with database.reading(scope) as session:
        return step_of(session, *asked)


def marks_of(
    database: Database, scope: Scope, device_id: str, rule_ids: Collection[str] | None = None
) -> tuple[RuleMark, ...]:
    """What revisions of a device did to rules, newest first.

    rule_ids   only of these; None: of all that there ever were
    """
    asked = (
        select(*_COLUMNS)
        .where(
            ComplianceChangeRow.device_id == device_id,
            ComplianceChangeRow.number.is_not(None),
            ComplianceChangeRow.old.is_not(None),
        )
        .order_by(ComplianceChangeRow.number.desc(), ComplianceChangeRow.id)
    )
    found: dict[int, RuleMark] = {}
    with database.reading(scope) as session:
        rows = session.execute(asked).all()
    for at, rule, old, new, number, commit, _author in rows:
        if number is None or (rule_ids is not None and rule not in rule_ids):
            continue
        mark = found.get(number) or RuleMark(
            number=number, revision=commit, at=at, broke=(), mended=()
        )
        broke, mended = mark.broke, mark.mended
        if new == "non_compliant":
            broke = (*broke, rule)
        elif new == "compliant" and old == "non_compliant":
            mended = (*mended, rule)
        found[number] = RuleMark(number=number, revision=commit, at=at, broke=broke, mended=mended)
    return tuple(one for one in found.values() if one.broke or one.mended)


def trend(
    database: Database, scope: Scope, *, today: date, days: int, now: dict[State, int] | None
) -> tuple[TrendDay, ...]:
    """Sums of the scope's tenants by day, oldest first; a day on which nothing was counted is left out.

    now   of today, as it is at this moment; None: as it was counted last
    """
    first = today - timedelta(days=days - 1)
    asked = select(ComplianceDayRow.tenant_id, ComplianceDayRow.day, ComplianceDayRow.counts).where(
        ComplianceDayRow.day <= today.isoformat()
    )
    by_day: dict[str, Counter[str]] = {}
    held: dict[str, dict[str, int]] = {}  # a tenant's newest counts: it is not counted each day
    with database.reading(scope) as session:
        rows = session.execute(asked.order_by(ComplianceDayRow.day)).all()
    days_seen = sorted({day for _, day, _ in rows})
    of_day: dict[str, list[tuple[str, dict[str, int]]]] = {}
    for tenant_id, day, counts in rows:
        of_day.setdefault(day, []).append((tenant_id, counts))
    for day in days_seen:
        held |= dict(of_day[day])
        by_day[day] = Counter()
        for counts in held.values():
            by_day[day].update({state: int(counts.get(state, 0)) for state in counts})
    if now is not None:
        by_day[today.isoformat()] = Counter(now)
    return tuple(
        TrendDay(
            day=date.fromisoformat(day),
            compliant=counts["compliant"],
            non_compliant=counts["non_compliant"],
            not_evaluated=counts["not_evaluated"],
            stale=counts["stale"],
            waived=counts["waived"],
        )
        for day, counts in sorted(by_day.items())
        if day >= first.isoformat()
    )
