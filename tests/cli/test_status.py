"""netwb status: what a person reads and a script gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import UnreachableError
from tests.benches import Rig, ios, rig
from tests.cli.commands import Commands


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    """Two tenants; acme/edge2 does not answer, borealis was never tried."""
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "borealis": ("edge9",)}, past=a_night) as made:
        yield made


def a_night(made: Rig) -> None:
    made.clock.now = made.clock.now.replace(year=2036)  # the command reads the machine's clock
    made.answer("acme/edge2", UnreachableError("acme/edge2: no answer; look at its cable"))
    made.back_up("acme/edge1", "acme/edge2")


@pytest.fixture
def netwb(home: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(home.bench.home, capsys)


def test_a_person_reads_the_sentence_first_then_the_devices_with_their_next_steps(
    netwb: Commands,
) -> None:
    ran = netwb("status")

    lines = ran.out.splitlines()
    assert ran.status == 1
    assert lines[0] == "2 of 3 devices have no fresh good backup: 2 never saved."
    assert lines[2].split() == ["device", "backup", "last", "good", "cause", "and", "next", "step"]
    assert "borealis/edge9 was never tried; `netwb backup --device borealis/edge9`" in ran.out
    assert "acme/edge2: no answer; look at its cable" in ran.out
    assert "1 of 2 good" in ran.out


def test_backups_by_hand_are_called_no_night_and_each_of_several_is_counted(
    netwb: Commands, home: Rig
) -> None:
    one = netwb("status").out
    home.answer("acme/edge2", ios("edge2"))
    home.clock.advance(hours=16)
    home.back_up("acme/edge1", "acme/edge2")

    two = netwb("status").out

    assert "night" not in one + two
    assert "Newest backups: began 2036-11-20 02:00 UTC, ended 2036-11-20 02:00 UTC;" in one
    assert (
        "Newest backups: 2 runs, the first began 2036-11-20 02:00 UTC, the last ended"
        " 2036-11-20 18:00 UTC; since then 2 of 2 good"
    ) in two


def test_a_script_gets_one_document(netwb: Commands) -> None:
    ran = netwb("status", "--json")

    found = ran.json
    assert ran.status == 1
    assert (found["good"], len(found["devices"])) == (False, 2)
    assert found["devices"][0].keys() >= {"id", "tenant", "hostname", "backup", "age_s", "cause"}
    assert {one["hostname"]: one["next_step"] for one in found["devices"]} == {
        "edge2": "look at its cable",
        "edge9": "`netwb backup --device borealis/edge9` does it now",
    }


def test_one_tenant_alone_is_looked_at(netwb: Commands) -> None:
    ran = netwb("status", "--tenant", "borealis", "--json")

    assert [one["tenant"] for one in ran.json["tenants"]] == ["borealis"]
    assert netwb("status", "--tenant", "nobody").status == 4


def test_a_device_s_words_cannot_paint_the_terminal(netwb: Commands, home: Rig) -> None:
    home.answer("acme/edge2", UnreachableError("acme/edge2: \x1b[31mred; wait"))
    home.back_up("acme/edge2")

    assert "\x1b" not in netwb("status").out


def test_all_well_is_exit_0(netwb: Commands, home: Rig) -> None:
    home.bench.retire_device("acme/edge2")
    home.bench.retire_device("borealis/edge9")

    ran = netwb("status")

    assert ran.status == 0
    assert ran.out.startswith("The only device has a fresh good backup.")
