"""From a spreadsheet to a backup over real SSH: imports, rotation, jump hosts, host keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.inventory.records import DeviceEvent
from netwb.lab.device import LabJump
from netwb.lab.fleet import Fleet
from netwb.workbench import Workbench
from tests.cli.commands import Commands, Ran
from tests.lab.ground import PASSWORD, make_device, make_world

JUMP = LabJump(key="jump1", username="hopper", password="jump-s3cret")
NAMES = ("edge1", "edge2", "edge3")
NEW_PASSWORD = "next-s3cret"


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    """Three IOS devices and a jump host."""
    world = make_world(*(make_device(f"acme/{name}", lines=100) for name in NAMES))
    with Fleet(world, jumps=[JUMP], first_address="127.44.0.1") as running:
        yield running


@pytest.fixture
def netwb(
    fleet: Fleet,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:
    """A home into which the three devices were imported."""
    command = Commands(tmp_path / "home", capsys)
    monkeypatch.setenv("LAB_PASSWORD", PASSWORD)
    monkeypatch.setenv("NEXT_PASSWORD", NEW_PASSWORD)
    monkeypatch.setenv("JUMP_PASSWORD", JUMP.password)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    sheet = tmp_path / "devices.csv"
    rows = [f"{name};{fleet.address(f'acme/{name}')}" for name in NAMES]
    sheet.write_bytes("\r\n".join(["\ufeffName;IP", *rows, ""]).encode())
    defaults = f"tenant=acme,site=fra1,platform=auto,port={fleet.port}"
    for line in (
        "init",
        "tenant add acme",
        "site add acme/fra1",
        "credential add lab --tenant acme --username netwb --password env:LAB_PASSWORD",
        "site set acme/fra1 --credential lab",
        f"device import {sheet} --map Name=hostname --map IP=address --defaults {defaults}",
    ):
        good(command, *line.split())
    return command


def good(netwb: Commands, *arguments: str) -> Ran:
    ran = netwb(*arguments)
    assert ran.status == 0, ran.err
    return ran


def outcomes(ran: Ran) -> dict[str, str]:
    """Status of each device, or the kind of its cause."""
    return {
        item["hostname"]: item["cause"]["kind"] if item["cause"] else item["status"]
        for item in ran.json["outcomes"]
    }


def events(netwb: Commands, device: str) -> list[DeviceEvent]:
    bench = Workbench.open(netwb._home, environment={})
    found = list(bench.device_events(device))
    bench.close()
    return found


def test_a_spreadsheet_becomes_a_backup(netwb: Commands) -> None:
    good(netwb, "device", "probe", "--apply")
    ran = good(netwb, "backup", "--json")

    assert outcomes(ran) == dict.fromkeys(NAMES, "changed")
    shown = good(netwb, "device", "show", "edge1", "--json").json
    assert shown["platform"] == "cisco_ios"
    assert shown["serial"]
    assert shown["host_key"].startswith("SHA256:")
    kinds = {event.kind for event in events(netwb, "edge1")}
    assert {"added", "changed", "trusted", "facts"} <= kinds


def test_a_rotation_loses_no_device_and_its_end_shows_who_was_left_behind(
    netwb: Commands, fleet: Fleet
) -> None:
    good(netwb, "device", "probe", "--apply")
    for name in ("edge1", "edge2"):
        fleet.set_password(f"acme/{name}", NEW_PASSWORD)
    good(netwb, *["credential", "set", "lab", "--password", "env:NEXT_PASSWORD", "--rotate"])

    assert outcomes(good(netwb, "backup", "--json")) == dict.fromkeys(NAMES, "changed")

    good(netwb, *["credential", "set", "lab", "--settle"])
    ran = netwb("backup", "--json")
    assert ran.status == 1
    assert outcomes(ran) == {
        "edge1": "unchanged",
        "edge2": "unchanged",
        "edge3": "LoginRefusedError",
    }


def test_a_jump_hosts_key_is_kept_where_it_is_named_and_then_expected(
    netwb: Commands, fleet: Fleet
) -> None:
    good(netwb, "device", "set", "edge1", "--platform", "cisco_ios")
    good(
        netwb,
        *[
            "credential",
            "add",
            "hop",
            "--tenant",
            "acme",
            "--username",
            "hopper",
            "--password",
            "env:JUMP_PASSWORD",
        ],
    )
    jump = f"{JUMP.username}@{fleet.address(JUMP.key)}:{fleet.port}"
    good(netwb, "tenant", "set", "acme", "--jump", jump, "--jump-credential", "hop")

    assert outcomes(good(netwb, "backup", "--device", "edge1", "--json")) == {"edge1": "changed"}

    held = Workbench.open(netwb._home, environment={})
    (target,) = held._parts.credentials.targets(held._scope, [held.device("edge1")])
    held.close()
    assert target.jump is not None
    assert target.jump.host_key == " ".join(fleet.host_key(JUMP.key).split()[:2])

    wrong = " ".join(fleet.host_key("acme/edge2").split()[:2])
    good(netwb, "tenant", "set", "acme", "--jump-host-key", wrong)
    ran = netwb("backup", "--device", "edge1", "--json")
    assert outcomes(ran) == {"edge1": "HostKeyChangedError"}


def test_another_box_at_the_address_is_refused_until_it_is_trusted(
    netwb: Commands, fleet: Fleet
) -> None:
    good(netwb, "device", "set", "edge1", "--platform", "cisco_ios")
    other = " ".join(fleet.host_key("acme/edge2").split()[:2])
    good(netwb, "device", "trust", "edge1", other)

    ran = netwb("backup", "--device", "edge1", "--json")
    assert outcomes(ran) == {"edge1": "HostKeyChangedError"}

    good(netwb, "device", "trust", "edge1")
    assert outcomes(good(netwb, "backup", "--device", "edge1", "--json")) == {"edge1": "changed"}
    assert [event.kind for event in events(netwb, "edge1")].count("key_refused") == 1


def test_a_variable_that_is_gone_stops_its_own_devices_only(
    netwb: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    good(netwb, "device", "probe", "--apply")
    line = "credential add ref --tenant acme --username netwb --password env:LAB_PASSWORD"
    good(netwb, *line.split(), "--reference")
    good(netwb, "device", "set", "edge2", "--credential", "ref")
    monkeypatch.delenv("LAB_PASSWORD")

    ran = netwb("backup", "--json")

    assert outcomes(ran) == {
        "edge1": "changed",
        "edge2": "LoginNotTriedError",
        "edge3": "changed",
    }
    message = next(o["cause"]["message"] for o in ran.json["outcomes"] if o["cause"])
    assert "environment variable LAB_PASSWORD is not set; export it" in message
