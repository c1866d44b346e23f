"""`netwb backup` and `netwb demo` over real SSH, on the lab."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.cli.demo.playing import play
from netwb.cli.demo.state import new_state, only_demo_on
from netwb.cli.main import main
from netwb.inventory.records import NewCredential, NewDevice, SecretSource
from netwb.lab.device import LabDevice
from netwb.lab.fleet import FIRST_ADDRESS, Fleet
from netwb.lab.world import World
from netwb.workbench import Workbench
from tests.cli.commands import Commands
from tests.cli.conftest import BuiltDemo

PASSWORD = "Lab-Secret-77"
PLATFORMS = {"r1": "cisco_ios", "r2": "arista_eos", "r3": "frr"}
NIGHTS = 3  # of a demo whose building is not what is tried


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    devices = [
        LabDevice(
            key=f"acme/{hostname}",
            hostname=hostname,
            platform=platform,  # type: ignore[arg-type]
            username="netwb",
            password=PASSWORD,
            lines=150,
        )
        for hostname, platform in PLATFORMS.items()
    ]
    world = World(devices, seed="cli", first_night=datetime(2026, 11, 1, 2, tzinfo=UTC))
    with Fleet(world) as made:
        yield made


@pytest.fixture
def netwb(tmp_path: Path, fleet: Fleet, capsys: pytest.CaptureFixture[str]) -> Commands:
    home = tmp_path / "home"
    bench = Workbench.create(home, environment={"PASSWORD": PASSWORD})
    bench.add_tenant("acme", name="Acme Ltd")
    bench.add_site("acme/fra1")
    secrets = {"password": SecretSource(origin="env:PASSWORD")}
    bench.add_credential(
        NewCredential(tenant="acme", name="lab", username="netwb", secrets=secrets)  # type: ignore[arg-type]
    )
    bench.set_tenant("acme", credential="lab")
    for hostname, platform in PLATFORMS.items():
        bench.add_device(
            NewDevice(
                tenant="acme",
                site="fra1",
                hostname=hostname,
                address=fleet.address(f"acme/{hostname}"),
                port=fleet.port,
                platform=platform,
            )
        )
    bench.close()
    return Commands(home, capsys)


def test_a_second_backup_names_who_has_the_devices_and_waits_when_told_to(
    netwb: Commands, tmp_path: Path
) -> None:
    with closing(Workbench.open(tmp_path / "home", environment={})) as other:
        runs = other._parts.runs
        targets = other._parts.credentials.targets(other._scope, [other.device("r1")])
        run_id, lease = runs.start(targets, actor="ana", note="")

        at_once = netwb("backup", "--device", "r1")
        runs.end(run_id, lease)
        waiting = netwb("backup", "--wait", "--device", "r1", "--json")

    assert at_once.status == 5
    assert "acme/r1 is in a backup run of ana since" in at_once.err
    assert "`netwb backup --wait`" in at_once.err
    assert waiting.status == 0


@pytest.mark.parametrize("minutes", ["soon", "-1", "1441"])
def test_a_wait_without_bound_or_sense_is_wrong_usage(netwb: Commands, minutes: str) -> None:
    assert netwb("backup", "--wait", minutes).status == 2


def test_a_backup_of_three_platforms(netwb: Commands) -> None:
    first = netwb("backup", "--json", "--note", "CHG1")

    assert first.status == 0
    assert {o["hostname"]: o["status"] for o in first.json["outcomes"]} == dict.fromkeys(
        PLATFORMS, "changed"
    )
    assert set(first.json) == {"run_id", "started_at", "ended_at", "outcomes"}
    assert set(first.json["outcomes"][0]) == {
        "tenant",
        "hostname",
        "device_id",
        "status",
        "revision",
        "cause",
    }
    again = netwb("backup", "--json")
    assert {o["status"] for o in again.json["outcomes"]} == {"unchanged"}


def test_a_cut_text_is_refused_with_its_cause_and_exit_1(netwb: Commands, fleet: Fleet) -> None:
    good = {o["hostname"]: o["revision"] for o in netwb("backup", "--json").json["outcomes"]}
    fleet.set_fault("acme/r1", "cut_without_end")

    ran = netwb("backup", "--json", "--device", "r1")

    assert ran.status == 1
    outcome = ran.json["outcomes"][0]
    assert (outcome["status"], outcome["revision"]) == ("rejected", good["r1"])
    assert outcome["cause"]["kind"] == "IncompleteConfigError"
    failed = netwb("backup", "--failed", "--dry-run", "--json").json["items"]
    assert [device["hostname"] for device in failed] == ["r1"]


def test_who_names_a_device_that_is_not_backed_up_is_told(netwb: Commands) -> None:
    netwb("device", "retire", "r1")
    netwb("device", "set", "r2", "--status", "planned")

    ran = netwb("backup", "--device", "r1", "--device", "r2")

    assert ran.status == 0
    assert "acme/r1 is retired and left out; bring it back with `netwb device activate" in ran.err
    assert "acme/r2 is planned and left out until `netwb device set acme/r2" in ran.err


def test_a_dry_run_logs_in_nowhere(netwb: Commands, fleet: Fleet) -> None:
    ran = netwb("backup", "--dry-run", "--json")

    assert [device["hostname"] for device in ran.json["items"]] == ["r1", "r2", "r3"]
    assert fleet.seen("acme/r1").connections == 0


def test_words_go_to_stderr_and_the_table_tells_what_failed(netwb: Commands, fleet: Fleet) -> None:
    fleet.set_fault("acme/r2", "port_closed")

    ran = netwb("backup", "--where", "role=pe")
    assert (ran.status, ran.out) == (0, "")

    ran = netwb("backup")
    assert "1 failed" in ran.err
    assert "acme/r2" in ran.out
    assert "port is closed" in ran.out


def test_a_platform_is_found_by_probing(netwb: Commands) -> None:
    netwb("device", "set", "r2", "--platform", "auto")
    assert netwb("backup", "--device", "r2").status == 1

    probed = netwb("device", "probe", "r2", "--apply", "--json")

    assert probed.json["items"][0]["platform"] == "arista_eos"
    assert netwb("backup", "--device", "r2").status == 0


def test_a_credential_is_tried_without_asking_for_more(netwb: Commands) -> None:
    ran = netwb("credential", "test", "lab", "--json")

    assert ran.status == 0
    assert {item["credential"] for item in ran.json["items"]} == {"acme/lab"}


def test_the_demo_tells_what_it_did_in_one_document(built_demo: BuiltDemo) -> None:
    told = built_demo.told

    assert set(told) == {"devices", "nights", "commits", "rejected", "authors", "attack", "home"}
    assert (told["devices"], told["nights"]) == (3, 30)
    assert told["commits"] == sum(author["commits"] for author in told["authors"])
    text = json.dumps(told)
    assert "Lab-" not in text, "no password"


def test_a_demo_goes_on_from_where_it_was_and_counts_what_is_retired(
    built_demo: BuiltDemo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    netwb = Commands(built_demo.copied(tmp_path / "demo"), capsys)
    retired = netwb("device", "list", "--json").json["items"][0]
    netwb("device", "retire", retired["id"])

    ran = netwb("demo", "--once")

    assert ran.status == 0
    first, second = ran.out.splitlines()[:2]
    assert first.startswith("One more backup: 2 devices, ")
    assert second.startswith("All in all: 3 devices of ")
    commits = int(second.rpartition(", ")[2].split()[0])
    assert commits >= built_demo.told["commits"]


@pytest.mark.parametrize(
    ("days", "said", "played"),
    [
        (1, "1 night passed since this demo was last started\n", 1),
        (40, "40 nights passed since this demo was last started; the newest 30 are played\n", 30),
    ],
)
def test_a_demo_taken_up_days_later_plays_the_nights_between(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], days: int, said: str, played: int
) -> None:
    home = tmp_path / "demo"
    home.mkdir()
    before = new_state(datetime.now(UTC) - timedelta(days=days), devices=1)
    before = replace(before, nights=NIGHTS)
    play(home, before, once=True, port=None, as_json=True)

    ran = Commands(home, capsys)("demo", "--once", "--json")

    assert (ran.status, ran.json["nights"]) == (0, NIGHTS + days)
    assert said in ran.err
    listed = Commands(home, capsys)("audit", "list", "--limit", "1000", "--json").json
    runs = [entry["at"][:10] for entry in listed["items"] if entry["action"] == "backup.run"]
    assert len(runs) == NIGHTS + played + 1
    assert len(set(runs)) >= NIGHTS + played, "a day each"
    assert "passed since" not in Commands(home, capsys)("demo", "--once").err


def test_a_demo_that_was_interrupted_while_it_was_built_begins_anew(
    built_demo: BuiltDemo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = built_demo.copied(tmp_path / "demo")
    netwb = Commands(home, capsys)
    state = json.loads((home / "demo.json").read_text())
    (home / "demo.json").write_text(json.dumps(state | {"built": False}))
    (home / "notes.txt").write_text("mine")

    ran = netwb("demo", "--once", "--devices", "2", "--json")

    assert (ran.status, ran.json["devices"]) == (0, 2)
    assert "was interrupted while it was built; it is built anew" in ran.err
    assert (home / "notes.txt").read_text() == "mine"
    assert json.loads((home / "demo.json").read_text())["built"] is True


def test_a_second_demo_on_a_home_in_use_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "demo"

    with only_demo_on(home):
        ran = Commands(home, capsys)("demo", "--once", "--devices", "1")

    assert (ran.status, ran.out) == (5, "")
    assert ran.err == (
        f"netwb: home {home} is in use by a running demo; end that one, or name another with --home\n"
    )


def test_a_demo_whose_old_port_is_taken_goes_on_with_another(
    built_demo: BuiltDemo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = built_demo.copied(tmp_path / "demo")
    netwb = Commands(home, capsys)
    port = json.loads((home / "demo.json").read_text())["port"]

    with socket.create_server((FIRST_ADDRESS, port)):
        ran = netwb("demo", "--once")

    assert ran.status == 0
    assert ran.out.startswith("One more backup: 3 devices")
    assert json.loads((home / "demo.json").read_text())["port"] != port


def test_a_demo_takes_its_home_from_the_environment_and_says_so(
    built_demo: BuiltDemo,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NETWB_HOME", str(built_demo.copied(tmp_path / "named")))

    assert main(["demo", "--once"]) == 0
    assert capsys.readouterr().out.startswith("One more backup: 3 devices")
    assert main(["demo", "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "default $NETWB_HOME or ~/.local/share/netwb-demo." in told


def test_a_demo_never_touches_a_real_home(netwb: Commands) -> None:
    ran = netwb("demo", "--once")

    assert ran.status == 5
    assert "no demo's" in ran.err
