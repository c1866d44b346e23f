"""Counts that only rise, for whoever draws rates from them: a swept row is never counted back."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from netwb.roles import NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.inserting import upsert
from netwb.store.models import TallyRow

Place = tuple[str, str]  # tenant's id or "", label


def add(session: Session, name: str, amounts: Mapping[Place, int]) -> None:
    """Raise these counts, in the caller's transaction and in one order everywhere."""
    rows = [
        {"name": name, "tenant_id": tenant_id, "label": label, "value": amount}
        for (tenant_id, label), amount in sorted(amounts.items())
    ]
    if rows:
        insert = upsert(session, TallyRow).values(rows)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=[TallyRow.name, TallyRow.tenant_id, TallyRow.label],
                set_={"value": TallyRow.value + insert.excluded.value},
            )
        )


def read_tally(database: Database, scope: Scope, name: str) -> dict[Place, int]:
    """The counts of the scope's tenants; those of no tenant are for a scope of all tenants only."""
    query = select(TallyRow.tenant_id, TallyRow.label, TallyRow.value).where(TallyRow.name == name)
    if scope.tenants is not None:
        query = query.where(TallyRow.tenant_id.in_(sorted(scope.tenants - {""})))
    with database.reading(NO_TENANT) as session:
        return {(tenant, label): value for tenant, label, value in session.execute(query)}
