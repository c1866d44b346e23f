"""`netwb check`, `rule` and `waiver` as a person types them: shapes, sentences, statuses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.access.records import NewUser
from netwb.compliance.report import NO_COPY
from netwb.inventory.records import NewDevice
from netwb.roles import Role
from tests.benches import Rig, a_night, rig
from tests.cli.commands import Commands
from tests.compliance.keeping import BAD, GOOD, HOSTS, NTP, ONLY_OURS, change, put_rules


def one_breaks(made: Rig) -> None:
    a_night(made)
    change(made, "acme/edge1", ntp=BAD)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    for name, value in {**ONLY_OURS, "NETWB_COMPLIANCE__STALE_HOURS": "9999999"}.items():
        monkeypatch.setenv(name, value)
    with rig(tmp_path, HOSTS, past=one_breaks, settings=ONLY_OURS) as one:
        put_rules(one)
        yield one


@pytest.fixture
def netwb(made: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(made.bench.home, capsys)


def test_a_check_tells_what_is_broken_and_its_status_says_so(netwb: Commands) -> None:
    ran = netwb("check")

    assert ran.status == 1
    assert "acme/edge1  ntp-ours  high" in ran.out
    assert "3 devices by 2 rules: 1 not compliant, 5 compliant" in ran.err


def test_a_check_in_json_is_a_line_a_cell(netwb: Commands) -> None:
    document = netwb("check", "--json").json

    assert document["counts"]["non_compliant"] == 1
    assert len(document["items"]) == 6
    (broken,) = (one for one in document["items"] if one["state"] == "non_compliant")
    assert (broken["hostname"], broken["rule"], broken["severity"]) == ("edge1", "ntp-ours", "high")


def test_a_table_for_a_spreadsheet_has_every_cell(netwb: Commands, tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"

    netwb("check", "--csv", str(file))

    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 6
    assert {row["title"] for row in rows} == {"Our NTP server", "No HTTP server"}


def test_one_device_that_keeps_all_rules_is_status_0(netwb: Commands) -> None:
    assert netwb("check", "--device", "acme/edge2").status == 0
    assert netwb("check", "--device", "acme/edge9").status == 4


def test_history_dates_what_is_older_than_its_rule(netwb: Commands) -> None:
    ran = netwb("check", "--history", "90d", "--json")

    (broken,) = (one for one in ran.json["items"] if one["state"] == "non_compliant")
    assert broken["revision_number"] == 2
    assert "revisions of 3 devices replayed" in ran.err
    assert netwb("check", "--history", "long").status == 2


def test_examples_of_rules_are_run(netwb: Commands, made: Rig) -> None:
    good = netwb("check", "--test")
    put_rules(
        made,
        NTP.replace(
            "    severity: low",
            "    severity: low\n    examples: [{platform: cisco_ios, passes: 'ip http server'}]",
        ).replace("  - id: no-http", "  - id: no-web"),
        "more.yaml",
    )
    bad = netwb("check", "--test")

    assert good.status == 0
    assert bad.status == 1
    assert "rules/more.yaml" in bad.err


def test_faults_of_rule_files_are_counted_apart_from_texts(netwb: Commands, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        NTP.replace(
            "    severity: low",
            "    severity: low\n    examples: [{platform: cisco_ios, fails: 'ip http server'}]",
        )
    )
    (tmp_path / "b.yaml").write_text("rules:\n  - id: no-web\n    title: No web\n")

    ran = netwb("check", "--rules", str(tmp_path), "--test")

    assert ran.status == 1
    assert ran.err.splitlines()[-1] == (
        "examples that hold: 1 of 1; rules: 1; faults of rule files: 2"
    )
    assert ran.err.count("b.yaml:2") == 2


def test_rules_of_a_folder_are_tried_and_nothing_is_kept(netwb: Commands, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    (folder / "new.yaml").write_text(NTP.replace("no-http", "no-web"))

    tried = netwb("check", "--rules", str(folder), "--json").json

    assert {one["rule"] for one in tried["items"]} == {"ntp-ours", "no-web"}
    assert netwb("check", "--rules", str(tmp_path / "nowhere")).status == 2
    assert "holds no rule file" in netwb("check", "--rules", str(tmp_path)).err


def test_a_broken_rule_file_is_told_with_file_and_line(netwb: Commands, made: Rig) -> None:
    put_rules(made, "rules:\n  - id: Ntp", "more.yaml")

    ran = netwb("check")

    assert ran.status == 1
    assert "rules/more.yaml:2" in ran.err


def test_rules_are_listed_shown_and_their_schema_printed(netwb: Commands) -> None:
    assert "ntp-ours" in netwb("rule", "list").out
    assert [one["id"] for one in netwb("rule", "list", "--json").json["items"]] == [
        "no-http",
        "ntp-ours",
    ]
    assert "One clock for all logs." in netwb("rule", "show", "ntp-ours").out
    assert netwb("rule", "show", "nothing").status == 4
    assert json.loads(netwb("rule", "schema").out)["$schema"].startswith("https://json-schema.org/")


def test_a_tenants_rules_are_put_and_dropped(netwb: Commands, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(NTP.replace("ntp-ours", "ntp-own").replace("no-http", "no-web"))

    put = netwb("rule", "put", "acme", "own", str(file))
    again = netwb("rule", "put", "acme", "own.yaml", str(file), "--json")
    held = netwb("rule", "list", "--json").json["items"]
    shown = netwb("rule", "list")
    dropped = netwb("rule", "drop", "acme", "own")

    assert "2 rules of acme/own.yaml hold" in put.err
    assert re.search(r"ntp-own +high +acme/own\.yaml ", shown.out)
    assert re.search(r"ntp-ours +high +rules/ours\.yaml ", shown.out)
    assert {one["id"] for one in held if one["tenant"] == "acme"} == {"ntp-own", "no-web"}
    assert again.json == {"tenant": "acme", "name": "own.yaml", "rules": 2}
    assert dropped.status == 0
    assert "rules of acme/own.yaml hold no more" in dropped.err
    assert netwb("rule", "drop", "acme", "own").status == 4


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("rules: [", ["1"]),
        ("rules:\n  - x\n  - {id: ok, title: t, severity: low}\n", ["2", "3", "2"]),
    ],
    ids=["one", "two"],
)
def test_every_fault_of_a_rule_file_is_told(
    netwb: Commands, tmp_path: Path, text: str, lines: list[str]
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)

    ran = netwb("rule", "put", "acme", "own", str(file))

    assert ran.status == 2
    assert re.findall(r"acme/own\S*?:(\d+): ", ran.err) == lines, "then the first, as the sentence"


def test_a_waiver_is_given_listed_and_ended(netwb: Commands) -> None:
    given = netwb(
        "waiver", "add", "acme/edge1", "ntp-ours", "--reason", "CHG1", "--until", "30d", "--json"
    )
    waived = netwb("check")
    listed = netwb("waiver", "list")
    ended = netwb("waiver", "end", given.json["id"])

    assert waived.status == 0
    assert "1 waived" in waived.err
    assert "CHG1" in listed.out
    assert ended.status == 0
    assert netwb("check").status == 1
    assert netwb("waiver", "list").out.startswith("no waiver")
    assert (
        netwb("waiver", "list", "--all", "--json").json["items"][0]["ended_by"].startswith("local:")
    )


def test_waivers_that_cannot_be_are_refused(netwb: Commands) -> None:
    words = ("waiver", "add", "acme/edge1")
    assert netwb(*words, "nothing", "--reason", "x", "--until", "3d").status == 4
    assert netwb(*words, "ntp-ours", "--reason", "x", "--until", "999d").status == 2
    assert netwb(*words, "ntp-ours", "--reason", " ", "--until", "3d").status == 2
    assert netwb(*words, "ntp-ours", "--reason", "x", "--until", "30000d").status == 2
    assert netwb("waiver", "end", "0" * 16).status == 4


def test_a_waiver_without_effect_is_refused_with_the_cause(netwb: Commands, made: Rig) -> None:
    put_rules(made, NTP.replace("  - id: no-http", "    applies_to: {role: [pe]}\n  - id: no-http"))
    made.bench.retire_device("acme/edge2")

    not_meant = netwb("waiver", "add", "acme/edge1", "ntp-ours", "--reason", "x", "--until", "3d")
    retired = netwb("waiver", "add", "acme/edge2", "no-http", "--reason", "x", "--until", "3d")

    assert (not_meant.status, retired.status) == (2, 2)
    assert "no effect: rule ntp-ours does not mean acme/edge1; `netwb rule show" in not_meant.err
    assert "no effect: device acme/edge2 is retired, and rules are for devices in" in retired.err
    assert netwb("waiver", "list", "--all").out.startswith("no waiver")


def test_a_waiver_that_is_given_ahead_says_so(netwb: Commands) -> None:
    netwb("check")

    ran = netwb("waiver", "add", "acme/edge2", "ntp-ours", "--reason", "CHG1", "--until", "3d")

    assert ran.status == 0
    assert "acme/edge2 is compliant by ntp-ours now; the waiver waits until it breaks it" in ran.err


@pytest.fixture
def newbox(made: Rig) -> None:
    made.bench.add_device(
        NewDevice(
            tenant="acme",
            site="fra1",
            hostname="newbox",
            address="127.0.0.1",
            platform="cisco_ios",
        )
    )


@pytest.mark.usefixtures("newbox")
def test_what_was_never_backed_up_is_no_proof(netwb: Commands) -> None:
    alone, all_of_them = netwb("check", "--device", "acme/newbox"), netwb("check", "--json")

    assert alone.status == 1
    assert "2 not evaluated (acme/newbox): no good copy of the configuration is kept" in alone.err
    assert [one["reason"] for one in all_of_them.json["items"] if one["hostname"] == "newbox"] == [
        NO_COPY,
        NO_COPY,
    ]


def test_what_is_stale_is_no_proof(netwb: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWB_COMPLIANCE__STALE_HOURS", "1")

    ran = netwb("check", "--device", "acme/edge2")

    assert ran.status == 1
    assert "2 stale (acme/edge2): the good copy is older than compliance.stale_hours" in ran.err


def test_the_gravest_come_first_and_the_cut_hides_none_of_them(
    netwb: Commands, made: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwb.cli.check._MOST_CELLS", 1)
    asked = NTP.replace("ntp server 192.0.2.53", "hostname nowhere").replace("no-http", "no-web")
    for name, severity in (("a", "low"), ("b", "critical"), ("c", "medium")):
        put_rules(
            made,
            asked.replace("ntp-ours", f"{name}-ours")
            .replace("no-web", f"no-{name}")
            .replace("severity: high", f"severity: {severity}"),
            f"{name}.yaml",
        )

    ran = netwb("check")
    cells = netwb("check", "--json").json["items"]

    assert re.findall(r"critical|high|medium|low", ran.out) == ["critical"] * 3
    assert "and 7 more, none of them graver; --csv FILE and --json have all" in ran.err
    broken = [one["severity"] for one in cells if one["state"] == "non_compliant"]
    assert broken == ["critical"] * 3 + ["high"] + ["medium"] * 3 + ["low"] * 3


def test_one_devices_findings_have_their_reason_and_lines(
    netwb: Commands, made: Rig, tmp_path: Path
) -> None:
    put_rules(made, NTP.replace("must_contain: ntp", "must_not_match: ntp").replace(GOOD, BAD))
    words = ("check", "--device", "acme/edge1")

    ran = netwb(*words)
    (found,) = (one for one in netwb(*words, "--json").json["items"] if one["lines"])
    netwb(*words, "--csv", str(tmp_path / "cells.csv"))

    (line,) = found["lines"]
    assert line["text"] == f"ntp server {BAD}"
    assert found["reason"] in ran.out
    assert re.search(rf"ntp-ours  high .* {line['number']} ", ran.out)
    text = (tmp_path / "cells.csv").read_text(encoding="utf-8-sig")
    first = next(csv.DictReader(io.StringIO(text)))
    assert (first["reason"], first["lines"]) == (found["reason"], str(line["number"]))


def test_rules_that_are_tried_tell_their_reason(netwb: Commands, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(NTP)

    ran = netwb("check", "--rules", str(tmp_path))

    assert re.search(r"acme/edge1  ntp-ours .*ntp server 192\.0\.2\.53", ran.out)


def test_a_table_is_never_written_over_another_file(netwb: Commands, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(NTP)

    ran = netwb("check", "--csv", str(file))

    assert ran.status == 2
    assert "is there already; name a new file" in ran.err
    assert file.read_text() == NTP
    assert netwb("check", "--csv", "-").out.lstrip("\ufeff").startswith("tenant,site,hostname")


def test_who_may_only_look_is_shown_what_is_kept(netwb: Commands, made: Rig) -> None:
    made.bench.add_user(NewUser(name="eva", role=Role.CUSTOMER, tenants=("acme",)))
    netwb("check")

    broken, good = (
        netwb("--as", "eva", "check", "--device", f"acme/{one}") for one in ("edge1", "edge2")
    )

    assert (broken.status, good.status) == (1, 0)
    assert "shown as kept, as it was at 20" in broken.err
    assert "judging anew takes the right compliance.edit" in broken.err
    assert "ntp server 192.0.2.53" in broken.out
    assert netwb("--as", "eva", "check", "--history", "3d").status == 3


def test_a_retired_device_is_told_as_such(netwb: Commands, made: Rig, tmp_path: Path) -> None:
    made.bench.retire_device("acme/edge2")
    (tmp_path / "new.yaml").write_text(NTP)

    for words in ((), ("--rules", str(tmp_path))):
        ran = netwb("check", "--device", "acme/edge2", *words)
        assert ran.status == 4
        assert "acme/edge2 is retired, and rules are for devices in operation" in ran.err
