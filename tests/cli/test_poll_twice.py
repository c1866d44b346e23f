"""Two `netwb poll` on one database: each device is polled by one, and the other goes on without it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from time import time

import pytest

from netwb.lab.snmp.device import usual_agent
from netwb.metrics.records import Question, SeriesKey
from netwb.workbench import Workbench
from tests.cli.polled_home import COMMUNITY, polled_home
from tests.scheduler.processes import Running, awaited, daemon
from tests.stores import KINDS, cluster_of

INTERVAL_S = 5


@dataclass(frozen=True)
class Place:
    """A home with three devices that answer."""

    home: Path
    bench: Workbench
    environment: Mapping[str, str]

    def polled_at(self) -> dict[str, list[int]]:
        """At which beats each device was polled, by hostname."""
        devices = {device.id: device.hostname for device in self.bench.devices()}
        keys = [SeriesKey(tenant="acme", device_id=one) for one in devices]
        now, fields = int(time()), ("sysUpTime",)
        question = Question(measurement="device", fields=fields, since=now - 600, until=now + 60)
        found = self.bench._parts.metrics.read(keys, question)
        return {
            devices[key.device_id]: [int(at) // INTERVAL_S for at in samples.at]
            for key, samples in found.items()
        }

    def beats(self) -> int:
        return len(self.polled_at().get("edge1", ()))


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    cluster = cluster_of(request)
    variables = {"NETWB_STORE__URL": cluster.new_database()} if cluster else {}
    environment = {**COMMUNITY, **variables, "NETWB_METRICS__INTERVAL_S": str(INTERVAL_S)}
    agents = {f"acme/{name}": usual_agent(name, 2) for name in ("edge1", "edge2", "edge3")}
    with (
        polled_home(tmp_path / "home", agents, **variables),
        closing(Workbench.open(tmp_path / "home", environment=environment)) as bench,
    ):
        yield Place(tmp_path / "home", bench, environment)


def test_each_device_is_polled_by_one_and_the_other_takes_over(place: Place) -> None:
    with ExitStack() as running:

        def poller(*options: str) -> Running:
            command = ("-m", "netwb", "poll", *options)
            return running.enter_context(
                daemon(place.home, command=command, **{**os.environ, **place.environment})
            )

        first = poller()
        assert first.says("3 answered")
        second = poller()
        assert second.says("another poller has 3 devices now; this one has 0 devices")

        first.send(signal.SIGSTOP)  # as a machine that hangs: only time tells
        assert second.says("another poller has no device now; this one has 3 devices")
        first.send(signal.SIGCONT)
        assert first.says("another poller has 3 devices now")

        second.kill()
        assert first.says("another poller has no device now; this one has 3 devices")
        had = place.beats()
        awaited(lambda: place.beats() > had)
        first.send(signal.SIGTERM)
        assert first.process.wait(20) == 0
        assert not any("Traceback" in line for line in (*first.said, *second.said))
    polled = place.polled_at()
    assert sorted(polled) == ["edge1", "edge2", "edge3"]
    for beats in polled.values():
        assert beats == sorted(set(beats)), "a device was polled twice at one beat"
