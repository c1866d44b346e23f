"""How many cells of each state there were when tenants were counted last: two statements, however many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import and_, func, select

from netwb.roles import Scope
from netwb.store.database import Database
from netwb.store.models import ComplianceDayRow


def newest_counts(database: Database, scope: Scope) -> Mapping[str, int]:
    """Sums over the scope's tenants by state; a tenant that was never counted adds nothing."""
    newest = (
        select(ComplianceDayRow.tenant_id, func.max(ComplianceDayRow.day).label("day"))
        .group_by(ComplianceDayRow.tenant_id)
        .subquery()
    )
    asked = select(ComplianceDayRow.counts).join(
        newest,
        and_(
            ComplianceDayRow.tenant_id == newest.c.tenant_id, ComplianceDayRow.day == newest.c.day
        ),
    )
    found: Counter[str] = Counter()
    with database.reading(scope) as session:
        for counts in session.scalars(asked):
            found.update({state: int(many) for state, many in counts.items()})
    return found
