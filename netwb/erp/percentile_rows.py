"""What port groups came to in their month, kept for who asks often: a row a tenant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from netwb.erp.status_records import GroupPercentile, Percentiles
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.models import ErpPercentileRow
from netwb.store.prepared import Prepared

_OF_TENANT = Prepared(
    select(ErpPercentileRow.as_of, ErpPercentileRow.groups).where(
        ErpPercentileRow.tenant_id == bindparam("tenant")
    )
)


def find_percentiles(database: Database, scope: Scope, tenant_id: str) -> Percentiles:
    """Those of a tenant in scope, as they were worked out last."""
    rows = database.rows(scope, _OF_TENANT, tenant=tenant_id)
    if not rows:
        return Percentiles(as_of=None)
    groups = tuple(GroupPercentile(**one) for one in rows[0].groups)
    return Percentiles(as_of=rows[0].as_of, groups=groups)


def write_percentiles(
    database: Database, found: Mapping[str, Sequence[GroupPercentile]], at: datetime
) -> None:
    """Keep those of all tenants; of one that is not among them nothing stays."""
    rows = [
        {"tenant_id": tenant_id, "as_of": at, "groups": [asdict(one) for one in groups]}
        for tenant_id, groups in sorted(found.items())
    ]
    with database.writing(ALL_TENANTS) as session:
        gone = ErpPercentileRow.tenant_id.not_in(sorted(found))
        session.execute(delete(ErpPercentileRow).where(gone))
        if rows:
            statement = upsert(session, ErpPercentileRow)
            statement = statement.on_conflict_do_update(
                index_elements=["tenant_id"],
                set_={
                    "as_of": statement.excluded.as_of,
                    "groups": statement.excluded["groups"],
                },
            )
            session.execute(statement.execution_options(dml_strategy="raw"), rows)
