"""The audit chain: nothing in it can be changed, taken out, swapped, cut or forged unseen."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from netwb.errors import AuditBrokenError
from netwb.roles import ALL_TENANTS, NO_TENANT, Actor, Role, Scope
from netwb.store.audit import Audit, Wanted
from netwb.store.canonical import canonical_json, instant
from netwb.store.chain import GENESIS, Head, Link, link_code, problems
from netwb.store.database import Database
from netwb.store.models import AuditHeadRow, AuditRow
from tests.store.conftest import NOON, Clock
from tests.store.processes import append_events, at_once

KEY = bytes(range(32))
ANA = Actor(name="ana", role=Role.ENGINEER, scope=ALL_TENANTS)


@pytest.fixture
def audit(database: Database, clock: Clock) -> Audit:
    return Audit(database, lambda: KEY, clock)


@pytest.fixture
def five(audit: Audit, clock: Clock) -> Audit:
    """A chain of five links, of two tenants and of none."""
    for number, tenant_id in enumerate(["t-a", "t-b", "", "t-a", "t-b"], start=1):
        audit.append(ANA, "device.set", f"edge{number}", tenant_id=tenant_id, detail={"n": number})
        clock.pass_s(1)
    return audit


def kinds(audit: Audit) -> list[tuple[int, str]]:
    return [(problem.seq, problem.kind) for problem in audit.verify().problems]


def link(session: Session, seq: int) -> AuditRow:
    return session.get_one(AuditRow, seq)


def test_an_empty_chain_is_whole(audit: Audit) -> None:
    report = audit.verify()

    assert (report.links, report.problems) == (0, ())
    assert audit.head() == report.head == "0:" + GENESIS[:16]


def test_what_was_appended_is_read_back_newest_first(five: Audit) -> None:
    events = five.events(ALL_TENANTS, limit=2)

    assert [(event.seq, event.target, event.detail) for event in events] == [
        (5, "edge5", {"n": 5}),
        (4, "edge4", {"n": 4}),
    ]
    assert events[0].at == NOON + timedelta(seconds=4)
    assert (events[0].actor, events[0].action, events[0].tenant_id) == ("ana", "device.set", "t-b")


def test_reading_goes_on_before_the_last_event_seen(five: Audit) -> None:
    assert [event.seq for event in five.events(ALL_TENANTS, limit=2, before=4)] == [3, 2]
    assert five.events(ALL_TENANTS, before=1) == ()


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (ALL_TENANTS, [5, 4, 3, 2, 1]),
        (Scope(frozenset({"t-a"})), [4, 1]),
        (Scope(frozenset({"t-a", "t-b"})), [5, 4, 2, 1]),
        (Scope(frozenset({""})), []),
        (NO_TENANT, []),
    ],
    ids=["all", "one", "both", "empty-name", "none"],
)
def test_a_scope_reads_its_own_events_alone(five: Audit, scope: Scope, expected: list[int]) -> None:
    assert [event.seq for event in five.events(scope)] == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), [5, 4, 3, 2, 1]),
        (Wanted(actor="AN"), [5, 4, 3, 2, 1]),
        (Wanted(actor="ben"), []),
        (Wanted(action="device.s"), [5, 4, 3, 2, 1]),
        (Wanted(action="device%s"), []),
        (Wanted(target="EDGE4"), [4]),
        (Wanted(target="edge_"), []),
        (Wanted(tenant_id="t-a"), [4, 1]),
        (Wanted(tenant_id="t-a", target="edge4"), [4]),
        (Wanted(tenant_id=""), [3]),
        (Wanted(since=NOON + timedelta(seconds=3)), [5, 4]),
        (Wanted(until=NOON + timedelta(seconds=1)), [1]),
        (Wanted(since=NOON + timedelta(seconds=1), until=NOON + timedelta(seconds=3)), [3, 2]),
    ],
    ids=[
        "anything",
        "part-of-an-actor",
        "another-actor",
        "part-of-an-action",
        "a-percent-is-a-letter",
        "target-in-any-case",
        "an-underscore-is-a-letter",
        "tenant",
        "tenant-and-target",
        "of-no-tenant",
        "since",
        "until",
        "between",
    ],
)
def test_events_are_narrowed_by_who_what_on_tenant_and_time(
    five: Audit, wanted: Wanted, expected: list[int]
) -> None:
    assert [event.seq for event in five.events(ALL_TENANTS, wanted=wanted)] == expected
    assert five.count(ALL_TENANTS, wanted=wanted) == len(expected)


def test_narrowing_never_widens_a_scope(five: Audit) -> None:
    own = Scope(frozenset({"t-a"}))

    assert five.events(own, wanted=Wanted(tenant_id="t-b")) == ()
    assert five.count(own, wanted=Wanted(tenant_id="t-b")) == 0
    assert five.count(own) == 2


def test_an_untouched_chain_is_whole(five: Audit) -> None:
    report = five.verify(witnesses=[five.head()])

    assert (report.links, report.head, report.problems) == (5, five.head(), ())


@pytest.mark.parametrize(
    "column", ["actor", "action", "tenant_id", "target", "detail", "at", "mac", "previous"]
)
def test_a_changed_field_is_found(database: Database, five: Audit, column: str) -> None:
    with database.writing(ALL_TENANTS) as session:
        new = NOON if column == "at" else "{}"
        setattr(link(session, 3), column, new)

    assert (3, "changed") in kinds(five)


def test_a_removed_link_is_found(database: Database, five: Audit) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.delete(link(session, 3))

    assert kinds(five) == [(4, "missing")]


def test_a_removed_link_whose_gap_was_closed_is_found(database: Database, five: Audit) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.delete(link(session, 3))
        session.flush()
        for seq in (4, 5):
            session.execute(update(AuditRow).where(AuditRow.seq == seq).values(seq=seq - 1))

    assert {(3, "misplaced"), (3, "changed"), (4, "changed")} <= set(kinds(five))


def test_a_removed_tail_is_found(database: Database, five: Audit) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.execute(delete(AuditRow).where(AuditRow.seq > 3))

    assert kinds(five) == [(5, "cut")]


def test_swapped_links_are_found(database: Database, five: Audit) -> None:
    with database.writing(ALL_TENANTS) as session:
        for old, new in [(2, 99), (3, 2), (99, 3)]:
            session.execute(update(AuditRow).where(AuditRow.seq == old).values(seq=new))

    assert {(2, "changed"), (3, "changed")} <= set(kinds(five))


def test_a_forged_link_is_found(database: Database, five: Audit) -> None:
    with database.writing(ALL_TENANTS) as session:
        last = link(session, 5)
        forged = {"at": NOON, "actor": "eve", "action": "x", "tenant_id": "", "target": "x"}
        session.add(AuditRow(seq=6, detail="{}", previous=last.mac, mac="f" * 64, **forged))
        head = session.get_one(AuditHeadRow, 1)
        head.seq, head.mac = 6, "f" * 64

    assert kinds(five) == [(6, "changed")]


def test_a_tail_cut_together_with_its_head_is_found_by_a_witness(
    database: Database, five: Audit
) -> None:
    noted = five.head()  # as in a commit's trailer
    with database.writing(ALL_TENANTS) as session:
        session.execute(delete(AuditRow).where(AuditRow.seq > 3))
        head = session.get_one(AuditHeadRow, 1)
        head.seq, head.mac = 3, link(session, 3).mac

    assert kinds(five) == []
    assert [p.kind for p in five.verify(witnesses=[noted]).problems] == ["unwitnessed"]


def test_a_lost_head_is_found_and_nothing_more_is_appended(database: Database, five: Audit) -> None:
    with database.writing(ALL_TENANTS) as session:
        session.execute(delete(AuditHeadRow))

    assert kinds(five) == [(5, "head")]
    with pytest.raises(AuditBrokenError, match="lost its head"):
        five.append("ana", "x", "y")
    with pytest.raises(AuditBrokenError, match="lost its head"):
        five.head()


def test_another_key_finds_every_link_wrong(database: Database, five: Audit, clock: Clock) -> None:
    report = Audit(database, lambda: b"\x01" * 32, clock).verify()

    assert [problem.kind for problem in report.problems] == ["changed"] * 5
    assert five.verify().problems == ()


def test_an_event_in_the_callers_transaction_shares_its_fate(
    database: Database, five: Audit
) -> None:
    def fail_after_appending() -> None:
        with database.writing(NO_TENANT) as session:
            five.append_in(session, "ana", "device.set", "edge1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_appending()

    with database.writing(NO_TENANT) as session:
        five.append_in(session, "ana", "device.set", "edge1")
        five.append_in(session, "ana", "device.set", "edge2")

    assert [event.seq for event in five.events(ALL_TENANTS)] == [7, 6, 5, 4, 3, 2, 1]
    assert five.verify().problems == ()


@pytest.mark.parametrize(
    "name", ["a\x00b", "half \udc80", "é\u2028\U0001f600", ""], ids=["nul", "half", "wide", "empty"]
)
def test_no_odd_text_keeps_an_event_out(audit: Audit, name: str) -> None:
    audit.append(name, "login.refused", name, detail={name: [name, 1.5, None, True]})

    assert audit.verify().problems == ()
    assert audit.events(ALL_TENANTS)[0].detail == {name: [name, 1.5, None, True]}


def test_four_processes_that_append_at_once_make_one_chain(
    url: str, database: Database, clock: Clock
) -> None:
    at_once(4, append_events, url, KEY, 25)

    report = Audit(database, lambda: KEY, clock).verify()
    assert (report.links, report.problems) == (100, ())
    with database.reading(ALL_TENANTS) as session:
        actors = list(session.scalars(select(AuditRow.actor)))
    assert [actors.count(f"process-{number}") for number in range(4)] == [25] * 4


def test_the_code_of_a_link_is_what_it_was_in_the_first_netwb() -> None:
    """A chain outlives the code: these bytes may never come out otherwise."""
    first = Link(
        seq=1,
        at=datetime(2026, 3, 1, 13, 0, tzinfo=timezone(timedelta(hours=1))),
        actor="ana",
        action="device.set",
        tenant_id="",
        target="é",
        detail='{"a":1}',
        previous=GENESIS,
    )

    written = (
        '{"action":"device.set","actor":"ana","at":"2026-03-01T12:00:00.000000Z",'
        f'"detail":"{{\\"a\\":1}}","previous":"{GENESIS}","seq":1,"target":"é","tenant_id":""}}'
    )
    assert link_code(KEY, first) == hmac.digest(KEY, written.encode(), "sha256").hex()


def test_canonical_json_has_one_form() -> None:
    assert canonical_json({"b": [1, "é"], "a": {"y": None, "x": True}}) == (
        '{"a":{"x":true,"y":null},"b":[1,"é"]}'
    )
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"a": float("nan")})


@given(st.datetimes(timezones=st.timezones()))
def test_an_instant_has_one_form_of_one_length(at: datetime) -> None:
    written = instant(at)

    assert len(written) == 27
    assert written.endswith("Z")
    assert written == instant(at.astimezone(UTC))


def chain(count: int) -> tuple[list[Link], Head]:
    links: list[Link] = []
    last = Head(seq=0, mac=GENESIS)
    for seq in range(1, count + 1):
        new = Link(
            seq=seq,
            at=NOON,
            actor="a",
            action="b",
            tenant_id="",
            target=str(seq),
            detail=json.dumps({}),
            previous=last.mac,
        )
        new = replace(new, mac=link_code(KEY, new))
        last = Head(seq=seq, mac=new.mac)
        links.append(new)
    return links, last


def swap(links: list[Link], at: int) -> list[Link]:
    """Exchange what two neighbours hold, each keeping its own number and code."""
    one, two = links[at], links[at + 1]
    return [*links[:at], replace(two, seq=one.seq), replace(one, seq=two.seq), *links[at + 2 :]]


HARMS: dict[str, Callable[[list[Link], int], list[Link]]] = {
    "drop": lambda links, at: links[:at] + links[at + 1 :],
    "cut": lambda links, at: links[:at],
    "swap": swap,
    "double": lambda links, at: [*links[: at + 1], *links[at:]],
    "change": lambda links, at: [*links[:at], replace(links[at], actor="e"), *links[at + 1 :]],
    "later": lambda links, at: [
        *links[:at],
        replace(links[at], at=NOON + timedelta(microseconds=1)),
        *links[at + 1 :],
    ],
}


@pytest.mark.parametrize("harm", HARMS)
@given(count=st.integers(2, 12), data=st.data())
def test_any_harm_anywhere_is_found(harm: str, count: int, data: st.DataObject) -> None:
    links, head = chain(count)
    at = data.draw(st.integers(0, count - 2))

    assert list(problems(KEY, links, head)) == []
    assert list(problems(KEY, HARMS[harm](links, at), head))
