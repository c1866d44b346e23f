"""Measure a bill: `python -m tests.benchmarks.bench_billing [--by-hand] [--ports N]`.

First without a store: counters in, figures out. A thousand ports of one group, a month of minutes, from samples
to the bill; then its CSV, and the bytes that its windows take once frozen. One port in fifty takes the
way of those that had a restart, one in twenty has a gap. Prints seconds by the clock and of the processor. `--by-hand` also reckons
it with the tests' slow reference, some minutes long, and says whether all figures are equal; that is
the only thing asserted. Then the same on the facade, from a home's own store with as many ports on twenty
devices, packed by days: inventory, store, windows, figures; building that store takes a minute or two.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from netwb.metrics.billing.packing import pack
from netwb.metrics.billing.reckoning import Counted, reckon
from netwb.metrics.billing.records import Terms
from netwb.metrics.billing.table import csv_of
from netwb.metrics.samples import Samples
from netwb.metrics.series.rates import PortSamples
from netwb.metrics.series.windows import IN, OUT, volumes
from tests.benches import rig
from tests.benchmarks.month_store import fill
from tests.counted import give_ports
from tests.metrics.billing.counted import NOVEMBER, ports
from tests.metrics.billing.slow_bill import Counter, slow_bill

DEVICES = 20
PORTS, EVERY_S, GAP_S = 1_000, 60, 150
DAY_S = 86_400


def measured(number: int) -> PortSamples:
    """A port with days and nights, polled a second early or late."""
    dice = np.random.default_rng(number)
    first, last = NOVEMBER.since - EVERY_S, NOVEMBER.until + EVERY_S
    at = np.arange(first + number % EVERY_S, last + 1, EVERY_S)
    at += dice.integers(0, 2, len(at))
    daily = 1 + 0.8 * np.sin(2 * np.pi * at / DAY_S)
    octets = (10 ** dice.uniform(5, 8) * daily * EVERY_S / 8).astype(np.int64)
    into = np.cumsum(octets + dice.integers(0, 10**6, len(at)))
    out = np.cumsum(octets // 3 + dice.integers(0, 10**6, len(at)))
    if number % 20 == 0:
        kept = (at < at[9_000]) | (at > at[9_100])
        at, into, out = at[kept], into[kept], out[kept]
    odd = (int(at[0]),) if number % 50 == 1 else ()  # nothing by itself, and all is looked at
    return PortSamples(samples=Samples(at=at, values={IN: into, OUT: out}), seams=odd)


def main(words: list[str]) -> None:
    if "--ports" in words:
        from_a_store(int(words[words.index("--ports") + 1]))
        return
    reckoned(words)
    from_a_store(PORTS)


def reckoned(words: list[str]) -> None:
    """From samples in memory."""
    given = [measured(number) for number in range(PORTS)]
    begun, busy = perf_counter(), process_time()
    made = volumes(given, NOVEMBER.since, NOVEMBER.until, gap_s=GAP_S)
    counted = Counted(
        terms=Terms(group="transit", method="higher", commit_bps=10**9),
        month=NOVEMBER,
        ports=ports(PORTS),
        volumes=made,
    )
    bill = reckon(counted)
    taken = f"{perf_counter() - begun:.2f} s, {process_time() - busy:.2f} s of the processor"
    print(f"bill of {PORTS} ports, a month of minutes: {taken}")
    for name, make in (("CSV", lambda: csv_of(counted)), ("packed", lambda: pack(made))):
        begun = perf_counter()
        size = len(make())
        print(f"{name}: {perf_counter() - begun:.2f} s, {size / 1e6:.1f} MB")
    if "--by-hand" in words:
        slow = slow_bill([_by_moment(one) for one in given], NOVEMBER.since, NOVEMBER.until, GAP_S)
        figures = {one.direction: one.bps for one in bill.percentiles}
        assert figures == {one: slow.bps[one] for one in figures}, (figures, slow)
        assert (bill.octets_in, bill.octets_out) == (slow.octets_in, slow.octets_out)
        print(f"by hand the same to the last digit: {figures}")


def from_a_store(number: int) -> None:
    """As `netwb billing` has it; of a large month most is reading."""
    hosts = tuple(f"edge{place}" for place in range(DEVICES))
    with TemporaryDirectory() as folder, rig(Path(folder), {"acme": hosts}) as made:
        each = number // DEVICES
        for device in made.devices.values():
            give_ports(made.bench, device, *(f"xe-0/0/{place}" for place in range(each)))
        found = tuple(made.bench.ports())
        fill(made.bench.home / "metrics.db", found, NOVEMBER.since, NOVEMBER.until)
        named = [(f"acme/{port.hostname}", port.name) for port in found]
        made.bench.add_port_group("acme", "transit", commit_bps="1G", add_ports=named)
        made.clock.now = datetime.fromtimestamp(NOVEMBER.until + DAY_S, UTC)
        for _ in range(3):
            begun, busy = perf_counter(), process_time()
            (group,) = made.bench.bill("acme", NOVEMBER.name).groups
            taken = (
                f"{perf_counter() - begun:.2f} s, {process_time() - busy:.2f} s of the processor"
            )
            print(f"bill of {len(found)} ports from the store: {taken}")
        assert group.present == group.windows


def _by_moment(port: PortSamples) -> tuple[Counter, Counter]:
    times = port.samples.at.tolist()
    into, out = (
        dict(zip(times, port.samples.values[field].tolist(), strict=True)) for field in (IN, OUT)
    )
    return into, out


if __name__ == "__main__":
    main(sys.argv[1:])
