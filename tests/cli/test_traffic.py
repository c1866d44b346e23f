"""`netwb traffic` and `netwb monitoring` as a person types them: shapes, sentences, statuses."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.inventory.ports.records import SeenPort
from netwb.metrics.records import Point, SeriesKey
from tests.benches import Rig, rig
from tests.cli.commands import Commands

PORT = ("acme/edge1", "xe-0/0/0")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    """edge1 was polled for the last two hours, edge2 never; the command reads the machine's clock."""
    with rig(tmp_path, {"acme": ("edge1", "edge2")}) as made:
        device = made.devices["acme/edge1"]
        port = SeenPort(name=PORT[1], if_index=1, alias="to transit", if_type=6, speed_bps=10**9)
        made.bench._parts.ports.sighted({device.id: [port]})
        now = int(time.time())
        made.bench._parts.metrics.write(measured(device.id, now))
        yield made


def measured(device_id: str, now: int) -> Iterator[Point]:
    device = SeriesKey(tenant="acme", device_id=device_id)
    port = SeriesKey(tenant="acme", device_id=device_id, name=PORT[1])
    for minute in range(121):
        at = now - 60 * (120 - minute)
        octets = 60 * 400_000_000 // 8 * minute
        values = {"ifHCInOctets": octets, "ifHCOutOctets": octets // 2}
        yield Point(
            measurement="interface", key=port, site="fra1", device="edge1", at=at, values=values
        )
        yield Point(
            measurement="device",
            key=device,
            site="fra1",
            device="edge1",
            at=at,
            values={"sysUpTime": 6_000 * minute},
        )


@pytest.fixture
def netwb(home: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(home.bench.home, capsys)


def test_a_port_is_told_in_numbers_with_units_and_the_age_of_its_newest_sample(
    netwb: Commands,
) -> None:
    ran = netwb("traffic", *PORT, "--since", "1h")

    assert ran.status == 0
    assert "400 Mbit/s" in ran.out
    assert re.search(r"\b1(79|8[0-3]) GB", ran.out)  # an hour, whose first minute is whole
    assert ran.err.startswith("acme/edge1 xe-0/0/0, to transit, 1 Gbit/s\n")
    assert "newest sample" in ran.err


def test_one_document_has_numbers_buckets_and_no_nan(netwb: Commands) -> None:
    found = netwb("traffic", *PORT, "--since", "3h", "--json").json

    flow = found["flows"]["bits_in"]
    assert flow["p95"] == pytest.approx(400e6)
    assert flow["mean"][0] is None
    assert flow["mean"][-5] == pytest.approx(400e6)
    assert found["step_s"] == 60
    assert found["gaps"]


def test_a_file_has_a_row_a_bucket_and_is_never_written_over(
    netwb: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "edge1.csv"

    done = netwb("traffic", *PORT, "--since", "1h", "--csv", str(path))
    again = netwb("traffic", *PORT, "--since", "1h", "--csv", str(path))

    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert (done.status, again.status) == (0, 2)
    assert float(rows[5]["bits_in"]) == pytest.approx(400e6)
    assert rows[0]["begin"].endswith("Z")
    assert "is there already" in again.err


def test_the_busiest_ports_are_found_by_a_circuit_and_told_with_their_share(
    netwb: Commands,
) -> None:
    netwb("port", "set", *PORT, "--circuit-ref", "C-20931")

    found = netwb("traffic", "--find", "20931", "--since", "1h")
    none = netwb("traffic", "--find", "C-999")

    assert "acme/edge1" in found.out
    assert "40 %" in found.out
    assert "no port that matches has traffic" in none.out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("acme/edge1",), 2, "a port is a DEVICE and an IFNAME"),
        (("acme/edge1", "xe-9/9/9"), 4, "netwb port list --device acme/edge1"),
        (("nobody", "xe-0/0/0"), 4, "device 'nobody' is not known"),
        ((*PORT, "--since", "1h", "--until", "2h"), 2, "swap"),
    ],
)
def test_what_is_not_there_is_said_with_the_cure(
    netwb: Commands, words: tuple[str, ...], status: int, said: str
) -> None:
    ran = netwb("traffic", *words)

    assert (ran.status, said in ran.err) == (status, True)


def test_monitoring_tells_who_answers_worst_first(netwb: Commands) -> None:
    ran = netwb("monitoring")

    lines = ran.out.splitlines()
    assert ran.status == 1
    assert lines[1].split()[:3] == ["acme/edge2", "fra1", "unknown"]
    assert "never heard of" in lines[1]
    assert lines[2].split()[2] == "up"
    assert ran.err == "1 unknown, 1 up\n"


def test_monitoring_as_a_document_has_counts_and_ages(netwb: Commands) -> None:
    found = netwb("monitoring", "--json").json

    assert found["overall"] == "unknown"
    assert found["counts"] == {"down": 0, "degraded": 0, "unknown": 1, "maintenance": 0, "up": 1}
    assert found["devices"][1]["age_s"] < 60
