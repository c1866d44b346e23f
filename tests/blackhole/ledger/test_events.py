"""Events are kept once, done by one, and read by whose address it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address

import pytest

from netwb.blackhole.ledger.events import REPORT_MOST, TAKEN_FOR
from netwb.roles import ALL_TENANTS, Scope
from tests.benches import Rig
from tests.blackhole.ledger.ground import attacks, event, settle, tenant_id


@pytest.fixture
def by(made: Rig) -> str:
    """Id of a sender."""
    return made.bench.add_sender("fnm1").sender.id


def test_a_message_that_comes_twice_is_kept_once(made: Rig, by: str) -> None:
    events = attacks(made).events

    first = events.take_in(by, "m-1", event(), tenant_id=None)
    again = events.take_in(by, "m-1", event(action="unban"), tenant_id=None)

    assert (first.how, again.how) == ("new", "again")
    assert first.id == again.id
    assert [one.event.action for one in events.list(ALL_TENANTS)] == ["ban"]


def test_an_event_reads_as_it_was(made: Rig, by: str) -> None:
    said = event(
        "2001:db8:cafe::10",
        manual=True,
        observed_at=made.clock() - timedelta(seconds=3),
        pps=4450,
        attack_type="udp_flood",
        protocol="udp",
        severity="middle",
        attack_id="a-1",
        figures={"incoming_udp_pps": 2**40},
        report="words\x00 of it",
    )

    attacks(made).events.take_in(by, "m-1", said, tenant_id=tenant_id(made, "acme"))

    (kept,) = attacks(made).events.list(ALL_TENANTS)
    assert kept.event.report == "words\\x00 of it"
    assert (kept.event.figures, kept.event.pps) == (said.figures, 4450)
    assert kept.event.address == ip_address("2001:db8:cafe::10")
    assert (kept.sender, kept.tenant, kept.state) == ("fnm1", "acme", "received")
    assert kept.event.observed_at == said.observed_at


def test_a_report_that_is_too_long_is_cut_and_says_so(made: Rig, by: str) -> None:
    attacks(made).events.take_in(by, "m-1", event(report="x" * 100_000), tenant_id=None)

    (kept,) = attacks(made).events.list(ALL_TENANTS)
    assert kept.event.report.endswith("(the rest is left out)")
    assert len(kept.event.report) < REPORT_MOST + 100


def test_a_tenant_reads_of_its_own_addresses_alone(made: Rig, by: str) -> None:
    events = attacks(made).events
    acme, umbra = tenant_id(made, "acme"), tenant_id(made, "umbra")
    for message, whose in (("m-1", acme), ("m-2", umbra), ("m-3", None)):
        events.take_in(by, message, event(), tenant_id=whose)

    ours = Scope(frozenset({acme}))
    assert [one.message_id for one in events.list(ours)] == ["m-1"]
    assert len(events.list(ALL_TENANTS)) == 3
    (mine,) = events.list(ours)
    settle(made, mine.id, "held: umbra/trg2 carries 40 of ours")
    assert [one.said for one in events.list(ours)] == ["held"]
    assert events.list(ALL_TENANTS)[-1].said == "held: umbra/trg2 carries 40 of ours"


def test_what_is_taken_is_one_process_alone_until_its_time_is_up(made: Rig, by: str) -> None:
    events = attacks(made).events
    for number in range(5):
        events.take_in(by, f"m-{number}", event(), tenant_id=None)

    first = events.take(limit=3)
    assert [one.message_id for one in first] == ["m-0", "m-1", "m-2"]
    assert [one.message_id for one in events.take()] == ["m-3", "m-4"]
    assert events.take() == ()

    settle(made, first[0].id, "nothing stands for it")
    made.clock.advance(seconds=TAKEN_FOR.total_seconds() + 1)
    assert [one.message_id for one in events.take()] == ["m-1", "m-2", "m-3", "m-4"]
    settled = events.list(ALL_TENANTS)[-1]
    assert (settled.state, settled.said) == ("settled", "nothing stands for it")


def test_many_at_once_lose_nothing_and_double_nothing(made: Rig, by: str) -> None:
    events = attacks(made).events
    messages = [f"m-{number % 40}" for number in range(120)]

    def give(message: str) -> str:
        return events.take_in(by, message, event(), tenant_id=None).how

    with ThreadPoolExecutor(4) as pool:
        how = list(pool.map(give, messages))
        taken = [one.id for some in pool.map(lambda _: events.take(7), range(12)) for one in some]

    assert how.count("new") == 40
    assert len(taken) == len(set(taken)) == 40


def test_pages_and_what_is_about_an_address(made: Rig, by: str) -> None:
    events = attacks(made).events
    for number in range(4):
        address = "203.0.113.10" if number % 2 else "203.0.113.11"
        events.take_in(by, f"m-{number}", event(address), tenant_id=None)
        made.clock.advance(minutes=1)
    host = ip_address("203.0.113.10")

    assert [one.message_id for one in events.list(ALL_TENANTS, limit=2)] == ["m-3", "m-2"]
    after = events.list(ALL_TENANTS, limit=2)[-1].id
    assert [one.message_id for one in events.list(ALL_TENANTS, after=after)] == ["m-1", "m-0"]
    assert [one.message_id for one in events.list(ALL_TENANTS, address=host)] == ["m-3", "m-1"]
    settle(made, after, "denied", blackhole_id="b-1")
    assert [one.id for one in events.list(ALL_TENANTS, blackhole_id="b-1")] == [after]


def test_the_end_that_a_sender_saw_last_is_what_counts_of_its_ends(made: Rig, by: str) -> None:
    parts = attacks(made)
    other = made.bench.add_sender("fnm2").sender.id
    host, now = ip_address("203.0.113.10"), made.clock()
    ends = [(by, 1), (by, 3), (by, 2), (other, 9), (by, None)]
    for number, (sender, minutes) in enumerate(ends):
        at = None if minutes is None else now + timedelta(minutes=minutes)
        told = event(action="unban", observed_at=at)
        parts.events.take_in(sender, f"m-{number}", told, tenant_id=None)
    parts.events.take_in(by, "ban", event(observed_at=now + timedelta(hours=1)), tenant_id=None)
    made.clock.advance(minutes=10)
    parts.events.take_in(
        by,
        "elsewhere",
        event("203.0.113.11", action="unban", observed_at=now),
        tenant_id=None,
    )

    with parts.ledger.sitting() as sitting:
        found = sitting.latest_ends([host], now)
        none = sitting.latest_ends([host], made.clock())

    assert found == {
        (by, host): now + timedelta(minutes=3),
        (other, host): now + timedelta(minutes=9),
    }
    assert none == {}
