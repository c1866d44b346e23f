"""Claims: each thing has one holder, and what nobody prolongs is free again."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import select, update

from netwb.roles import NO_TENANT
from netwb.store.claims import Claims
from netwb.store.database import Database
from netwb.store.leases import Leases
from netwb.store.models import LeaseRow
from tests.store.conftest import Clock
from tests.store.processes import at_once, claim_all

TTL_S = 90.0


def claims(database: Database, clock: Clock, holder: str, kind: str = "poll") -> Claims:
    return Claims(database=database, holder=holder, clock=clock, kind=kind, ttl_s=TTL_S)


@pytest.fixture
def mine(database: Database, clock: Clock) -> Claims:
    return claims(database, clock, "mine")


@pytest.fixture
def theirs(database: Database, clock: Clock) -> Claims:
    return claims(database, clock, "theirs")


def test_each_thing_is_had_by_who_asked_first(mine: Claims, theirs: Claims) -> None:
    assert mine.take(["a", "b"]) == {"a", "b"}
    assert theirs.take(["b", "c"]) == {"c"}
    assert mine.take(["a", "b", "c"]) == {"a", "b"}
    assert mine.take([]) == frozenset()


def test_what_is_not_asked_for_any_more_is_left_to_others(mine: Claims, theirs: Claims) -> None:
    mine.take(["a", "b"])

    mine.take(["a"])

    assert theirs.take(["a", "b"]) == {"b"}


def test_a_claim_that_nobody_prolongs_ends(mine: Claims, theirs: Claims, clock: Clock) -> None:
    mine.take(["a", "b"])
    clock.pass_s(TTL_S - 1)
    assert theirs.take(["a", "b"]) == frozenset()

    clock.pass_s(1)

    assert theirs.take(["a"]) == {"a"}
    assert mine.take(["a", "b"]) == {"b"}


def test_a_claim_is_kept_for_as_long_as_its_work_lasts(
    mine: Claims, theirs: Claims, clock: Clock
) -> None:
    mine.take(["a"])
    for _ in range(10):
        clock.pass_s(TTL_S / 3)
        mine.keep()

    assert theirs.take(["a"]) == frozenset()


def test_what_was_lost_is_not_kept_by_prolonging(
    mine: Claims, theirs: Claims, clock: Clock
) -> None:
    mine.take(["a"])
    clock.pass_s(TTL_S)
    theirs.take(["a"])

    mine.keep()

    assert mine.take(["a"]) == frozenset()


def test_what_is_given_back_is_free_and_leaves_no_row(
    mine: Claims, theirs: Claims, database: Database
) -> None:
    mine.take(["a", "b"])
    theirs.take(["c"])

    mine.give_back()

    with database.reading(NO_TENANT) as session:
        assert list(session.scalars(select(LeaseRow.name))) == ["poll:c"]
    assert theirs.take(["a"]) == {"a"}


def test_the_claims_of_a_process_that_is_gone_are_free_at_once(
    mine: Claims, database: Database
) -> None:
    ended = "from netwb.store.holders import holder_name as h; print(h('1'))"
    holder = subprocess.check_output([sys.executable, "-c", ended], text=True).strip()
    mine.take(["a"])
    with database.writing(NO_TENANT) as session:
        session.execute(update(LeaseRow).values(holder=holder))

    assert mine.take(["a"]) == {"a"}


def test_claims_leave_leases_and_those_of_other_kinds_alone(
    mine: Claims, database: Database, clock: Clock
) -> None:
    other = claims(database, clock, "mine", kind="poll_2")
    lease = Leases(database, "mine", clock).acquire("poll", 600)
    other.take(["a"])

    mine.take(["a"])
    mine.give_back()

    assert lease is not None
    Leases(database, "mine", clock).check(lease)
    assert claims(database, clock, "theirs", kind="poll_2").take(["a"]) == frozenset()


def test_of_processes_that_claim_at_once_one_has_each(url: str) -> None:
    ids = [f"id-{number}" for number in range(300)]

    found = at_once(4, claim_all, url, ids)

    assert sorted(one for ids_of_one in found for one in ids_of_one) == sorted(ids)
