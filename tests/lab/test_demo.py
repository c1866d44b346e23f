"""The demo's plan: three tenants, a month of nights, the truth to compare with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwb.lab.demo import NIGHTS, SITES, TENANTS, DemoPasswords, DemoPlan, demo_plan
from netwb.lab.faults import EFFECTS
from netwb.lab.fleet import Fleet
from netwb.lab.size import DEVICES
from tests.lab.ground import show_running

LAST_NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PASSWORDS = DemoPasswords(login="demo-login", enable="demo-enable", jump="demo-jump")


@pytest.fixture(scope="module")
def plan() -> DemoPlan:
    return demo_plan("tests", PASSWORDS, last_night=LAST_NIGHT)


def test_the_plan_has_the_promised_size(plan: DemoPlan) -> None:
    assert (len(plan.tenants), len(plan.devices), len(plan.nights)) == (3, DEVICES, NIGHTS)
    assert {device.played.platform for device in plan.devices} == {"cisco_ios", "arista_eos", "frr"}
    assert {device.tenant for device in plan.devices} == {tenant.slug for tenant in TENANTS}
    assert {(device.tenant, device.site) for device in plan.devices} == {
        (site.tenant, site.slug) for site in SITES
    }


def test_hostnames_are_unique_in_their_tenant_but_not_in_the_world(plan: DemoPlan) -> None:
    hostnames = [device.hostname for device in plan.devices]
    pairs = {(device.tenant, device.hostname) for device in plan.devices}

    assert len(pairs) == DEVICES
    assert len(set(hostnames)) < DEVICES


def test_the_last_night_is_the_one_asked_for_and_they_are_a_day_apart(plan: DemoPlan) -> None:
    times = [night.at for night in plan.nights]

    assert times[-1] == LAST_NIGHT
    assert times[0] == LAST_NIGHT - timedelta(days=NIGHTS - 1)


def test_edits_happen_before_the_backup_that_shows_them_and_after_the_one_before(
    plan: DemoPlan,
) -> None:
    for edit in plan.world.edits():
        assert plan.world.at(edit.night - 1) < edit.at < plan.world.at(edit.night)


def test_several_people_work_in_each_tenant(plan: DemoPlan) -> None:
    for tenant in TENANTS:
        edits = [one for one in plan.world.edits() if one.key.startswith(f"{tenant.slug}/")]

        assert len({edit.by for edit in edits}) >= 2
        assert len(edits) >= 15


def test_the_first_night_is_clean_and_some_later_nights_are_not(plan: DemoPlan) -> None:
    assert not plan.nights[0].faults
    assert sum(bool(night.faults) for night in plan.nights) >= 10
    assert {EFFECTS[fault] for night in plan.nights for fault in night.faults.values()} >= {
        "spoiled",
        "unreachable",
        "refused",
        "lost",
    }


@pytest.mark.parametrize("day", range(7))
def test_the_last_night_has_something_to_see_of_each_tenant_on_any_day(day: int) -> None:
    last = LAST_NIGHT + timedelta(days=day)
    plan = demo_plan(f"seed-{day}", PASSWORDS, last_night=last)

    edited = plan.world.changed(29) - plan.nights[-1].faults.keys()

    assert {key.partition("/")[0] for key in edited} == {tenant.slug for tenant in TENANTS}
    for key in edited:
        assert plan.world.running(key, 28) != plan.world.running(key, 29)


def test_the_search_text_stands_on_several_devices_of_the_last_night(plan: DemoPlan) -> None:
    keys = [device.key for device in plan.devices]

    found = [key for key in keys if f"\n{plan.search_text} " in plan.world.running(key, 29)]

    assert len(found) >= 5


def test_the_same_arguments_give_the_same_world(plan: DemoPlan) -> None:
    again = demo_plan("tests", PASSWORDS, last_night=LAST_NIGHT)

    assert again.nights == plan.nights
    assert again.world.edits() == plan.world.edits()
    assert all(
        again.world.running(device.key, 29) == plan.world.running(device.key, 29)
        for device in plan.devices
    )


def test_a_longer_plan_is_the_same_plan_and_more(plan: DemoPlan) -> None:
    week = timedelta(days=7)
    longer = demo_plan("tests", PASSWORDS, last_night=LAST_NIGHT + week, nights=NIGHTS + 7)

    edits = longer.world.edits()
    assert longer.nights[:NIGHTS] == plan.nights
    assert edits[: len(plan.world.edits())] == plan.world.edits()
    assert len(edits) > len(plan.world.edits())


def test_no_password_stands_in_a_repr(plan: DemoPlan) -> None:
    shown = repr((PASSWORDS, plan.devices, plan.jumps))

    assert not any(secret in shown for secret in ("demo-login", "demo-enable", "demo-jump"))


@pytest.mark.parametrize("devices", [1, 24, 60])
def test_the_number_of_devices_can_be_chosen(devices: int) -> None:
    plan = demo_plan("tests", PASSWORDS, last_night=LAST_NIGHT, nights=3, devices=devices)

    assert len({device.key for device in plan.devices}) == devices


def test_the_plan_can_be_played(plan: DemoPlan) -> None:
    with Fleet(plan.world, jumps=plan.jumps) as fleet:
        fleet.set_night(29)
        text = show_running(fleet, "acme/leaf2", "leaf2#", password="demo-login")

    assert text == plan.world.running("acme/leaf2", 29)
