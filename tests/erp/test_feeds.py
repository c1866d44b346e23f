"""A webhook that is told a tenant's events: each once, in order, also after an outage or a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from netwb.access.records import NewUser
from netwb.erp.numbers import begin_anew
from netwb.erp.records import EventKind
from netwb.errors import InputError, InventoryError, NotPermittedError, UnknownNameError
from netwb.health.counts import waiting_events
from netwb.inventory.records import SecretSource
from netwb.notify.delivering import LEASE_S
from netwb.notify.records import NewRoute, NewTarget
from netwb.roles import ALL_TENANTS, Role, Scope
from netwb.web.erp_events import EventAnswer
from netwb.web.metrics import lines_of
from tests.benches import Rig, rig
from tests.erp.following import Follower, see
from tests.notify.receivers import GOOD, Receiver, hang, receiving, status
from tests.stores import EACH_STORE

pytestmark = EACH_STORE
ROOT = Path(__file__).resolve().parents[2]
DOWN = status(503, "maintenance")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("core1",)}) as one:
        yield one


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def feed(url: str, name: str = "erp", tenant: str = "acme", **fields: Any) -> NewTarget:
    source = SecretSource(origin="prompt", answer=url)
    given = {"inside": True, **fields}
    return NewTarget(name=name, kind="feed", url=source, tenant=tenant, **given)


def told(receiver: Receiver) -> list[Any]:
    return [json.loads(body) for _, body in receiver.got]


def change(made: Rig, count: int, *, device: str = "edge1") -> None:
    """So many events of that device."""
    for _ in range(count):
        made.clock.advance(seconds=1)
        made.bench.set_device(device, contract_ref=f"C-{made.clock():%H%M%S}")


def test_a_receiver_verifies_the_very_items_of_the_feed_under_their_ids(
    made: Rig, receiver: Receiver
) -> None:
    change(made, 1)
    added = made.bench.add_event_feed(feed(receiver.url))
    erp = Follower(made.bench, "acme")
    see(made, "acme/edge1", "xe-0/0/0")
    change(made, 2)
    change(made, 1, device="core1")

    counted = made.bench.deliver_notices()

    items = [Webhook(added.key).verify(body, headers) for headers, body in receiver.got]
    assert (counted.sent, counted.failed, counted.waiting) == (3, 0, 0)
    assert [one["sequence"] for one in items] == [one.number for one in erp.news()]
    assert [one["id"] for one in items] == receiver.ids() == [one.id for one in erp.heard]
    assert [one["kind"] for one in items] == ["port.added", "device.changed", "device.changed"]
    assert made.bench.deliver_notices().sent == 0


def test_an_outage_loses_nothing_and_turns_nothing_around(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    erp = Follower(made.bench, "acme")
    change(made, 3)
    made.bench.deliver_notices()
    receiver.answer = DOWN
    for _ in range(24 * 4):
        change(made, 1)
        made.clock.advance(hours=1)
        made.bench.deliver_notices()
    (failing,) = made.bench.notify_targets()
    tries = len(receiver.got) - 3
    receiver.answer = GOOD
    del receiver.got[3:]

    made.clock.advance(days=1)
    made.bench.deliver_notices()

    assert tries < 60, "tried again and again"
    assert (failing.waiting, failing.last_error) == (96, "127.0.0.1 answers 503: maintenance")
    assert [one["id"] for one in told(receiver)] == [one.id for one in erp.news()]
    assert len(set(receiver.ids())) == len(receiver.got) == 99
    (well,) = made.bench.notify_targets()
    assert (well.waiting, well.failing_since, well.last_error) == (0, None, "")


def test_the_figures_count_what_a_webhook_was_not_told_yet(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    made.bench.add_event_feed(feed(receiver.url, "ports", events=("port.*",)))
    idle = [(one.tenant, one.events, one.oldest) for one in made.bench.figures().events]
    receiver.answer = DOWN
    change(made, 3)
    first_at = made.clock() - timedelta(seconds=2)
    change(made, 1, device="core1")
    made.bench.deliver_notices()

    waiting = [(one.tenant, one.events, one.oldest) for one in made.bench.figures().events]
    lines = list(lines_of(made.bench.figures()))
    umbra = next(one.id for one in made.bench.tenants() if one.slug == "umbra")
    of_umbra = waiting_events(made.bench._parts.database, Scope(frozenset({umbra})))
    receiver.answer = GOOD
    made.clock.advance(days=1)
    made.bench.deliver_notices()

    assert idle == [("acme", 0, None)]
    assert waiting == [("acme", 3, first_at)]  # the other one is not told of devices
    assert 'netwb_webhook_events_waiting{tenant="acme"} 3' in lines
    assert 'netwb_webhook_oldest_age_seconds{tenant="acme"} 3' in lines
    assert of_umbra == ()
    assert [one.events for one in made.bench.figures().events] == [0]


def test_an_event_that_is_refused_holds_the_others_up_and_is_never_given_up(
    made: Rig, receiver: Receiver
) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    receiver.answer = status(422, "no such contract")
    change(made, 2)
    for _ in range(10):
        made.clock.advance(days=2)
        made.bench.deliver_notices()
    assert len(set(receiver.ids())) == 1
    receiver.answer = GOOD

    made.clock.advance(days=2)
    made.bench.deliver_notices()

    assert len(set(receiver.ids())) == 2


def test_what_a_webhook_waits_for_is_kept_however_old_it_is(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    change(made, 2)
    receiver.answer = DOWN
    made.bench.deliver_notices()
    made.clock.advance(days=200)
    assert made.bench.plan_sweep().events == made.bench.sweep().events
    receiver.answer = GOOD
    del receiver.got[:]

    made.bench.deliver_notices()

    assert [one["kind"] for one in told(receiver)] == ["device.changed"] * 2
    assert made.bench.sweep().events == 2, "now that they arrived"


def test_kinds_that_a_feed_is_not_told_are_passed_over(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url, events=("port.added",)))
    change(made, 3)
    assert made.bench.deliver_notices().sent == 0
    see(made, "acme/edge1", "xe-0/0/0")
    change(made, 3)
    (waits,) = made.bench.notify_targets()

    counted = made.bench.deliver_notices()

    assert (waits.waiting, waits.events) == (1, ("port.added",))
    assert (counted.sent, counted.waiting) == (1, 0)
    assert [one["subject"] for one in told(receiver)] == ["edge1 xe-0/0/0"]
    made.clock.advance(days=91)
    assert made.bench.sweep().events > 0, "nothing waits for what is not told"


def put_back(made: Rig) -> None:
    """As an import does it."""
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        begin_anew(session.connection())


@pytest.mark.parametrize("events", [(), ("port.added",)], ids=["all kinds", "one kind"])
def test_a_database_that_was_put_back_is_told_first_and_once(
    made: Rig, receiver: Receiver, events: tuple[EventKind, ...]
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.add_event_feed(feed(receiver.url, events=events))
    see(made, "acme/edge1", "xe-0/0/0", "xe-0/0/1")
    made.bench.deliver_notices()
    put_back(made)
    (waits,) = made.bench.notify_targets()
    receiver.answer = DOWN
    made.bench.deliver_notices()
    receiver.answer = GOOD
    see(made, "acme/edge1", "xe-0/0/0", "xe-0/0/1", "xe-0/0/2")
    made.clock.advance(hours=1)

    made.bench.deliver_notices()
    made.bench.deliver_notices()

    before, untaken, reset, after = told(receiver)
    assert waits.waiting == 1, "it is told also where nothing else came"
    assert untaken["id"] == reset["id"] not in (before["id"], after["id"])
    assert (reset["kind"], reset["subject"]) == ("feed.reset", "acme/erp")
    assert reset["detail"]["cure"] == "read the inventory anew"
    assert before["epoch"] != reset["epoch"] == after["epoch"]
    assert [one["sequence"] for one in (reset, after)] == [
        before["sequence"],
        before["sequence"] + 1,
    ]
    assert after["subject"] == "edge1 xe-0/0/2"
    for item in (before, reset, after):
        EventAnswer.model_validate(item)


def test_each_feed_of_a_database_that_was_put_back_is_told_under_an_id_of_its_own(
    made: Rig, receiver: Receiver
) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    made.bench.add_event_feed(feed(receiver.url, "theirs", "umbra"))
    put_back(made)
    made.bench.add_event_feed(feed(receiver.url, "crm"))
    made.bench.deliver_notices()

    assert {one["subject"] for one in told(receiver)} == {"acme/erp", "umbra/theirs"}, "crm is new"
    assert len(set(receiver.ids())) == 2


def test_of_two_feeds_of_a_tenant_each_goes_its_own_way(made: Rig, receiver: Receiver) -> None:
    with receiving(DOWN) as other:
        made.bench.add_event_feed(feed(receiver.url, "erp"))
        made.bench.add_event_feed(feed(other.url, "crm"))
        made.bench.add_event_feed(feed(receiver.url, "theirs", "umbra"))
        change(made, 2)

        made.bench.deliver_notices()

        assert len(told(receiver)) == 2
        assert len(other.got) == 1
    assert {one.label: one.waiting for one in made.bench.notify_targets()} == {
        "acme/crm": 2,
        "acme/erp": 0,
        "umbra/theirs": 0,
    }


def test_a_process_that_is_killed_while_it_delivers_leaves_the_rest_to_the_next(
    made: Rig, receiver: Receiver
) -> None:
    """The real command; what it had sent without a yes comes again, under the id that it had."""
    made.bench.add_event_feed(feed(receiver.url))
    erp = Follower(made.bench, "acme")
    change(made, 6)

    def third_hangs(handler: Any) -> None:
        (hang if len(receiver.got) == 3 else GOOD)(handler)

    receiver.answer = third_hangs
    command = [sys.executable, "-m", "netwb", "scheduler", "--run", "notify"]
    environment = {**os.environ, **made.variables, "NETWB_HOME": str(made.bench.home)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        for _ in range(3):
            receiver.await_one()
        process.send_signal(signal.SIGKILL)
    receiver.answer = GOOD

    made.clock.now = datetime.now(UTC) + timedelta(seconds=LEASE_S + 1)
    made.bench.deliver_notices()

    ids = [one.id for one in erp.news()]
    assert receiver.ids() == [*ids[:3], *ids[2:]]


def test_two_that_deliver_at_once_tell_nothing_twice(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    erp = Follower(made.bench, "acme")
    change(made, 3)

    def another_round(handler: Any) -> None:
        receiver.answer = GOOD
        assert made.bench.deliver_notices().sent == 0
        GOOD(handler)

    receiver.answer = another_round
    made.bench.deliver_notices()

    assert receiver.ids() == [one.id for one in erp.news()]


def test_a_feed_is_tried_by_an_item_of_no_kind(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))

    (trial,) = made.bench.test_notify("acme/erp")

    (item,) = told(receiver)
    assert trial.error == ""
    assert (item["kind"], item["subject"], item["sequence"]) == ("feed.test", "acme/erp", 0)
    assert receiver.ids() == [item["id"]]


def test_a_key_is_changed_while_events_are_told(made: Rig, receiver: Receiver) -> None:
    before = made.bench.add_event_feed(feed(receiver.url)).key
    after = made.bench.rotate_notify_key("acme/erp").key
    change(made, 1)
    made.bench.deliver_notices()

    ((headers, body),) = receiver.got
    for key in (before, after):
        assert Webhook(key).verify(body, headers)["kind"] == "device.changed"


def test_a_retired_feed_is_told_nothing_and_keeps_nothing(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    change(made, 1)
    made.bench.retire_notify_target("acme/erp")

    assert made.bench.deliver_notices().sent == 0
    made.clock.advance(days=91)
    assert made.bench.sweep().events > 0


def test_events_go_to_a_tenants_own_target_alone(made: Rig, receiver: Receiver) -> None:
    with pytest.raises(InputError, match="say whose by --tenant"):
        made.bench.add_event_feed(feed(receiver.url, tenant=""))
    made.bench.add_user(NewUser(name="adam", role=Role.ADMIN, tenants=("acme",)))
    adam = made.bench.acting_as("adam")
    with pytest.raises(UnknownNameError):
        adam.add_event_feed(feed("https://erp.example.net/x", tenant="umbra", inside=False))
    with pytest.raises(NotPermittedError, match="own network"):
        adam.add_event_feed(feed(receiver.url))
    with pytest.raises(InputError, match="https"):
        adam.add_event_feed(feed(receiver.url, inside=False))


def test_a_feed_in_the_providers_network_is_moved_by_the_providers_people_alone(
    made: Rig, receiver: Receiver
) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    made.bench.add_user(NewUser(name="adam", role=Role.ADMIN, tenants=("acme",)))
    url = SecretSource(origin="prompt", answer="http://127.0.0.1:1/")

    with pytest.raises(NotPermittedError, match="own network"):
        made.bench.acting_as("adam").set_notify_target("acme/erp", url=url)


def test_a_feed_takes_no_route_and_no_digest(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))

    with pytest.raises(InputError, match="events alone"):
        made.bench.add_notify_route("acme/erp", NewRoute())
    with pytest.raises(InputError, match="events alone"):
        made.bench.set_notify_target("acme/erp", digest="always")


def test_a_feed_goes_with_its_tenant(made: Rig, receiver: Receiver) -> None:
    made.bench.add_event_feed(feed(receiver.url))
    change(made, 2)
    made.bench.retire_device("acme/edge1")
    made.bench.retire_tenant("acme")

    made.bench.purge_tenant("acme", reason="over")

    assert [one.label for one in made.bench.notify_targets()] == []
    assert made.bench.deliver_notices().sent == 0
    with pytest.raises(InventoryError):
        made.bench.tenant("acme")
