"""A tenant is taken out of every table, and nothing of another one is touched."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from netwb.roles import ALL_TENANTS
from netwb.store import dump
from netwb.store.audit import Audit
from netwb.store.database import Database
from netwb.store.models import AuditRow, Base, JobRow, NotifyRouteRow, PortRow, TenantRow, UserRow
from netwb.store.purge import _LISTING, _MENTIONING, KEPT, Purge
from tests.store.conftest import Clock
from tests.store.test_dump import add_a_row_of_every_table

GONE, STAYS = "t-a", "t-b"


@pytest.fixture
def filled(database: Database) -> Database:
    with database.writing(ALL_TENANTS) as session:
        add_a_row_of_every_table(session, GONE)
        add_a_row_of_every_table(session, STAYS)
    with database.writing(ALL_TENANTS) as session:
        for user in session.scalars(select(UserRow)):
            user.wide = False
    return database


def words(database: Database) -> dict[str, bytes]:
    with database.snapshot() as connection:
        return {
            shape.name: b"\n".join(
                json.dumps(row).encode()
                for line, _ in dump.lines(connection, shape)
                for row in json.loads(line)
            )
            for shape in dump.shapes()
        }


def purged(database: Database, tenant: str = GONE) -> dict[str, int]:
    with database.writing(ALL_TENANTS) as session:
        return Purge(session, tenant).carry_out()


def test_no_table_tells_of_it_any_more_but_those_that_say_why(filled: Database) -> None:
    before = words(filled)

    purged(filled)

    after = words(filled)
    telling = {name for name, lines in after.items() if GONE.encode() in lines}
    assert telling <= KEPT.keys()
    for name in before.keys() - KEPT.keys():
        kept = [line for line in before[name].splitlines() if GONE.encode() not in line]
        assert after[name].splitlines() == kept, name


def test_a_plan_counts_what_is_then_done(filled: Database) -> None:
    with filled.reading(ALL_TENANTS) as session:
        planned = Purge(session, GONE).counts()

    assert purged(filled) == planned
    assert planned["tenant"] == 1
    assert purged(filled, "t-nobody") == {}


def test_each_exception_is_a_table_that_is_there() -> None:
    assert KEPT.keys() | _MENTIONING.keys() | _LISTING.keys() <= set(Base.metadata.tables)


def test_a_person_of_another_tenant_too_stays(filled: Database) -> None:
    with filled.writing(ALL_TENANTS) as session:
        session.get_one(UserRow, GONE).wide = True

    purged(filled)

    with filled.reading(ALL_TENANTS) as session:
        assert session.get(UserRow, GONE) is not None


def test_a_port_of_another_tenant_on_its_device_goes_with_all_of_it(filled: Database) -> None:
    with filled.writing(ALL_TENANTS) as session:
        session.get_one(PortRow, STAYS).device_id = session.get_one(PortRow, GONE).device_id

    with filled.reading(ALL_TENANTS) as session:
        planned = Purge(session, GONE).counts()

    assert purged(filled) == planned
    assert planned["port"] == planned["port_name"] == planned["port_tenant"] == 2


def test_rows_of_all_tenants_that_mention_it_go_or_forget_it(filled: Database) -> None:
    with filled.writing(ALL_TENANTS) as session:
        job = session.get_one(JobRow, STAYS)
        job.tenant_id, job.params = "", {"devices": [STAYS, GONE]}
        session.get_one(NotifyRouteRow, STAYS).tenants = [GONE, STAYS]

    purged(filled)

    with filled.reading(ALL_TENANTS) as session:
        assert session.get(JobRow, STAYS) is None
        assert session.get_one(NotifyRouteRow, STAYS).tenants == [STAYS]


def test_a_name_that_is_part_of_another_word_is_none(filled: Database) -> None:
    with filled.reading(ALL_TENANTS) as session:
        told = Purge(session, GONE).words

    assert told.are_in(f"{GONE}/edge1 was lost.")
    assert told.are_in(f'{{"tenants": ["x", "{GONE}"]}}')
    assert told.are_in(f"we speak of {GONE}.")
    assert not told.are_in(f"{GONE}x, x{GONE} and {GONE}-2")


def test_erased_links_say_nothing_and_the_chain_goes_on(database: Database) -> None:
    audit = Audit(database, lambda: b"k" * 32, Clock())
    for number in range(6):
        mine = number % 2 == 0
        audit.append("ana", "device.add", f"acme/{number}", tenant_id=GONE if mine else STAYS)
    witness = audit.head()

    with database.writing(ALL_TENANTS) as session:
        session.add(
            TenantRow(id=GONE, slug="acme", name="x", status="active", created_at=Clock()())
        )
        session.flush()
        erased = audit.erase_in(session, Purge(session, GONE).words.tell)
        audit.append_in(session, "root", "tenant.purge", GONE)

    assert erased == 3
    assert audit.verify([witness]).problems == ()
    with database.reading(ALL_TENANTS) as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.seq)).all()
        assert [row.target for row in rows] == ["", "acme/1", "", "acme/3", "", "acme/5", GONE]


@pytest.mark.parametrize(
    "changed",
    [
        {"target": "acme/9"},
        {"actor": "ben"},
        {"action": "erased", "detail": "{}", "target": "", "actor": ""},
        {"tenant_id": "t-c"},
    ],
    ids=["target", "actor", "forged-erasure", "tenant"],
)
def test_nobody_without_the_key_erases_or_writes_into_an_erased_link(
    database: Database, changed: dict[str, str]
) -> None:
    audit = Audit(database, lambda: b"k" * 32, Clock())
    audit.append("ana", "device.add", "acme/1", tenant_id=GONE)
    audit.append("ana", "device.add", "acme/2", tenant_id=GONE)
    with database.writing(ALL_TENANTS) as session:
        audit.erase_in(session, lambda link: link.seq == 1)

    with database.writing(ALL_TENANTS) as session:
        row = session.get_one(AuditRow, 2 if "detail" in changed else 1)
        for name, value in changed.items():
            setattr(row, name, value)

    assert [problem.kind for problem in audit.verify().problems] == ["changed"]
