"""`netwb snapshot`, on real SSH: before a change, after it, and two of them without asking."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from tests.cli.commands import Commands
from tests.lab_homes import PASSWORD, lab_devices, lab_home


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    night = datetime(2026, 11, 1, 2, tzinfo=UTC)
    with Fleet(World(lab_devices(3), seed="windows", first_night=night)) as found:
        yield found


@pytest.fixture
def netwb(
    fleet: Fleet,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Commands:
    monkeypatch.setenv("PASSWORD", PASSWORD)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    lab_home(tmp_path / "home", fleet, settings="[collect]\ntotal_deadline_s = 20.0\n")
    return Commands(tmp_path / "home", capsys)


def test_a_change_window_from_its_beginning_to_its_end(netwb: Commands, fleet: Fleet) -> None:
    assert "no snapshot; take one with `netwb snapshot take NAME`" in netwb("snapshot", "list").out
    before = netwb("snapshot", "take", "CHG1", "--device", "r3", "--json")
    assert before.status == 0, before.err
    (device,) = before.json["devices"]
    assert (device["hostname"], device["getters"]) == ("r3", ["bgp_neighbors", "interfaces"])
    assert device["missing"] == {"arp_table": "the driver of frr does not have it"}

    fleet._ready().shelf.ports.switch("acme/r3", 0, enabled=False)
    compared = netwb("snapshot", "compare", "CHG1", "--json")
    told = netwb("snapshot", "compare", "CHG1")
    netwb("snapshot", "take", "CHG1-after", "--device", "r3", "--getter", "interfaces")
    kept = netwb("snapshot", "compare", "CHG1", "CHG1-after", "--json")

    assert compared.status == 1, "the table of neighbors could not be compared"
    paths = {one["path"]: (one["before"], one["after"]) for one in compared.json["differences"]}
    assert paths["eth0 > is_up"] == (True, False)
    assert compared.json["left_out"]["interfaces"] == ["last_flapped"]
    assert "not compared: acme/r3 arp_table: before: the driver of frr" in told.err
    assert "eth0 > is_up" in told.out
    assert {one["getter"] for one in kept.json["differences"]} == {"interfaces"}
    listed = netwb("snapshot", "list", "--device", "r3", "--json").json["items"]
    assert [one["name"] for one in listed] == ["CHG1-after", "CHG1"]


def test_a_device_that_gives_nothing_is_told_and_the_exit_says_so(
    netwb: Commands, fleet: Fleet
) -> None:
    fleet.set_faults({"acme/r1": "port_closed"})

    ran = netwb("snapshot", "take", "CHG2", "--getter", "interfaces")

    assert ran.status == 1
    assert "CHG2: 3 devices asked, 1 gave nothing" in ran.err
    assert "acme/r1" in ran.out
    assert netwb("snapshot", "compare", "CHG9").status == 4


def test_a_device_that_does_not_answer_is_a_sentence_and_is_not_called_equal(
    netwb: Commands, caplog: pytest.LogCaptureFixture
) -> None:
    netwb("snapshot", "take", "CHG2", "--device", "acme/r3")
    netwb("device", "set", "acme/r3", "--port", "1")

    taken = netwb("snapshot", "take", "CHG3", "--device", "acme/r3")
    compared = netwb("snapshot", "compare", "CHG2")

    assert (taken.status, compared.status) == (1, 1)
    assert "the port is closed" in taken.out
    assert "nothing could be compared" in compared.out
    assert "Traceback" not in caplog.text + taken.err + compared.err
