"""`netwb billing` and `netwb port-group` as a person types them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.cli.exits import BAD_INPUT
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
    assert "8904 windows" in ran.out + ran.err
    assert "not frozen" in ran.out + ran.err


def test_a_bill_as_json_has_everything(netwb: Commands) -> None:
    _group(netwb)

    (group,) = netwb("billing", "acme", "--month", MONTH, "--json").json["groups"]

    assert group["billed"]["bps"] == 8_000_000
    assert group["overage_bps"] == 3_000_000
    assert len(group["digest"]) == 64


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
    assert twice.status == BAD_INPUT
    assert "billing reopen" in twice.err
    assert reopened.status == left_out.status == 0
    assert corrected.json["version"] == 2
    assert "excluded from 2026-01-01T00:00:00Z: works" in shown.out + shown.err


def test_groups_are_listed_and_changed(netwb: Commands) -> None:
    _group(netwb)

    netwb("port-group", "set", "acme", "transit", "--method", "out", "--commit", "")
    netwb("port-group", "set", "acme", "transit", "--remove-port", "edge1", HOSTILE)
    (group,) = netwb("port-group", "list", "--json").json["items"]

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
