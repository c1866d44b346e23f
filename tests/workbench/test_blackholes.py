"""Blackholes on the facade: who may ask, approve, withdraw and pause, and what each is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from netwb.access.records import NewToken, NewUser, Origin
from netwb.errors import InputError, InventoryError, NotPermittedError, UnknownNameError
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.blackhole.engine.network import VICTIM, World, parts_of, world

ADDRESS = "203.0.113.10"
PASSWORD = "Long-Enough-For-Nobody-77"
PEOPLE = {
    "ana": (Role.ENGINEER, None),
    "ben": (Role.OPERATOR, None),
    "cy": (Role.CUSTOMER, ("acme",)),
    "dan": (Role.CUSTOMER, ("umbra",)),
    "eva": (Role.VIEWER, ("acme",)),
}


@contextmanager
def people_there(folder: Path, mode: str) -> Iterator[World]:
    """A world whose facade writes to its routers in memory, and somebody a role."""
    with world(folder, mode=mode) as made:
        parts = made.made.bench._parts
        vars(parts)["engine"] = parts_of(made.made, made.network, "host|3|facade")
        for name, (role, tenants) in PEOPLE.items():
            user = NewUser(name=name, role=role, tenants=tenants, password=PASSWORD)
            made.made.bench.add_user(user)
        yield made


@pytest.fixture
def auto(tmp_path: Path) -> Iterator[World]:
    with people_there(tmp_path, "auto") as made:
        yield made


@pytest.fixture
def asks(tmp_path: Path) -> Iterator[World]:
    """Where a person has to approve."""
    with people_there(tmp_path, "approve") as made:
        yield made


@contextmanager
def alive(there: World) -> Iterator[None]:
    """The daemon, in a thread of its own."""
    stop = Event()

    def live() -> None:
        while not stop.wait(0.01):
            there.engine.turn()

    thread = Thread(target=live)
    thread.start()
    yield
    stop.set()
    thread.join()


def by(there: World, name: str) -> Workbench:
    return there.made.bench.acting_as(name)


def by_token(there: World, owner: str) -> Workbench:
    secret = there.made.bench.issue_token(NewToken(user=owner, days=1)).secret
    return there.made.bench.request_by_token(secret, origin=Origin(address="127.0.0.1"))


def test_a_request_stands_once_the_daemon_sent_it(auto: World) -> None:
    with alive(auto):
        answer = by(auto, "ben").blackhole(ADDRESS, minutes=30, reason="CHG1")

    assert (answer.state, answer.network, answer.tenant) == ("announced", VICTIM, "acme")
    assert answer.commands["acme/trg1"] == (f"route {VICTIM} tag 666",)
    assert auto.network.stands(auto.id_of("trg1")) == [str(VICTIM)]


def test_a_dry_run_says_what_would_be_and_writes_nothing(auto: World) -> None:
    answer = by(auto, "ana").blackhole(ADDRESS, reason="CHG1", dry_run=True)
    outside = by(auto, "ana").blackhole("8.8.8.8", reason="CHG1", dry_run=True)

    assert (answer.id, answer.state) == ("", "allowed")
    assert set(answer.commands) == {"acme/trg1", "acme/trg2"}
    assert outside.state == "denied"
    assert auto.blackholes() == []


@pytest.mark.parametrize("text", ["203.0.113.0/24", "203.0.113.10/31", "::/0"])
def test_a_network_is_an_answer_of_no(auto: World, text: str) -> None:
    assert by(auto, "ana").blackhole(text, reason="x", dry_run=True).state == "denied"


def test_what_is_no_prefix_and_what_has_no_reason_is_refused(auto: World) -> None:
    for prefix, reason in (("edge1", "x"), (ADDRESS, " ")):
        with pytest.raises(InputError):
            by(auto, "ana").blackhole(prefix, reason=reason)


def test_nobody_alive_means_held(auto: World) -> None:
    auto.clock.advance(minutes=5)

    answer = by(auto, "ana").blackhole(ADDRESS, reason="CHG1")

    assert answer.state == "held"
    assert auto.network.stands(auto.id_of("trg1")) == []


def test_another_person_approves_and_a_token_counts_as_its_owner(asks: World) -> None:
    held = by(asks, "ben").blackhole(ADDRESS, reason="CHG1")
    for refused in (by(asks, "ben"), by_token(asks, "ben")):
        with pytest.raises(NotPermittedError, match="another person"):
            refused.approve(held.id)
    assert by(asks, "ben").may_approve(held.id).answer == "deny"

    with alive(asks):
        answer = by(asks, "ana").approve(held.id)

    assert held.state == "held"
    assert answer.state == "announced"
    assert [given.name for given in asks.one().approvals] == ["ana"]
    with pytest.raises(NotPermittedError, match="not held any more"):
        by(asks, "ana").approve(held.id)


def test_a_machines_request_needs_another_than_its_owner(asks: World) -> None:
    held = by_token(asks, "ana").blackhole(ADDRESS, reason="by script")

    with pytest.raises(NotPermittedError):
        by(asks, "ana").approve(held.id)
    assert by(asks, "ben").may_approve(held.id).answer == "allow"


def test_who_asked_takes_it_back_and_who_may_approve_denies(asks: World) -> None:
    first = by(asks, "ben").blackhole(ADDRESS, reason="CHG1")
    denied = by(asks, "ben").deny(first.id, reason="not needed")
    second = by(asks, "ben").blackhole(ADDRESS, reason="CHG2")
    by(asks, "ana").deny(second.id, reason="look first")

    assert denied.state == "denied"
    assert {one.end_reason for one in asks.blackholes()} == {"not needed", "look first"}


def test_an_engineer_breaks_the_glass_and_an_operator_may_not(asks: World) -> None:
    with pytest.raises(NotPermittedError):
        by(asks, "ben").blackhole(ADDRESS, reason="fire", minutes=10, break_glass=True)
    with alive(asks):
        answer = by(asks, "ana").blackhole(ADDRESS, reason="fire", minutes=10, break_glass=True)

    assert answer.state == "announced"


def test_a_customer_asks_for_its_own_where_the_policy_says_so(auto: World) -> None:
    refused = by(auto, "cy").blackhole(ADDRESS, reason="mine", dry_run=True)
    auto.made.bench.set_prefix("203.0.113.0/24", by_customer=True)
    with alive(auto):
        mine = by(auto, "cy").blackhole(ADDRESS, reason="mine")
    others = by(auto, "dan").blackhole(ADDRESS, reason="theirs", dry_run=True)

    assert refused.state == "denied"
    assert mine.state == "announced"
    assert others.state == "denied"
    assert (others.tenant, dict(others.commands)) == (None, {})
    assert [one.network for one in by(auto, "cy").blackholes()] == [VICTIM]
    assert list(by(auto, "dan").blackholes()) == []
    with pytest.raises(UnknownNameError):
        by(auto, "dan").blackhole_of(mine.id)


@pytest.mark.parametrize("address", [ADDRESS, "8.8.8.8"], ids=["another's", "nobody's"])
def test_who_asks_for_an_address_outside_of_its_scope_is_told_no(auto: World, address: str) -> None:
    auto.made.bench.set_prefix("203.0.113.0/24", by_customer=True)

    for _ in range(2):  # a second time, too
        answer = by(auto, "dan").blackhole(address, reason="theirs")

        assert (answer.id, answer.state, answer.tenant) == ("", "denied", None)
        assert answer.why
    assert list(by(auto, "dan").blackholes()) == []


@pytest.mark.parametrize("stands", ["stands already", "free"])
def test_what_one_tenant_asks_of_another_is_nothing_to_the_other(auto: World, stands: str) -> None:
    for name, tenant in (("ali", "acme"), ("ulf", "umbra")):
        user = NewUser(name=name, role=Role.ADMIN, tenants=(tenant,), password=PASSWORD)
        auto.made.bench.add_user(user)
    if stands == "stands already":
        by(auto, "ali").blackhole(ADDRESS, reason="mine", wait_s=0)
    theirs = [one.id for one in by(auto, "ali").blackholes()]

    answer = by(auto, "ulf").blackhole(ADDRESS, reason="not mine", once_key="k-1")
    again = by(auto, "ulf").blackhole(ADDRESS, reason="not mine", once_key="k-1")

    assert (answer.id, answer.state, answer.repeat) == ("", "denied", False)
    assert again == answer
    assert list(by(auto, "ulf").blackholes()) == []
    assert [one.id for one in by(auto, "ali").blackholes()] == theirs
    assert not [e for e in by(auto, "ali").audit_events() if "ulf" in str(e)]
    told = [
        (e.actor, e.action)
        for e in by(auto, "ulf").audit_events()
        if e.action.startswith("blackhole.")
    ]
    assert told == [
        ("ulf", "blackhole.request"),
        ("ulf", "blackhole.request"),
        ("system:blackhole", "blackhole.denied"),
    ]
    assert not any(id_ in str(by(auto, "ulf").audit_events()) for id_ in theirs)
    assert [one.requested_by for one in auto.blackholes() if one.tenant is None] == ["ulf"]


def test_a_customer_withdraws_what_its_own_staff_asked_for_alone(auto: World) -> None:
    auto.made.bench.set_prefix("203.0.113.0/24", by_customer=True)
    with alive(auto):
        by(auto, "ben").blackhole(ADDRESS, reason="the provider's")
        own = by(auto, "cy").blackhole("203.0.113.20", reason="mine")
        with pytest.raises(NotPermittedError, match="own staff"):
            by(auto, "cy").withdraw(ADDRESS, reason="no")
        gone = by(auto, "cy").withdraw(own.id, reason="over")

    assert gone.state == "withdrawn"


def test_a_withdrawal_works_also_where_no_daemon_lives(auto: World) -> None:
    with alive(auto):
        by(auto, "ben").blackhole(ADDRESS, reason="CHG1")
    auto.engine.leave()

    gone = by(auto, "ben").withdraw(ADDRESS, reason="over")

    assert gone.state == "withdrawn"
    assert auto.network.stands(auto.id_of("trg2")) == []
    with pytest.raises(InventoryError, match="nothing of it stands"):
        by(auto, "ben").withdraw(gone.id, reason="again")


def test_withdraw_all_is_of_the_scope_that_is_meant(auto: World) -> None:
    with alive(auto):
        for last in (20, 21, 22):
            by(auto, "ben").blackhole(f"203.0.113.{last}", reason="CHG1")
        none = by(auto, "ben").where(tenant="umbra").withdraw_all(reason="drill")
        gone = by(auto, "ben").withdraw_all(reason="drill")

    assert list(none) == []
    assert {one.state for one in gone} == {"withdrawn"}
    assert auto.network.stands(auto.id_of("trg1")) == []


def test_a_pause_holds_new_ones_and_needs_the_scope_of_all(auto: World) -> None:
    with pytest.raises(NotPermittedError):
        by(auto, "cy").pause_blackholes(reason="x")
    by(auto, "ben").pause_blackholes(reason="CHG9")
    held = by(auto, "ana").blackhole(ADDRESS, reason="CHG1")
    paused = by(auto, "ana").blackholes_running().paused
    by(auto, "ben").resume_blackholes()

    assert held.state == "held"
    assert paused is not None
    assert (paused.by, paused.why) == ("ben", "CHG9")
    with pytest.raises(InventoryError, match="not paused"):
        by(auto, "ben").resume_blackholes()


def test_the_same_key_gives_what_the_first_gave(auto: World) -> None:
    ana = by(auto, "ana")
    with alive(auto):
        first, second = (ana.blackhole(ADDRESS, reason="CHG1", once_key="k1") for _ in range(2))
    with pytest.raises(InputError):
        ana.blackhole("203.0.113.20", reason="CHG1", once_key="k1")

    assert first.id == second.id
    assert len(auto.blackholes()) == 1


def test_a_viewer_looks_and_does_nothing(auto: World) -> None:
    eva = by(auto, "eva")

    assert list(eva.blackholes()) == []
    for act in (
        lambda: eva.blackhole(ADDRESS, reason="x"),
        lambda: eva.withdraw_all(reason="x"),
        eva.reconcile,
    ):
        with pytest.raises(NotPermittedError):
            act()


def test_the_chain_is_tried_without_announcing_anything(auto: World) -> None:
    auto.network.silent.add(auto.id_of("trg2"))

    chain = by(auto, "ben").test_blackhole(ADDRESS)

    found = {one.step: one.is_good for one in chain.steps}
    assert found == {
        "guard": True,
        "expiry": True,
        "detectors": False,  # none was ever heard
        "trigger acme/trg1": True,
        "trigger acme/trg2": False,
        "edge acme/edge1": True,
    }
    assert auto.blackholes() == []
    assert {call[0] for call in auto.network.calls} <= {"list", "verify"}


def test_reconcile_reads_every_router_and_names_what_is_not_ours(auto: World) -> None:
    with alive(auto):
        found = by(auto, "ben").reconcile()

    assert [router.hostname for router in found.routers] == ["trg1", "trg2", "edge1"]
    assert (list(found.strays), found.waiting) == ([], 0)


def test_a_routers_own_words_are_for_who_may_see_addresses(auto: World) -> None:
    auto.network.silent.add(auto.id_of("trg2"))
    with alive(auto):
        by(auto, "ben").blackhole(ADDRESS, reason="CHG1")

    def said(name: str) -> set[str | None]:
        (one,) = by(auto, name).blackholes()
        return {on.said for on in (*one.routers, *by(auto, name).blackhole_of(one.id).routers)}

    assert "acme/trg2 does not answer" in said("ben")
    assert said("cy") == said("eva") == {None}
