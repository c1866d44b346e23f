"""The daemon's look at how all stands: each change is told once, and its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import NotPermittedError, UnreachableError
from netwb.inventory.records import DeviceStatus
from netwb.notify.records import Notice
from netwb.roles import ALL_TENANTS, Role, Scope
from netwb.workbench.watching import HealthWatched
from tests.benches import START, Rig, a_night, ios, rig
from tests.stores import KINDS, cluster_of
from tests.views.people import log_in


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """Saved once; borealis in its own site."""
    with rig(
        tmp_path,
        {"acme": ("edge1", "edge2"), "borealis": ("edge1",)},
        cluster=cluster_of(request),
        past=a_night,
    ) as one:
        yield one


def watch(made: Rig) -> HealthWatched:
    return made.bench.watch_health()


def told(made: Rig, kind: str = "device.stale", scope: Scope = ALL_TENANTS) -> list[Notice]:
    return list(made.bench._parts.notices.list(scope, since=START, kinds=[kind]))


def test_what_is_well_is_not_told(made: Rig) -> None:
    found = watch(made)

    assert (found.devices, found.stale, found.told) == (3, 0, 0)
    assert told(made) == []


def test_a_device_that_becomes_stale_is_told_once_and_when_it_is_well_again(made: Rig) -> None:
    made.answer("acme/edge2", UnreachableError("no answer"))
    for hour in range(3 * 24):
        made.clock.advance(hours=1)
        if hour % 24 == 23:
            made.back_up()
        watch(made)
    made.answer("acme/edge2", ios("edge2"))
    made.back_up()
    watch(made)
    watch(made)

    assert [(one.state, one.label, one.message) for one in told(made)] == [
        ("wrong", "acme/edge2", "acme/edge2 has no good backup since 2026-11-20 02:00 UTC"),
        ("recovered", "acme/edge2", "acme/edge2 has a fresh good backup again"),
    ]
    wrong = told(made)[0]
    assert wrong.at == START.replace(day=21, hour=5)
    assert wrong.detail == {"copy_at": "2026-11-20T02:00:00+00:00", "age_s": 97200}


def test_one_that_fails_now_and_was_saved_last_night_is_the_runs_to_tell(made: Rig) -> None:
    made.answer("acme/edge2", UnreachableError("no answer"))
    made.clock.advance(hours=1)
    made.back_up()

    assert watch(made).stale == 0
    assert not made.bench.status().good


@pytest.mark.parametrize("status", ["maintenance", "retired", "planned"])
def test_what_is_not_awaited_any_more_stands_no_longer(made: Rig, status: DeviceStatus) -> None:
    made.clock.advance(days=2)
    watch(made)
    if status == "retired":
        made.bench.retire_device("acme/edge2")
    else:
        made.bench.set_device("acme/edge2", status=status)

    watch(made)

    last = told(made)[-1]
    assert (last.state, last.message) == (
        "recovered",
        "no backup of acme/edge2 is expected any more",
    )
    standing = made.bench._parts.notices.standing(ALL_TENANTS, ["device.stale"])
    assert {one.label for one in standing} == {"acme/edge1", "borealis/edge1"}


def test_a_tenant_is_told_of_its_own_devices_alone(made: Rig) -> None:
    made.clock.advance(days=2)
    watch(made)
    borealis = next(one.id for one in made.bench.tenants() if one.slug == "borealis")

    assert [one.label for one in told(made, scope=Scope(frozenset({borealis})))] == [
        "borealis/edge1"
    ]


def test_a_site_that_is_saved_once_a_week_is_not_stale_in_its_week(made: Rig) -> None:
    made.bench.where(tenant="borealis").set_schedule("nightly", "fri 02:00", jitter_s=0)
    made.clock.advance(days=3)

    watch(made)

    assert {one.label for one in told(made)} == {"acme/edge1", "acme/edge2"}
    stands = {one.name: one.freshness for one in made.bench.device_backups()}
    assert stands["borealis/edge1"] == "fresh"
    made.clock.advance(days=6)
    watch(made)
    assert told(made)[-1].label == "borealis/edge1"


def test_a_black_out_makes_nobody_stale(made: Rig) -> None:
    acme = made.bench.where(tenant="acme")
    acme.add_blackout(start="2026-11-20T12:00", end="2026-11-24T12:00", reason="freeze")
    made.clock.advance(days=3)

    watch(made)

    assert {one.label for one in told(made)} == {"borealis/edge1"}


def test_a_disk_that_fills_is_told_and_its_end(made: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwb.health.disk.LEAST_FREE_BYTES", 10**18)
    watch(made)
    watch(made)
    monkeypatch.undo()
    watch(made)

    assert [(one.state, one.severity) for one in told(made, "disk.space")] == [
        ("wrong", "critical"),
        ("recovered", "critical"),
    ]


def test_the_watch_is_over_all_and_for_who_may_see_it(made: Rig) -> None:
    with pytest.raises(NotPermittedError):
        log_in(made, "cleo", Role.CUSTOMER).watch_health()
    with pytest.raises(NotPermittedError):
        log_in(made, "olga", Role.OPERATOR, ("acme",)).watch_health()


def test_the_daemon_does_it_by_its_table(made: Rig) -> None:
    firing = made.bench.run_job("health")

    assert (firing.status, firing.result["devices"], firing.result["stale"]) == ("done", 3, 0)
