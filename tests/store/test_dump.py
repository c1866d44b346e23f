"""Tables as lines, into either database and back: each value is what it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Interval, select
from sqlalchemy.orm import Session

from netwb.errors import StoreError
from netwb.roles import ALL_TENANTS
from netwb.store import dump, schema
from netwb.store.database import Database
from netwb.store.models import (
    AuditHeadRow,
    Base,
    CredentialRow,
    HostKeyRow,
    TenantRow,
    UserRow,
    VaultRow,
)
from tests.store.rows import new_tenant, value

Lines = dict[str, list[bytes]]


def add_a_row_of_every_table(session: Session, tenant_id: str) -> None:
    """Also of those that belong to no tenant; references point to the rows made before."""
    session.add(new_tenant(tenant_id))
    session.flush()
    for table in Base.metadata.sorted_tables:
        cls = next(m.class_ for m in Base.registry.mappers if m.local_table is table)
        if cls in {TenantRow, AuditHeadRow}:
            continue
        session.add(cls(**{column.key: value(column, tenant_id) for column in table.columns}))
        session.flush()


def dumped(database: Database) -> Lines:
    with database.snapshot() as connection:
        return {
            shape.name: [line for line, _ in dump.lines(connection, shape)]
            for shape in dump.shapes()
        }


def loaded(lines: Lines) -> Callable[[Connection], None]:
    def fill(connection: Connection) -> None:
        loader = dump.Loader(connection, dump.shapes())
        loader.begin()
        for shape in dump.shapes():
            assert loader.load(shape, lines[shape.name]) == rows_in(lines[shape.name])
        loader.finish()

    return fill


def rows_in(lines: list[bytes]) -> int:
    return sum(len(json.loads(line)) for line in lines)


def moved(lines: Lines, url: str) -> Database:
    database = Database(url)
    schema.create_filled(database, loaded(lines), at=schema.MIGRATIONS.revisions[-1])
    return database


@pytest.fixture
def filled(database: Database) -> Database:
    """Two rows of every table, and values at the edges of their kinds."""
    with database.writing(ALL_TENANTS) as session:
        add_a_row_of_every_table(session, "t-a")
        add_a_row_of_every_table(session, "t-b")
    with database.writing(ALL_TENANTS) as session:
        session.get_one(AuditHeadRow, 1).seq = 2**62 + 1
        tenant = session.get_one(TenantRow, "t-a")
        tenant.credential_id = session.scalars(select(CredentialRow.id)).first()
        tenant.name = 'Ångström "&" \N{SNOWMAN} \N{GRINNING FACE}\n\t\\'
        tenant.created_at = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
        session.scalars(select(VaultRow)).first().sealed = bytes(range(256))  # type: ignore[union-attr]
        session.get_one(UserRow, "t-a").password_at = None
    return database


def test_every_table_comes_along_into_either_database(
    filled: Database, new_url: Callable[[], str]
) -> None:
    before = dumped(filled)

    with closing(moved(before, new_url())) as there:
        after = dumped(there)
        schema.require_current(there)

    assert {name: len(rows) for name, rows in before.items() if not rows} == {}
    assert after == before


def test_what_was_moved_reads_as_what_it_was(filled: Database, new_url: Callable[[], str]) -> None:
    with closing(moved(dumped(filled), new_url())) as there, there.reading(ALL_TENANTS) as session:
        tenant = session.get_one(TenantRow, "t-a")
        sealed = {row.sealed for row in session.scalars(select(VaultRow))}

        assert tenant.name == 'Ångström "&" \N{SNOWMAN} \N{GRINNING FACE}\n\t\\'
        assert tenant.created_at == datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)
        assert tenant.credential_id is not None
        assert bytes(range(256)) in sealed
        assert session.get_one(AuditHeadRow, 1).seq == 2**62 + 1


def test_numbers_go_on_after_the_highest(filled: Database, new_url: Callable[[], str]) -> None:
    with closing(moved(dumped(filled), new_url())) as there, there.writing(ALL_TENANTS) as session:
        highest = max(session.scalars(select(HostKeyRow.id)))
        row = HostKeyRow(
            tenant_id="t-a",
            device_id="t-a",
            key="k",
            fingerprint="f",
            trusted_at=datetime(2026, 3, 1, tzinfo=UTC),
            trusted_by="ana",
        )
        session.add(row)
        session.flush()

        assert row.id == highest + 1


def test_a_snapshot_sees_nothing_of_what_is_written_meanwhile(database: Database) -> None:
    with database.snapshot() as connection:
        with database.writing(ALL_TENANTS) as session:
            session.add(new_tenant("t-late"))

        assert dump.count(connection, "tenant") == 0
    with database.snapshot() as connection:
        assert dump.count(connection, "tenant") == 1


def test_tables_of_another_kind_are_refused_and_nothing_stays(
    filled: Database, new_url: Callable[[], str]
) -> None:
    lines = dumped(filled)

    def fill(connection: Connection) -> None:
        dump.Loader(connection, dump.shapes()[1:]).begin()

    database = Database(new_url())
    with pytest.raises(StoreError, match="not those of its migration"):
        schema.create_filled(database, fill, at=schema.MIGRATIONS.revisions[-1])

    assert schema.revision(database) is None
    schema.create_filled(database, loaded(lines), at=schema.MIGRATIONS.revisions[-1])


def test_every_column_has_a_kind_that_lines_carry() -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            assert dump.kind_of(column)


def test_a_type_that_no_line_carries_is_refused() -> None:
    strange: Column[Any] = Column("strange", Interval())
    with pytest.raises(StoreError, match="no export carries"):
        dump.kind_of(strange)
