"""How a blackhole stands on each router, and what stands there that is none of ours."""

from __future__ import annotations

from ipaddress import ip_network

from netwb.blackhole.records import OnRouter
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.models import BlackholeOnRouterRow
from tests.benches import Rig
from tests.blackhole.ledger.ground import attacks, begin, tenant_id, trigger

STRAY = ip_network("203.0.113.66/32")


def tries(made: Rig) -> list[int]:
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        return [row.tries for row in session.query(BlackholeOnRouterRow)]


def test_what_a_router_said_is_kept_until_it_says_otherwise(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made)
    router = trigger(made)
    where = entry.blackhole.id

    ledger.note_routers(where, [OnRouter(router=router, state="failed", said="no\x00answer")])
    ledger.note_routers(where, [OnRouter(router=router, state="failed", said="still none")])
    failed = ledger.entry(where)
    assert tries(made) == [2]
    made.clock.advance(seconds=5)
    ledger.note_routers(where, [OnRouter(router=router, state="announced")])

    assert [(one.state, one.said) for one in failed.blackhole.routers] == [("failed", "still none")]
    (stood,) = ledger.entry(where).blackhole.routers
    assert (stood.state, stood.at, stood.said) == ("announced", made.clock(), None)
    assert tries(made) == [0]
    assert failed.blackhole.version == entry.blackhole.version  # another's step is not in vain


def test_a_router_that_is_none_any_more_keeps_its_name_there(made: Rig) -> None:
    ledger = attacks(made).ledger
    entry = begin(made)
    stood = OnRouter(router=trigger(made), state="announced")
    ledger.note_routers(entry.blackhole.id, [stood])

    made.bench.retire_trigger("acme/trg1")

    (there,) = ledger.entry(entry.blackhole.id).blackhole.routers
    assert (there.router.label, there.router.max_routes) == ("acme/trg1", 0)


def test_strays_are_told_once_when_they_are_new_and_go_with_their_route(made: Rig) -> None:
    parts = attacks(made)
    router = trigger(made)
    line = "ip route 203.0.113.66/32 Null0 tag 666"

    first = parts.ledger.note_read(router, strays={STRAY: line})
    since = made.clock()
    made.clock.advance(minutes=1)
    again = parts.ledger.note_read(router, strays={STRAY: line})

    assert (first, again) == ((STRAY,), ())
    (stray,) = parts.ledger.strays(ALL_TENANTS)
    assert (stray.network, stray.line, stray.since_at, stray.seen_at) == (
        STRAY,
        line,
        since,
        made.clock(),
    )
    assert stray.router.label == "acme/trg1"
    assert parts.ledger.strays(Scope(frozenset({tenant_id(made, "umbra")}))) == ()
    assert parts.ledger.note_read(router, strays={}) == ()
    assert parts.ledger.strays(ALL_TENANTS) == ()


def test_a_router_that_cannot_be_read_says_why_and_keeps_what_was_known(made: Rig) -> None:
    parts = attacks(made)
    router = trigger(made)
    parts.ledger.note_read(router, strays={STRAY: "x"})
    read_at = made.clock()
    made.clock.advance(minutes=1)

    parts.ledger.note_read(router, fault="it does not answer")

    (there,) = parts.routers.list(ALL_TENANTS, "trigger")
    assert (there.read_at, there.fault) == (read_at, "it does not answer")
    assert len(parts.ledger.strays(ALL_TENANTS)) == 1
    parts.ledger.note_read(router)
    assert parts.routers.list(ALL_TENANTS, "trigger")[0].fault == ""
