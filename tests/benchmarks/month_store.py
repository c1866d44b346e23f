"""A metrics store with a month of minutes of many ports, packed by days as its upkeep packs them.

Written by the packing's own functions, and not by 43,000 polls: those would take hours. A poll is some
seconds late, one port in twenty misses two hours, and every device says how long it is up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from netwb.inventory.ports.records import Port
from netwb.metrics.records import FIELDS, Measurement, Point, SeriesKey
from netwb.metrics.samples import Whole
from netwb.metrics.sqlite.chunks import DAY_S, Wanted, put_days
from netwb.metrics.sqlite.file import MetricsFile
from netwb.metrics.sqlite.polls import find_device
from netwb.metrics.sqlite.store import SqliteStore
from netwb.metrics.sqlite.upkeep import Keeping
from netwb.metrics.thinning import Strand

KEEPING = Keeping(raw_days=4000, rollup_days=1)
EVERY_S = 60


def opened(path: Path) -> SqliteStore:
    return SqliteStore(path, keeping=KEEPING)


def fill(path: Path, ports: Sequence[Port], since: int, until: int) -> None:
    """Counters of those ports from a day before to a day after."""
    with_devices(path, ports, since)
    file = MetricsFile(path, busy_timeout_s=10.0)
    for number, port in enumerate(ports):
        at, columns = counters(number, since - DAY_S, until + DAY_S)
        _put(file, "interface", port, port.name, at, columns)
        if port.device_id != (ports[number - 1].device_id if number else ""):
            up = np.arange(len(at), dtype=np.int64)
            each = {
                "sysUpTime": up * 6_000,
                "snmpEngineTime": up * 60,
                "snmpEngineBoots": up * 0 + 1,
            }
            _put(file, "device", port, "", at, each)
    file.close()


def counters(number: int, since: int, until: int) -> tuple[Whole, dict[str, Whole]]:
    """Of one port: days and nights, noise, every field that a poll reads."""
    dice = np.random.default_rng(number)
    at = np.arange(since, until, EVERY_S, dtype=np.int64)
    at += at // EVERY_S % 3
    daily = 1 + 0.8 * np.sin((at / DAY_S - 0.3) * 2 * np.pi)
    noise = 1 + 0.15 * dice.standard_normal(len(at))
    octets = (np.maximum(10 ** dice.uniform(5, 8.7) * daily * noise, 0) * 7.5).astype(np.int64)
    received = int(dice.integers(0, 2**44)) + octets.cumsum()
    columns = dict.fromkeys(FIELDS["interface"], np.zeros(len(at), np.int64))
    columns |= {
        "ifHCInOctets": received,
        "ifHCOutOctets": received * 2 // 3,
        "ifHCInUcastPkts": received // 700,
        "ifHCOutUcastPkts": received // 900,
        "ifHighSpeed": np.full(len(at), 1_000, np.int64),
        "ifOperStatus": np.ones(len(at), np.int64),
        "ifAdminStatus": np.ones(len(at), np.int64),
    }
    if number % 20 == 0:
        kept = np.ones(len(at), np.bool_)
        kept[9_000:9_120] = False
        at, columns = at[kept], {name: column[kept] for name, column in columns.items()}
    return at, columns


def with_devices(path: Path, ports: Sequence[Port], since: int) -> None:
    """One poll of each, long before: the store knows its devices from it."""
    store = opened(path)
    store.write(_first(ports, since))
    store.close()


def _first(ports: Sequence[Port], since: int) -> Iterator[Point]:
    measurements: tuple[Measurement, ...] = ("interface", "device")
    for port in {port.device_id: port for port in ports}.values():
        for measurement in measurements:
            name = port.name if measurement == "interface" else ""
            yield Point(
                measurement=measurement,
                key=SeriesKey(tenant=port.device_tenant, device_id=port.device_id, name=name),
                site=port.site,
                device=port.hostname,
                at=since - 40 * DAY_S,
                values=dict.fromkeys(FIELDS[measurement], 0),
            )


def _put(  # noqa: PLR0917 - of what, and what
    file: MetricsFile,
    measurement: Measurement,
    port: Port,
    name: str,
    at: Whole,
    columns: dict[str, Whole],
) -> None:
    with file.writing() as connection:
        device = find_device(connection, measurement, port.device_tenant, port.device_id)
        assert device is not None
        days = at // DAY_S
        for day in np.unique(days).tolist():
            own = days == day
            wanted = Wanted(
                device=device,
                measurement=measurement,
                fields=FIELDS[measurement],
                since=day * DAY_S,
                until=(day + 1) * DAY_S,
            )
            strand = Strand(at=at[own], columns={f: c[own] for f, c in columns.items()})
            put_days(connection, "day", wanted, name, day * DAY_S, strand)
