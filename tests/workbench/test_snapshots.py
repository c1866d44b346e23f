"""Change windows on real SSH: simulated routers are asked, changed as a person does, asked again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nornir_napalm.plugins.tasks import napalm_get
from nornir_netmiko.tasks import netmiko_send_command, netmiko_send_config

from netwb.access.records import NewUser
from netwb.errors import InputError, NotPermittedError, UnknownDeviceError, UnknownNameError
from netwb.inventory.records import NewDevice
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.lab_homes import PASSWORD, lab_devices, lab_home

NIGHT = datetime(2026, 11, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Fleet(World(lab_devices(3), seed="windows", first_night=NIGHT)) as found:
        yield found


@pytest.fixture
def bench(fleet: Fleet, tmp_path: Path) -> Iterator[Workbench]:
    lab_home(tmp_path / "home", fleet, settings="[collect]\ntotal_deadline_s = 20.0\n")
    with closing(Workbench.open(tmp_path / "home", environment={"PASSWORD": PASSWORD})) as opened:
        yield opened


def switch(bench: Workbench, hostname: str, port: str, word: str) -> str:
    """As a person does it, by a task of nornir-netmiko."""
    nornir = bench.where(hostname=hostname).nornir()
    done = nornir.run(task=netmiko_send_config, config_commands=[f"interface {port}", word])
    (result,) = (one[0] for one in done.values())
    assert not result.failed, result.exception
    return str(result.result)


def test_what_a_change_did_is_told_value_by_value_and_the_rest_is_not(bench: Workbench) -> None:
    frr = bench.where(hostname="r3")

    before = frr.snapshot("CHG123")
    switch(bench, "r3", "eth0", "shutdown")
    found = frr.compare(before)
    switch(bench, "r3", "eth0", "no shutdown")

    told = {(one.getter, one.path): (one.before, one.after) for one in found.differences}
    peer = "global > peers > 10.1.0.2"
    assert told["interfaces", "eth0 > is_up"] == (True, False)
    assert told["interfaces", "eth0 > is_enabled"] == (True, False)
    assert told["bgp_neighbors", f"{peer} > is_up"] == (True, False)
    assert ("bgp_neighbors", f"{peer} > uptime") not in told
    assert {path.partition(" > ")[0] for _, path in told} == {"eth0", "global"}
    (missing,) = found.not_compared
    assert (missing.getter, missing.reason) == (
        "arp_table",
        "before: the driver of frr does not have it",
    )
    assert set(found.left_out) == {"arp_table", "bgp_neighbors", "interfaces"}
    assert list(frr.compare(before).differences) == []


def test_a_neighbor_that_is_gone_from_the_arp_table_of_ios_has_nothing_after(
    bench: Workbench,
) -> None:
    ios = bench.where(hostname="r1")

    before = ios.snapshot("CHG124", getters=["interfaces", "arp_table"])
    switch(bench, "r1", "GigabitEthernet0/0", "shutdown")
    found = ios.compare(before).differences
    switch(bench, "r1", "GigabitEthernet0/0", "no shutdown")

    gone = [(one.path, one.after) for one in found if one.getter == "arp_table"]
    assert ("GigabitEthernet0/0 10.1.0.2 > mac", None) in gone
    assert all(after is None for _, after in gone)


def test_a_device_that_gives_nothing_is_in_the_report_and_stops_no_other(
    bench: Workbench, fleet: Fleet
) -> None:
    fleet.set_faults({"acme/r1": "port_closed"})
    try:
        taken = bench.snapshot("CHG125", getters=["interfaces"])
    finally:
        fleet.set_faults({})

    assert (taken.head.devices, taken.head.failed) == (3, 1)
    (failed,) = taken.failed
    assert (failed.hostname, failed.cause_kind) == ("r1", "UnreachableError")
    assert {one.hostname: set(one.state) for one in taken.states}["r3"] == {"interfaces"}
    frame = taken.frame()
    assert set(frame[frame.hostname == "r1"].reason) == {failed.cause}
    assert "CHG125 of 3 devices, 1 gave nothing" in taken._repr_html_()


def test_a_snapshot_is_kept_and_found_by_its_name_and_two_are_compared_without_asking(
    bench: Workbench,
) -> None:
    frr = bench.where(hostname="r3")
    first = frr.snapshot("CHG126", getters=["interfaces"])
    switch(bench, "r3", "eth0", "shutdown")
    frr.snapshot("CHG126 after", getters=["interfaces"])
    switch(bench, "r3", "eth0", "no shutdown")

    assert [one.name for one in bench.snapshots()] == ["CHG126 after", "CHG126"]
    assert bench.snapshot_of("CHG126").states == first.states
    assert len(bench.snapshots(device="r1")) == 0
    assert bench.device_windows("r1") == ()
    found = bench.compare_snapshots("CHG126", "CHG126 after")
    assert "eth0 > is_up" in set(found.frame()["path"])
    newest, oldest = bench.device_windows("r3")
    assert oldest.since is None
    assert newest.since is not None
    assert len(newest.since.differences) == len(found.differences)


def test_another_tenants_people_see_nothing_of_it(bench: Workbench) -> None:
    bench.add_tenant("umbra", name="Umbra")
    for name, tenant in (("eva", "umbra"), ("ana", "acme")):
        bench.add_user(
            NewUser(name=name, role=Role.ENGINEER, tenants=(tenant,), password="A-Long-Word-77")
        )
    taken = bench.where(hostname="r3").snapshot("CHG127", getters=["interfaces"])
    eva, ana = bench.acting_as("eva"), bench.acting_as("ana")

    assert len(ana.snapshots()) == 1
    assert len(eva.snapshots()) == 0
    with pytest.raises(UnknownNameError, match="snapshot 'CHG127' is not known"):
        eva.snapshot_of("CHG127")
    with pytest.raises(UnknownNameError, match="is not known"):
        eva.compare(taken)
    with pytest.raises(UnknownDeviceError):
        eva.device_windows("acme/r3")


def test_who_may_not_log_in_to_devices_may_look_and_not_take(bench: Workbench) -> None:
    bench.add_user(
        NewUser(name="vic", role=Role.VIEWER, tenants=("acme",), password="A-Long-Word-77")
    )
    taken = bench.where(hostname="r3").snapshot("CHG128", getters=["interfaces"])
    vic = bench.acting_as("vic")

    assert [one.name for one in vic.snapshots()] == ["CHG128"]
    for refused in (lambda: vic.snapshot("CHG129"), lambda: vic.compare(taken)):
        with pytest.raises(NotPermittedError, match=r"backup\.run"):
            refused()


@pytest.mark.parametrize("getter", ["config", "users", "snmp_information", "bgp_config", "x"])
def test_what_holds_secrets_or_is_no_getter_is_refused_with_those_that_are(
    bench: Workbench, getter: str
) -> None:
    with pytest.raises(InputError, match=f"'{getter}' is not kept in a snapshot.*interfaces"):
        bench.snapshot("CHG130", getters=[getter])


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "two\nlines"])
def test_a_name_is_one_line_of_words(bench: Workbench, name: str) -> None:
    with pytest.raises(InputError, match="a snapshot has a name"):
        bench.snapshot(name)


def test_who_took_it_stands_in_the_tenants_audit_and_old_ones_go(
    bench: Workbench, tmp_path: Path
) -> None:
    bench.where(hostname="r3").snapshot("CHG131", getters=["interfaces"])

    (event,) = bench.audit_events(what="snapshot.take")
    assert (event.target, event.detail["devices"]) == ("CHG131", 1)
    later = datetime.now(UTC) + timedelta(days=401)
    with closing(Workbench.open(tmp_path / "home", clock=lambda: later)) as old:
        assert old.sweep().snapshots == 1
        assert len(old.snapshots()) == 0


def test_tasks_of_nornir_napalm_and_nornir_netmiko_run_unchanged(
    bench: Workbench, fleet: Fleet
) -> None:
    del fleet
    bench.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname="away1",
            address="127.9.9.9",
            port=9,
            platform="cisco_ios",
        )
    )
    nornir = bench.nornir()

    texts = nornir.run(task=napalm_get, getters=["config"])
    clock = nornir.run(task=netmiko_send_command, command_string="show version")

    names = {host.name: host.data["hostname"] for host in nornir.inventory.hosts.values()}
    answered = {names[host] for host, done in texts.items() if not done.failed}
    assert answered == {"r1", "r2", "r3"}
    assert {names[host] for host, done in clock.items() if not done.failed} == answered
    shown = repr(nornir.inventory.hosts) + repr(texts) + str(nornir.inventory.hosts.values())
    assert PASSWORD not in shown
