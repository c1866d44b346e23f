"""From an alarm to the routers and back, with routers that answer, and with some that do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.blackhole.engine.ending import Ending
from netwb.blackhole.engine.parts import ENGINE
from netwb.blackhole.engine.telling import Telling
from netwb.blackhole.ledger.ledger import Ledger
from netwb.blackhole.records import Entry, Reason, Request
from netwb.roles import ALL_TENANTS
from netwb.store.models import NoticeRow
from tests.blackhole.engine.network import VICTIM, World, links_of, parts_of, route, world
from tests.stores import KINDS, cluster_of


@pytest.fixture
def there(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


@pytest.fixture(params=KINDS)
def on_each(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The same on every database."""
    with world(tmp_path, cluster=cluster_of(request)) as made:
        yield made


@pytest.fixture
def asks(tmp_path: Path) -> Iterator[World]:
    """Where a person has to approve."""
    with world(tmp_path, mode="approve") as made:
        yield made


def states(there: World) -> dict[str, str]:
    return {f"{on.router.role} {on.router.hostname}": on.state for on in there.one().routers}


def test_an_alarm_is_announced_on_every_trigger_and_verified_on_every_edge(on_each: World) -> None:
    on_each.hear("ban")
    on_each.turn()

    one = on_each.one()
    assert (one.state, one.tenant, one.network) == ("announced", "acme", VICTIM)
    assert states(on_each) == {
        "trigger trg1": "announced",
        "trigger trg2": "announced",
        "edge edge1": "verified",
    }
    assert on_each.network.stands(on_each.id_of("trg1")) == [str(VICTIM)]
    assert one.commands["acme/trg1"] == ("route 203.0.113.10/32 tag 666",)


def test_it_is_taken_back_by_netwbs_own_clock_though_no_end_is_ever_told(there: World) -> None:
    there.hear("ban")
    there.turn()
    until = there.one().expires_at
    assert until is not None

    there.clock.now = until - timedelta(seconds=1)
    there.turn()
    before = there.one().state
    there.later(seconds=6)

    assert before == "announced"
    assert there.one().state == "expired"
    assert there.network.stands(there.id_of("trg1")) == []
    assert set(states(there).values()) == {"withdrawn"}


def test_an_unban_ends_what_an_alarm_began_and_not_what_a_person_did(there: World) -> None:
    there.hear("ban")
    there.turn()
    by_hand = ip_network("203.0.113.20/32")
    request = Request(
        network=by_hand, alarm=False, by="ana", person="u1", tenants=None, reason="CHG1", minutes=30
    )
    there.engine.asking.ask(request)
    there.later(seconds=1)

    there.hear("unban")
    there.hear("unban", "203.0.113.20")
    there.later(seconds=1)

    found = {str(one.network): one.state for one in there.blackholes()}
    assert found == {"203.0.113.10/32": "withdrawn", "203.0.113.20/32": "announced"}
    assert there.network.stands(there.id_of("trg2")) == [str(by_hand)]


def test_an_unban_that_comes_before_its_ban_leaves_nothing_behind(there: World) -> None:
    at = there.clock()
    there.hear("unban", observed_at=at + timedelta(seconds=30))
    there.hear("ban", observed_at=at)
    there.turn()

    assert there.blackholes() == []
    assert there.network.routes.get(there.id_of("trg1"), {}) == {}


def test_a_repeat_prolongs_and_doubles_nothing(there: World) -> None:
    there.hear("ban")
    there.turn()
    first = there.one().expires_at
    there.clock.advance(minutes=1)

    there.hear("ban")
    there.hear("ongoing")
    there.turn()

    last = there.one().expires_at
    assert first is not None
    assert last is not None
    assert last > first
    assert [call for call in there.network.calls if call[:2] == ("announce", "trg1")] == [
        ("announce", "trg1", (VICTIM,))
    ]


def test_a_detector_that_repeats_itself_makes_no_other_version_and_a_person_does(
    there: World,
) -> None:
    """Whoever saw it acts on it still: what a person prolonged is another matter."""
    there.hear("ban")
    there.turn()
    before = there.one()
    there.clock.advance(minutes=1)

    there.hear("ongoing")
    there.turn()
    prolonged = there.one()
    there.made.bench.blackhole("203.0.113.10", minutes=60, reason="CHG1", wait_s=0)
    by_person = there.one()

    assert before.expires_at is not None
    assert prolonged.expires_at is not None
    assert prolonged.expires_at > before.expires_at
    assert (prolonged.version, by_person.version) == (before.version, before.version + 1)


def test_an_attack_that_goes_on_while_its_time_is_up_is_not_let_through(there: World) -> None:
    """Another process took the repeat in between the look and the step."""
    there.hear("ban")
    there.turn()
    parts = parts_of(there.made, there.network, "host|2|other")
    there.clock.advance(minutes=11)
    due = parts.ledger.due(there.clock())

    class Late(Ledger):
        def due(self, now: datetime) -> tuple[Entry, ...]:
            found = super().due(now)
            with self.sitting() as sitting:
                sitting.prolong(sitting.entry(found[0].blackhole.id), now + timedelta(minutes=9))
            return found

    parts = replace(parts, ledger=Late(there.made.bench._parts.database, there.clock))

    assert [one.blackhole.network for one in due] == [VICTIM]
    assert Ending(parts, Telling(parts)).expire() == 0
    assert there.one().state == "announced"


def test_what_is_being_withdrawn_comes_back_when_the_attack_does(there: World) -> None:
    there.hear("ban")
    there.turn()
    there.network.held.add(there.id_of("trg1"))
    there.hear("unban")
    there.later(seconds=1)
    assert there.one().state == "withdrawing"

    there.hear("ban")
    there.turn()
    there.network.held.clear()
    there.network.release()
    there.turn(8)

    assert there.one().state == "announced"
    assert there.network.stands(there.id_of("trg1")) == [str(VICTIM)]
    assert there.network.stands(there.id_of("trg2")) == [str(VICTIM)]


def test_one_dead_trigger_keeps_the_other_from_nothing_and_is_tried_again(there: World) -> None:
    there.network.silent.add(there.id_of("trg2"))
    there.hear("ban")
    there.turn()

    half = states(there)
    notices = {one.kind for one in there.made.bench.standing()}
    there.network.silent.clear()
    there.later(seconds=35)

    assert half["trigger trg1"] == "announced"
    assert half["trigger trg2"] == "failed"
    assert "blackhole.router" in notices
    assert states(there)["trigger trg2"] == "announced"
    assert "blackhole.router" not in {one.kind for one in there.made.bench.standing()}


def test_a_trigger_that_is_away_is_warned_of_once_until_it_was_back(
    there: World, caplog: pytest.LogCaptureFixture
) -> None:
    there.network.silent.add(there.id_of("trg2"))
    there.hear("ban")
    for _ in range(5):
        there.later(seconds=31)
    while_away = caplog.messages.count("acme/trg2 does not answer")
    there.network.silent.clear()
    there.later(seconds=31)
    there.network.silent.add(there.id_of("trg2"))
    there.hear("unban")
    there.later(seconds=31)

    assert len([one for one in there.network.calls if one[:2] == ("announce", "trg2")]) > 3
    assert while_away == 1
    assert caplog.messages.count("acme/trg2 does not answer") == 2


def test_what_was_typed_is_kept_of_each_trigger_whenever_it_took_it(there: World) -> None:
    there.network.held.add(there.id_of("trg2"))
    there.hear("ban")
    there.turn()
    first = dict(there.one().commands)

    there.network.release()
    there.turn()

    one = there.one()
    typed = (f"route {VICTIM} tag 666",)
    assert first == {"acme/trg1": typed}
    assert one.commands == {"acme/trg1": typed, "acme/trg2": typed}
    assert one.version == 2  # whoever saw it announced may still withdraw it
    there.network.held.clear()
    there.later(minutes=11)
    events = there.made.bench.audit_events(limit=500)
    of_routers = next(one for one in events if one.action == "blackhole.routers")
    assert set(of_routers.detail["commands"]) == {"acme/trg1", "acme/trg2"}


def test_where_no_trigger_takes_it_it_ends_as_failed_and_not_in_silence(there: World) -> None:
    there.network.silent.update({there.id_of("trg1"), there.id_of("trg2")})
    there.hear("ban")
    there.turn()
    assert there.one().state == "intended"

    there.later(minutes=11)
    there.network.silent.clear()
    there.later(seconds=60)

    one = there.one()
    assert one.state == "failed"
    assert "no trigger router had taken it" in (one.end_reason or "")
    assert there.network.stands(there.id_of("trg1")) == []


def test_an_edge_that_does_not_drop_it_is_said(there: World) -> None:
    there.network.deaf.add(there.id_of("edge1"))
    there.hear("ban")
    there.turn()

    (edge,) = [on for on in there.one().routers if on.router.role == "edge"]
    assert edge.state == "failed"
    assert edge.said == "it is not dropped there: via 198.51.100.2"


def test_what_a_rebooted_router_lost_is_put_back_and_what_is_not_ours_is_told_and_left(
    there: World,
) -> None:
    there.hear("ban")
    there.turn()
    stranger = ip_network("203.0.113.99/32")
    trg1 = there.network.routes[there.id_of("trg1")]
    trg1.clear()
    trg1[stranger] = route(stranger)

    there.later(seconds=61)
    there.turn(6)

    assert there.network.stands(there.id_of("trg1")) == [str(VICTIM), str(stranger)]
    strays = there.made.bench._parts.attacks.ledger.strays(there.made.bench._scope)
    assert [(one.router.hostname, one.network) for one in strays] == [("trg1", stranger)]
    told = [one for one in there.made.bench.standing() if one.kind == "blackhole.stray"]
    assert len(told) == 1


@pytest.mark.parametrize("died", ["before a router was touched", "after the router had it"])
def test_what_a_crash_left_is_finished_by_the_next_leader(there: World, died: str) -> None:
    there.hear("ban")
    there.network.held.update({there.id_of("trg1"), there.id_of("trg2")})
    there.turn()
    assert there.one().state == "intended"
    if died == "after the router had it":
        for name in ("trg1", "trg2"):
            there.network.routes[there.id_of(name)] = {VICTIM: route(VICTIM)}
    there.network.held.clear()

    there.clock.advance(seconds=60)  # the lease of the dead one, and of its routers
    next_one = there.another_engine()
    for _ in range(6):
        next_one.turn()

    assert there.one().state == "announced"
    assert next_one.leads
    assert there.network.stands(there.id_of("trg1")) == [str(VICTIM)]
    there.engine.turn()
    assert not there.engine.leads


def test_only_the_leader_judges_alarms_and_writes_to_routers(on_each: World) -> None:
    other = on_each.another_engine()
    on_each.hear("ban")
    other.turn()

    assert not other.leads
    assert on_each.blackholes() == []
    assert {call[0] for call in on_each.network.calls} <= {"list", "verify"}
    on_each.turn()
    assert on_each.one().state == "announced"


def test_a_held_one_calls_on_call_and_is_denied_when_nobody_answers(asks: World) -> None:
    asks.hear("ban")
    asks.turn()
    first = asks.one().state
    for _ in range(40):
        asks.later(minutes=1)

    events = asks.made.bench.audit_events(limit=500)
    calls = [one for one in events if one.action == "blackhole.held"]
    assert first == "held"
    assert asks.one().state == "denied"
    assert len(calls) >= 3
    assert asks.network.stands(asks.id_of("trg1")) == []


def test_an_alarm_on_nobodys_address_is_denied_and_written_down(there: World) -> None:
    there.hear("ban", "8.8.8.8", direction="other", manual=True)
    there.turn()

    one = there.one()
    assert (one.state, one.tenant_id) == ("denied", None)
    assert {call[0] for call in there.network.calls} <= {"list", "verify"}
    denied = [e for e in there.made.bench.audit_events(limit=500) if e.action == "blackhole.denied"]
    assert [event.target for event in denied] == ["8.8.8.8/32"]


def test_a_pause_stops_what_no_router_has_yet(there: World) -> None:
    heads = there.made.bench._parts.attacks.heads
    there.network.silent.update({there.id_of("trg1"), there.id_of("trg2")})
    there.hear("ban")
    there.turn()
    heads.pause(by="ana", why="CHG9")
    there.network.silent.clear()

    there.later(seconds=40)
    there.later(seconds=40)

    assert there.one().state == "failed"
    assert there.network.stands(there.id_of("trg1")) == []


def test_what_a_pause_held_is_announced_once_it_is_resumed(there: World) -> None:
    heads = there.made.bench._parts.attacks.heads
    heads.pause(by="ana", why="CHG9")
    there.hear("ban")
    there.turn()
    held = there.one().state

    there.clock.advance(minutes=1)
    heads.resume()
    there.turn()

    assert held == "held"
    assert there.one().state == "announced"


def test_what_is_held_is_denied_at_once_when_its_prefix_goes(asks: World) -> None:
    asks.hear("ban")
    asks.turn()
    asks.made.bench.retire_prefix("203.0.113.0/24")

    asks.later(seconds=6)

    assert asks.one().state == "denied"


def said_of_held(there: World) -> set[str]:
    with there.made.bench._parts.database.reading(ALL_TENANTS) as session:
        held = select(NoticeRow.message).where(NoticeRow.kind == "blackhole.held")
        return set(session.scalars(held))


def test_who_is_called_is_told_where_to_answer(asks: World) -> None:
    asks.hear("ban")
    asks.later(seconds=6)

    (message,) = said_of_held(asks)
    assert message.endswith(f"; answer it at {links_of(asks.made).maker()(asks.one())}")


def test_a_link_stays_whole_where_there_are_many_reasons(asks: World) -> None:
    parts = parts_of(asks.made, asks.network, "host|4|tells")
    asks.hear("ban")
    asks.turn()
    many = tuple(Reason(guard="x", answer="hold", text="why " * 30) for _ in range(20))

    telling = Telling(parts)
    with telling.sitting():
        telling.held(replace(asks.one(), reasons=many), "")

    message = max(said_of_held(asks), key=len)
    assert len(message) == 500
    assert message.endswith(links_of(asks.made).maker()(asks.one()))


def test_a_hundred_alarms_at_once_stop_at_the_cap(on_each: World) -> None:
    for last in range(1, 101):
        on_each.hear("ban", f"203.0.113.{last}")
    on_each.turn(8)

    caps = on_each.made.bench._parts.settings.blackhole
    found = [one.state for one in on_each.blackholes()]
    stands = on_each.network.stands(on_each.id_of("trg1"))
    assert len(stands) == min(caps.per_minute, caps.active_per_tenant, caps.active)
    assert found.count("announced") == len(stands)
    assert (found.count("held"), found.count("denied")) == (89, 1)  # .53 is a name server's


def test_the_audit_says_who_asked_what_was_typed_and_how_it_ended(there: World) -> None:
    there.hear("ban")
    there.turn()
    there.hear("unban")
    there.later(seconds=1)

    events = [
        e for e in there.made.bench.audit_events(limit=500) if e.action.startswith("blackhole.")
    ]
    by_action = {event.action: event for event in events}
    assert {"blackhole.announced", "blackhole.ended", "blackhole.routers"} <= set(by_action)
    assert by_action["blackhole.announced"].actor == ENGINE
    assert "fnm" in str(by_action["blackhole.announced"].detail)
    assert "route 203.0.113.10/32 tag 666" in str(by_action["blackhole.routers"].detail)


def test_all_are_let_go_though_the_engine_touches_one_at_the_same_moment(asks: World) -> None:
    asks.hear("ban")
    asks.engine.turn()
    bench, ledger = asks.made.bench, asks.made.bench._parts.attacks.ledger
    (before,) = ledger.entries(["held"])
    ledger.move(before, "held", called_at=asks.clock())

    bench._let_go([before.blackhole.id], "the drill is over", None)

    one = asks.one()
    assert (one.state, one.end_reason) == ("withdrawn", "the drill is over")
