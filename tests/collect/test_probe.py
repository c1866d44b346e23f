"""Probing: a row for each device, whatever it is, and a credential test that only logs in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from netwb.collect.probe import LoginRow, Prober, ProbeRow, detect, own_name
from netwb.inventory.records import Target
from netwb.lab.fleet import Fleet
from tests.collect.ground import (
    ENABLE,
    PLATFORMS,
    QUICK,
    forget,
    make_device,
    make_login,
    make_target,
    make_world,
    target_on,
)

PROBER = Prober(settings=QUICK, platforms=PLATFORMS, on_new_host_key=forget)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    devices = [
        make_device("acme/ios1", platform="cisco_ios"),
        make_device("acme/eos1", platform="arista_eos"),
        make_device("acme/frr1", platform="frr"),
        make_device("acme/ios2", platform="cisco_ios", enable=ENABLE),
        make_device("acme/gone1"),
        make_device("acme/mute1"),
    ]
    with Fleet(make_world(*devices)) as fleet:
        fleet.set_faults({"acme/gone1": "port_closed", "acme/mute1": "hangs_after_login"})
        yield fleet


def probed(*targets: Target) -> tuple[ProbeRow, ...]:
    return PROBER.probe(targets)


@pytest.mark.parametrize(
    ("key", "platform"),
    [("acme/ios1", "cisco_ios"), ("acme/eos1", "arista_eos"), ("acme/frr1", "frr")],
)
def test_platform_is_found_where_it_is_not_known(fleet: Fleet, key: str, platform: str) -> None:
    (row,) = probed(target_on(fleet, key, platform="auto"))

    assert row.platform == platform
    assert row.reached == "command line"
    assert row.cause is None
    assert row.own_hostname == key.rpartition("/")[2]
    assert row.privileged is True
    assert row.credential == "acme/lab"
    assert row.facts.os_version
    assert row.host_key == fleet.host_key(key)


def test_wrong_platform_in_the_inventory_is_told(fleet: Fleet) -> None:
    (row,) = probed(target_on(fleet, "acme/eos1", platform="cisco_ios"))

    assert row.platform == "arista_eos"


def test_own_name_differs_from_the_inventory_and_is_told(fleet: Fleet) -> None:
    (row,) = probed(target_on(fleet, "acme/ios1", hostname="renamed1"))

    assert (row.hostname, row.own_hostname) == ("renamed1", "ios1")


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        (b"edge1# ", "edge1"),
        (b"core-router.fra1(config-if)#", "core-router.fra1"),
        (b"netwb@edge1> ", "edge1"),
        (b"netwb@edge1:vrf-red> ", "edge1"),
        (b"RP/0/RP0/CPU0:edge1#", "edge1"),
        (b"$ ", None),
    ],
)
def test_own_name_is_the_devices_and_not_the_logins(prompt: bytes, name: str | None) -> None:
    assert own_name(prompt) == name


@pytest.mark.parametrize(("enable", "privileged"), [(ENABLE, True), (None, False)])
def test_privilege_is_told(fleet: Fleet, enable: str | None, privileged: bool) -> None:  # noqa: FBT001
    (row,) = probed(target_on(fleet, "acme/ios2", logins=(make_login(enable=enable),)))

    assert row.privileged is privileged


@pytest.mark.parametrize(
    ("key", "reached", "cause"),
    [("acme/gone1", "nothing", "UnreachableError"), ("acme/mute1", "tcp", "DeadlineError")],
)
def test_row_says_how_far_it_went(fleet: Fleet, key: str, reached: str, cause: str) -> None:
    (row,) = probed(target_on(fleet, key))

    assert (row.reached, type(row.cause).__name__) == (reached, cause)
    assert row.platform is None


def test_rows_come_in_the_order_asked_and_are_told_as_they_end(fleet: Fleet) -> None:
    told: list[str] = []
    targets = [target_on(fleet, key) for key in ("acme/mute1", "acme/ios1", "acme/gone1")]

    rows = PROBER.probe(targets, on_row=lambda row: told.append(row.device_id))

    assert [row.device_id for row in rows] == ["acme/mute1", "acme/ios1", "acme/gone1"]
    assert sorted(told) == sorted(row.device_id for row in rows)
    assert told[-1] == "acme/mute1"


def test_credential_test_logs_in_and_asks_nothing(fleet: Fleet) -> None:
    before = fleet.seen("acme/ios1")

    rows = PROBER.test_logins(
        [
            target_on(fleet, "acme/ios1"),
            target_on(fleet, "acme/eos1", logins=(make_login(password="wrong"),)),
            make_target(logins=()),
        ]
    )
    after = fleet.seen("acme/ios1")

    assert rows[0] == LoginRow(
        device_id="acme/ios1", tenant="acme", hostname="ios1", credential="acme/lab", cause=None
    )
    assert [type(row.cause).__name__ for row in rows[1:]] == [
        "LoginRefusedError",
        "LoginNotTriedError",
    ]
    assert after.logins == before.logins + 1
    assert after.commands == before.commands
    assert after.most_sessions == before.most_sessions


def test_credential_test_of_a_rotation_names_the_one_that_opens(fleet: Fleet) -> None:
    new = make_login(credential="acme/new", password="new-password")
    target = replace(target_on(fleet, "acme/ios1"), logins=(new, make_login()))

    assert PROBER.test_logins([target])[0].credential == "acme/lab"


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (
            b"show version\r\nCisco IOS Software, C2900 Software, Version 15.7(3)M5\r\n",
            ("cisco_ios",),
        ),
        (b"IOS (tm) C2600 Software (C2600-I-M), Version 12.3(26)\r\n", ("cisco_ios",)),
        (b"Cisco Nexus Operating System (NX-OS) Software\r\n", ("cisco_nxos",)),
        (b"Arista DCS-7050SX3-48YC12-F\r\n", ("arista_eos",)),
        (b"FRRouting 8.4.4 (edge1) on Linux(6.1.0-18-amd64).\r\n", ("frr",)),
        (b"Model: vmx\r\nJunos: 21.4R3.15\r\n", ("juniper_junos",)),
        (b"JUNOS Software Release [12.1X47-D10.4]\r\n", ("juniper_junos",)),
        (b"Cisco IOS XR Software, Version 7.3.2\r\n", ("cisco_xr",)),
        (b"VyOS 1.4\r\n", ()),
    ],
    ids=["ios", "ios 12", "nx-os", "eos", "frr", "junos", "old junos", "ios xr", "another"],
)
def test_version_tells_the_platform(answer: bytes, names: tuple[str, ...]) -> None:
    assert detect(answer, PLATFORMS) == names
