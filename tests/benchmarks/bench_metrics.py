"""Measure the embedded metrics store: `python -m tests.benchmarks.bench_metrics`.

Counters of 1,000 devices with 48 ports, a minute's poll of all; of 1,000 ports the last 30 hours, of one
port 40 days. Prints what each takes, and what 1,000 ports take on a disk, from the sizes of their packed
rows. With `--influx` the same questions of an InfluxDB that is started for it. Nothing is asserted: a
shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from netwb.metrics.influx.server import Server
from netwb.metrics.influx.source import Source
from netwb.metrics.influxql.store import InfluxqlStore
from netwb.metrics.records import Point, Question, SeriesKey
from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.sqlite.upkeep import Keeping
from netwb.metrics.store import MetricsStore
from tests.influx import program, running_influx

PORTS, DEVICES = 48, 1000
NOW = 1_790_000_100 // 86_400 * 86_400 + 15 * 3600 + 1800  # half past three in the afternoon
DAY = 86_400
BOTH = ("ifHCInOctets", "ifHCOutOctets")


class Traffic:
    """Counters of a device's ports, as a day of people makes them: noisy, larger by day."""

    def __init__(self, device: int, ports: int, seed: int = 1) -> None:
        self._dice = np.random.default_rng(seed * 100_003 + device)
        self._device = f"d{device:04d}"
        self._names = [f"GigabitEthernet1/0/{port + 1}" for port in range(ports)]
        self._mean = 10 ** self._dice.uniform(5, 8.7, (ports, 1))  # bit/s
        self._start = self._dice.integers(0, 2**44, (ports, 1))

    def series(self) -> list[SeriesKey]:
        return [SeriesKey(tenant="acme", device_id=self._device, name=name) for name in self._names]

    def points(self, times: list[int]) -> Iterator[list[Point]]:
        """Polls of those moments."""
        at = np.array(times)
        daily = 1 + 0.8 * np.sin((at / DAY - 0.3) * 2 * np.pi)
        noise = 1 + 0.15 * self._dice.standard_normal((len(self._names), len(at)))
        octets = (np.maximum(self._mean * daily * noise, 0) * 7.5).astype(np.int64)
        received = self._start + octets.cumsum(axis=1)
        errors = (self._dice.random(octets.shape) < 0.001).cumsum(axis=1)
        columns = [received, received * 2 // 3, received // 700, received // 900, errors, errors]
        for place, moment in enumerate(times):
            yield [
                self._point(row, moment, [int(column[row, place]) for column in columns])
                for row in range(len(self._names))
            ]

    def _point(self, row: int, at: int, counted: list[int]) -> Point:
        received, sent, packets_in, packets_out, errors_in, errors_out = counted
        return Point(
            measurement="interface",
            key=self._key(row),
            site="fra1",
            device=self._device,
            at=at,
            values={
                "ifHCInOctets": received,
                "ifHCOutOctets": sent,
                "ifHCInUcastPkts": packets_in,
                "ifHCOutUcastPkts": packets_out,
                "ifInErrors": errors_in,
                "ifOutErrors": errors_out,
                "ifInDiscards": 0,
                "ifOutDiscards": 0,
                "ifHighSpeed": 1000,
                "ifOperStatus": 1,
                "ifAdminStatus": 1,
                "ifCounterDiscontinuityTime": 0,
            },
        )

    def _key(self, row: int) -> SeriesKey:
        return SeriesKey(tenant="acme", device_id=self._device, name=self._names[row])


def timed(name: str, work: Callable[[], Any], times: int = 5) -> Any:
    """Print the best and the middle of some runs, and the least that this process worked itself.

    On a machine that others use as well the last is what it would take alone.
    """
    taken, own, answer = [], [], None
    for _ in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        answer = work()
        taken.append(1000 * (time.perf_counter() - begun))
        own.append(1000 * (time.process_time() - worked))
    taken.sort()
    print(
        f"{name:54} best {taken[0]:7.1f} ms  middle {taken[times // 2]:7.1f} ms  own {min(own):7.1f} ms"
    )
    return answer


def minutes(days: float, until: int = NOW) -> list[int]:
    """One a minute up to then, each some seconds late as polls are."""
    first = int(until - days * DAY) // 60 * 60
    return [at + at // 60 % 3 for at in range(first, until, 60)]


def write_minutes(store: MetricsStore) -> None:
    """What a poll of all ports takes, minute after minute."""
    fleet = [Traffic(device, PORTS) for device in range(DEVICES)]
    moments = [NOW + 60 * n for n in range(1, 6)]
    polls = [list(device.points(moments)) for device in fleet]
    each = iter(range(len(moments)))

    def write() -> None:
        place = next(each)
        store.write(point for device in polls for point in device[place])

    timed("write 48,000 ports' counters of one minute", write, len(moments))
    keys = [key for device in fleet for key in device.series()]
    ask = ["ifOperStatus", "ifAdminStatus"]
    found = timed(
        "newest status of 48,000 ports",
        lambda: store.newest(keys, "interface", ask, NOW),
        3,
    )
    assert len(found) == len(keys)


def write_status(store: MetricsStore) -> None:
    """The newest of the devices themselves."""
    keys = [SeriesKey(tenant="acme", device_id=f"d{n:04d}") for n in range(DEVICES)]
    for at in range(NOW, NOW + 300, 60):
        store.write(
            Point(
                measurement="device",
                key=key,
                site="fra1",
                device=key.device_id,
                at=at,
                values={"sysUpTime": at, "snmpEngineTime": at // 100, "snmpEngineBoots": 1},
            )
            for key in keys
        )
    found = timed(
        "newest of 1,000 devices", lambda: store.newest(keys, "device", ["sysUpTime"], NOW)
    )
    assert len(found) == DEVICES


def read_long(store: MetricsStore, days: int) -> None:
    """One port, a month of minutes."""
    port = Traffic(5000, 1)
    for first in range(days, 0, -5):
        moments = minutes(5, NOW - (first - 5) * DAY)
        store.write(point for poll in port.points(moments) for point in poll)
        keep_up(store)
    month = Question(
        measurement="interface", fields=BOTH, since=NOW - 30 * DAY, until=NOW, edge_s=300
    )
    found = timed(
        "one port, 30 days of minutes, in and out", lambda: store.read(port.series(), month)
    )
    print(f"    {len(found[port.series()[0]])} samples")
    five = Question(
        measurement="interface", fields=BOTH, since=month.since, until=NOW, every_s=300, edge_s=300
    )
    timed("the same, one sample of five minutes", lambda: store.read(port.series(), five))


def read_many(store: MetricsStore) -> None:
    """1,000 ports of a day, as the busiest are looked for."""
    fleet = [Traffic(6000 + device, PORTS) for device in range(21)]
    keys = [key for device in fleet for key in device.series()][:1000]
    moments = minutes(30 / 24)
    for device in fleet:
        store.write(point for poll in device.points(moments) for point in poll)
        keep_up(store)
    day = Question(
        measurement="interface",
        fields=BOTH,
        since=NOW - DAY,
        until=NOW,
        every_s=300,
        edge_s=300,
        peaks="left out",
    )

    def busiest() -> list[float]:
        found = store.read(keys, day)
        ranked = []
        for samples in found.values():
            seconds = np.diff(samples.at)
            highest = 0.0
            for field in BOTH:
                rates = np.sort(np.diff(samples.values[field]) / seconds)
                highest = max(highest, float(rates[int(np.ceil(0.95 * len(rates))) - 1]))
            ranked.append(highest)
        return sorted(ranked)[-20:]

    timed("read 1,000 ports of 24 h, one sample of five minutes", lambda: store.read(keys, day))
    timed("top 20 of them by 95th", busiest)


def take_disk(folder: Path) -> None:
    """48 ports for some days, of which most are thinned; what that makes of 1,000 ports."""
    folder.mkdir()
    with closing(sqlite(folder, raw_days=2)) as store:
        device = Traffic(9000, PORTS)
        for first in range(14, 0, -1):
            for poll in device.points(minutes(1, NOW - (first - 1) * DAY)):
                store.write(poll)
        store.keep_up()
        store.close()
        found = store.forecast()
        size = store.health().size_bytes or 0
    with closing(sqlite(folder)) as store:
        whole = store.forecast()
    print(
        f"a port's day: {found.raw_a_day} bytes, later {found.coarse_a_day}; file of 48 ports with "
        f"some 8 days raw, 8 coarse: {size / 1e6:.1f} MB; 1,000 ports, 35 and 400 days: "
        f"{whole.whole_bytes / whole.series * 1000 / 1e9:.2f} GB"
    )


def keep_up(store: MetricsStore) -> None:
    if isinstance(store, SqliteStore):
        store.keep_up()


def at_the_end() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


def sqlite(folder: Path, *, raw_days: int = 35) -> SqliteStore:
    return SqliteStore(
        folder / "metrics.db",
        keeping=Keeping(raw_days=raw_days, rollup_days=400),
        clock=at_the_end,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--influx", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("SQLite")
        with closing(sqlite(Path(folder))) as store:
            everything(store)
        take_disk(Path(folder) / "disk")
    if arguments.influx:
        found = program()
        assert found is not None, "there is no influxd"
        with running_influx(found) as server:
            print("InfluxDB")
            everything(
                InfluxqlStore(
                    Source(server=Server(url=urlsplit(server.url)), database=server.new_database())
                )
            )


def everything(store: MetricsStore) -> None:
    read_long(store, 40)
    read_many(store)
    write_minutes(store)
    write_status(store)


if __name__ == "__main__":
    main()
