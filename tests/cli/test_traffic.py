"""`netwb traffic` and `netwb monitoring` as a person types them: shapes, sentences, statuses."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netwb.inventory.ports.records import SeenPort
from netwb.metrics.records import Point, SeriesKey
from netwb.roles import Role
from netwb.views.traffic.files import csv_file
from netwb.views.traffic.page import TrafficView
from netwb.workbench.traffic_records import FILE_BUCKETS, FILE_KINDS
from tests.benches import Rig, rig
from tests.cli.commands import Commands
from tests.views.people import log_in
from tests.views.visits import Visit, run

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
    assert "days to full, in: no trend: 0 days have data, 28 are needed" in ran.err


def test_of_a_past_time_the_newest_sample_is_one_of_it(netwb: Commands) -> None:
    ran = netwb("traffic", *PORT, "--since", "2h", "--until", "1h")

    assert re.search(r"newest sample in this time at 20\S+Z; (no gap|1 gap, which)", ran.err)


def test_one_document_has_numbers_buckets_and_no_nan(netwb: Commands) -> None:
    found = netwb("traffic", *PORT, "--since", "3h", "--json").json

    flow = found["flows"]["bits_in"]
    assert flow["p95"] == pytest.approx(400e6)
    assert flow["mean"][0] is None
    assert flow["mean"][-5] == pytest.approx(400e6)
    assert found["step_s"] == 60
    assert found["gaps"]
    assert (found["full"]["verdict"], found["full"]["days"]) == ("too few days", None)


def test_a_file_has_a_row_a_bucket_and_is_never_written_over(
    netwb: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "edge1.csv"

    done = netwb("traffic", *PORT, "--since", "1h", "--csv", str(path))
    again = netwb("traffic", *PORT, "--since", "1h", "--csv", str(path))

    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert (done.status, again.status) == (0, 2)
    assert float(rows[5]["in_mean_bps"]) == pytest.approx(400e6)
    assert list(rows[0])[:3] == ["begin", "in_mean_bps", "in_max_bps"]
    assert rows[0]["begin"].endswith("Z")
    assert {"in_max_errors_per_s", "out_mean_discards_per_s"} < set(rows[0])
    assert "is there already" in again.err


def test_the_file_of_the_command_is_the_file_of_the_page(netwb: Commands, home: Rig) -> None:
    since, until = datetime.now(UTC) - timedelta(hours=2), datetime.now(UTC)
    home.clock.now = until
    port = home.bench.port(*PORT)
    times = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (since, until)]

    typed = netwb("traffic", *PORT, "--since", times[0], "--until", times[1], "--csv", "-")
    drawn = home.bench.port_traffic(
        port.id,
        since=since.replace(microsecond=0),
        until=until.replace(microsecond=0),
        buckets=FILE_BUCKETS,
        kinds=FILE_KINDS,
    )

    assert typed.status == 0
    assert typed.out.splitlines() == csv_file(drawn).decode("utf-8-sig").splitlines()
    assert not Path("-").exists()


def test_ports_are_found_by_a_circuit_and_told_with_their_share_and_state(netwb: Commands) -> None:
    netwb("port", "set", *PORT, "--circuit-ref", "C-20931")

    found = netwb("traffic", "--find", "20931", "--since", "1h")
    none = netwb("traffic", "--find", "C-999")

    assert re.search(r"acme/edge1 .* up .* 400 Mbit/s .* 40 %", found.out)
    assert "no port matches" in none.out


def test_all_ports_are_one_document_and_a_file_with_every_port(
    netwb: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "ports.csv"

    (item,) = netwb("traffic", "--since", "1h", "--json").json["items"]
    done = netwb("traffic", "--since", "1h", "--csv", str(path))
    again = netwb("traffic", "--since", "1h", "--csv", str(path))

    assert item["in_p95_bps"] == pytest.approx(400e6)
    assert item["port"]["name"] == PORT[1]
    assert item["percent"] == pytest.approx(40)
    (row,) = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert (row["device"], row["port"]) == ("edge1", PORT[1])
    assert float(row["in_mean_bps"]) == pytest.approx(400e6)
    assert (done.status, again.status) == (0, 2)
    assert "is there already" in again.err


def test_the_file_of_all_ports_is_the_same_from_command_and_page(
    netwb: Commands, home: Rig
) -> None:
    other = SeenPort(name="xe-9", if_index=9, alias="=1+1", if_type=6, speed_bps=10**9)
    home.bench._parts.ports.sighted({home.devices["acme/edge2"].id: [other]})
    until = datetime.now(UTC).replace(microsecond=0)
    home.clock.now = until
    since = f"{until - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    person = log_in(home, "jkim", Role.ENGINEER)

    async def saved() -> bytes:
        asked = f"?range=between&since={since}&until={until:%Y-%m-%dT%H:%M:%SZ}"
        page = await Visit(TrafficView, person, home, asked).load()
        ((_, content),) = (await page.act("csv")).frame.saved
        return content

    typed = netwb(
        "traffic", "--since", since, "--until", f"{until:%Y-%m-%dT%H:%M:%SZ}", "--csv", "-"
    )

    assert typed.out.splitlines() == run(saved()).decode("utf-8-sig").splitlines()
    head, busy, quiet = csv.reader(typed.out.splitlines())
    assert {"speed_bps", "in_p95_bps", "out_octets", "p95_percent", "full_in_days"} < set(head)
    assert dict(zip(head, busy, strict=True))["full"].startswith("no trend: 0 days have data")
    assert dict(zip(head, quiet, strict=True))["alias"] == "'=1+1"


def test_a_file_of_no_port_has_its_head(netwb: Commands) -> None:
    typed = netwb("traffic", "--find", "C-999", "--csv", "-")

    assert typed.out.startswith("tenant,site,device,port,")
    assert len(typed.out.splitlines()) == 1


def test_a_sum_says_of_how_many_ports_it_is(netwb: Commands, home: Rig, tmp_path: Path) -> None:
    silent = SeenPort(name="xe-9", if_index=9, alias="", if_type=6, speed_bps=10**9)
    home.bench._parts.ports.sighted({home.devices["acme/edge2"].id: [silent]})
    path = tmp_path / "sum.csv"

    ran = netwb("traffic", "--show", "sum", "--since", "1h")
    found = netwb("traffic", "--show", "sum", "--since", "1h", "--tenant", "acme", "--json").json
    netwb("traffic", "--show", "sum", "--since", "1h", "--csv", str(path))

    assert "400 Mbit/s" in ran.out
    assert "1 of 2 ports have data" in ran.err
    assert (found["ports"], found["ports_with_data"]) == (2, 1)
    assert found["flows"]["in"]["p95"] == pytest.approx(400e6)
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert {row["ports"] for row in rows[:-1]} == {"1"}
    assert {row["of_ports"] for row in rows} == {"2"}
    assert rows[5]["begin"].endswith("Z")


@pytest.mark.parametrize("days", ["2d", "29d"])
def test_a_sum_that_lacked_a_port_for_a_while_says_so_however_long_it_is(
    netwb: Commands, home: Rig, days: str
) -> None:
    """In a bucket of two hours the port has data as well."""
    lacking = SeenPort(name="xe-0/0/1", if_index=2, alias="", if_type=6, speed_bps=10**9)
    home.bench._parts.ports.sighted({home.devices["acme/edge1"].id: [lacking]})
    now = int(time.time())
    key = SeriesKey(tenant="acme", device_id=home.devices["acme/edge1"].id, name="xe-0/0/1")
    left = range(now - 80 * 60, now - 50 * 60)
    home.bench._parts.metrics.write(
        Point(
            measurement="interface",
            key=key,
            site="fra1",
            device="edge1",
            at=at,
            values={"ifHCInOctets": at, "ifHCOutOctets": at},
        )
        for at in range(now - 7_200, now + 1, 60)
        if at not in left
    )
    begin, end = (datetime.fromtimestamp(at, UTC) for at in (left[0], left[-1] + 1))

    ran = netwb("traffic", "--show", "sum", "--since", days)
    told = netwb("traffic", "--show", "sum", "--since", days, "--json").json["short"]
    short = max(told, key=lambda one: length(one["since"], one["until"]))

    assert re.search(
        r"from \S+ \S+ to \S+ \S+ UTC only 1 of 2 have, and the sum is too low", ran.err
    )
    assert (short["ports"], short["of"]) == (1, 2)
    assert abs(datetime.fromisoformat(short["since"]) - begin) <= timedelta(minutes=5)
    assert abs(datetime.fromisoformat(short["until"]) - end) <= timedelta(minutes=5)


def length(since: str, until: str) -> timedelta:
    return datetime.fromisoformat(until) - datetime.fromisoformat(since)


def test_hours_have_a_cell_each_and_say_what_it_is_of(netwb: Commands) -> None:
    ran = netwb("traffic", "--show", "hours", "--since", "1h")
    (item,) = netwb("traffic", "--show", "hours", "--since", "1h", "--json").json["items"]

    assert re.search(r"acme/edge1 +xe-0/0/0 +40", ran.out)
    assert "per cent of the port, mean of 1 h" in ran.err
    assert item["cells"][0]["percent"] == pytest.approx(40)


def test_when_ports_are_full_is_told_or_that_nobody_knows(netwb: Commands) -> None:
    ran = netwb("traffic", "--show", "full")
    (item,) = netwb("traffic", "--show", "full", "--json").json["items"]

    assert "no trend: " in ran.out
    assert item["verdict"] == "too few days"


def test_ten_million_points_are_refused_in_words(netwb: Commands, home: Rig) -> None:
    ports = [
        SeenPort(name=f"xe-{n}", if_index=n, alias="", if_type=6, speed_bps=None) for n in range(99)
    ]
    home.bench._parts.ports.sighted({home.devices["acme/edge2"].id: ports})

    ran = netwb("traffic", "--since", "400d")

    assert ran.status == 2
    assert "100 ports over that time are 12 million samples" in ran.err


def test_a_port_without_counters_of_64_bits_says_why_it_has_no_numbers(
    netwb: Commands, home: Rig
) -> None:
    device = home.devices["acme/edge2"]
    port = SeenPort(name="old32", if_index=1, alias="", if_type=6, speed_bps=10**8)
    home.bench._parts.ports.sighted({device.id: [port]})
    now, key = int(time.time()), SeriesKey(tenant="acme", device_id=device.id, name="old32")
    home.bench._parts.metrics.write(
        Point(
            measurement="interface",
            key=key,
            site="fra1",
            device="edge2",
            at=now - 60 * minute,
            values={"ifOperStatus": 1, "ifHighSpeed": 100},
        )
        for minute in range(9)
    )

    ran = netwb("traffic", "acme/edge2", "old32")
    told = netwb("traffic", "acme/edge2", "old32", "--json").json
    counted = netwb("traffic", *PORT)

    assert "not counted: it has no counters of 64 bits (ifHCInOctets)" in ran.out + ran.err
    assert "no counters of 64 bits" in told["reason"]
    assert "not counted" not in counted.out + counted.err


def test_when_ports_are_full_is_told_of_any_number_of_them(netwb: Commands, home: Rig) -> None:
    ports = [
        SeenPort(name=f"xe-{n}", if_index=n, alias="", if_type=6, speed_bps=None)
        for n in range(400)
    ]
    home.bench._parts.ports.sighted({home.devices["acme/edge2"].id: ports})

    assert len(netwb("traffic", "--show", "full", "--json").json["items"]) == 401


def test_an_age_is_one_of_now_whatever_time_is_looked_at(netwb: Commands) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%d}"
    ran = netwb("traffic", "--until", until, "--since", "1h")

    assert re.search(r"\d s *$", ran.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("acme/edge1",), 2, "a port is a DEVICE and an IFNAME"),
        (("acme/edge1", "xe-9/9/9"), 4, "netwb port list --device acme/edge1"),
        (("nobody", "xe-0/0/0"), 4, "device 'nobody' is not known"),
        ((*PORT, "--since", "1h", "--until", "2h"), 2, "swap"),
        ((*PORT, "--since", "2130-01-01"), 2, "2130-01-01 00:00 UTC is in the future"),
        (("--until", "9999-12-31"), 2, "9999-12-30 00:00 UTC is in the future"),
        (("--since", "tomorrow"), 2, "now, today, yesterday 06:00, or an age in s, min, h, d or w"),
        (("--since", "2y"), 2, "now, today, yesterday 06:00, or an age in s, min, h, d or w"),
        ((*PORT, "--show", "sum"), 2, "--show is for many ports"),
        ((*PORT, "--most", "5"), 2, "--most is for many ports"),
        ((*PORT, "--site", "acme/fra1"), 2, "--site is for many ports"),
        (("--tenant", "zz"), 4, "tenant 'zz' is not known"),
        (("--site", "acme/none"), 4, "site 'acme/none' is not known"),
        (("--site", "acme/none", "--show", "full"), 4, "site 'acme/none' is not known"),
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


def test_who_may_not_poll_is_told_whom_to_ask(home: Rig, netwb: Commands) -> None:
    device = home.devices["acme/edge2"]
    port = SeenPort(name="xe-0/0/1", if_index=1, alias="", if_type=6, speed_bps=10**9)
    home.bench._parts.ports.sighted({device.id: [port]})
    log_in(home, "noc", Role.CUSTOMER, ("acme",))

    ours = netwb("traffic", "acme/edge2", "xe-0/0/1").err
    theirs = netwb("--as", "noc", "traffic", "acme/edge2", "xe-0/0/1").err
    listed = netwb("--as", "noc", "port", "list", "--find", "nowhere").out

    assert "`netwb poll --once` asks the devices now" in ours
    assert "nothing was measured in this time; ask whoever runs netwb" in theirs
    assert "no port matches; ask whoever runs netwb" in listed
