"""A select that is made once is narrowed as every other, or refused when it is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import bindparam, exists, func, select, union_all
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from netwb.errors import StoreError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.models import (
    DeviceRow,
    LeaseRow,
    SiteRow,
    TenantRow,
    TokenRow,
    UserRow,
    UserTenantRow,
)
from netwb.store.prepared import Prepared
from tests.store.conftest import KINDS, fresh_url
from tests.store.rows import OWNED, add_tenant_with_one_row_of_each

OURS, BOTH = Scope(frozenset({"t-a"})), Scope(frozenset({"t-a", "t-b"}))


@pytest.fixture(scope="module", params=KINDS)
def two(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Two tenants with a row in every table of theirs, to be read only."""
    with closing(Database(fresh_url(request, tmp_path_factory.mktemp("prepared")))) as database:
        with database.writing(ALL_TENANTS) as session:
            for tenant in ("t-a", "t-b"):
                add_tenant_with_one_row_of_each(session, tenant)
        yield database


@pytest.mark.parametrize("cls", OWNED, ids=lambda cls: cls.__name__)
def test_every_table_of_tenants_is_narrowed(two: Database, cls: Any) -> None:
    prepared = Prepared(select(cls.tenant_id))

    found = {
        scope: sorted({row.tenant_id for row in two.rows(scope, prepared)})
        for scope in (OURS, BOTH, ALL_TENANTS, NO_TENANT)
    }

    both = ["t-a", "t-b"]
    assert found == {OURS: ["t-a"], BOTH: both, ALL_TENANTS: both, NO_TENANT: []}


def test_values_are_bound_by_name(two: Database) -> None:
    prepared = Prepared(select(SiteRow.tenant_id).where(SiteRow.slug == bindparam("slug")))

    assert len(two.rows(ALL_TENANTS, prepared, slug="t-b")) == 1
    assert two.rows(OURS, prepared, slug="t-b") == []


def test_several_are_asked_with_the_same_values_each_narrowed(two: Database) -> None:
    sites = Prepared(select(SiteRow.tenant_id).where(SiteRow.slug == bindparam("name")))
    devices = Prepared(select(DeviceRow.tenant_id).where(DeviceRow.hostname == bindparam("name")))

    with two.asking(OURS) as ask:
        found = [list(map(tuple, ask(one, name="t-a"))) for one in (sites, devices)]
        foreign = [ask(one, name="t-b") for one in (sites, devices)]

    assert found == [[("t-a",)], [("t-a",)]]
    assert foreign == [[], []]


def test_one_that_no_tenant_owns_is_asked_as_it_is(two: Database) -> None:
    prepared = Prepared(
        select(UserRow.id, UserTenantRow.tenant_id)
        .join(TokenRow, TokenRow.user_id == UserRow.id)
        .outerjoin(UserTenantRow, UserTenantRow.user_id == UserRow.id)
    )

    assert two.rows(NO_TENANT, prepared) == []


def test_a_join_to_what_no_tenant_owns_is_narrowed(two: Database) -> None:
    prepared = Prepared(
        select(SiteRow.tenant_id).outerjoin(LeaseRow, LeaseRow.name == SiteRow.slug)
    )

    assert [row.tenant_id for row in two.rows(OURS, prepared)] == ["t-a"]


def test_each_of_several_tables_of_tenants_is_narrowed(two: Database) -> None:
    joined = select(SiteRow.tenant_id, DeviceRow.tenant_id)
    prepared = Prepared(joined.join(DeviceRow, DeviceRow.site_id == SiteRow.id))

    assert [tuple(row) for row in two.rows(OURS, prepared)] == [("t-a", "t-a")]
    assert two.rows(NO_TENANT, prepared) == []


@pytest.mark.parametrize(
    "statement",
    [
        select(SiteRow.id).outerjoin(DeviceRow, DeviceRow.site_id == SiteRow.id),
        select(TenantRow.slug),
        select(SiteRow.id).join(TenantRow, TenantRow.id == SiteRow.tenant_id),
        select(aliased(SiteRow).id),
        select(select(SiteRow).subquery()),
        select(LeaseRow.name).where(exists().where(SiteRow.slug == LeaseRow.name)),
        select(LeaseRow.name, select(func.count(SiteRow.id)).scalar_subquery()),
        select(LeaseRow.name).where(LeaseRow.name.in_(select(SiteRow.slug))),
        select(union_all(select(SiteRow.id), select(DeviceRow.id)).subquery()),
        select(select(SiteRow.id).cte()),
    ],
    ids=["outer join", "tenant", "its", "alias", "subquery", "exists", "scalar", "in", "union", "cte"],
)  # fmt: skip
def test_what_cannot_be_narrowed_is_refused_when_it_is_made(statement: Any) -> None:
    with pytest.raises(StoreError, match="cannot be narrowed"):
        Prepared(statement)


def test_it_cannot_write(two: Database) -> None:
    with two._single_reader.connect() as connection, pytest.raises(SQLAlchemyError):
        connection.execute(SiteRow.__table__.delete())  # type: ignore[attr-defined]
