"""What must not be stored is refused, and times come back in UTC on every database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from netwb.errors import StoreError
from netwb.roles import ALL_TENANTS
from netwb.store.database import Database
from netwb.store.models import SiteRow, TenantRow
from tests.store.rows import new_tenant


def test_a_time_of_another_zone_comes_back_in_utc_to_the_microsecond(database: Database) -> None:
    tenant = new_tenant("t-a")
    tenant.created_at = datetime(2026, 3, 1, 2, 0, 0, 123456, timezone(timedelta(hours=5.5)))

    with database.writing(ALL_TENANTS) as session:
        session.add(tenant)

    with database.reading(ALL_TENANTS) as session:
        found = session.scalars(select(TenantRow.created_at)).one()
    assert found == datetime(2026, 2, 28, 20, 30, 0, 123456, UTC)
    assert found.utcoffset() == timedelta(0)


def test_a_time_is_compared_as_an_instant(database: Database) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.add(new_tenant("t-a"))

    an_hour_before = new_tenant("x").created_at.astimezone(timezone(timedelta(hours=9)))
    an_hour_before -= timedelta(hours=1)
    with database.reading(ALL_TENANTS) as session:
        later = select(TenantRow.id).where(TenantRow.created_at > an_hour_before)
        assert session.scalars(later).all() == ["t-a"]


def test_a_naive_time_is_refused(database: Database) -> None:
    tenant = new_tenant("t-a")
    tenant.created_at = datetime(2026, 3, 1)  # noqa: DTZ001 - the fault under test

    with (
        pytest.raises(StoreError, match="has no zone"),
        database.writing(ALL_TENANTS) as session,
    ):
        session.add(tenant)


@pytest.mark.parametrize("name", ["\x00", "a\x00b"], ids=["alone", "inside"])
def test_nul_is_refused(database: Database, name: str) -> None:
    tenant = new_tenant("t-a")
    tenant.name = name

    with pytest.raises(StoreError, match="NUL byte"), database.writing(ALL_TENANTS) as session:
        session.add(tenant)


def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    site = SiteRow(
        id="s",
        tenant_id="nobody",
        slug="s",
        name="s",
        status="active",
        created_at=new_tenant("x").created_at,
    )

    with pytest.raises(IntegrityError), database.writing(ALL_TENANTS) as session:
        session.add(site)
