"""The feed of a tenant's events over REST: followed by a cursor, of the caller's own tenants alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from netwb.access.records import NewToken
from netwb.erp.event_records import KINDS, ItemKind, kinds_of
from netwb.notify.routes import check_events
from netwb.roles import Permission, Role
from netwb.web.erp_events import DETAILS, EventsAnswer
from tests.benches import Rig, ios, rig
from tests.erp.following import see
from tests.stores import EACH_STORE
from tests.web.rest import Client, Reply, serving
from tests.workbench.people import add

pytestmark = EACH_STORE
PATH = "/erp/events/"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("core1",)}) as made:
        yield made


@pytest.fixture
def port(made: Rig) -> Iterator[int]:
    with serving(made.bench) as number:
        yield number


class Erp:
    """Acme's, with a token of its own."""

    def __init__(self, made: Rig, port: int, *allow: Permission) -> None:
        self.made, self.port, self.allow = made, port, allow
        add(made, "carla", Role.CUSTOMER, "acme")
        self.tenant_id = made.devices["acme/edge1"].tenant_id
        self.client = self.with_a_new_token()

    def with_a_new_token(self) -> Client:
        token = NewToken(user="carla", days=1, allow=self.allow or None)
        return Client(port=self.port, token=self.made.bench.issue_token(token).secret)

    def ask(self, query: str = "", **headers: str) -> Reply:
        reply = self.client.get(f"{PATH}{self.tenant_id}{query}", **headers)
        if reply.status == 200:
            EventsAnswer.model_validate(reply.json)
        return reply


@pytest.fixture
def erp(made: Rig, port: int) -> Erp:
    return Erp(made, port)


def subjects(reply: Reply) -> list[tuple[str, str]]:
    return [(one["kind"], one["subject"]) for one in reply.items]


def test_the_feed_begins_with_the_oldest_and_ends_with_a_cursor(made: Rig, erp: Erp) -> None:
    first = erp.ask()
    assert subjects(first) == [("device.added", "edge1")]
    assert first.json["more"] is False
    assert first.json["hidden"] == []

    made.bench.set_device("edge1", contract_ref="C-1")
    second = erp.ask(f"?after={first.json['next']}")

    (event,) = second.items
    assert event == {
        "id": event["id"],
        "epoch": second.json["next"].partition(".")[0],
        "sequence": first.items[-1]["sequence"] + 1,
        "at": "2026-11-20T02:00:00Z",
        "kind": "device.changed",
        "device_id": made.devices["acme/edge1"].id,
        "port_id": None,
        "subject": "edge1",
        "detail": {
            "changed": ["contract_ref"],
            "old": {"contract_ref": None},
            "new": {"contract_ref": "C-1"},
        },
    }
    assert event["id"].startswith("evt_")
    assert event["id"] != first.items[0]["id"]


def test_from_now_on_is_from_now_on(made: Rig, erp: Erp) -> None:
    begun = erp.ask("?after=latest")
    made.bench.retire_device("edge1")

    assert begun.items == []
    assert subjects(erp.ask(f"?after={begun.json['next']}")) == [("device.retired", "edge1")]


def test_a_long_feed_comes_by_pages_each_event_once(made: Rig, erp: Erp) -> None:
    see(made, "acme/edge1", *(f"xe-0/0/{n}" for n in range(25)))
    heard, after, more = [], "", True
    while more:
        page = erp.ask(f"?limit=7&after={after}")
        assert len(page.items) <= 7
        heard += page.items
        after, more = page.json["next"], page.json["more"]

    assert len(heard) == 26
    assert len({one["id"] for one in heard}) == 26
    numbers = [one["sequence"] for one in heard]
    assert numbers == list(range(numbers[0], numbers[0] + 26))


def test_kinds_that_are_asked_for_come_alone_and_the_cursor_goes_past_the_others(
    made: Rig, erp: Erp
) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_device("edge1", contract_ref="C-1")

    reply = erp.ask("?kinds=port.added,device.retired")
    assert subjects(reply) == [("port.added", "edge1 xe-0/0/0")]
    assert erp.ask(f"?after={reply.json['next']}").items == []


def test_kinds_are_asked_for_by_patterns_as_those_of_a_webhook(made: Rig, erp: Erp) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_device("edge1", contract_ref="C-1")

    assert [one["kind"] for one in erp.ask("?kinds=device.*").items] == [
        "device.added",
        "device.changed",
    ]
    assert subjects(erp.ask("?kinds=*.added,device.retired")) == [
        ("device.added", "edge1"),
        ("port.added", "edge1 xe-0/0/0"),
    ]
    assert check_events(["device.*", "port.added"]) == kinds_of(["port.added", "device.*"])


def test_what_is_told_of_each_kind_has_the_form_that_its_example_shows(made: Rig, erp: Erp) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    see(made, "acme/edge1", "xe-0/0/0", alias="to the exchange")
    for ntp in ("192.0.2.53", "192.0.2.54"):
        made.clock.advance(days=1)
        made.answer("acme/edge1", ios("edge1", ntp=ntp, at=made.clock.now))
        made.back_up("acme/edge1")
    see(made, "umbra/core1", "xe-0/0/0")
    made.bench.set_port("umbra/core1", "xe-0/0/0", tenant="acme")
    made.bench.rename_device("umbra/core1", "core7")
    made.bench.retire_device("umbra/core7")
    made.bench.retire_device("acme/edge1")

    erp.client = erp.with_a_new_token()
    items = erp.ask("?limit=1000").items

    assert set(DETAILS) == set(get_args(ItemKind))
    told = {"device.added", "device.changed", "device.retired", "configuration.changed"}
    assert {one["kind"] for one in items} == told | {"port.added", "port.changed", "port.retired"}
    for one in items:
        assert one["detail"].keys() == DETAILS[one["kind"]].keys(), one
    (renamed,) = [one for one in items if "device" in one["detail"].get("changed", ())]
    assert renamed["subject"] == "umbra/core7 xe-0/0/0"
    assert (renamed["detail"]["old"], renamed["detail"]["new"]) == (
        {"device": "umbra/core1"},
        {"device": "umbra/core7"},
    )


def test_a_cursor_outlives_the_token_that_it_was_read_with(made: Rig, erp: Erp) -> None:
    after = erp.ask("?after=latest").json["next"]
    made.bench.set_device("edge1", contract_ref="C-1")

    erp.client = erp.with_a_new_token()

    assert subjects(erp.ask(f"?after={after}")) == [("device.changed", "edge1")]


def test_an_unchanged_feed_costs_a_304(made: Rig, erp: Erp) -> None:
    after = erp.ask("?after=latest").json["next"]
    empty = erp.ask(f"?after={after}")
    again = {"If-None-Match": empty.headers["etag"]}

    assert erp.ask(f"?after={after}", **again).status == 304
    made.bench.set_device("edge1", contract_ref="C-1")
    assert len(erp.ask(f"?after={after}", **again).items) == 1


def test_an_answer_that_has_more_behind_it_is_not_kept(made: Rig, erp: Erp) -> None:
    see(made, "acme/edge1", "xe-0/0/0")

    begun, ended = erp.ask("?limit=1"), erp.ask("?limit=2")

    assert (begun.json["more"], ended.json["more"]) == (True, False)
    assert ("etag" in begun.headers, "etag" in ended.headers) == (False, True)
    assert begun.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("allow", "hidden"),
    [
        (("inventory.view",), {"configuration.changed", "status.changed", "blackhole.announced"}),
        (("inventory.view", "monitoring.view"), {"configuration.changed", "blackhole.ended"}),
        (("inventory.view", "config.view"), {"status.changed", "blackhole.ended"}),
    ],
    ids=["inventory alone", "and monitoring", "and configurations"],
)
def test_what_a_token_may_not_see_is_left_out_and_said(
    made: Rig, port: int, allow: tuple[str, ...], hidden: set[str]
) -> None:
    for ntp in ("192.0.2.53", "192.0.2.54"):
        made.clock.advance(days=1)
        made.answer("acme/edge1", ios("edge1", ntp=ntp, at=made.clock.now))
        made.back_up("acme/edge1")
    erp = Erp(made, port, *map(Permission, allow))

    reply = erp.ask()

    told = {one["kind"] for one in reply.items}
    assert hidden <= set(reply.json["hidden"]) <= set(KINDS)
    assert told.isdisjoint(reply.json["hidden"])
    assert ("configuration.changed" in told) == ("config.view" in allow)
    assert erp.ask("?kinds=device.added").json["hidden"] == [], "it was not asked for"


def test_without_the_right_to_the_inventory_there_is_no_feed(made: Rig, port: int) -> None:
    reply = Erp(made, port, Permission.BILLING_VIEW).ask()

    assert reply.status == 403
    assert "inventory.view" in reply.json["detail"]


def test_another_tenant_is_as_unknown_as_none(made: Rig, erp: Erp) -> None:
    foreign = erp.client.get(f"{PATH}{made.devices['umbra/core1'].tenant_id}")
    unknown = erp.client.get(f"{PATH}0123456789abcdef")

    assert foreign.status == unknown.status == 404
    same = ("type", "title", "status", "errors")
    assert [foreign.json[name] for name in same] == [unknown.json[name] for name in same]


def test_nothing_of_another_tenant_stands_in_a_feed(made: Rig, erp: Erp) -> None:
    see(made, "acme/edge1", "xe-0/0/0")
    made.bench.set_port("acme/edge1", "xe-0/0/0", tenant="umbra", circuit_ref="UMBRA-7")
    made.bench.set_port("acme/edge1", "xe-0/0/0", circuit_ref="UMBRA-8")
    made.bench.set_device("umbra/core1", contract_ref="UMBRA-C")

    reply = erp.ask()

    assert ("port.retired", "edge1 xe-0/0/0") in subjects(reply)
    umbra = made.devices["umbra/core1"]
    for foreign in ("umbra", "UMBRA", "core1", umbra.id, umbra.tenant_id):
        assert foreign not in reply.body.decode()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?after=0123456789abcdef.7", 410),
        ("?after=yesterday", 400),
        ("?after=-1", 400),
        ("?limit=0", 400),
        ("?limit=1001", 400),
        ("?kinds=device.exploded", 400),
        ("?kinds=device.*,blackout.*", 400),
        ("?kinds=,", 400),
        ("?cursor=x", 400),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_cure(erp: Erp, query: str, status: int) -> None:
    reply = erp.ask(query)

    assert reply.status == status, reply.body
    assert reply.headers["content-type"].startswith("application/problem+json")
    if status == 410:
        cure = "take a cursor by `after=latest`, then read the inventory anew, then go on from that"
        assert cure in reply.json["detail"]


def test_a_cursor_that_is_older_than_what_is_kept_is_gone(made: Rig, erp: Erp) -> None:
    after = erp.ask("?after=latest").json["next"]
    made.bench.set_device("edge1", contract_ref="C-1")
    made.clock.advance(days=91)
    made.bench.sweep()
    erp.client = erp.with_a_new_token()

    reply = erp.ask(f"?after={after}")

    assert reply.status == 410
    assert "kept no more" in reply.json["detail"]
    assert erp.ask().items == []
    assert erp.ask("?after=latest").items == []
