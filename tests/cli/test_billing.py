"""`netwb billing` and `netwb port-group` as a person types them."""

from __future__ import annotations

import csv
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.cli.exits import BAD_INPUT, NOT_FOUND
from netwb.inventory.ports.records import SeenPort
from netwb.metrics.billing.months import parse_month
from netwb.metrics.records import Point, SeriesKey
from tests.benches import rig
from tests.cli.commands import Commands

MONTH = "2026-01"  # the command reads the machine's clock: it is over
BEGIN = parse_month(MONTH, "UTC").since
HOSTILE = '=cmd("x"),1'


@pytest.fixture
def netwb(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Commands]:
    with rig(tmp_path, {"acme": ("edge1",)}) as made:
        device = made.devices["acme/edge1"]
        port = SeenPort(name=HOSTILE, if_index=1, alias="", if_type=6, speed_bps=10**9)
        made.bench._parts.ports.sighted({device.id: [port]})
        made.bench._parts.metrics.write(_measured(device.id))
        yield Commands(made.bench.home, capsys)


def _measured(device_id: str) -> Iterator[Point]:
    key = SeriesKey(tenant="acme", device_id=device_id, name=HOSTILE)
    for minute in range(121):
        yield Point(
            measurement="interface",
            key=key,
            site="fra1",
            device="edge1",
            at=BEGIN + 60 * minute,
            values={
                "ifHCInOctets": 60_000_000 * minute,
                "ifHCOutOctets": 30_000_000 * minute,
            },
        )


def _group(netwb: Commands) -> None:
    ran = netwb(
        "port-group", "add", "acme", "transit", "--commit", "5M", "--port", "edge1", HOSTILE
    )
    assert ran.status == 0, ran.err


def test_a_bill_is_shown_by_its_tenant(netwb: Commands) -> None:
    _group(netwb)

    ran = netwb("billing", "acme", "--month", MONTH)

    assert ran.status == 0
    assert "8000000" in ran.out.replace(",", "")
    assert "8,904 windows" in ran.out + ran.err
    assert "not frozen" in ran.out + ran.err


def test_a_bill_as_json_has_everything(netwb: Commands) -> None:
    _group(netwb)

    (group,) = netwb("billing", "acme", "--month", MONTH, "--json").json["groups"]

    assert group["billed"]["bps"] == 8_000_000
    assert group["overage_bps"] == 3_000_000
    assert len(group["digest"]) == 64


def test_of_one_group_alone_is_what_is_asked_for_in_each_form(netwb: Commands) -> None:
    _group(netwb)
    assert netwb("port-group", "add", "acme", "bare").status == 0

    shown = netwb("billing", "acme", "--month", MONTH, "--group", "transit")
    told = netwb("billing", "acme", "--month", MONTH, "--group", "transit", "--json")
    unknown = netwb("billing", "acme", "--month", MONTH, "--group", "transot")

    assert "bare" not in shown.out + shown.err
    assert [one["terms"]["group"] for one in told.json["groups"]] == ["transit"]
    assert unknown.status == NOT_FOUND
    assert "'transot' is not on this bill; did you mean transit?" in unknown.err


def test_a_group_that_nobody_knows_is_named_with_its_tenant(netwb: Commands) -> None:
    span = ("--since", "2026-01-01", "--until", "2026-01-02", "--reason", "CHG1")

    ran = netwb("billing", "exclude", "acme", *span, "--group", "nobody")

    assert ran.status == NOT_FOUND
    assert "port group 'nobody' of acme is not known" in ran.err


def test_windows_are_written_as_csv(netwb: Commands, tmp_path: Path) -> None:
    _group(netwb)
    file = tmp_path / "bill.csv"

    assert netwb("billing", "acme", "--month", MONTH, "--csv", str(file)).status == 0
    again = netwb("billing", "acme", "--month", MONTH, "--csv", str(file))

    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert len(rows) == 8928
    assert f"acme/edge1 {HOSTILE} in octets" in rows[0]
    assert again.status == BAD_INPUT
    assert "there already" in again.err


def test_a_bill_is_written_as_pdf(netwb: Commands, tmp_path: Path) -> None:
    _group(netwb)
    file = tmp_path / "bill.pdf"

    ran = netwb("billing", "acme", "--month", MONTH, "--pdf", str(file))
    wrong = netwb("billing", "acme", "--month", MONTH, "--pdf", "new.pdf", "--group", "peering")

    assert ran.status == 0, ran.err
    assert file.read_bytes().startswith(b"%PDF-")
    assert wrong.status == NOT_FOUND


def test_a_month_is_frozen_reopened_and_corrected(netwb: Commands) -> None:
    _group(netwb)

    frozen = netwb("billing", "freeze", "acme", "--month", MONTH)
    twice = netwb("billing", "freeze", "acme", "--month", MONTH)
    reopened = netwb("billing", "reopen", "acme", "--month", MONTH, "--reason", "works")
    left_out = netwb(
        *("billing", "exclude", "acme", "--since", "2026-01-01T00:00"),
        *("--until", "2026-01-01T01:00", "--reason", "works"),
    )
    corrected = netwb("billing", "freeze", "acme", "--month", MONTH, "--json")
    shown = netwb("billing", "acme", "--month", MONTH)

    assert "version 1" in frozen.out + frozen.err
    assert "transit: 8,904 of its 8,928 windows are missing" in frozen.err
    assert "Windows without data are left out: the rank is taken" in frozen.err
    assert twice.status == BAD_INPUT
    assert "billing reopen" in twice.err
    assert reopened.status == left_out.status == 0
    assert corrected.json["version"] == 2
    assert "excluded from 2026-01-01T00:00:00Z: works" in shown.out + shown.err


def test_a_freeze_says_how_many_windows_are_missing_and_what_becomes_of_them(
    netwb: Commands,
) -> None:
    _group(netwb)
    assert netwb("port-group", "add", "acme", "bare").status == 0

    found = netwb("billing", "freeze", "acme", "--month", MONTH, "--json").json
    bare, transit = sorted(found["groups"], key=lambda one: one["group"])

    assert (found["tenant"], found["month"], found["version"]) == ("acme", MONTH, 1)
    assert (transit["missing_windows"], transit["windows"]) == (8_904, 8_928)
    assert (transit["present_windows"], transit["billed_bps"]) == (24, 8_000_000)
    assert (bare["state"], bare["missing_windows"], bare["billed_bps"]) == ("no_ports", 0, None)
    assert "Windows without data are left out" in found["policy"]


def test_a_month_without_any_data_is_frozen_only_when_that_is_said(netwb: Commands) -> None:
    _group(netwb)
    empty = ("billing", "freeze", "acme", "--month", "2025-12")

    planned = netwb(*empty, "--dry-run")
    refused = netwb(*empty)
    frozen = netwb(*empty, "--without-data")

    assert planned.status == refused.status == BAD_INPUT
    assert "has no counters of acme's ports in 2025-12; set metrics.url" in refused.err
    assert frozen.status == 0
    assert "transit: 8,928 of its 8,928 windows are missing" in frozen.err


def test_what_was_left_out_is_listed_and_taken_back(netwb: Commands) -> None:
    _group(netwb)
    netwb(
        *("billing", "exclude", "acme", "--since", "2026-01-01T00:00"),
        *("--until", "2026-01-01T01:00", "--reason", "works", "--group", "transit"),
    )

    listed = netwb("billing", "exclusions", "acme")
    (one,) = netwb("billing", "exclusions", "acme", "--json").json["items"]
    wrong = netwb("billing", "include", "acme", "nothing")
    back = netwb("billing", "include", "acme", one["id"])
    none = netwb("billing", "exclusions", "acme")

    assert "transit" in listed.out
    assert "works" in listed.out
    assert one["said"]["reason"] == "works"
    assert wrong.status == NOT_FOUND
    assert "billing exclusions" in wrong.err
    assert back.status == 0
    assert "2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z counts again" in back.err
    assert "nothing is left out" in none.out


def test_a_month_that_is_not_over_says_so_in_each_form(netwb: Commands, tmp_path: Path) -> None:
    _group(netwb)
    file = tmp_path / "bill.csv"

    shown = netwb("billing", "acme")
    as_json = netwb("billing", "acme", "--json").json
    written = netwb("billing", "acme", "--csv", str(file))

    assert "transit: the month is not over: " in shown.err
    assert (as_json["over"], as_json["groups"][0]["over"]) == (False, False)
    assert "the month is not over" in written.err
    assert ",to come," in file.read_text(encoding="utf-8-sig")
    assert "not over" not in netwb("billing", "acme", "--month", MONTH).err


def test_groups_are_listed_and_changed(netwb: Commands) -> None:
    _group(netwb)

    changed = netwb("port-group", "set", "acme", "transit", "--method", "out", "--commit", "")
    assert ", on the bills of 20" in changed.err
    since = ("--since", "2026-01-01T00:00Z")
    netwb("port-group", "set", "acme", "transit", "--remove-port", "edge1", HOSTILE, *since)
    (group,) = netwb("port-group", "list", "--json").json["items"]
    (port,) = netwb("port-group", "show", "acme", "transit", "--json").json["ports"]
    assert (port["since"], port["until"]) == (None, "2026-01-01T00:00:00Z")
    assert "2026-01-01 00:00" in netwb("port-group", "show", "acme", "transit").out

    assert (group["method"], group["commit_bps"], group["port_ids"]) == ("out", None, [])
    assert "no ports" in netwb("billing", "acme", "--month", MONTH).out
    assert "transit" in netwb("port-group", "list").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("billing", "acme", "--month", "2026-13"), "is no month"),
        (("billing", "acme", "--month", "2099-01"), "has not begun"),
        (("billing", "nobody", "--month", MONTH), "not known"),
        (("billing", "freeze", "acme", "--month", "2099-01"), "has not begun"),
        (("billing", "acme", "--month", MONTH, "--version", "7"), "no version 7"),
        (("billing", "acme", "--month", MONTH, "--csv", "/x", "--group", "y"), "not on this bill"),
        (("port-group", "add", "acme", "x", "--port", "edge1", "nothing"), "is not known"),
        (("port-group", "set", "acme", "peering", "--method", "in"), "is not known"),
        (("port-group", "add", "acme", "x", "--time-zone", "Mars/Olympus"), "no time zone"),
    ],
)
def test_bad_input_is_a_sentence(netwb: Commands, arguments: tuple[str, ...], words: str) -> None:
    _group(netwb)

    ran = netwb(*arguments)

    assert ran.status != 0
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_a_part_of_a_window_that_is_left_out_takes_the_whole_window_along_and_says_so(
    netwb: Commands,
) -> None:
    _group(netwb)
    day = ("billing", "exclude", "acme", "--reason", "works", "--since", "2026-01-02T10:01")

    part = netwb(*day, "--until", "2026-01-02T10:03")
    whole = netwb(
        *("billing", "exclude", "acme", "--reason", "works"),
        *("--since", "2026-01-02T10:00", "--until", "2026-01-02T10:05"),
    )

    said = "left out whole: 2026-01-02T10:00:00Z to 2026-01-02T10:05:00Z"
    assert said in part.err
    assert "left out whole" not in whole.err


def test_windows_and_a_bill_go_to_stdout_where_the_file_is_a_dash(netwb: Commands) -> None:
    _group(netwb)

    table = netwb("billing", "acme", "--month", MONTH, "--csv", "-")

    assert len(table.out.splitlines()) == 8929
    assert table.out.lstrip("\ufeff").startswith("window (UTC),window (local)")
    assert "8,928 windows written to stdout" in table.err
    assert not Path("-").exists()


def test_what_is_left_out_of_a_frozen_month_says_that_its_bill_stays(netwb: Commands) -> None:
    _group(netwb)
    netwb("billing", "freeze", "acme", "--month", MONTH)

    ran = netwb(
        *("billing", "exclude", "acme", "--since", "2026-01-02", "--until", "2026-01-03"),
        *("--reason", "works"),
    )

    assert f"{MONTH} is frozen and its bill stays as it is" in ran.err
    (line,) = (found for found in re.findall(r"`netwb ([^`]+)`", ran.err) if "reopen" in found)
    assert netwb(*shlex.split(line)).status == 0  # as it is printed


def test_a_group_is_shown_renamed_and_retired(netwb: Commands) -> None:
    _group(netwb)

    shown = netwb("port-group", "show", "acme", "transit", "--json").json
    assert shown["ports"] == [
        {"device": "acme/edge1", "name": HOSTILE, "tenant": "acme", "since": None, "until": None}
    ]
    assert netwb("port-group", "rename", "acme", "transit", "uplink").status == 0
    assert HOSTILE in netwb("port-group", "show", "acme", "uplink").out
    ran = netwb("port-group", "retire", "acme", "uplink")

    assert "is retired, for all of" in ran.err
    assert netwb("port-group", "list", "--json").json == {"items": []}
    assert netwb("port-group", "show", "acme", "uplink").status == NOT_FOUND
