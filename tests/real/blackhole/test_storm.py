"""What detectors post, and what people ask: forged, late, again, too much at once. On real routers."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from netwb.blackhole.records import STANDING, Blackhole
from tests.conftest import FULL
from tests.real.blackhole.addresses import TRIGGERS, VICTIM
from tests.real.blackhole.detector import Detector, Message, Told, message
from tests.real.blackhole.netwb_there import NetwbThere
from tests.real.waiting import until

pytestmark = pytest.mark.real

HOST = f"{VICTIM}/32"
OTHER_KEY = "whsec_" + "A" * 43 + "="
MOST, MOST_A_MINUTE = 10, 25  # of a tenant, by default; and of these tests
SETTINGS = {"NETWB_BLACKHOLE__PER_MINUTE": str(MOST_A_MINUTE)}
HOSTS = [
    f"203.0.113.{last}" for last in (*range(21, 63), *range(193, 251))
]  # each blackholed at once
LINES = 8
SETTLES_S = 180
NEW = 900 if FULL else 180  # events of the storm; a ninth of them comes twice
LOOKS = 20  # one in so many counts what stands: the machine has other things to do


def test_what_is_forged_or_foreign_or_too_old_or_too_long_is_refused_and_nothing_follows(
    there: NetwbThere,
) -> None:
    detector, now = there.detector(), time.time()
    before = len(there.bench.attack_events(limit=1000))
    ban = message("ban", VICTIM)

    forged = there.detector(key=OTHER_KEY).post(ban)
    foreign = there.detector(node="office").post(ban)
    stale = detector.post(ban, sent_at=now - 301)
    ahead = detector.post(ban, sent_at=now + 330)
    long = detector.post(message("ban", VICTIM, padding=64 * 1024))

    assert [one.status for one in (forged, foreign, stale, ahead, long)] == [401] * 4 + [413]
    assert forged.said["detail"] == foreign.said["detail"]  # it does not say which was wrong
    assert len(there.bench.attack_events(limit=1000)) == before
    assert not there.blackholes(HOST)


def test_the_same_message_counts_once_and_a_late_ban_waits_for_a_person(there: NetwbThere) -> None:
    detector = there.detector()
    ban = message("ban", VICTIM)
    late = message("ban", HOSTS[0], observed_at=datetime.now(UTC) - timedelta(minutes=11))

    told = [detector.post(ban), detector.post(ban), detector.post(late)]
    there.await_state("announced", HOST, within_s=15)
    held = there.await_state("held", HOSTS[0], within_s=15)
    again = detector.post(ban)

    assert [one.status for one in (*told, again)] == [202] * 4
    assert [one.said["status"] for one in (*told, again)] == ["new", "again", "new", "again"]
    assert [one.guard for one in held.reasons if one.answer == "hold"] == ["lateness"]
    assert len(there.blackholes(HOST)) == 1
    assert [one.prefix for one in there.lab.trigger_routes("trg1")] == [HOST]


def test_an_unban_that_comes_before_its_ban_leaves_nothing(there: NetwbThere) -> None:
    detector = there.detector()
    before = there.blackholes(HOST)
    ban = message("ban", VICTIM)  # seen first, and sent last
    unban = message("unban", VICTIM)

    for one in (unban, ban):
        detector.post(one)
    _await_settled(there, [unban, ban])

    assert there.blackholes(HOST) == before
    assert there.lab.trigger_routes("trg1") == []


def test_nobody_blackholes_what_is_not_our_own(there: NetwbThere) -> None:
    done = there.command.run("blackhole", "add", "8.8.8.8", "--reason", "a drill", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["state"] == "denied"
    (denied, *_) = there.blackholes("8.8.8.8")
    assert (denied.state, denied.routers, denied.commands) == ("denied", (), {})
    told = [one for one in there.bench.audit_events(limit=20) if one.target == "8.8.8.8/32"]
    assert {one.action for one in told} == {"blackhole.request", "blackhole.denied"}
    assert [there.lab.trigger_routes(trigger) for trigger in TRIGGERS] == [[], []]


def test_a_hundred_alarms_at_once_stop_at_the_cap(there: NetwbThere) -> None:
    alarms = [message("ban", address) for address in HOSTS[:100]]

    told = _send(there, alarms)
    _await_settled(there, alarms)
    until(
        lambda: len(there.blackholes(states=["announced"])) == MOST,
        within_s=30,
        what=f"{MOST} are announced",
    )

    assert [one.status for one in told] == [202] * len(alarms)
    assert len(there.blackholes(states=["held"])) == len(alarms) - MOST
    until(  # announced is what one trigger has; the other follows
        lambda: {len(there.lab.trigger_routes(trigger)) for trigger in TRIGGERS} == {MOST},
        within_s=30,
        what=f"each trigger has {MOST}",
    )


def test_of_many_events_at_once_none_is_lost_none_counts_twice_and_the_caps_hold(
    there: NetwbThere,
) -> None:
    new = [*_story(random.Random(7), NEW)]
    repeats = new[::9]
    sent = [*new, *repeats]
    random.Random(11).shuffle(sent)

    told = _send(there, sent)
    most = _await_settled(there, new)
    until(lambda: _are_alike(there), within_s=60, what="the routers have what the ledger has")
    last = {_address(one): _action(one) for one in new if _action(one) in {"ban", "unban"}}
    over = {f"{address}/32" for address, action in last.items() if action == "unban"}
    until(  # what is withdrawn from the triggers ends once the edges have let go, too
        lambda: over.isdisjoint(str(one.network) for one in _open(there.blackholes())),
        within_s=60,
        what="nothing is open whose attack is over",
    )

    assert Counter(one.status for one in told) == {202: len(sent)}
    assert Counter(one.said["status"] for one in told) == {"new": NEW, "again": len(repeats)}
    assert most <= MOST
    every = there.blackholes()
    open_ones = [one.network for one in _open(every)]
    assert len(open_ones) == len(set(open_ones))
    assert _most_in_a_minute(every) <= MOST_A_MINUTE


def _story(chance: random.Random, count: int) -> Iterator[Message]:
    """What happened, in this order; each was seen a little later than the one before."""
    seen_at = datetime.now(UTC) - timedelta(seconds=30)
    actions = ("ban", "ban", "unban", "attack_details", "attack_status")
    for number in range(count):
        yield message(
            chance.choice(actions),
            chance.choice(HOSTS),
            observed_at=seen_at + timedelta(milliseconds=10 * number),
        )


def _send(there: NetwbThere, messages: Sequence[Message]) -> list[Told]:
    """All of them, over several connections at once."""
    lines = [there.detector() for _ in range(LINES)]

    def share(line: Detector, some: Sequence[Message]) -> list[Told]:
        return [line.post(one) for one in some]

    with ThreadPoolExecutor(LINES) as pool:
        shares = [messages[first::LINES] for first in range(LINES)]
        return [one for told in pool.map(share, lines, shares) for one in told]


def _await_settled(there: NetwbThere, messages: Sequence[Message]) -> int:
    """Something came of each, once; the most that stood meanwhile."""
    most, looks = 0, count()

    def are_settled() -> bool:
        nonlocal most
        if next(looks) % LOOKS == 0:
            most = max(most, there.standing())
        return not there.has_waiting_events()

    until(are_settled, within_s=SETTLES_S, what="every event is settled")
    events = Counter(one.message_id for one in there.bench.attack_events(limit=2000))
    assert [events[one.id] for one in messages] == [1] * len(messages)
    return most


def _open(every: Sequence[Blackhole]) -> list[Blackhole]:
    return [one for one in every if one.ended_at is None and one.state != "denied"]


def _are_alike(there: NetwbThere) -> bool:
    stand = {str(one.network) for one in there.blackholes(states=STANDING)}
    return all(
        {one.prefix for one in there.lab.trigger_routes(trigger)} == stand for trigger in TRIGGERS
    )


def _most_in_a_minute(every: Sequence[Blackhole]) -> int:
    moments = sorted(one.announced_at for one in every if one.announced_at is not None)
    minute = timedelta(minutes=1)
    return max(sum(first <= one < first + minute for one in moments) for first in moments)


def _address(one: Message) -> str:
    return str(json.loads(one.body)["ip"])


def _action(one: Message) -> str:
    return str(json.loads(one.body)["action"])
