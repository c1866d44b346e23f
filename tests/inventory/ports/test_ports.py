"""Ports in a real inventory: who sees which, what a poll changes, where their samples lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from netwb.errors import (
    FieldsRefusedError,
    ImportRefusedError,
    InventoryError,
    NotPermittedError,
    UnknownDeviceError,
    UnknownNameError,
)
from netwb.inventory.changes import FieldChange
from netwb.inventory.ports.ports import Ports
from netwb.inventory.ports.records import Port, PortName, SeenPort, WherePort
from netwb.inventory.ports.sighting import MOST_TIMES
from netwb.roles import ALL_TENANTS, NO_TENANT, Scope
from tests.inventory.ground import ANA, NOON, Ground, counted_statements
from tests.store.processes import at_once, find_ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A provider with a device, and a customer that has a device of its own too."""

    ground: Ground
    ports: Ports
    pe1: str
    ce1: str
    provider: Scope
    customer: Scope

    def see(self, device_id: str, *names: str, alias: str = "") -> None:
        """A poll that finds these ports, and no others."""
        seen = [
            SeenPort(name=name, if_index=n, alias=alias, if_type=6, speed_bps=10**9)
            for n, name in enumerate(names, 1)
        ]
        self.ports.sighted({device_id: seen})

    def port(self, device: str, name: str) -> Port:
        return self.ports.get(ALL_TENANTS, device, name)

    def give(self, name: str, tenant: str | None) -> None:
        """Whom a port of pe1 is for."""
        self.ports.set(ALL_TENANTS, self.port("pe1", name).id, {"tenant": tenant})


@pytest.fixture
def rig(ground: Ground) -> Rig:
    provider, customer = ground.tenant("provider", "fra1"), ground.tenant("acme", "fra1")
    return Rig(
        ground=ground,
        ports=Ports(ground.database, ground.clock),
        pe1=ground.device("provider/pe1").id,
        ce1=ground.device("acme/ce1").id,
        provider=Scope(tenants=frozenset({provider})),
        customer=Scope(tenants=frozenset({customer})),
    )


def named(ports: tuple[Port, ...]) -> list[str]:
    return [f"{port.device_tenant}/{port.hostname} {port.name}" for port in ports]


def test_what_a_poll_finds_is_listed_with_what_the_device_says(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", "eth1", alias="C-1")

    first, second = rig.ports.list(ALL_TENANTS)
    assert (first.name, first.if_index, first.if_type) == ("eth0", 1, 6)
    assert (first.alias, first.speed_bps) == ("C-1", 10**9)
    assert (first.tenant, first.device_tenant, first.site) == ("provider", "provider", "fra1")
    assert (first.first_seen_at, first.last_seen_at, first.watched) == (NOON, NOON, False)
    assert second.name == "eth1"


def test_a_port_that_vanished_keeps_its_row(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", "eth1")
    rig.ground.clock.pass_s(3600)
    rig.see(rig.pe1, "eth0")

    first, second = rig.ports.list(ALL_TENANTS)
    assert first.last_seen_at == NOON + timedelta(hours=1)
    assert (second.name, second.last_seen_at) == ("eth1", NOON)


def test_a_re_index_leaves_each_port_its_id(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", "eth1")
    before = {port.name: port.id for port in rig.ports.list(ALL_TENANTS)}
    rig.see(rig.pe1, "eth1", "eth0")

    after = {port.name: (port.id, port.if_index) for port in rig.ports.list(ALL_TENANTS)}
    assert after == {"eth0": (before["eth0"], 2), "eth1": (before["eth1"], 1)}


def test_the_alias_that_was_not_read_stays(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", alias="C-1")
    unread = SeenPort(name="eth0", if_index=1, alias=None, if_type=None, speed_bps=None)
    rig.ports.sighted({rig.pe1: [unread]})

    port = rig.port("pe1", "eth0")
    assert (port.alias, port.if_type, port.speed_bps) == ("C-1", 6, 10**9)


def test_a_customer_sees_its_port_on_a_providers_device_and_no_other(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", "eth1")
    rig.see(rig.ce1, "lan")
    rig.give("eth1", "acme")

    assert named(rig.ports.list(rig.customer)) == ["acme/ce1 lan", "provider/pe1 eth1"]
    assert named(rig.ports.list(rig.provider)) == ["provider/pe1 eth0"]
    assert rig.ports.list(NO_TENANT) == ()
    assert len(rig.ports.list(ALL_TENANTS)) == 3
    (port,) = rig.ports.list(rig.customer, WherePort(device="pe1"))
    assert (port.hostname, port.site, port.tenant) == ("pe1", "fra1", "acme")
    assert rig.ports.get(rig.customer, "provider/pe1", "eth1") == port


@pytest.mark.parametrize(
    "changes",
    [{"circuit_ref": "HACK"}, {"speed_override_bps": "1M"}, {"watched": True}, {"tenant": None}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_customer_does_not_change_its_port_on_a_providers_device(
    rig: Rig, changes: dict[str, Any]
) -> None:
    rig.see(rig.pe1, "eth0", "eth1")
    rig.give("eth1", "acme")
    port = rig.port("pe1", "eth1")

    with pytest.raises(NotPermittedError, match="is for acme and its device is provider's"):
        rig.ports.set(rig.customer, port.id, changes)

    assert rig.port("pe1", "eth1") == port


def test_a_port_that_is_another_tenants_is_unknown_by_every_way(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", "eth1")
    rig.give("eth1", "acme")
    foreign = rig.port("pe1", "eth0")

    with pytest.raises(UnknownNameError):
        rig.ports.get(rig.customer, "pe1", "eth0")
    with pytest.raises(UnknownNameError):
        rig.ports.set(rig.customer, foreign.id, {"watched": True})
    assert rig.ports.by_id(rig.customer, [foreign.id]) == ()
    assert rig.ports.list(rig.customer, WherePort(find="eth0")) == ()


def test_a_device_without_a_port_in_scope_is_unknown(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0")

    for ref in ("pe1", "provider/pe1", rig.pe1, "nope", "a\x00b"):
        with pytest.raises(UnknownDeviceError):
            rig.ports.list(rig.customer, WherePort(device=ref))
    assert rig.ports.list(rig.customer, WherePort(device="ce1")) == ()


def test_a_poll_of_a_provider_finds_the_port_that_it_gave_away(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", alias="C-1")
    rig.give("eth0", "acme")
    rig.see(rig.pe1, "eth0", alias="C-2")

    (port,) = rig.ports.list(ALL_TENANTS)
    assert (port.tenant, port.alias) == ("acme", "C-2")


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (WherePort(device="PE1"), ["eth0", "Küche"]),
        (WherePort(site="fra1"), ["lan", "eth0", "Küche"]),
        (WherePort(site="provider/fra1"), ["eth0", "Küche"]),
        (WherePort(site="ams1"), []),
        (WherePort(tenant="acme"), ["lan"]),
        (WherePort(name="lan"), ["lan"]),
        (WherePort(find="KÜCHE"), ["Küche"]),
        (WherePort(find="c-1"), ["eth0", "Küche"]),
        (WherePort(find="%"), []),
        (WherePort(watched=True), []),
        (WherePort(find="x\x00"), []),
    ],
    ids=str,
)
def test_ports_are_found_by_what_people_know(rig: Rig, where: WherePort, found: list[str]) -> None:
    rig.see(rig.pe1, "eth0", "Küche", alias="C-1")
    rig.see(rig.ce1, "lan")

    assert [port.name for port in rig.ports.list(ALL_TENANTS, where)] == found


def test_ports_of_a_retired_device_are_listed_by_its_id_alone(rig: Rig) -> None:
    rig.see(rig.ce1, "lan")
    rig.ground.devices.retire(ALL_TENANTS, "ce1", actor=ANA)

    assert rig.ports.list(ALL_TENANTS) == ()
    assert named(rig.ports.list(ALL_TENANTS, WherePort(device=rig.ce1))) == ["acme/ce1 lan"]


def test_a_name_of_two_devices_asks_for_the_tenant(rig: Rig) -> None:
    twin = rig.ground.device("acme/pe1").id
    rig.see(rig.pe1, "eth0")
    rig.see(twin, "eth0")

    with pytest.raises(
        InventoryError, match="device 'pe1' is in acme and provider; write acme/pe1"
    ):
        rig.ports.get(ALL_TENANTS, "pe1", "eth0")
    assert rig.ports.get(ALL_TENANTS, "acme/pe1", "eth0").device_id == twin


def test_what_people_say_of_a_port_is_set_and_cleared(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0")
    port = rig.port("pe1", "eth0")

    was, changed = rig.ports.set(
        ALL_TENANTS,
        port.id,
        {"tenant": "acme", "circuit_ref": "C-1", "speed_override_bps": "100M", "watched": True},
    )

    assert was == port
    assert changed[0] == FieldChange(field="tenant", old="provider", new="acme")
    now = rig.port("pe1", "eth0")
    assert (now.circuit_ref, now.speed_override_bps, now.limit_bps) == ("C-1", 10**8, 10**8)
    assert (now.watched, now.tenant, now.tenant_since_at) == (True, "acme", NOON)
    _, cleared = rig.ports.set(
        ALL_TENANTS, port.id, {"tenant": None, "circuit_ref": None, "speed_override_bps": None}
    )
    assert {item.field for item in cleared} == {
        *("tenant", "circuit_ref", "speed_override_bps"),
        "watched",  # by itself: it went to another tenant
    }
    assert rig.port("pe1", "eth0").tenant == "provider"
    assert rig.ports.set(ALL_TENANTS, port.id, {"watched": False})[1] == ()


def test_every_bad_field_of_a_change_is_named_and_none_is_written(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0")
    port = rig.port("pe1", "eth0")

    with pytest.raises(FieldsRefusedError) as refused:
        rig.ports.set(
            ALL_TENANTS, port.id, {"circuit_ref": "a\nb", "speed_override_bps": 0, "name": "x"}
        )

    assert set(refused.value.faults) == {"circuit_ref", "speed_override_bps", "name"}
    assert rig.port("pe1", "eth0") == port


def test_a_port_goes_to_no_tenant_that_the_actor_does_not_see(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0")
    port = rig.port("pe1", "eth0")

    with pytest.raises(UnknownNameError, match="tenant 'acme' is not known"):
        rig.ports.set(rig.provider, port.id, {"tenant": "acme"})
    rig.give("eth0", "acme")
    with pytest.raises(NotPermittedError, match="its device is provider's"):
        rig.ports.set(rig.customer, port.id, {"tenant": None})
    assert rig.port("pe1", "eth0").tenant == "acme"


def test_samples_of_a_renamed_port_lie_under_both_names(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", alias="C-1")
    rig.ground.clock.pass_s(60)
    rig.see(rig.pe1, "wan", alias="C-1")
    renamed_at = rig.ground.clock.now

    (port,) = rig.ports.list(ALL_TENANTS)
    assert (port.name, port.former_names) == ("wan", ("eth0",))
    assert rig.ports.names(ALL_TENANTS, [port]) == {
        port.id: (PortName(name="wan"), PortName(name="eth0", until=renamed_at))
    }


def test_a_name_that_was_anothers_before_gives_no_sample_of_that_time(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", alias="C-1")
    rig.ground.clock.pass_s(60)
    rig.see(rig.pe1, "wan", alias="C-1")
    renamed_at = rig.ground.clock.now
    rig.ground.clock.pass_s(60)
    rig.see(rig.pe1, "wan", "eth0", alias="C-1")

    second = next(port for port in rig.ports.list(ALL_TENANTS) if port.name == "eth0")
    assert rig.ports.names(ALL_TENANTS, [second]) == {
        second.id: (PortName(name="eth0", since=renamed_at),)
    }


def test_a_port_that_is_renamed_back_has_its_old_name_once(rig: Rig) -> None:
    for name in ("eth0", "wan", "eth0", "wan"):
        rig.see(rig.pe1, name, alias="C-1")
        rig.ground.clock.pass_s(60)

    (port,) = rig.ports.list(ALL_TENANTS)
    assert (port.name, port.former_names) == ("wan", ("eth0",))
    second, third, fourth = (NOON + timedelta(seconds=60 * n) for n in (1, 2, 3))
    assert rig.ports.names(ALL_TENANTS, [port])[port.id] == (
        PortName(name="wan", since=third),
        PortName(name="eth0", since=second, until=fourth),
        PortName(name="wan", until=third),
        PortName(name="eth0", until=second),
    )


def test_a_name_that_another_port_bore_meanwhile_parts_a_ports_times(rig: Rig) -> None:
    def see(**names: str) -> None:
        seen = [
            SeenPort(name=name, if_index=int(key[1:]), alias=key, if_type=6, speed_bps=None)
            for key, name in names.items()
        ]
        rig.ports.sighted({rig.pe1: seen})
        rig.ground.clock.pass_s(60)

    for names in (
        {"p1": "eth0", "p2": "lan"},
        {"p1": "wan", "p2": "lan"},
        {"p1": "wan", "p2": "eth0"},
        {"p1": "wan", "p2": "lan"},
        {"p1": "eth0", "p2": "lan"},
    ):
        see(**names)

    ports = {port.alias: port for port in rig.ports.list(ALL_TENANTS)}
    named = rig.ports.names(ALL_TENANTS, list(ports.values()))
    minute = [NOON + timedelta(seconds=60 * n) for n in range(5)]
    assert [one for one in named[ports["p1"].id] if one.name == "eth0"] == [
        PortName(name="eth0", since=minute[3]),
        PortName(name="eth0", until=minute[1]),
    ]
    assert [one for one in named[ports["p2"].id] if one.name == "eth0"] == [
        PortName(name="eth0", since=minute[1], until=minute[3])
    ]
    assert len(ports) == 2


def test_names_that_change_at_every_poll_do_not_pile_up(rig: Rig) -> None:
    for n in range(MOST_TIMES + 10):
        rig.see(rig.pe1, ("eth0", "wan")[n % 2], alias="C-1")
        rig.ground.clock.pass_s(60)

    (port,) = rig.ports.list(ALL_TENANTS)
    names = rig.ports.names(ALL_TENANTS, [port])[port.id]
    assert len(names) == MOST_TIMES + 1
    assert {one.name for one in names} == {"eth0", "wan"}
    assert names[1].until == rig.ground.clock.now - timedelta(seconds=60)


def test_who_is_given_a_port_sees_nothing_of_the_time_before(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", alias="C-1")
    rig.ground.clock.pass_s(60)
    rig.see(rig.pe1, "wan", alias="C-1")
    rig.ground.clock.pass_s(60)
    rig.give("wan", "acme")
    given_at = rig.ground.clock.now

    (port,) = rig.ports.list(rig.customer)
    assert rig.ports.names(rig.customer, [port])[port.id] == (PortName(name="wan", since=given_at),)
    assert len(rig.ports.names(ALL_TENANTS, [port])[port.id]) == 2


def test_an_import_is_written_as_a_whole_or_not_at_all(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0")
    bad = "device,name,tenant\npe1,eth0,acme\nnope,eth0,acme\n"

    with pytest.raises(ImportRefusedError, match="1 of 2 rows are bad") as refused:
        rig.ports.apply(ALL_TENANTS, bad)

    assert refused.value.problems[0].startswith("line 3: device 'nope' is not known")
    assert rig.port("pe1", "eth0").tenant == "provider"
    done = rig.ports.apply(ALL_TENANTS, bad, bad_rows="skip")
    assert (done.count("update"), len(done.problems)) == (1, 1)
    assert rig.port("pe1", "eth0").tenant == "acme"
    assert rig.ports.plan(ALL_TENANTS, bad).count("same") == 1


def test_a_port_that_was_only_given_is_found_by_a_poll_later(rig: Rig) -> None:
    rig.ports.apply(ALL_TENANTS, "device,name,tenant,circuit_ref\npe1,eth0,acme,C-1\n")

    given = rig.port("pe1", "eth0")
    assert (given.first_seen_at, given.last_seen_at, given.tenant_since_at) == (None, None, None)
    rig.see(rig.pe1, "eth0")
    found = rig.port("pe1", "eth0")
    assert (found.id, found.circuit_ref, found.last_seen_at) == (given.id, "C-1", NOON)


def test_a_customer_imports_of_its_own_devices_alone(rig: Rig) -> None:
    rig.see(rig.pe1, "eth0", "eth1")
    rig.give("eth1", "acme")

    plan = rig.ports.plan(
        rig.customer, "device,name,circuit_ref\npe1,eth1,C-1\npe1,eth0,C-2\nce1,new,C-3\n"
    )

    assert [(item.action, item.name) for item in plan.ports] == [("add", "new")]
    refused, unknown = plan.problems
    assert refused.startswith("line 2: port 'eth1' of pe1 is for acme and its device is provider's")
    assert unknown.startswith("line 3: device 'pe1' is not known")


def test_two_polls_that_find_the_same_ports_at_once_make_each_once(rig: Rig, url: str) -> None:
    rig.see(rig.ce1, "lan")

    found = at_once(4, find_ports, url, {rig.pe1: 40, rig.ce1: 1})

    assert sorted(found) == [0, 0, 0, 41]
    assert len(rig.ports.list(ALL_TENANTS)) == 42


def test_many_ports_are_listed_in_a_few_statements(rig: Rig) -> None:
    rig.see(rig.pe1, *(f"eth{n}" for n in range(500)))

    with counted_statements() as seen:
        found = rig.ports.list(ALL_TENANTS)

    assert len(found) == 500
    assert len([s for s in seen if s.startswith("SELECT")]) <= 3
