"""Measure the guard of blackholes. By hand: `python -m tests.benchmarks.bench_guard`.

Prints milliseconds of CPU a decision, the best of a few rounds. Nothing is asserted: a shared machine
would make it a lottery.
"""

from __future__ import annotations

import argparse
import time
import timeit
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from netwb.blackhole.guard.deciding import decide
from netwb.blackhole.records import Caps, Never, OwnPrefix, Policy, Request, Router, Standing

NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
FIRST = int(ip_address("10.0.0.0"))
ROUNDS, TIMES = 5, 100


def prefixes(count: int) -> tuple[OwnPrefix, ...]:
    """A /24 each."""
    return tuple(
        OwnPrefix(
            id=str(number),
            tenant_id=f"t{number % 40}",
            tenant=f"tenant{number % 40}",
            network=ip_network((FIRST + 256 * number, 24)),
            mode="auto",
            reach="edge",
            by_customer=False,
            site_id=None,
            site=None,
        )
        for number in range(count)
    )


def policy(count: int, never: int) -> Policy:
    caps = Caps(
        active=1000,
        active_per_tenant=1000,
        per_minute=1000,
        minutes=10,
        max_minutes=240,
        repeat_within_minutes=360,
        late_minutes=10,
        break_glass_minutes=30,
    )
    trigger = Router(
        device_id="d1",
        tenant_id="t0",
        tenant="tenant0",
        hostname="trg1",
        platform="frr",
        role="trigger",
        max_routes=1000,
    )
    return Policy(
        prefixes=prefixes(count),
        never=tuple(
            Never(network=ip_network(FIRST + 256 * number + 1), why="a router's own")
            for number in range(never)
        ),
        caps=caps,
        triggers=(trigger, replace(trigger, hostname="trg2")),
        expirer_at=NOON,
    )


def active(count: int) -> tuple[Standing, ...]:
    return tuple(
        Standing(
            network=ip_network(FIRST + 256 * number + 7),
            tenant_id=f"t{number % 40}",
            announced_at=NOON - timedelta(minutes=5),
            expires_at=NOON + timedelta(minutes=5),
        )
        for number in range(count)
    )


def main() -> None:
    """Measure a few sizes."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    request = Request(
        network=ip_network(FIRST + 256 * 3 + 9),
        alarm=True,
        by="fnm1",
        person=None,
        tenants=None,
        reason="udp_flood",
        observed_at=NOON,
    )
    for rows, never, standing in ((10, 10, 0), (1000, 100, 500), (1000, 10_000, 500)):
        rules, known = policy(rows, never), active(standing)
        assert decide(request, rules, known, NOON).answer == "allow"
        rounds = timeit.repeat(
            lambda rules=rules, known=known: decide(request, rules, known, NOON),  # type: ignore[misc]
            timer=time.process_time,
            number=TIMES,
            repeat=ROUNDS,
        )
        size = f"{rows:>5} prefixes, {never:>6} never, {standing:>4} active"
        print(f"{size}: {min(rounds) / TIMES * 1000:.2f} ms")


if __name__ == "__main__":
    main()
