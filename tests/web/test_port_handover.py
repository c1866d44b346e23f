"""A port that goes to another tenant: neither reads what the other made of it, and each keeps its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from netwb.access.records import NewToken
from netwb.inventory.changes import FieldChange
from netwb.inventory.ports.editing import checked, edit_port
from netwb.inventory.ports.records import Port, SeenPort, WherePort
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import ALL_TENANTS, Role
from tests.benches import Rig, rig
from tests.erp.following import Follower
from tests.stores import EACH_STORE
from tests.views.people import log_in
from tests.web.rest import Client, serving
from tests.workbench.people import add

pytestmark = EACH_STORE
PORT = ("acme/edge1", "xe-0/0/0")
TENANTS = ("acme", "umbra")


@dataclass
class Hands:
    """Gives acme's port on acme's device to and fro, and asks as the tenants' ERPs do."""

    rig: Rig
    number: int
    clients: dict[str, Client] = field(default_factory=dict)
    followers: dict[str, Follower] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for tenant in TENANTS:
            add(self.rig, f"erp-{tenant}", Role.ENGINEER, tenant)
            token = self.rig.bench.issue_token(NewToken(user=f"erp-{tenant}", days=1))
            self.clients[tenant] = Client(port=self.number, token=token.secret)
            self.followers[tenant] = Follower(self.rig.bench, tenant)

    def set(self, **changes: Any) -> tuple[FieldChange, ...]:
        """An hour after what was done last."""
        self.rig.clock.advance(hours=1)
        return self.rig.bench.set_port(*PORT, **changes)

    def take(self, rows: str) -> None:
        self.rig.clock.advance(hours=1)
        header = "device,name,tenant,circuit_ref,watched"
        self.rig.bench.apply_port_import(f"{header}\nacme/edge1,xe-0/0/0,{rows}\n")

    @property
    def now(self) -> tuple[str, str | None, bool, int | None]:
        port = self.port
        return port.tenant, port.circuit_ref, port.watched, port.speed_override_bps

    @property
    def port(self) -> Port:
        return self.rig.bench.port(*PORT)

    def news(self, tenant: str) -> list[tuple[Any, ...]]:
        """Kinds of the events that came, and what changed."""
        return [(kind, *changed) for kind, _subject, *changed in self.followers[tenant].told()]

    def told(self, tenant: str) -> str:
        """All that its ERP reads: inventory in JSON and in CSV, and events."""
        ids = {one.slug: one.id for one in self.rig.bench.tenants()}
        client, path = self.clients[tenant], f"/erp/inventory/{ids[tenant]}"
        replies = [
            client.get(path),
            client.get(path, Accept="text/csv"),
            client.get(f"/erp/events/{ids[tenant]}"),
        ]
        assert [one.status for one in replies] == [200, 200, 200]
        return "".join(one.body.decode() for one in replies)

    def inventory_of(self, tenant: str) -> list[tuple[str, str]]:
        """Circuit and watch of the port as the CSV has them; none where it is not the tenant's."""
        ids = {one.slug: one.id for one in self.rig.bench.tenants()}
        reply = self.clients[tenant].get(f"/erp/inventory/{ids[tenant]}", Accept="text/csv")
        rows = csv.DictReader(io.StringIO(reply.body.decode()))
        return [(row["circuit_ref"], row["watched"]) for row in rows if row["name"] == PORT[1]]


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    """acme calls its port ACME-1, watches it, and said its speed."""
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("core1",)}) as made:
        seen = SeenPort(name=PORT[1], alias="", if_index=1, if_type=6, speed_bps=10**9)
        made.bench._parts.ports.sighted({made.devices["acme/edge1"].id: [seen]})
        made.bench.set_port(*PORT, circuit_ref="ACME-1", watched=True, speed_override_bps=10**8)
        with serving(made.bench) as number:
            yield Hands(made, number)


def test_a_tenant_gets_a_port_without_what_the_one_before_made_of_it(hands: Hands) -> None:
    done = hands.set(tenant="umbra")

    assert hands.now == ("umbra", None, False, 10**8), "its speed is the line's"
    assert [(one.field, one.old, one.new) for one in done] == [
        ("tenant", "acme", "umbra"),
        ("circuit_ref", "ACME-1", None),
        ("watched", "yes", "no"),
    ]
    assert hands.inventory_of("umbra") == [("", "false")]
    assert hands.inventory_of("acme") == []
    assert "ACME-1" not in hands.told("umbra")
    assert (hands.news("acme"), hands.news("umbra")) == ([("port.retired",)], [("port.added",)])


def test_given_back_it_has_nothing_of_who_had_it_meanwhile(hands: Hands) -> None:
    hands.set(tenant="umbra")
    hands.set(circuit_ref="UMBRA-7", watched=True)
    hands.set(tenant=None)

    assert hands.now == ("acme", None, False, 10**8)
    assert hands.inventory_of("acme") == [("", "false")]
    assert "UMBRA-7" not in hands.told("acme")
    assert "ACME-1" not in hands.told("umbra")

    hands.set(circuit_ref="ACME-2")
    assert hands.news("acme") == [
        ("port.retired",),
        ("port.added",),
        ("port.changed", {"circuit_ref": (None, "ACME-2")}),
    ]


@pytest.mark.parametrize("name", ["UMBRA-7", "ACME-1"])
def test_what_the_same_change_says_is_the_new_tenants_also_where_it_is_as_before(
    hands: Hands, name: str
) -> None:
    hands.set(tenant="umbra", circuit_ref=name, watched=True)
    assert hands.now == ("umbra", name, True, 10**8)

    hands.set(circuit_ref="UMBRA-8")
    assert hands.news("umbra") == [
        ("port.added",),
        ("port.changed", {"circuit_ref": (name, "UMBRA-8")}),
    ]


@pytest.mark.parametrize(
    ("row", "then"),
    [
        ("umbra,,", ("umbra", None, False)),
        ("umbra,UMBRA-7,", ("umbra", "UMBRA-7", False)),
        ("umbra,ACME-1,yes", ("umbra", "ACME-1", True)),
        ("acme,,", ("acme", "ACME-1", True)),
        (",ACME-2,", ("acme", "ACME-2", True)),
    ],
)
def test_an_import_hands_a_port_over_as_a_person_does(
    hands: Hands, row: str, then: tuple[str, str | None, bool]
) -> None:
    hands.take(row)

    assert hands.now == (*then, 10**8)


def test_a_plan_of_an_import_says_what_goes_with_a_port(hands: Hands) -> None:
    plan = hands.rig.bench.plan_port_import("device,name,tenant\nacme/edge1,xe-0/0/0,umbra\n")

    (item,) = plan.ports
    assert {one.field: (one.old, one.new) for one in item.fields} == {
        "tenant": ("acme", "umbra"),
        "circuit_ref": ("ACME-1", None),
        "watched": ("yes", "no"),
    }


def test_a_hand_over_that_is_undone_from_its_moment_on_gives_the_circuit_back(
    hands: Hands,
) -> None:
    hands.set(tenant="umbra", circuit_ref="UMBRA-7")
    given_at = hands.port.tenant_since_at
    assert given_at is not None
    done = hands.set(tenant="acme", since=given_at)

    assert hands.now == ("acme", "ACME-1", False, 10**8)
    assert hands.port.tenant_since_at is None
    assert FieldChange(field="circuit_ref", old="UMBRA-7", new="ACME-1") in done
    ports = hands.rig.bench._parts.ports
    umbra = hands.rig.devices["umbra/core1"].tenant_id
    assert ports.circuits_of(umbra, [hands.port])[hands.port.id] == ()


def test_what_each_tenant_called_it_is_kept_with_its_time(hands: Hands) -> None:
    moments: list[datetime] = []
    for tenant, name in (("umbra", "UMBRA-7"), ("acme", "ACME-2"), ("umbra", None)):
        hands.set(tenant=tenant, circuit_ref=name)
        moments.append(hands.rig.clock())
    ports, ids = hands.rig.bench._parts.ports, hands.rig.devices

    def called(device: str) -> list[tuple[datetime | None, datetime | None, str | None]]:
        found = ports.circuits_of(ids[device].tenant_id, [hands.port])[hands.port.id]
        return [(time.since, time.until, name) for time, name in found]

    first, second, third = moments
    assert called("acme/edge1") == [(None, first, "ACME-1"), (second, third, "ACME-2")]
    assert called("umbra/core1") == [(first, second, "UMBRA-7"), (third, None, None)]


def test_what_an_erp_wrote_while_it_was_given_away_goes_with_the_one_that_wrote_it(
    hands: Hands,
) -> None:
    parts, seen = hands.rig.bench._parts, hands.port
    hands.set(circuit_ref="ACME-9")
    at = hands.rig.clock()
    with parts.database.writing(ALL_TENANTS) as session:
        edit_port(session, seen, checked({"tenant": "umbra"}, "acme"), at)

    assert hands.now == ("umbra", None, False, 10**8)
    acme = hands.rig.devices["acme/edge1"].tenant_id
    ((_, name),) = parts.ports.circuits_of(acme, [hands.port])[hands.port.id]
    assert name == "ACME-9"


def test_on_pages_of_traffic_a_port_that_is_gone_has_its_own_circuit(hands: Hands) -> None:
    made = hands.rig
    key = SeriesKey(tenant="acme", device_id=made.devices["acme/edge1"].id, name=PORT[1])
    now = int(made.clock().timestamp())
    made.bench._parts.metrics.write(
        Point(
            measurement="interface",
            key=key,
            site="fra1",
            device="edge1",
            at=now - 60 * minute,
            values={"ifHCInOctets": 10**6 - minute, "ifHCOutOctets": 10**6 - minute},
        )
        for minute in range(60)
    )
    given_at = made.clock() - timedelta(minutes=20)
    made.bench.set_port(*PORT, tenant="umbra", circuit_ref="UMBRA-7", since=given_at)
    old = log_in(made, "old", Role.CUSTOMER, ("acme",))

    (one,) = old.traffic_overview(hours=1).ports

    assert (one.port.tenant, one.port.circuit_ref) == ("acme", "ACME-1")
    for asked, many in (
        (WherePort(find="acme-1"), 1),
        (WherePort(circuit_ref="ACME-1"), 1),
        (WherePort(find="umbra-7"), 0),
        (WherePort(circuit_ref="UMBRA-7"), 0),
    ):
        assert len(old.traffic_overview(hours=1, where=asked).ports) == many
