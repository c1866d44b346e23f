"""Repeats of one denial are one event with their count."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Literal

import pytest

from netwb.access.denials import MOST_TARGETS, OTHERS, Denials
from netwb.roles import ALL_TENANTS
from netwb.store.audit import Audit, AuditEvent
from netwb.store.database import Database
from netwb.store.keyring import Keyring
from netwb.store.masterkey import MasterKey
from tests.store.conftest import Clock


@pytest.fixture
def audit(database: Database, clock: Clock) -> Audit:
    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), clock)
    return Audit(database, lambda: keyring.key("audit"), clock)


@pytest.fixture
def denials(database: Database, audit: Audit, clock: Clock) -> Denials:
    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), clock)
    return Denials(database, audit, keyring, clock)


def events(audit: Audit) -> list[AuditEvent]:
    """Oldest first."""
    return list(reversed(audit.events(ALL_TENANTS)))


def test_the_first_is_audited_at_once_and_the_rest_as_a_count(
    denials: Denials, audit: Audit, clock: Clock
) -> None:
    for _ in range(5):
        denials.note("eve", "denied.backup.run", "acme", detail={"reason": "no"})
    assert [(e.actor, e.detail) for e in events(audit)] == [("eve", {"reason": "no"})]
    denials.settle()
    assert len(events(audit)) == 1

    clock.pass_s(601)
    denials.settle()
    denials.settle()

    assert [e.detail for e in events(audit)] == [
        {"reason": "no"},
        {"reason": "no", "repeats": 4},
    ]


@pytest.mark.parametrize("repeats", ["count", "forget"])
def test_the_first_is_audited_at_once_by_a_clock_that_goes_on(
    database: Database, audit: Audit, clock: Clock, repeats: Literal["count", "forget"]
) -> None:
    def ticking() -> datetime:
        clock.pass_s(0.001)
        return clock()

    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), ticking)
    denials = Denials(database, audit, keyring, ticking)

    for _ in range(2):
        denials.note("ada", "view.as_tenant", "acme", detail={"session": "s"}, repeats=repeats)

    assert [(e.actor, e.detail) for e in events(audit)] == [("ada", {"session": "s"})]


def test_the_next_one_after_the_window_settles_the_count(
    denials: Denials, audit: Audit, clock: Clock
) -> None:
    denials.note("eve", "denied.x", "")
    denials.note("eve", "denied.x", "")
    clock.pass_s(601)

    denials.note("eve", "denied.x", "")

    assert [e.detail for e in events(audit)] == [{}, {"repeats": 1}, {}]


def test_another_actor_action_or_target_is_another_denial(denials: Denials, audit: Audit) -> None:
    for actor, action, target in [
        ("eve", "x", ""),
        ("ben", "x", ""),
        ("eve", "y", ""),
        ("eve", "x", "t"),
    ]:
        denials.note(actor, action, target)

    assert len(events(audit)) == 4


def test_what_is_forgotten_leaves_no_count(denials: Denials, audit: Audit, clock: Clock) -> None:
    denials.note("eve", "view", "acme", repeats="forget")
    denials.note("eve", "view", "acme", repeats="forget")
    clock.pass_s(601)
    denials.settle()

    assert len(events(audit)) == 1


def test_many_at_once_are_one_event_and_a_count(
    denials: Denials, audit: Audit, clock: Clock
) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: denials.note("eve", "denied.x", "acme"), range(18)))
    clock.pass_s(601)
    denials.settle()

    assert [e.detail.get("repeats") for e in events(audit)] == [None, 17]
    assert audit.verify().problems == ()


def test_a_flood_is_no_flood_of_writes(
    denials: Denials, audit: Audit, clock: Clock, database: Database
) -> None:
    denials.note("nobody", "login.refused", "a token")
    before = database.writes

    for _ in range(200):
        denials.note("nobody", "login.refused", "a token")

    assert database.writes - before <= 10  # one a second, however slow the machine
    clock.pass_s(601)
    denials.settle()
    assert [e.detail for e in events(audit)] == [{}, {"repeats": 200}]


def test_a_kind_that_another_process_settled_is_still_counted(
    database: Database, audit: Audit, denials: Denials, clock: Clock
) -> None:
    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), clock)
    other = Denials(database, audit, keyring, clock)
    denials.note("eve", "x", "")
    denials.note("eve", "x", "")
    clock.pass_s(601)
    other.settle()

    denials.settle()

    assert [e.detail.get("repeats") for e in events(audit)] == [None, 1]


def test_targets_without_end_are_some_by_name_and_a_count(
    denials: Denials, audit: Audit, clock: Clock
) -> None:
    for number in range(MOST_TARGETS + 300):
        denials.note("eve", "denied.config.view", f"device {number}", detail={"n": number})
    denials.note("eve", "denied.config.view", "device 0")
    denials.note("ana", "denied.config.view", "device 400")
    clock.pass_s(601)
    denials.settle()

    told = [(e.actor, e.target, e.detail.get("repeats")) for e in events(audit)]
    assert len(told) == MOST_TARGETS + 4
    assert {"device 0", f"device {MOST_TARGETS - 1}", OTHERS} <= {target for _, target, _ in told}
    assert (("eve", OTHERS, 299) in told, ("eve", "device 0", 1) in told) == (True, True)
    assert ("ana", "device 400", None) in told, "each actor has names of its own"
    denials.note("eve", "denied.config.view", "device 999")
    assert events(audit)[-1].target == "device 999", "a new window names anew"


def test_targets_without_end_are_as_few_by_name_in_many_processes(
    database: Database, audit: Audit, clock: Clock
) -> None:
    """Also where a process is started again and again: each begins with an empty memory."""
    keyring = Keyring(database, MasterKey(keys=(b"k" * 32,), source="test"), clock)
    for process in range(5):
        denials = Denials(database, audit, keyring, clock)
        for number in range(MOST_TARGETS):
            denials.note("eve", "denied.config.view", f"device {process} {number}")
        denials.note("eve", "denied.config.view", "device 0 0")
        denials.settle()
    clock.pass_s(601)
    Denials(database, audit, keyring, clock).settle()

    told = [(e.target, e.detail.get("repeats")) for e in events(audit)]
    assert len({target for target, _ in told}) == MOST_TARGETS + 1
    assert len(told) == MOST_TARGETS + 3
    assert {("device 0 0", 5), (OTHERS, 4 * MOST_TARGETS - 1)} <= set(told)


def test_other_targets_of_two_tenants_are_two_events(denials: Denials, audit: Audit) -> None:
    for number in range(MOST_TARGETS + 2):
        for tenant_id in ("t1", "t2"):
            denials.note("eve", "x", f"{tenant_id} {number}", tenant_id=tenant_id)

    assert sorted(e.tenant_id for e in events(audit) if e.target == OTHERS) == ["t1", "t2"]
