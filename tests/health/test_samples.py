"""What netwb doctor says of the samples: foretold size, room, a server that answers."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netwb.errors import MetricsUnavailableError
from netwb.health.samples import Room, check_samples, judge_forecast, judge_server
from netwb.health.unseen import SeenPorts
from netwb.metrics.opening import open_store
from netwb.metrics.records import StoreHealth
from netwb.metrics.sqlite.forecast import DiskForecast
from netwb.settings import MetricsSettings
from tests.metrics.points import NOON, key, octets

GB = 10**9
KEPT = MetricsSettings()


@pytest.mark.parametrize(
    ("free", "verdict", "said"),
    [
        (
            2 * GB,
            "ok",
            "take 500.0 MB now, and 2.5 GB once each sample is kept for 35 days, and on",
        ),
        (2 * GB - 1, "advice", "for 400 more: more than the 2.0 GB that are free"),
    ],
    ids=["room", "none"],
)
def test_what_the_samples_will_take_is_foretold(free: int, verdict: str, said: str) -> None:
    foretold = DiskForecast(
        series=1000, raw_a_day=13_000, coarse_a_day=4_000, whole_bytes=2_500_000_000
    )

    found = judge_forecast(foretold, Room(taken=GB // 2, free=free), KEPT)

    assert found.verdict == verdict
    assert said in found.said
    assert found.said.startswith("counters of 1,000 ports and devices take ")


def test_of_what_is_read_no_longer_nothing_is_foretold() -> None:
    nothing = DiskForecast(series=0, raw_a_day=1, coarse_a_day=1, whole_bytes=0)

    found = judge_forecast(nothing, Room(taken=GB, free=1), KEPT)

    assert (found.verdict, found.said) == (
        "ok",
        "no counter was read lately; those of before take 1.0 GB",
    )


def test_a_home_without_samples_gets_no_file_by_being_looked_at(tmp_path: Path) -> None:
    with closing(open_store(KEPT, tmp_path, "")) as store:
        assert check_samples(tmp_path, KEPT, store).said == "no counter was read yet"
        assert list(tmp_path.iterdir()) == []

        store.write([octets(NOON, 1), octets(NOON, 1, of=key("eth1"))])
        found = check_samples(tmp_path, KEPT, store)

    assert found.verdict == "ok"
    assert found.said.startswith("counters of 2 ports and devices take ")


@pytest.mark.parametrize(
    ("newest", "said"),
    [(None, "answers, and has none yet"), (NOON, "answers, the newest of 2026-09-21 14:15 UTC")],
)
def test_a_server_says_how_new_its_newest_is(newest: int | None, said: str) -> None:
    health = StoreHealth(name="InfluxDB", version="1.8.10", oldest=newest, newest=newest)

    assert judge_server(health).said == f"InfluxDB 1.8.10 {said}"


@pytest.mark.parametrize("emptied", ["server", "file"])
def test_a_store_without_samples_of_ports_that_polls_saw_is_no_good_one(
    emptied: str, tmp_path: Path
) -> None:
    seen = SeenPorts(count=12, last={"id-1": datetime(2026, 11, 29, 10, 5, tzinfo=UTC)})
    health = StoreHealth(name="InfluxDB", version="1.8.10", oldest=None, newest=None)
    with closing(open_store(KEPT, tmp_path, "")) as store:
        of_file = check_samples(tmp_path, KEPT, store, seen)
    found = judge_server(health, seen) if emptied == "server" else of_file

    assert found.verdict == "advice"
    assert found.said.endswith(", though 12 ports were seen by polls, last 2026-11-29 10:05 UTC")
    assert "look whether it was emptied" in found.cure


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = MetricsSettings(url="http://127.0.0.1:9")
    store = open_store(settings, tmp_path, "")

    with pytest.raises(MetricsUnavailableError, match=r"cannot be reached .*; start it, or"):
        check_samples(tmp_path, settings, store)
