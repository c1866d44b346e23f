"""A tenant sees its own and nothing else, whatever way a question is put."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    aliased,
    joinedload,
    lazyload,
    relationship,
    selectinload,
    subqueryload,
)

from netwb.errors import NotPermittedError, StoreError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.store.database import Database
from netwb.store.inserting import insert_absent, insert_many, upsert
from netwb.store.models import Base, DeviceRow, HostKeyRow, SiteRow, TenantOwned, TenantRow
from tests.store.conftest import KINDS, fresh_url
from tests.store.rows import OWNED, add_tenant_with_one_row_of_each, new_tenant

SITES = Base.metadata.tables["site"]
SITE_VALUES: dict[str, Any] = {
    "slug": "s",
    "name": "s",
    "status": "active",
    "created_at": datetime(2026, 3, 1, tzinfo=UTC),
}
OURS = Scope(frozenset({"t-a"}))


def fill(database: Database) -> Database:
    with database.writing(ALL_TENANTS) as session:
        add_tenant_with_one_row_of_each(session, "t-a")
        add_tenant_with_one_row_of_each(session, "t-b")
    return database


@pytest.fixture
def two_tenants(database: Database) -> Database:
    """Two tenants with a row in every table of theirs, to be changed."""
    return fill(database)


@pytest.fixture(scope="module", params=KINDS)
def two_to_read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """The same, to be read only; made once."""
    with closing(Database(fresh_url(request, tmp_path_factory.mktemp("read")))) as database:
        yield fill(database)


def every_row(session: Session, cls: Any) -> list[Any]:
    return [row.tenant_id for row in session.scalars(select(cls))]


def columns(session: Session, cls: Any) -> list[Any]:
    return list(session.scalars(select(cls.tenant_id)))


def alias(session: Session, cls: Any) -> list[Any]:
    other = aliased(cls)
    return list(session.scalars(select(other.tenant_id)))


def alias_of_subquery(session: Session, cls: Any) -> list[Any]:
    other = aliased(cls, select(cls).subquery())
    return list(session.scalars(select(other.tenant_id)))


def self_join(session: Session, cls: Any) -> list[Any]:
    other = aliased(cls)
    return list(
        session.scalars(select(other.tenant_id).select_from(cls).join(other, literal(True)))
    )


def tenant_joined(session: Session, cls: Any) -> list[Any]:
    return list(session.scalars(select(cls.tenant_id).join(TenantRow, literal(True))))


def outer_joined(session: Session, cls: Any) -> list[Any]:
    query = select(cls.tenant_id).select_from(TenantRow).outerjoin(cls, literal(True))
    return list(session.scalars(query))


def subquery(session: Session, cls: Any) -> list[Any]:
    return list(session.scalars(select(select(cls.tenant_id).subquery().c.tenant_id)))


def common_table(session: Session, cls: Any) -> list[Any]:
    return list(session.scalars(select(select(cls.tenant_id).cte().c.tenant_id)))


def union(session: Session, cls: Any) -> list[Any]:
    other = aliased(cls)
    return list(session.scalars(union_all(select(cls.tenant_id), select(other.tenant_id))))


def grouped(session: Session, cls: Any) -> list[Any]:
    return list(session.scalars(select(cls.tenant_id).group_by(cls.tenant_id)))


def ordered_and_limited(session: Session, cls: Any) -> list[Any]:
    return list(session.scalars(select(cls.tenant_id).order_by(cls.tenant_id.desc()).limit(1)))


def legacy_query(session: Session, cls: Any) -> list[Any]:
    return [row.tenant_id for row in session.query(cls)]


def streamed(session: Session, cls: Any) -> list[Any]:
    return [row.tenant_id for row in session.scalars(select(cls).execution_options(yield_per=1))]


QUESTIONS = [
    every_row,
    columns,
    alias,
    alias_of_subquery,
    self_join,
    tenant_joined,
    outer_joined,
    subquery,
    common_table,
    union,
    grouped,
    ordered_and_limited,
    legacy_query,
    streamed,
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_no_way_of_asking_gives_a_foreign_row(
    two_to_read: Database, ask: Callable[[Session, Any], list[Any]]
) -> None:
    for cls in OWNED:
        with two_to_read.reading(OURS) as session:
            assert set(ask(session, cls)) == {"t-a"}, cls
        with two_to_read.reading(NO_TENANT) as session:
            assert set(ask(session, cls)) <= {None}, cls
        with two_to_read.reading(ALL_TENANTS) as session:
            assert set(ask(session, cls)) & {"t-b"}, cls


def test_counts_count_the_own_rows_alone(two_to_read: Database) -> None:
    for cls in OWNED:
        with two_to_read.reading(ALL_TENANTS) as session:
            own = session.scalar(select(func.count(cls.tenant_id)).where(cls.tenant_id == "t-a"))
        with two_to_read.reading(OURS) as session:
            assert session.scalar(select(func.count()).select_from(cls)) == own, cls
            assert (
                session.scalar(select(select(func.count(cls.tenant_id)).scalar_subquery())) == own
            )
            assert session.query(cls).count() == own
        assert own, cls


def test_a_foreign_row_does_not_even_exist(two_to_read: Database) -> None:
    for cls in OWNED:
        with two_to_read.reading(OURS) as session:
            assert session.scalar(select(exists().where(cls.tenant_id == "t-b"))) is False
            assert (
                session.scalar(select(exists(select(cls).where(cls.tenant_id == "t-b")))) is False
            )


def test_get_by_key_gives_none_for_a_foreign_row(two_to_read: Database) -> None:
    for cls in OWNED:
        with two_to_read.reading(ALL_TENANTS) as session:
            keys = {row.tenant_id: inspect(row).identity for row in session.scalars(select(cls))}

        with two_to_read.reading(OURS) as session:
            assert session.get(cls, keys["t-a"]) is not None
            assert session.get(cls, keys["t-b"]) is None, cls


def test_the_list_of_tenants_is_narrowed_too(two_to_read: Database) -> None:
    with two_to_read.reading(OURS) as session:
        assert list(session.scalars(select(TenantRow.id))) == ["t-a"]
        assert session.get(TenantRow, "t-b") is None


def test_scopes_that_follow_each_other_do_not_share_what_was_cached(two_to_read: Database) -> None:
    answers = []
    for tenants in [{"t-a"}, {"t-b"}, set(), {"t-a", "t-b"}, {"t-b"}]:
        with two_to_read.reading(Scope(frozenset(tenants))) as session:
            answers.append(sorted(session.scalars(select(SiteRow.tenant_id))))

    assert answers == [["t-a"], ["t-b"], [], ["t-a", "t-b"], ["t-b"]]


def test_bulk_update_touches_own_rows_alone(two_tenants: Database) -> None:
    with two_tenants.writing(OURS) as session:
        session.execute(update(SiteRow).values(name="renamed"))
        session.query(SiteRow).filter_by(id="t-b").update({"name": "renamed"})

    with two_tenants.reading(ALL_TENANTS) as session:
        names = dict(session.execute(select(SiteRow.tenant_id, SiteRow.name)).all())
    assert names == {"t-a": "renamed", "t-b": "t-b"}


def test_bulk_delete_touches_own_rows_alone(two_tenants: Database) -> None:
    with two_tenants.writing(OURS) as session:
        session.execute(delete(HostKeyRow))
        session.query(HostKeyRow).filter_by(tenant_id="t-b").delete()

    with two_tenants.reading(ALL_TENANTS) as session:
        assert list(session.scalars(select(HostKeyRow.tenant_id))) == ["t-b"]


def test_a_row_cannot_be_added_to_a_foreign_tenant(two_tenants: Database) -> None:
    key = {"device_id": "t-b", "key": "k", "fingerprint": "f", "trusted_by": "ana"}
    at = new_tenant("x").created_at

    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        session.add(HostKeyRow(tenant_id="t-b", trusted_at=at, **key))
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        session.execute(insert(HostKeyRow), [{"tenant_id": "t-b", "trusted_at": at, **key}])
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        insert_many(session, HostKeyRow, [{"tenant_id": "t-b", "trusted_at": at, **key}])
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        session.execute(insert(HostKeyRow).values(tenant_id="t-b", trusted_at=at, **key))
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        session.execute(insert(HostKeyRow).values([{"tenant_id": "t-b", "trusted_at": at, **key}]))
    with two_tenants.writing(OURS) as session:
        session.execute(
            insert(HostKeyRow), [{"tenant_id": "t-a", "trusted_at": at, **key, "device_id": "t-a"}]
        )
        insert_many(
            session,
            HostKeyRow,
            [{"tenant_id": "t-a", "trusted_at": at, **key, "device_id": "t-a"}],
        )

    with two_tenants.reading(ALL_TENANTS) as session:
        assert sorted(session.scalars(select(HostKeyRow.tenant_id))) == [*["t-a"] * 3, "t-b"]


def test_a_row_cannot_be_moved_to_a_foreign_tenant(two_tenants: Database) -> None:
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        session.get_one(SiteRow, "t-a").tenant_id = "t-b"
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        session.execute(update(SiteRow).values(tenant_id="t-b"))


def upsert_over_a_foreign_row(session: Session) -> None:
    values = {**SITE_VALUES, "id": "t-b", "tenant_id": "t-a"}
    insert_site = upsert(session, SiteRow).values(**values)
    session.execute(
        insert_site.on_conflict_do_update(index_elements=["id"], set_={"name": "ours now"})
    )


def insert_from_select(session: Session) -> None:
    columns = ["id", "tenant_id", *SITE_VALUES]
    row = select(literal("new"), literal("t-b"), *map(literal, SITE_VALUES.values()))
    session.execute(insert(SiteRow).from_select(columns, row))


def update_by_keys(session: Session) -> None:
    session.execute(update(SiteRow), [{"id": "t-b", "name": "ours now"}])


@pytest.mark.parametrize("write", [upsert_over_a_foreign_row, insert_from_select, update_by_keys])
def test_a_write_that_hides_its_rows_is_refused(
    two_tenants: Database, write: Callable[[Session], None]
) -> None:
    with pytest.raises(StoreError, match="hides which rows"), two_tenants.writing(OURS) as session:
        write(session)


def test_an_upsert_of_own_rows_that_changes_nothing_passes(two_tenants: Database) -> None:
    with two_tenants.writing(OURS) as session:
        insert_absent(session, SiteRow(id="t-a", tenant_id="t-a", **SITE_VALUES))
        insert_absent(session, SiteRow(id="new", tenant_id="t-a", **{**SITE_VALUES, "slug": "n"}))
    with pytest.raises(NotPermittedError), two_tenants.writing(OURS) as session:
        insert_absent(session, SiteRow(id="new2", tenant_id="t-b", **SITE_VALUES))

    with two_tenants.reading(ALL_TENANTS) as session:
        assert sorted(session.scalars(select(SiteRow.id))) == ["new", "t-a", "t-b"]


@pytest.mark.parametrize(
    "statement",
    [
        text("select id from site"),
        select(SITES),
        select(SITES.c.id),
        delete(SITES),
        update(SITES).values(name="x"),
        select(text("id")).select_from(text("site")),
    ],
    ids=["text", "table", "table-column", "table-delete", "table-update", "text-parts"],
)
def test_what_cannot_be_narrowed_is_refused_in_a_narrowed_session(
    two_to_read: Database, statement: Any
) -> None:
    refused = pytest.raises(StoreError, match="no scope can narrow it")

    with refused, two_to_read.writing(OURS) as session:
        session.execute(statement)


class Elsewhere(DeclarativeBase):
    """netwb's models have no relationship today; one that is added tomorrow is narrowed as well."""


class DeviceThere(TenantOwned, Elsewhere):
    __table__ = DeviceRow.__table__


class SiteThere(TenantOwned, Elsewhere):
    __table__ = SiteRow.__table__
    devices: Mapped[list[DeviceThere]] = relationship(
        primaryjoin=DeviceRow.__table__.c.site_id == SiteRow.__table__.c.id, viewonly=True
    )


@pytest.mark.parametrize("load", [lazyload, selectinload, joinedload, subqueryload])
def test_relationships_load_own_rows_alone(two_tenants: Database, load: Callable[..., Any]) -> None:
    with two_tenants.writing(ALL_TENANTS) as session:
        session.get_one(DeviceRow, "t-b").site_id = "t-a"  # a foreign device in our site

    for scope, expected in [(OURS, {"t-a"}), (ALL_TENANTS, {"t-a", "t-b"})]:
        with two_tenants.reading(scope) as session:
            query = select(SiteThere).where(SITES.c.id == "t-a").options(load(SiteThere.devices))
            site = session.scalars(query).unique().one()
            assert {device.tenant_id for device in site.devices} == expected


def test_every_table_with_a_tenant_is_narrowed_or_says_why_not() -> None:
    named = {
        mapper.class_.__name__
        for mapper in Base.registry.mappers
        if "tenant_id" in mapper.columns and mapper.class_ not in OWNED
    }

    # Filtered by their own modules, because their tenant may be empty; the others are scopes
    # themselves. Who reads them is held by `test_raw_selects`.
    scopes = {"UserTenantRow", "TokenTenantRow", "WallTenantRow"}
    work = {"JobRow", "ScheduleRow", "BlackoutRow", "FiringRow", "TallyRow"}
    told = {"NoticeRow", "StandingRow", "NotifyTargetRow", "DeliveryRow"}
    assert named == {"AuditRow", "DenialRow", "KeyRow"} | scopes | work | told
