"""The pause, and the sign of life of whoever takes blackholes back."""

from __future__ import annotations

from netwb.blackhole.records import Pause
from tests.benches import Rig
from tests.blackhole.ledger.ground import attacks


def test_a_pause_is_since_its_first_time_and_ends_once(made: Rig) -> None:
    heads = attacks(made).heads
    since = made.clock()
    assert heads.paused() is None
    assert heads.resume() is None

    heads.pause(by="ana", why="a leak")
    made.clock.advance(minutes=1)
    paused = heads.pause(by="ben", why="still a leak")

    assert paused == heads.paused() == Pause(at=since, by="ben", why="still a leak")
    assert heads.resume() == paused
    assert heads.paused() is None


def test_the_expirer_is_as_alive_as_its_last_beat(made: Rig) -> None:
    heads = attacks(made).heads
    assert heads.expirer_at() is None

    heads.beat("one")
    made.clock.advance(seconds=5)
    heads.beat("another")

    assert heads.expirer_at() == made.clock()
    assert attacks(made).policies.now().expirer_at == made.clock()


def test_the_policy_tells_of_the_pause_and_of_sites_in_shadow(made: Rig) -> None:
    parts = attacks(made)
    before = parts.policies.now()
    assert (before.paused, before.paused_at, before.shadow) == (None, None, frozenset())

    parts.heads.pause(by="ana", why="a leak")
    made.bench.set_site("acme/fra1", shadow=True)

    policy = parts.policies.now()
    assert (policy.paused, policy.paused_at) == ("a leak", made.clock())
    assert policy.shadow == {made.bench.site("acme/fra1").id}
