"""Firings: each time that a job is due is one row, claimed once, by whoever leads now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import pytest
from sqlalchemy import select

from netwb.errors import LeaseLostError
from netwb.notify.records import Observed
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from netwb.schedules.records import EVERYTHING, Later, Place
from netwb.store.database import Database
from netwb.store.firing_records import ALL_KEPT, KEPT, Due, Ending, Firing
from netwb.store.firings import Firings
from netwb.store.leases import Lease, Leases
from netwb.store.models import FiringRow
from netwb.store.notices import Notices
from tests.store.conftest import NOON, Clock
from tests.store.processes import at_once, claim_firing

TTL_S = 30.0
DUE = Due(job="nightly", place=EVERYTHING, at=NOON)
SOON = timedelta(minutes=1)
Ended = Literal["done", "failed"]
FATES: tuple[Ended, ...] = ("failed", "done", "failed", "failed")
WELL = Observed(subject="nightly", label="nightly", is_wrong=False)


class Side:
    """One daemon: its leases and what it sees of firings."""

    def __init__(self, database: Database, name: str, clock: Clock) -> None:
        self.leases = Leases(database, name, clock)
        self.firings = Firings(database, self.leases, Notices(database, clock), name, clock)

    def lead(self) -> Lease:
        lease = self.leases.acquire("scheduler", TTL_S)
        assert lease is not None
        return lease


@pytest.fixture
def mine(database: Database, clock: Clock) -> Side:
    return Side(database, "mine", clock)


@pytest.fixture
def theirs(database: Database, clock: Clock) -> Side:
    return Side(database, "theirs", clock)


def ended(side: Side, lease: Lease, due: Due, status: Ended) -> None:
    side.firings.end(begun(side, lease, due), Ending(status=status, said="why"))


def test_a_job_fails_since_the_first_bad_end_after_the_last_good_one(
    mine: Side, clock: Clock
) -> None:
    lease, first_bad = mine.lead(), NOON
    for n, status in enumerate(FATES):
        due = replace(DUE, at=NOON + n * SOON)
        lease = mine.lead()
        ended(mine, lease, due, status)
        first_bad = clock() if n == 2 else first_bad
        clock.pass_s(60)
    left_out = replace(DUE, at=NOON + 9 * SOON)
    lease = mine.lead()
    mine.firings.plan(lease, left_out, plan="", begin_at=left_out.at)
    mine.firings.skip(lease, left_out, left_out, missed=0, said="a black-out")

    ((firing, since),) = mine.firings.failing(ALL_TENANTS)

    assert (firing.due.at, firing.said, since) == (NOON + 3 * SOON, "why", first_bad)

    ended(mine, mine.lead(), replace(DUE, at=NOON + 10 * SOON), "done")

    assert mine.firings.failing(ALL_TENANTS) == ()


def begun(side: Side, lease: Lease, due: Due = DUE) -> Firing:
    """Planned and claimed."""
    side.firings.plan(lease, due, plan="02:00", begin_at=due.at)
    firing = side.firings.claim(lease, due, due, missed=0)
    assert firing is not None
    return firing


def statuses(side: Side) -> dict[str, str]:
    """By due time, of what is open."""
    return {f"{one.due.at:%d}": one.status for one in side.firings.open(ALL_TENANTS)}


def test_a_firing_is_planned_once_and_claimed_once(mine: Side) -> None:
    lease = mine.lead()
    firing = begun(mine, lease)

    mine.firings.plan(lease, DUE, plan="03:00", begin_at=NOON)

    assert mine.firings.claim(lease, DUE, DUE, missed=0) is None
    assert (firing.status, firing.tries, firing.epoch, firing.plan) == ("running", 1, 1, "02:00")
    assert firing.first_at == firing.started_at == NOON


def test_of_processes_that_claim_at_once_one_has_it(url: str, mine: Side) -> None:
    mine.firings.plan(mine.lead(), DUE, plan="02:00", begin_at=NOON)

    claimed = at_once(4, claim_firing, url, DUE)

    assert sorted(claimed) == [False, False, False, True]


def test_who_no_longer_leads_plans_claims_and_settles_nothing(
    mine: Side, theirs: Side, clock: Clock
) -> None:
    old = mine.lead()
    firing = begun(mine, old)
    tomorrow = replace(DUE, at=NOON + timedelta(days=1))
    mine.firings.plan(old, tomorrow, plan="02:00", begin_at=tomorrow.at)
    clock.pass_s(TTL_S)
    theirs.lead()

    acts: tuple[Callable[[], object], ...] = (
        lambda: mine.firings.plan(old, DUE, plan="", begin_at=NOON),
        lambda: mine.firings.claim(old, tomorrow, tomorrow, missed=0),
        lambda: mine.firings.skip(old, tomorrow, tomorrow, missed=0, said=""),
        lambda: mine.firings.drop(old, tomorrow),
        lambda: mine.firings.settle(old, firing, again=True, stands=WELL),
        lambda: mine.firings.forget(old),
    )
    for act in acts:
        with pytest.raises(LeaseLostError):
            act()

    assert statuses(mine) == {"01": "running", "02": "planned"}


def test_the_next_leader_finds_what_the_last_one_left_and_whose_report_comes_too_late(
    mine: Side, theirs: Side, clock: Clock
) -> None:
    firing = begun(mine, mine.lead())
    clock.pass_s(TTL_S)
    lease = theirs.lead()

    (lost,) = theirs.firings.lost(lease.epoch)
    theirs.firings.settle(lease, lost, again=True, stands=WELL)
    again = theirs.firings.claim(lease, DUE, DUE, missed=0)

    assert again is not None
    assert (again.tries, again.epoch, again.first_at) == (2, 2, NOON)
    acts: tuple[Callable[[], object], ...] = (
        lambda: mine.firings.beat(firing, TTL_S),
        lambda: mine.firings.end(firing, Ending(status="done")),
    )
    for act in acts:
        with pytest.raises(LeaseLostError):
            act()
    theirs.firings.end(again, Ending(status="done", result={"devices": 3}))
    (done,) = theirs.firings.newest(ALL_TENANTS)
    assert (done.status, done.result) == ("done", {"devices": 3})


def test_what_beats_is_not_lost_in_its_own_term(mine: Side, clock: Clock) -> None:
    lease = mine.lead()
    firing = begun(mine, lease)
    for _ in range(5):
        clock.pass_s(TTL_S / 2)
        mine.firings.beat(firing, TTL_S)
        assert mine.firings.lost(lease.epoch) == ()

    clock.pass_s(TTL_S)

    assert len(mine.firings.lost(lease.epoch)) == 1


def test_the_newest_of_those_missed_takes_the_place_of_the_one_that_was_planned(
    mine: Side,
) -> None:
    lease = mine.lead()
    mine.firings.plan(lease, DUE, plan="02:00", begin_at=NOON)
    newest = replace(DUE, at=NOON + timedelta(days=3))

    claimed = mine.firings.claim(lease, DUE, newest, missed=3)

    assert claimed is not None
    assert (claimed.due.at, claimed.missed) == (newest.at, 3)
    assert statuses(mine) == {"04": "running"}


def test_what_is_left_out_ends_as_skipped_with_its_reason(mine: Side) -> None:
    lease = mine.lead()
    mine.firings.plan(lease, DUE, plan="02:00", begin_at=NOON)

    mine.firings.skip(lease, DUE, DUE, missed=0, said="it was running still")

    (row,) = mine.firings.newest(ALL_TENANTS)
    assert (row.status, row.said) == ("skipped", "it was running still")
    assert mine.firings.claim(lease, DUE, DUE, missed=0) is None


def test_what_waits_for_a_further_try_is_claimed_again(mine: Side) -> None:
    lease = mine.lead()
    firing = begun(mine, lease)
    later = NOON + timedelta(minutes=2)

    mine.firings.end(firing, Ending(status="waiting", said="busy", begin_at=later))

    (waits,) = mine.firings.open(ALL_TENANTS)
    assert (waits.status, waits.begin_at, waits.said) == ("waiting", later, "busy")
    again = mine.firings.claim(lease, DUE, DUE, missed=0)
    assert again is not None
    assert (again.tries, again.said) == (2, "")


def test_places_that_a_night_left_out_wait_and_an_older_one_there_is_over(mine: Side) -> None:
    lease = mine.lead()
    place = Place(tenant_id="t1")
    for day in range(2):
        due = replace(DUE, at=NOON + timedelta(days=day))
        later = Later(place=place, at=due.at + timedelta(hours=4))
        mine.firings.end(begun(mine, lease, due), Ending(status="done", later=(later,)))

    waiting = [one for one in mine.firings.open(ALL_TENANTS) if one.due.place == place]
    (over,) = [one for one in mine.firings.newest(ALL_TENANTS) if one.due.place == place]
    assert [(one.due.at.day, one.status) for one in waiting] == [(2, "waiting")]
    assert (over.due.at.day, over.status) == (1, "skipped")


def test_a_person_begins_one_unless_it_runs_there(mine: Side, clock: Clock) -> None:
    first = mine.firings.begin("nightly", EVERYTHING, actor="ana", claim_s=TTL_S)
    clock.pass_s(1)

    assert first is not None
    assert (first.actor, first.epoch) == ("ana", 0)
    assert mine.firings.begin("nightly", EVERYTHING, actor="ben", claim_s=TTL_S) is None
    assert mine.firings.begin("nightly", Place(tenant_id="t1"), actor="ben", claim_s=1) is not None
    clock.pass_s(TTL_S)
    assert mine.firings.begin("nightly", EVERYTHING, actor="ben", claim_s=TTL_S) is not None


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (ALL_TENANTS, {"", "t1", "t2"}),
        (Scope(frozenset({"t1"})), {"", "t1"}),
        (NO_TENANT, {""}),
    ],
    ids=["all", "one tenant", "none"],
)
def test_a_scope_sees_its_own_firings_and_those_of_all(
    mine: Side, scope: Scope, seen: set[str]
) -> None:
    lease = mine.lead()
    for tenant in ("", "t1", "t2"):
        due = replace(DUE, place=Place(tenant_id=tenant))
        mine.firings.plan(lease, due, plan="", begin_at=NOON)

    assert {one.due.place.tenant_id for one in mine.firings.open(scope)} == seen


def end_one(mine: Side, clock: Clock, status: Ended, *, after: timedelta = SOON) -> None:
    """A firing of `push` that is due, and ends, so long after the one before."""
    clock.pass_s(after.total_seconds())
    due = Due(job="push", place=EVERYTHING, at=clock())
    mine.firings.end(begun(mine, mine.lead(), due), Ending(status=status))


def kept(database: Database) -> list[str]:
    """How those ended that are kept, the oldest first."""
    ended = select(FiringRow.status).where(FiringRow.ended_at.is_not(None))
    with database.reading(NO_TENANT) as session:
        return list(session.scalars(ended.order_by(FiringRow.due_at)))


def test_of_a_job_that_is_due_all_the_time_a_day_and_the_last_of_each_status_are_kept(
    mine: Side, database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwb.store.firings.MOST_KEPT", 3)
    each: tuple[Ended, ...] = ("done", "done", "failed", "failed", "failed", "failed")
    for status in each:
        end_one(mine, clock, status)

    mine.firings.forget(mine.lead())
    assert kept(database) == ["done", "done", "failed", "failed", "failed", "failed"]

    clock.pass_s(ALL_KEPT.total_seconds())
    mine.firings.forget(mine.lead())
    assert kept(database) == ["done", "failed", "failed", "failed"]


def test_of_a_job_that_is_due_each_night_all_are_kept_for_more_than_a_year(
    mine: Side, database: Database, clock: Clock
) -> None:
    for status in ("done", "failed", "failed", "done"):
        end_one(mine, clock, status, after=KEPT / 2)
    mine.firings.plan(mine.lead(), replace(DUE, at=clock()), plan="", begin_at=clock())

    mine.firings.forget(mine.lead())

    assert kept(database) == ["failed", "failed", "done"]
    assert len(mine.firings.open(ALL_TENANTS)) == 1
