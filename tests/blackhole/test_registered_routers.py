"""Triggers and edges: devices with a role, each tenant's seen by it alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.blackhole.routers import MAX_ROUTES, Routers, parse_community
from netwb.errors import InputError, InventoryError, UnknownNameError
from netwb.roles import ALL_TENANTS, Scope
from tests.benches import Rig, rig
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("trg1", "edge1"), "umbra": ("pe1",)}) as made:
        yield made


@pytest.fixture
def routers(made: Rig) -> Routers:
    return made.bench._parts.attacks.routers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("65535:666", "65535:666"),
        ("0:0", "0:0"),
        ("64500:00666", "64500:666"),
        ("4294967295:1:4294967295", "4294967295:1:4294967295"),
    ],
)
def test_a_community_is_kept_as_routers_write_it(text: str, expected: str) -> None:
    assert parse_community(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "666", "65536:1", "1:65536", "1:2:4294967296", "1:2:3:4", "a:b", "no-export", "٣:1"],
)
def test_what_is_no_community_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="write it like 65535:666"):
        parse_community(text)


def test_a_device_may_be_both_and_each_once(made: Rig, routers: Routers) -> None:
    device = made.devices["acme/trg1"]
    added = routers.add(ALL_TENANTS, device.id, "trigger", {"community": "64500:666"}, by="ana")
    routers.add(ALL_TENANTS, device.id, "edge", {}, by="ana")

    assert (added.label, added.community, added.max_routes) == (
        "acme/trg1",
        "64500:666",
        MAX_ROUTES,
    )
    with pytest.raises(InventoryError, match=r"trg1 is a trigger already; .*`netwb trigger set`"):
        routers.add(ALL_TENANTS, device.id, "trigger", {}, by="ana")
    changed = routers.set(ALL_TENANTS, device.id, "trigger", {"max_routes": 5})
    assert (changed.community, changed.max_routes) == ("64500:666", 5)
    routers.retire(ALL_TENANTS, device.id, "trigger")
    assert routers.list(ALL_TENANTS, "trigger") == ()
    assert [one.label for one in routers.list(ALL_TENANTS, "edge")] == ["acme/trg1"]


@pytest.mark.parametrize("most", [0, -1, 10_001])
def test_a_limit_that_cannot_be_is_refused(made: Rig, routers: Routers, most: int) -> None:
    with pytest.raises(InputError, match="whole number from 1 to 10000"):
        routers.add(
            ALL_TENANTS, made.devices["acme/trg1"].id, "trigger", {"max_routes": most}, by="ana"
        )


def test_a_foreign_device_is_an_unknown_one(made: Rig, routers: Routers) -> None:
    device = made.devices["acme/trg1"]
    routers.add(ALL_TENANTS, device.id, "trigger", {}, by="ana")
    theirs = Scope(frozenset({made.bench.tenant("umbra").id}))

    assert routers.list(theirs, "trigger") == ()
    with pytest.raises(UnknownNameError):
        routers.add(theirs, made.devices["acme/edge1"].id, "edge", {}, by="ana")
    with pytest.raises(UnknownNameError) as refused:
        routers.retire(theirs, device.id, "trigger")
    assert "trg1" not in str(refused.value)


def test_a_device_out_of_service_announces_nothing(made: Rig, routers: Routers) -> None:
    routers.add(ALL_TENANTS, made.devices["acme/trg1"].id, "trigger", {}, by="ana")

    made.bench.retire_device("acme/trg1")

    assert routers.list(ALL_TENANTS, "trigger") == ()
