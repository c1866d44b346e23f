"""Which nights of which devices were saved: one reading for many devices, within a scope."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from netwb.access.principals import Fixed
from netwb.collect.replay import recorded
from netwb.errors import NotPermittedError, UnknownDeviceError, UnreachableError
from netwb.roles import Actor, Permission, Role, Scope
from netwb.workbench import Workbench
from tests.benches import START, Rig, ios, rig
from tests.stores import KINDS, cluster_of

TENANTS = {"acme": ("edge1", "edge2", "edge3"), "umbra": ("edge1",)}


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Three nights: all good; edge1 changed and edge2 garbled; edge1 away. edge3 never tried."""
    with rig(tmp_path, TENANTS, cluster=cluster_of(request), past=three_nights) as made:
        yield made


def three_nights(made: Rig) -> None:
    tried = ("acme/edge1", "acme/edge2", "umbra/edge1")
    made.back_up(*tried)
    made.clock.advance(days=1)
    made.answer("acme/edge1", ios("edge1", by="ben", ntp="192.0.2.99"))
    made.answer("acme/edge2", recorded(b"", prompt=b"edge2#"))
    made.back_up(*tried, note="CHG2")
    made.clock.advance(days=1)
    made.answer("acme/edge1", UnreachableError("edge1: 127.0.0.1 port 22 is closed"))
    made.back_up(*tried)


def as_actor(made: Rig, role: Role, *tenants: str, only: Permission | None = None) -> Workbench:
    ids = frozenset(made.bench.tenant(tenant).id for tenant in tenants)
    actor = Actor(
        name="kim", role=role, scope=Scope(ids), only=None if only is None else frozenset({only})
    )
    return Workbench(made.bench._parts, Fixed(actor), made.bench._where)


def statuses(bench: Workbench, device_id: str) -> list[str]:
    return [night.status for night in bench.coverage(since=START)[device_id].nights]


def test_each_device_has_its_nights_oldest_first(made: Rig) -> None:
    found = made.bench.coverage(since=START)

    nights = found[made.devices["acme/edge1"].id].nights
    assert [night.status for night in nights] == ["changed", "changed", "failed"]
    assert [night.at for night in nights] == [START + timedelta(days=day) for day in range(3)]
    assert statuses(made.bench, made.devices["acme/edge2"].id) == [
        "changed",
        "rejected",
        "rejected",
    ]


def test_a_device_that_was_never_tried_is_not_in_it(made: Rig) -> None:
    assert made.devices["acme/edge3"].id not in made.bench.coverage(since=START)
    coverage = made.bench.device_coverage("acme/edge3", since=START)

    assert (coverage.copy, coverage.nights) == (None, ())


def test_the_last_good_copy_is_dated_by_when_it_was_last_seen_to_be_so(made: Rig) -> None:
    found = made.bench.coverage(since=START)

    ages = {name: found[device.id].copy for name, device in made.devices.items() if "3" not in name}
    assert ages["acme/edge1"] is not None
    assert ages["acme/edge2"] is not None
    assert ages["umbra/edge1"] is not None
    assert ages["acme/edge1"].at == START + timedelta(days=1)
    assert ages["acme/edge2"].at == START
    assert ages["umbra/edge1"].at == START + timedelta(days=2)
    newest = made.bench.history("acme/edge1")[0]
    assert (ages["acme/edge1"].revision, ages["acme/edge1"].lines) == (newest.id, newest.lines)


def test_nights_before_the_time_asked_for_are_left_out_and_the_copy_stays(made: Rig) -> None:
    later = made.bench.coverage(since=START + timedelta(hours=30))

    edge2 = later[made.devices["acme/edge2"].id]
    assert [night.status for night in edge2.nights] == ["rejected"]
    assert edge2.copy is not None
    assert edge2.copy.at == START


def test_one_device_gives_the_same_as_among_all(made: Rig) -> None:
    device = made.devices["acme/edge1"]

    assert (
        made.bench.device_coverage(device.id, since=START)
        == made.bench.coverage(since=START)[device.id]
    )


def test_a_tenant_sees_its_own_nights_and_no_others(made: Rig) -> None:
    bench = as_actor(made, Role.CUSTOMER, "umbra")

    assert set(bench.coverage(since=START)) == {made.devices["umbra/edge1"].id}
    with pytest.raises(UnknownDeviceError):
        bench.device_coverage(made.devices["acme/edge1"].id, since=START)
    with pytest.raises(UnknownDeviceError):
        bench.device_runs(made.devices["acme/edge1"].id)


def test_runs_of_one_device_are_newest_first_with_their_causes(made: Rig) -> None:
    runs = made.bench.device_runs("acme/edge1")

    assert [run.status for run in runs] == ["failed", "changed", "changed"]
    assert (runs[0].cause_kind, runs[0].cause_message) == (
        "UnreachableError",
        "edge1: 127.0.0.1 port 22 is closed",
    )
    assert runs[0].by.startswith("local:")
    assert runs[1].revision == made.bench.history("acme/edge1")[0].id
    assert len(made.bench.device_runs("acme/edge1", limit=1)) == 1


def test_who_may_not_see_addresses_is_told_the_kind_of_a_cause_and_not_its_words(
    made: Rig,
) -> None:
    run = as_actor(made, Role.CUSTOMER, "acme").device_runs("acme/edge1")[0]

    assert (run.cause_kind, run.cause_message, run.by) == ("UnreachableError", "", "")


def test_without_the_right_to_configurations_there_is_no_coverage(made: Rig) -> None:
    bench = as_actor(made, Role.CUSTOMER, "acme", only=Permission.INVENTORY_VIEW)

    for ask in (
        lambda: bench.coverage(since=START),
        lambda: bench.device_coverage("acme/edge1", since=START),
        lambda: bench.device_runs("acme/edge1"),
    ):
        with pytest.raises(NotPermittedError, match=r"config\.view"):
            ask()
