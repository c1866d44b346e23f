"""What is kept, put together as people see it: each device by each rule, as it is by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from netwb.compliance.heads import concerns, head_of, source_of
from netwb.compliance.meaning import Meaning
from netwb.compliance.records import SEVERITIES, RuleFile, Severity
from netwb.compliance.report import (
    Cell,
    ComplianceReport,
    DeviceCompliance,
    RuleHead,
    RuleProblem,
)
from netwb.compliance.rows import Cells, Condition, Standing, list_standings, read_cells
from netwb.compliance.states import Showing
from netwb.compliance.waivers import in_force
from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import ComplianceHeadRow

if TYPE_CHECKING:
    from netwb.compliance.sources import Loaded

Item = TypeVar("Item")
Seen = Collection[str] | None  # slugs of the tenants that whoever asks may see; None: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose devices, at which time."""

    scope: Scope
    conditions: Sequence[Condition]
    seen: Seen
    now: datetime
    stale_after: timedelta


def report(database: Database, loaded: Loaded, asked: Asked) -> ComplianceReport:
    """All that is meant, by four statements however many devices there are."""
    with database.reading(asked.scope) as session:
        standings = list_standings(session, *asked.conditions)
        cells = read_cells(session, *asked.conditions)
        waived = in_force(session, asked.now)
        heads = dict(
            session.execute(select(ComplianceHeadRow.tenant_id, ComplianceHeadRow.checked_at)).all()
        )
    return assembled(loaded, asked, standings, cells, waived=waived, heads=heads)


def assembled(  # noqa: PLR0913 - all that is known of devices
    loaded: Loaded,
    asked: Asked,
    standings: Sequence[Standing],
    cells: Mapping[str, Cells],
    *,
    waived: Mapping[str, frozenset[str]],
    heads: Mapping[str, datetime],
) -> ComplianceReport:
    """The same of what was read.

    cells    by device id         waived   ids of rules by device id
    heads    when all of a tenant's devices were checked, by its id
    """
    showing = Showing(asked.now, asked.stale_after)
    meanings: dict[str, Meaning] = {}
    devices = []
    for one in standings:
        if one.tenant_id not in meanings:
            meanings[one.tenant_id] = Meaning(loaded.of(one.tenant_id), one.tenant_id)
        shown = showing.cells(
            one,
            cells.get(one.device_id, {}),
            meanings[one.tenant_id].ids(one),
            waived.get(one.device_id, frozenset()),
        )
        devices.append(_device(one, shown, heads.get(one.tenant_id)))
    checked = [heads[tenant_id] for tenant_id in meanings if tenant_id in heads]
    rules = rule_heads(loaded, asked.seen)
    return ComplianceReport(
        at=asked.now,
        rules=_worst_rules(rules, devices),
        devices=_worst_devices(rules, devices),
        problems=told_to(loaded.problems, asked.seen),
        checked_at=min(checked) if len(checked) == len(meanings) and checked else None,
    )


def rule_heads(loaded: Loaded, seen: Seen) -> tuple[RuleHead, ...]:
    """All rules that hold for somebody in scope, and those that are switched off; by id."""
    off = _off(loaded)
    in_force = [
        *loaded.common.rules,
        *(
            rule
            for tenant_id, rules in loaded.own.items()
            for rule in rules.for_tenant(tenant_id)
            if rule.tenant_id
        ),
    ]
    known = {(rule.id, rule.tenant_id) for rule in in_force}
    switched = [
        rule
        for file in loaded.files
        for rule in file.rules
        if (rule.id, rule.tenant_id) not in known and "*" in off.get(rule.id, ())
    ]
    found = {
        (rule.id, rule.tenant_id): head_of(
            rule,
            source=source_of(rule),
            slugs=loaded.slugs,
            seen=seen,
            off_for=off.get(rule.id, ()),
        )
        for rule in [*switched, *in_force]
        if concerns(rule, seen)
    }
    return tuple(sorted(found.values(), key=lambda head: (head.id, head.tenant or "")))


def told_to(problems: Sequence[RuleProblem], seen: Seen) -> tuple[RuleProblem, ...]:
    """As whoever asks may read them: of the provider's files a tenant learns that they are broken."""
    if seen is None:
        return tuple(problems)
    own = [one for one in problems if one.tenant is not None]
    broken = {one.file: one for one in problems if one.tenant is None}
    former = {"former": "as it was before, it holds", "none": "its rules at fault are not judged"}
    return (
        *own,
        *(
            RuleProblem(
                file=one.file,
                tenant=None,
                message=f"a rule file of the provider is broken; {former[one.in_force]}",
                in_force=one.in_force,
            )
            for one in broken.values()
        ),
    )


def _off(loaded: Loaded) -> Mapping[str, tuple[str, ...]]:
    """Who does without a rule, by its id: slugs of tenants, `*` for all."""
    found: dict[str, list[str]] = {}
    files: Sequence[RuleFile] = loaded.files
    for file in files:
        by = loaded.slugs.get(file.tenant_id, "") if file.tenant_id else "*"
        for rule_id in file.off:
            found.setdefault(rule_id, []).append(by)
    return {rule_id: tuple(by) for rule_id, by in found.items()}


def _device(
    one: Standing, cells: Mapping[str, Cell], checked_at: datetime | None
) -> DeviceCompliance:
    known = [at for at in (one.judged_at, checked_at if one.judged_at else None) if at]
    return DeviceCompliance(
        device_id=one.device_id,
        tenant=one.tenant,
        site=one.site,
        hostname=one.hostname,
        platform=one.platform,
        role=one.role,
        copy_at=one.copy_at,
        checked_at=max(known) if known else None,
        revision=one.commit or None,
        number=one.number,
        cells=cells,
    )


def _worst_rules(
    rules: Sequence[RuleHead], devices: Sequence[DeviceCompliance]
) -> tuple[RuleHead, ...]:
    """Those that any of the devices has a cell of."""
    broken: Counter[str] = Counter()
    used: dict[str, set[str]] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for one in devices:
        broken.update([i for i, cell in one.cells.items() if cell.state == "non_compliant"])
        ids = tuple(one.cells)
        if (one.tenant, ids) not in seen:  # devices of a tenant mostly have the same rules
            seen.add((one.tenant, ids))
            for rule_id in ids:
                used.setdefault(rule_id, set()).add(one.tenant)
    own = {(rule.id, rule.tenant) for rule in rules if rule.tenant is not None}
    kept = [
        rule
        for rule in rules
        if (tenants := used.get(rule.id))
        and (
            rule.tenant in tenants
            if rule.tenant is not None
            else any((rule.id, tenant) not in own for tenant in tenants)
        )
    ]
    return tuple(
        sorted(kept, key=lambda r: (-_grave(r.severity) * (broken[r.id] > 0), -broken[r.id], r.id))
    )


def _worst_devices(
    rules: Sequence[RuleHead], devices: Sequence[DeviceCompliance]
) -> tuple[DeviceCompliance, ...]:
    graves = {rule.id: _grave(rule.severity) for rule in rules}

    def order(one: DeviceCompliance) -> tuple[str, int, int, int, str]:
        bad = [graves.get(i, 0) for i, cell in one.cells.items() if cell.state == "non_compliant"]
        unknown = sum(cell.state in {"not_evaluated", "stale"} for cell in one.cells.values())
        return one.tenant, -max(bad, default=-1), -len(bad), -unknown, one.hostname

    return tuple(sorted(devices, key=order))


def _grave(severity: Severity) -> int:
    return SEVERITIES.index(severity) + 1
