"""Measure rates, buckets and percentiles: `python -m tests.benchmarks.bench_series`.

No store and no page: arrays in, arrays out. One port, 30 days of minutes, from counters to some
thousand buckets; the busiest 20 of 1,000 ports over 24 hours of five-minute samples; their sum, their
hours, a year's trend. Prints the best of some runs in milliseconds, by the clock and of the
processor: on a busy machine they differ. Nothing is asserted: a shared machine would make it a
lottery.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from time import perf_counter, process_time

import numpy as np

from netwb.metrics.records import SeriesKey
from netwb.metrics.samples import Samples
from netwb.metrics.series.buckets import into_buckets
from netwb.metrics.series.busiest import busiest
from netwb.metrics.series.flows import flow_of
from netwb.metrics.series.heat import heat_map
from netwb.metrics.series.rates import PortSamples, Rates, rates, rates_of
from netwb.metrics.series.sums import part_of, sum_of
from netwb.metrics.series.trend import trend_of

SINCE = 1_790_000_017  # epoch seconds; on no edge of a bucket
DAY_S = 86_400
PORTS, RUNS = 1_000, 15
IN, OUT = "ifHCInOctets", "ifHCOutOctets"
STEP_S = 2_700  # 960 buckets in 30 days


def measured(days: int, every_s: int, seed: int) -> Samples:
    """A port as people use it, polled a second early or late; once in a while its device restarts."""
    dice = np.random.default_rng(seed)
    number = days * DAY_S // every_s + 1
    at = SINCE + every_s * np.arange(number) + dice.integers(0, 2, number)
    daily = 1 + 0.8 * np.sin(2 * np.pi * at / DAY_S)
    octets = (10 ** dice.uniform(5, 8) * daily * every_s / 8).astype(np.int64)
    counter = np.cumsum(octets + dice.integers(0, 10**6, number))
    anew = np.cumsum(dice.random(number) < 1e-4)
    return Samples(
        at=at,
        values={
            IN: counter,
            OUT: counter // 3,
            "ifHighSpeed": np.full(number, 1_000),
            "ifCounterDiscontinuityTime": anew,
        },
    )


def restarting(port: Samples) -> Samples:
    """The device of a port."""
    ran = 100 * (port.at - SINCE)
    return Samples(at=port.at, values={"sysUpTime": ran, "snmpEngineBoots": np.ones_like(ran)})


def timed(what: str, work: Callable[[], object]) -> None:
    """Print the best of some runs."""
    wall = processor = inf
    for _ in range(RUNS):
        began, began_work = perf_counter(), process_time()
        work()
        wall = min(wall, perf_counter() - began)
        processor = min(processor, process_time() - began_work)
    print(f"{what:<58}{1e3 * wall:8.1f} ms{1e3 * processor:8.1f} ms of a processor")


def one_port() -> None:
    port = measured(30, 60, seed=1)
    device = restarting(port)
    until = SINCE + 30 * DAY_S

    def found() -> Rates:
        return rates(port, IN, gap_s=150, device=device)

    made = found()
    print(f"one port, {len(port):,} samples")
    timed("  counters to rates", found)
    timed("  rates to 960 buckets", lambda: into_buckets(made, SINCE, until, STEP_S))
    timed("  counters to buckets", lambda: into_buckets(found(), SINCE, until, STEP_S))
    drawn = into_buckets(made, SINCE, until, STEP_S)
    timed("  its numbers: 95th, total, ..", lambda: flow_of(made, drawn, SINCE, until))


def many_ports() -> None:
    ports = [measured(1, 300, seed=seed) for seed in range(PORTS)]
    keys = [SeriesKey(tenant="acme", device_id="d1", name=f"eth{n}") for n in range(PORTS)]
    whole = [PortSamples(samples=port) for port in ports]
    named = dict(zip(keys, whole, strict=True))
    until = SINCE + DAY_S
    made = rates_of(whole, IN, gap_s=450)
    print(f"{PORTS:,} ports, a day of five-minute samples each")
    timed("  rates of one direction", lambda: rates_of(whole, IN, gap_s=450))
    timed(
        "  the busiest 20 by the 95th of both directions",
        lambda: busiest(named, (IN, OUT), SINCE, until, gap_s=450, most=20),
    )
    timed(
        "  their sum and its numbers",
        lambda: sum_of([part_of(made, SINCE, until, 300, poll_s=300)]),
    )
    timed("  their hours", lambda: heat_map(made, SINCE, until, speeds_bps=[10**9] * PORTS))


def a_year() -> None:
    days = np.arange(365.0) * 1e6 + 1e8 * np.random.default_rng(1).random(365)
    print("365 days of one port")
    timed("  days to full", lambda: trend_of(days, 10**9))


if __name__ == "__main__":
    one_port()
    many_ports()
    a_year()
