"""What a synchronisation does: devices keep their identity, and nobody else's are touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from netwb.inventory.importers.judge import World
from netwb.inventory.importers.netbox import device_row
from netwb.inventory.importers.netbox_plan import NetboxDevice, SyncPlan, plan_sync
from netwb.inventory.records import Device
from tests.archive.world import device as a_device
from tests.inventory.netbox_server import device as in_netbox

PLATFORMS = ("arista_eos", "cisco_ios")


def here(number: int, hostname: str, **other: Any) -> Device:
    """As a synchronisation leaves device `number` of NetBox's."""
    return replace(
        a_device(hostname),
        address=f"192.0.2.{number}",
        role="pe",
        model="C9300-48P",
        serial=f"FDO{number}",
        labels={"core": ""},
        **other,
    )


def plan(
    *found: Mapping[str, Any],
    devices: tuple[Device, ...] = (),
    links: Mapping[int, str] | None = None,
) -> SyncPlan:
    world = World(
        tenants={"acme": "Acme Ltd"},
        sites={("acme", "fra1"): "Frankfurt 1"},
        credentials=(),
        devices=devices,
        platforms=PLATFORMS,
    )
    rows = [
        NetboxDevice(netbox_id=one["id"], row=device_row(one, f"NetBox device {one['id']}"))
        for one in found
    ]
    return plan_sync("acme", rows, links or {}, world)


def acts(found: SyncPlan) -> dict[str, str]:
    return {item.hostname: item.action for item in found.devices}


EDGE1, EDGE2 = here(1, "edge1"), here(2, "edge2")
LINKS = {1: EDGE1.id, 2: EDGE2.id}


def test_what_is_new_in_netbox_is_added() -> None:
    found = plan(in_netbox(1, "edge1"), in_netbox(2, "edge2", site={"slug": "muc1"}))

    assert acts(found) == {"edge1": "add", "edge2": "add"}
    assert [(place.site, place.name) for place in found.places] == [("muc1", "muc1")]
    assert found.hostnames == {1: "edge1", 2: "edge2"}
    assert (found.known, found.problems) == (0, ())


def test_a_second_time_changes_nothing() -> None:
    found = plan(in_netbox(1, "edge1"), in_netbox(2, "edge2"), devices=(EDGE1, EDGE2), links=LINKS)

    assert acts(found) == {"edge1": "same", "edge2": "same"}
    assert (found.changes, found.known) == (0, 2)


def test_what_was_there_before_by_that_name_is_adopted() -> None:
    found = plan(in_netbox(7, "edge1"), devices=(EDGE1,))

    (item,) = found.devices
    assert (item.action, item.device_id) == ("update", EDGE1.id)
    assert [change.field for change in item.fields] == ["address", "serial"]
    assert found.hostnames == {7: "edge1"}


def test_another_name_in_netbox_renames_and_nothing_is_added() -> None:
    found = plan(
        in_netbox(1, "pe1", serial="new"),
        in_netbox(2, "edge2"),
        devices=(EDGE1, EDGE2),
        links=LINKS,
    )

    assert [(one.device_id, one.old, one.new) for one in found.renames] == [
        (EDGE1.id, "edge1", "pe1")
    ]
    assert acts(found) == {"pe1": "update", "edge2": "same"}
    assert found.count("retire") == 0


@pytest.mark.parametrize(
    ("name", "why"),
    [("edge2", "another device is 'edge2' here"), ("not a name!", "stays edge1")],
)
def test_a_name_that_cannot_be_leaves_the_device_as_it_is(name: str, why: str) -> None:
    found = plan(
        in_netbox(1, name, serial="new"), in_netbox(2, "edge2"), devices=(EDGE1, EDGE2), links=LINKS
    )

    assert (found.renames, acts(found)) == ((), {"edge2": "same"})
    (problem,) = found.problems
    assert why in problem


def test_what_netbox_no_longer_has_is_retired_and_strangers_are_left_alone() -> None:
    by_hand = a_device("byhand")

    found = plan(in_netbox(1, "edge1"), devices=(EDGE1, EDGE2, by_hand), links=LINKS)

    assert acts(found) == {"edge1": "same", "edge2": "retire"}


def test_what_is_decommissioned_in_netbox_is_retired_under_its_own_name() -> None:
    gone = {"value": "decommissioning", "label": "Decommissioning"}

    found = plan(in_netbox(1, "old-edge1", status=gone), devices=(EDGE1,), links={1: EDGE1.id})

    assert acts(found) == {"edge1": "retire"}
    assert found.renames == ()


def test_a_device_that_got_a_new_id_in_netbox_is_the_same() -> None:
    renewed = {**in_netbox(1, "edge1"), "id": 11}

    found = plan(renewed, devices=(EDGE1,), links={1: EDGE1.id})

    assert acts(found) == {"edge1": "same"}
    assert found.hostnames == {11: "edge1"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"primary_ip": None}, "has no primary IP"),
        ({"platform": {"slug": "toaster-os"}}, "toaster"),
        ({"site": None}, "site"),
        ({"name": None}, "stays edge1"),
    ],
    ids=["address", "platform", "site", "name"],
)
def test_a_bad_row_of_a_known_device_changes_and_retires_nothing(
    change: dict[str, Any], why: str
) -> None:
    found = plan(in_netbox(1, **{"name": "edge1", **change}), devices=(EDGE1,), links={1: EDGE1.id})

    assert found.changes == 0
    (problem,) = found.problems
    assert why in problem


def test_what_nobody_logs_in_to_is_left_out_in_numbers() -> None:
    found = plan(
        in_netbox(1), in_netbox(2), in_netbox(3, "panel7", primary_ip=None), in_netbox(4, "edge4")
    )

    assert acts(found) == {"edge4": "add"}
    assert found.problems == ()
    assert found.notes == ("left out without a name: 2", "left out without a primary IP: 1")


def test_what_was_retired_here_is_not_brought_back_each_night() -> None:
    found = plan(in_netbox(1, "edge1"), links={1: EDGE1.id})

    assert found.devices == ()
    (problem,) = found.problems
    assert "is retired here" in problem


def test_rows_of_another_tenant_in_netbox_are_this_ones_as_they_were_asked_for() -> None:
    found = plan(in_netbox(1, "edge1", tenant={"slug": "umbra"}))

    (item,) = found.devices
    assert (item.tenant, item.action) == ("acme", "add")


def test_what_a_device_said_of_itself_stays_and_the_difference_is_told() -> None:
    said = replace(EDGE1, serial="SN-1", model="C9300", facts_at=EDGE1.created_at)

    found = plan(in_netbox(1, "edge1"), devices=(said,), links={1: EDGE1.id})

    assert acts(found) == {"edge1": "same"}
    (note,) = found.notes
    assert note.endswith("say otherwise, which stay: edge1 (SN-1, NetBox FDO1)")


@pytest.mark.parametrize(("gone", "waits"), [(0, "no"), (1, "no"), (2, "yes"), (20, "yes")])
def test_more_than_the_share_waits(gone: int, waits: str) -> None:
    devices = tuple(here(n, f"edge{n}") for n in range(1, 21))
    links = {n: device.id for n, device in enumerate(devices, start=1)}
    rows = [in_netbox(n, f"edge{n}") for n in range(1, 21)]

    found = plan(*rows[gone:], devices=devices, links=links)

    assert found.count("retire") == gone
    assert found.retires_over(5) is (waits == "yes")


def test_an_id_stands_for_one_plan() -> None:
    first = plan(in_netbox(1, "edge1"), devices=(EDGE1, EDGE2), links=LINKS)
    again = plan(in_netbox(1, "edge1"), devices=(EDGE2, EDGE1), links=LINKS)
    other = plan(in_netbox(1, "edge1", serial="x"), devices=(EDGE1, EDGE2), links=LINKS)

    assert first.id == again.id
    assert first.id != other.id
    assert len(first.id) == 12
