"""What the ledger tells: to each tenant its own, to the engine what there is to do, in few statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from netwb.blackhole.ledger.reading import Wanted
from netwb.blackhole.records import Entry, OnRouter
from netwb.errors import UnknownNameError
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from tests.benches import Rig
from tests.blackhole.ledger.ground import WITHIN, attacks, begin, tenant_id, trigger


@contextmanager
def counted() -> Iterator[list[str]]:
    """Selects that were asked meanwhile."""
    asked: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def ended(made: Rig, entry: Entry) -> Entry:
    ledger = attacks(made).ledger
    for state in ("announced", "withdrawing", "expired"):
        moved = ledger.move(entry, state)
        assert moved is not None
        entry = moved
    return entry


def test_a_tenant_reads_its_own_and_nobody_else_what_is_nobodys(made: Rig) -> None:
    ledger = attacks(made).ledger
    acme = begin(made, "203.0.113.10/32").blackhole
    umbra = begin(made, "198.51.100.10/32", tenant="umbra").blackhole
    nobodys = begin(made, "192.0.2.10/32", "deny", tenant=None).blackhole
    ours = Scope(frozenset({tenant_id(made, "acme")}))

    assert [one.id for one in ledger.list(ours)] == [acme.id]
    assert ledger.get(ours, acme.id).tenant == "acme"
    assert {one.id for one in ledger.list(ALL_TENANTS)} == {acme.id, umbra.id, nobodys.id}
    assert ledger.list(NO_TENANT) == ()
    assert sum(ledger.counts(ours).values()) == 1
    assert sum(ledger.counts(ALL_TENANTS).values()) == 3
    for foreign in (umbra.id, nobodys.id):
        with pytest.raises(UnknownNameError):
            ledger.get(ours, foreign)


def test_a_tenant_reads_no_name_of_its_providers_routers(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made, "198.51.100.10/32", tenant="umbra")
    moved = ledger.move(entry, "announced", commands={"acme/trg1": ["x"], "umbra/trg2": ["y"]})
    assert moved is not None
    for device in ("acme/trg1", "umbra/trg2"):
        stood = OnRouter(router=trigger(made, device), state="announced", said="told by it")
        ledger.note_routers(entry.blackhole.id, [stood])

    theirs = ledger.get(Scope(frozenset({tenant_id(made, "umbra")})), entry.blackhole.id)
    whole = ledger.get(ALL_TENANTS, entry.blackhole.id)

    assert [one.router.label for one in theirs.routers] == ["umbra/trg2"]
    assert set(theirs.commands) == {"umbra/trg2"}
    assert [one.router.label for one in whole.routers] == ["acme/trg1", "umbra/trg2"]
    assert set(whole.commands) == {"acme/trg1", "umbra/trg2"}


def test_pages_go_on_behind_the_last_one_and_filters_narrow(made: Rig) -> None:
    ledger = attacks(made).ledger
    for number in range(5):
        begin(made, f"203.0.113.{number + 10}/32", "hold" if number % 2 else "allow")
        made.clock.advance(seconds=number % 2)  # some at the very same instant

    first = ledger.list(ALL_TENANTS, limit=2)
    place = (first[-1].requested_at, first[-1].id)
    rest = ledger.list(ALL_TENANTS, limit=10, after=place)

    assert len({one.id for one in (*first, *rest)}) == 5
    assert len(ledger.list(ALL_TENANTS, Wanted(states={"held"}))) == 2
    host = Wanted(network=ip_network("203.0.113.12/32"))
    assert [str(one.network) for one in ledger.list(ALL_TENANTS, host)] == ["203.0.113.12/32"]
    assert ledger.list(ALL_TENANTS, Wanted(alarm=False)) == ()
    assert ledger.list(ALL_TENANTS, Wanted(site_id="s-1")) == ()


def test_a_time_has_those_that_were_open_in_it(made: Rig) -> None:
    ledger = attacks(made).ledger
    early = made.clock()
    done = ended(made, begin(made)).blackhole
    made.clock.advance(hours=1)
    open_ = begin(made, "203.0.113.11/32").blackhole

    def ids(**times: object) -> set[str]:
        return {one.id for one in ledger.list(ALL_TENANTS, Wanted(**times))}  # type: ignore[arg-type]

    assert ids(since=early + timedelta(minutes=30)) == {open_.id}
    assert ids(until=early + timedelta(minutes=30)) == {done.id}
    assert ids(since=early, until=made.clock()) == {done.id, open_.id}


def test_standing_tells_what_is_being_taken_back(made: Rig) -> None:
    ledger = attacks(made).ledger
    announced = ledger.move(begin(made), "announced")
    assert announced is not None
    before = ledger.standing(WITHIN)
    ledger.move(announced, "withdrawing")

    assert [one.withdrawing for one in (*before, *ledger.standing(WITHIN))] == [False, True]


def test_standing_is_what_stands_and_what_ended_lately_in_one_statement(made: Rig) -> None:
    ledger = attacks(made).ledger
    ended(made, begin(made))
    began = made.clock()
    made.clock.advance(hours=1)
    begin(made, "203.0.113.11/32")
    begin(made, "203.0.113.12/32", "hold")
    begin(made, "203.0.113.13/32", "deny")

    with counted() as asked:
        found = {str(one.network): one for one in ledger.standing(WITHIN)}

    assert len(asked) == 1
    assert set(found) == {"203.0.113.10/32", "203.0.113.11/32"}
    assert found["203.0.113.10/32"].ended_at == began
    assert found["203.0.113.11/32"].announced_at == made.clock()
    assert found["203.0.113.11/32"].tenant_id == tenant_id(made, "acme")
    made.clock.advance(hours=1, seconds=1)
    assert [str(one.network) for one in ledger.standing(WITHIN)] == ["203.0.113.11/32"]


def test_due_are_those_whose_time_is_up_the_latest_first(made: Rig) -> None:
    ledger = attacks(made).ledger
    first = begin(made)
    made.clock.advance(minutes=1)
    second = ledger.move(begin(made, "203.0.113.11/32"), "announced")
    begin(made, "203.0.113.12/32", "hold")
    assert second is not None

    assert ledger.due(made.clock()) == ()
    made.clock.advance(minutes=10)
    assert [one.blackhole.id for one in ledger.due(made.clock())] == [
        first.blackhole.id,
        second.blackhole.id,
    ]


def test_a_list_asks_no_more_for_more_rows(made: Rig) -> None:
    ledger = attacks(made).ledger
    numbers = []
    for number in range(12):
        entry = begin(made, f"203.0.113.{number + 10}/32")
        ledger.note_routers(entry.blackhole.id, [OnRouter(router=trigger(made), state="verified")])
        if number in {1, 11}:
            with counted() as asked:
                assert len(ledger.entries({"intended"})) == number + 1
            numbers.append(len(asked))

    assert numbers[0] == numbers[1] == 5
