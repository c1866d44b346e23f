"""netwb poll and netwb port, over agents that answer and some that do not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.lab.snmp.device import usual_agent
from netwb.lab.snmp.fleet import AgentFleet
from tests.cli.commands import Commands
from tests.cli.polled_home import COMMUNITY, polled_home

_WAIT_S = 60


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[AgentFleet]:
    agents = {
        "acme/edge1": usual_agent("edge1", 3),
        "acme/edge2": usual_agent("edge2", 2),
        "globex/core1": usual_agent("core1", 2),
    }
    with polled_home(tmp_path / "home", agents) as running:
        yield running


@pytest.fixture
def netwb(fleet: AgentFleet, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Commands:
    del fleet
    return Commands(tmp_path / "home", capsys)


def test_a_poll_once_says_what_came_and_who_did_not_answer(
    netwb: Commands, fleet: AgentFleet
) -> None:
    fleet.set_fault("edge2", "refused")

    ran = netwb("poll", "--once")

    assert ran.status == 1
    assert "3 devices in " in ran.err
    assert "2 answered, 1 failed" in ran.err
    assert "5 new ports; `netwb port list` shows them" in ran.err
    assert "acme/edge2" in ran.out
    assert "nothing listens for SNMP at" in ran.out
    assert "edge1" not in ran.out


def test_a_poll_where_all_answer_ends_with_0(netwb: Commands) -> None:
    ran = netwb("poll", "--once", "--json")

    assert ran.status == 0
    outcomes = ran.json["outcomes"]
    assert [(o["tenant"], o["hostname"], o["status"], o["ports"]) for o in outcomes] == [
        ("acme", "edge1", "answered", 3),
        ("acme", "edge2", "answered", 2),
        ("globex", "core1", "answered", 2),
    ]
    assert all(o["cause"] is None for o in outcomes)


def test_an_agent_that_shows_no_interface_is_told_with_what_to_widen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWB_METRICS__PINGS", "0")
    with polled_home(tmp_path / "home", {"acme/bare": usual_agent("bare", 0)}):
        netwb = Commands(tmp_path / "home", capsys)
        ran = netwb("poll", "--once")
        (outcome,) = netwb("poll", "--once", "--json").json["outcomes"]
        doctor, status = netwb("doctor").out, netwb("status").out

    assert "1 answered, no interface of 1 device can be read; 1 point\n" in ran.err
    assert "acme/bare: no interface can be read; widen the agent's view to ifTable" in ran.err
    assert (outcome["ports"], outcome["status"], len(outcome["notes"])) == (0, "answered", 1)
    for said in (doctor, status):
        assert "acme/bare: answers SNMP, and no interface can be read" in said


@pytest.mark.parametrize(
    ("options", "polled"),
    [
        (("--tenant", "globex"), ["core1"]),
        (("--device", "edge2", "--device", "globex/core1"), ["edge2", "core1"]),
        (("--site", "acme/fra1"), ["edge1", "edge2"]),
    ],
    ids=["tenant", "devices", "site"],
)
def test_a_poll_is_of_the_devices_that_are_named(
    netwb: Commands, options: tuple[str, ...], polled: list[str]
) -> None:
    ran = netwb("poll", "--once", "--json", *options)

    assert [outcome["hostname"] for outcome in ran.json["outcomes"]] == polled


def test_a_planned_device_is_polled_only_where_it_is_named(netwb: Commands) -> None:
    netwb("device", "set", "edge2", "--status", "planned")

    assert len(netwb("poll", "--once", "--json").json["outcomes"]) == 2
    assert len(netwb("poll", "--once", "--json", "--device", "edge2").json["outcomes"]) == 1


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        ("poll --once --device nope", 4, "device 'nope' is not known"),
        ("poll --json", 2, "--json goes with --once"),
        ("port show edge1 nope", 4, "port 'nope' of device 'edge1' is not known"),
        ("port list --device nope", 4, "device 'nope' is not known"),
        ("port set edge1 ge-0/0/0 --tenant nope", 4, "tenant 'nope' is not known"),
        ("port set edge1 ge-0/0/0 --speed-override fast", 2, "speed 'fast' is not usable"),
        ("port import /nope.csv", 2, "file /nope.csv cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    netwb: Commands, line: str, status: int, words: str
) -> None:
    netwb("poll", "--once")

    ran = netwb(*line.split())

    assert ran.status == status, ran.err
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_port_is_listed_shown_set_and_found(netwb: Commands) -> None:
    netwb("poll", "--once")

    assert "acme/edge1" in netwb("port", "list").out
    items = netwb("port", "list", "--json", "--device", "edge1").json["items"]
    assert [item["name"] for item in items] == ["ge-0/0/0", "ge-0/0/1", "xe-0/0/2"]
    changed = netwb(
        *("port", "set", "edge1", "xe-0/0/2", "--tenant", "globex", "--watched"),
        *("--circuit-ref", "C-77", "--speed-override", "2.5G"),
    )
    assert changed.status == 0
    assert "tenant acme -> globex" in changed.err
    shown = netwb("port", "show", "edge1", "xe-0/0/2")
    assert "2.5G" in shown.out
    found = netwb("port", "list", "--find", "c-77", "--json").json["items"]
    assert [(item["tenant"], item["watched"]) for item in found] == [("globex", True)]
    cleared = netwb("port", "set", "edge1", "xe-0/0/2", "--tenant", "", "--unwatched")
    assert "tenant globex -> acme" in cleared.err
    near = netwb("port", "show", "edge1", "xe-0/0/3")
    assert "did you mean xe-0/0/2 or ge-0/0/1?" in near.err


def test_ports_are_imported_once_every_row_is_good(netwb: Commands, tmp_path: Path) -> None:
    netwb("poll", "--once")
    file = tmp_path / "ports.csv"
    file.write_text("device;name;tenant;circuit_ref\nedge1;ge-0/0/0;globex;C-1\nnope;a;;\n")

    refused = netwb("port", "import", str(file))
    planned = netwb("port", "import", str(file), "--dry-run", "--json")
    skipped = netwb("port", "import", str(file), "--skip-bad")

    assert refused.status == 2
    assert "line 3: device 'nope' is not known" in refused.err
    assert planned.json["items"][0]["action"] == "update"
    assert skipped.status == 1
    assert "0 added, 1 updated, 0 unchanged, 1 bad" in skipped.err
    file.write_text("device,name\nedge1,ge-0/0/0\n")
    assert netwb("port", "import", str(file)).status == 0


def test_a_device_answers_snmp_on_the_port_that_is_set(netwb: Commands, fleet: AgentFleet) -> None:
    set_ = netwb("device", "set", "edge1", "--snmp-port", "9")
    assert f"snmp_port {fleet.port} -> 9" in set_.err
    assert netwb("poll", "--once", "--device", "edge1").status == 1
    netwb("device", "set", "edge1", "--snmp-port", "")
    assert netwb("device", "show", "edge1", "--json").json["snmp_port"] == 161
    bad = netwb("device", "set", "edge1", "--snmp-port", "0")
    assert (bad.status, "port '0' is not usable" in bad.err) == (2, True)


def test_polls_go_on_until_sigterm_say_what_changes_and_end_with_0(
    fleet: AgentFleet, tmp_path: Path
) -> None:
    fleet.set_fault("edge2", "refused")
    command = [sys.executable, "-m", "netwb", "poll", "--home", str(tmp_path / "home")]
    environment = {**os.environ, **COMMUNITY, "NETWB_METRICS__INTERVAL_S": "5"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line.strip())
            if "nothing listens for SNMP" in line:
                fleet.set_fault("edge2", None)
            elif "answers again" in line:
                process.send_signal(signal.SIGTERM)
        assert process.wait(_WAIT_S) == 0
    first, found, failed, second, found_too, again = said
    assert "2 answered, 1 failed" in first
    assert (found.split(";")[0], found_too.split(";")[0]) == ("5 new ports", "2 new ports")
    assert failed.startswith("acme/edge2: nothing listens for SNMP")
    assert "3 answered" in second
    assert again == "acme/edge2: answers again"
