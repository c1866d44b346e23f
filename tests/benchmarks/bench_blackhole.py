"""Measure blackholes on real routers: FRR, FastNetMon, netwb's own processes. By hand.

`python -m tests.benchmarks.bench_blackhole [PART ...]`, as root on Debian with frr, fastnetmon and
openssh-server. All of it lives in network namespaces, and goes with them. Prints:

    webhook    a signed event to its 202; and to the route on the edge, by kept sessions
    flood      the first flow record of a flood to the last packet that its victim gets
    storm      1,000 events at once: lost, doubled, above the caps
    expiry     how late blackholes of a minute have gone from every router
    reconcile  500 of IPv6 that stand: compare them with both triggers and the edge

Nothing is asserted: a shared machine would make it a lottery.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.real.blackhole.addresses import TRIGGERS, VICTIM
from tests.real.blackhole.detector import Detector, Message, Told, message
from tests.real.blackhole.lab import RtbhLab
from tests.real.blackhole.netwb_there import NetwbThere
from tests.real.waiting import until

HOST = f"{VICTIM}/32"
ROUNDS = 30
MANY = 500
LINES = 8
QUIET_POSTS = 300
MINUTES = 40  # blackholes of a minute
OPEN = {
    f"NETWB_BLACKHOLE__{name}": "1000" for name in ("ACTIVE", "ACTIVE_PER_TENANT", "PER_MINUTE")
}
WITHIN_S = 600.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "parts", nargs="*", metavar="PART", help="only these of: " + ", ".join(PARTS)
    )
    wanted = parser.parse_args().parts or [*PARTS]
    unknown = set(wanted) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="bench-blackhole-") as folder:
        lab = RtbhLab(Path(folder) / "lab")
        try:
            for settings in ({}, OPEN):
                parts = [one for one in wanted if NEEDS[one] == settings]
                if parts:
                    with at_work(lab, Path(folder) / f"home{len(settings)}", settings) as there:
                        for part in parts:
                            PARTS[part](there)
                            there.clear()
        finally:
            lab.stop()


@contextmanager
def at_work(lab: RtbhLab, folder: Path, settings: dict[str, str]) -> Iterator[NetwbThere]:
    there = NetwbThere(lab, folder, settings)
    try:
        there.start()
        yield there
    finally:
        there.stop()


def webhook(there: NetwbThere) -> None:
    """One detector that talks, and one attack after the other."""
    detector = there.detector()
    took = [detector.say("attack_details", VICTIM).took_s for _ in range(QUIET_POSTS)]
    shown("webhook to 202", took, "must p99 0.050 s, aim 0.015 s")
    to_edge, back = [], []
    for _ in range(ROUNDS):
        to_edge.append(until_edge(there, detector, "ban", "blackhole"))
        back.append(until_edge(there, detector, "unban", "via"))
        there.await_state("withdrawn", HOST, within_s=WITHIN_S)
    shown("webhook to the route on the edge", to_edge, "must p95 1.0 s, aim 0.3 s")
    shown("webhook of its end to the route gone", back, "")


def until_edge(there: NetwbThere, detector: Detector, action: str, kind: str) -> float:
    began = time.perf_counter()
    detector.say(action, VICTIM)
    there.lab.await_edge(VICTIM, kind, within_s=WITHIN_S)  # type: ignore[arg-type]  # one of its words
    return time.perf_counter() - began


def flood(there: NetwbThere) -> None:
    """Ten times the threshold, and one and a half."""
    for times, told in ((10.0, "must 2.5 s, aim 1.5 s"), (1.5, "must 8 s, aim 6 s")):
        took = [last_packet_after(there, times) for _ in range(3)]
        shown(f"first record to the last packet, {times:g}x", took, told)


def last_packet_after(there: NetwbThere, times: float) -> float:
    lab = there.lab
    traffic = lab.traffic()
    until(lambda: traffic.delivered(VICTIM), within_s=10, what="the victim is reached")
    lab.fastnetmon.start(notify=there.script, ban_time_s=600)
    begun = lab.fastnetmon.flood(times=times)
    lab.await_edge(VICTIM, "blackhole", within_s=30)
    dropped = time.monotonic()
    last = traffic.last_before(VICTIM, dropped + 1)
    traffic.stop()
    there.clear()
    return (last or 0) - begun.began_at


def storm(there: NetwbThere) -> None:
    """What comes of 1,000 events that come as fast as eight connections carry them."""
    chance = random.Random(7)
    hosts = [f"203.0.113.{last}" for last in (*range(21, 63), *range(193, 251))]
    actions = ("ban", "ban", "unban", "attack_details", "attack_status")
    new = [message(chance.choice(actions), chance.choice(hosts)) for _ in range(900)]
    sent = [*new, *new[::9]]
    chance.shuffle(sent)
    began = time.perf_counter()
    told = send(there, sent)
    took_s = time.perf_counter() - began
    most = settle(there)
    settled_s = time.perf_counter() - began
    print(f"{len(sent)} events in {took_s:.2f} s, all settled after {settled_s:.1f} s")
    shown("each to its answer", [one.took_s for one in told], "")
    kinds = Counter(str(one.said.get("status")) for one in told)
    events = Counter(one.message_id for one in there.bench.attack_events(limit=2000))
    lost = sum(one.id not in events for one in new)
    doubled = sum(count - 1 for count in events.values())
    print(f"answers {dict(kinds)}; lost {lost}, doubled {doubled}; at most {most} stood (cap 10)")


def send(there: NetwbThere, messages: Sequence[Message]) -> list[Told]:
    lines = [there.detector() for _ in range(LINES)]

    def share(line: Detector, some: Sequence[Message]) -> list[Told]:
        return [line.post(one) for one in some]

    with ThreadPoolExecutor(LINES) as pool:
        shares = [messages[first::LINES] for first in range(LINES)]
        return [one for told in pool.map(share, lines, shares) for one in told]


def settle(there: NetwbThere) -> int:
    """Until something came of each; the most that stood meanwhile."""
    most = 0

    def are_settled() -> bool:
        nonlocal most
        most = max(most, there.standing())
        return not there.has_waiting_events()

    until(are_settled, within_s=WITHIN_S, what="every event is settled")
    return most


def expiry(there: NetwbThere) -> None:
    """A minute each, by the machine's clock, until no router has it."""
    hosts = [f"203.0.113.{last}" for last in range(193, 193 + MINUTES)]
    with there.lab.entered():
        for host in hosts:
            there.bench.blackhole(host, minutes=1, reason="measured", wait_s=0)
            time.sleep(1 / 3)  # so that they end at any moment of a turn
    until(lambda: not there.standing(), within_s=WITHIN_S, what="all have expired")
    late = [
        (one.ended_at - one.expires_at).total_seconds()
        for host in hosts
        for one in there.blackholes(host)[:1]
        if one.state == "expired" and one.ended_at and one.expires_at
    ]
    shown("expiry late by", late, f"must 30 s, aim 10 s; worst {max(late):.1f} s")


def reconcile(there: NetwbThere) -> None:
    """All stand and are verified; then every router is read and compared once more."""
    for trigger in TRIGGERS:
        there.bench.set_trigger(f"acme/{trigger}", max_routes=2 * MANY)
    hosts = range(2, MANY + 2)  # the first address is by custom a gateway, and never blackholed
    alarms = [message("ban", f"2001:db8:cafe::{number:x}") for number in hosts]
    began = time.perf_counter()
    send(there, alarms)
    settle(there)
    until(lambda: stand(there) == {MANY}, within_s=WITHIN_S, what=f"{MANY} stand")
    print(f"{MANY} announced on both triggers after {time.perf_counter() - began:.1f} s")
    with there.lab.entered():
        took = [timed(there.bench.reconcile) for _ in range(5)]
    shown(f"reconcile of {MANY}", took, "must 5 s, aim 1 s")
    began = time.perf_counter()
    there.clear()
    print(f"{MANY} withdrawn after {time.perf_counter() - began:.1f} s")


def stand(there: NetwbThere) -> set[int]:
    return {there.lab.edge_has_of(trigger) for trigger in TRIGGERS}


def timed(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def shown(what: str, took: Sequence[float], wanted: str) -> None:
    times = sorted(took)
    p50, p95, p99 = (
        times[min(len(times) - 1, int(len(times) * part))] for part in (0.5, 0.95, 0.99)
    )
    print(
        f"{what:<38} {len(times):4} times: p50 {p50:.3f} s  p95 {p95:.3f} s  p99 {p99:.3f} s"
        f"  {wanted}  (load {os.getloadavg()[0]:.1f})",
        flush=True,
    )


PARTS: dict[str, Callable[[NetwbThere], None]] = {
    "webhook": webhook,
    "flood": flood,
    "storm": storm,
    "expiry": expiry,
    "reconcile": reconcile,
}
NEEDS: dict[str, dict[str, str]] = {
    name: OPEN if name in {"webhook", "flood", "expiry", "reconcile"} else {} for name in PARTS
}


if __name__ == "__main__":
    main()
