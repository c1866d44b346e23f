"""A demo's attacks: a detector that signs what it reports, and netwb's answer on simulated routers.

The detector is the demo itself, by the same words and signature as FastNetMon's notify script. One
attack is shown from its beginning to its end when the demo starts; while it runs, one comes every
few minutes, and netwb's own clock ends it. No packet is sent anywhere.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

from netwb.blackhole.records import Blackhole
from netwb.errors import NetwbError, UnknownNameError
from netwb.lab.attacks import (
    FIRST,
    PREFIXES,
    SENDER,
    SHADOW,
    WAITS,
    DemoAttack,
    DemoRouters,
    attack,
    routers_among,
)
from netwb.lab.demo import DemoPlan
from netwb.notify.signing import parse_key, signed_headers
from netwb.workbench import Workbench

logger = logging.getLogger(__name__)

EVERY_S = 150.0
AT_FIRST_S = 20.0  # server and daemon are there by then
PATIENCE_S = 10.0  # for what a start shows: routers on this machine answer at once
LOOK_S = 0.02
GOOD = frozenset({"announced", "verified"})


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAttack:
    """What became of the attack that a start shows.

    routers     of those that announce or drop, that had it; `of` how many there are
    took_s      from the report until the last of them
    ended_s     from the report of its end until it was gone; None: it ends by its own time
    """

    one: Blackhole
    routers: int
    of: int
    took_s: float
    ended_s: float | None


class Detector:
    """Reports attacks as FastNetMon's notify script does: its words, its headers, its signature."""

    def __init__(
        self, bench: Workbench, key: str, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._bench = bench
        self._key = parse_key(key)
        self._clock = clock

    def report(self, action: str, one: DemoAttack) -> None:
        """`ban` or `unban`, seen now."""
        at = self._clock()
        body = json.dumps(_said(action, one, at)).encode()
        signed = signed_headers(f"demo-{secrets.token_hex(8)}", at, body, [self._key])
        self._bench.hear_attack({**signed, "netwb-sender": SENDER}, body, address="127.0.0.1")


def defend(bench: Workbench, plan: DemoPlan) -> str | None:
    """Register space, routers and the detector, where none are yet; gives the detector's key.

    None: there is no router that could announce, or a person retired the detector.
    """
    routers = routers_among([device.key for device in plan.devices])
    if not routers.triggers:
        return None
    if not bench.prefixes():
        _register(bench, routers)
    found = {one.name: one for one in bench.senders()}.get(SENDER)
    if found is None:
        return bench.add_sender(SENDER, networks=("127.0.0.1/32",)).key
    if found.status != "active":
        return None
    key = bench.rotate_sender(SENDER).key  # the one before was known to a process that has ended
    bench.settle_sender(SENDER)
    return key


def _register(bench: Workbench, routers: DemoRouters) -> None:
    for one in PREFIXES:
        bench.add_prefix(
            one.tenant, one.network, mode=one.mode, by_customer=one.by_customer, site=one.site
        )
    bench.set_site(SHADOW, shadow=True)
    there = {f"{device.tenant}/{device.hostname}" for device in bench.devices()}
    for key in there.intersection(routers.triggers):  # a person may have renamed or retired one
        bench.add_trigger(key)
    for key in there.intersection(routers.edges):
        bench.add_edge(key)


def show_attack(
    bench: Workbench, key: str, clock: Callable[[], datetime] = _utc_now
) -> ShownAttack | None:
    """One from its report until it is gone again, and one that waits; None where none came of it."""
    detector, worker = Detector(bench, key, clock), bench.blackhole_worker()
    of = len(bench.triggers()) + len(bench.edges())
    worker.start()
    try:
        began = monotonic()
        detector.report("ban", FIRST)
        found = _awaited(bench, lambda one: _had_by(one) == of)
        took_s, began = monotonic() - began, monotonic()
        detector.report("ban", WAITS)
        detector.report("unban", FIRST)
        gone = _awaited(bench, lambda one: one.state == "withdrawn")
        ended_s = monotonic() - began
        _await(lambda: bool(bench.blackholes(prefix=WAITS.address, limit=1)))
    finally:
        worker.stop()
    if found is None:
        return None
    ended = ended_s if gone is not None and gone.state == "withdrawn" else None
    return ShownAttack(one=found, routers=_had_by(found), of=of, took_s=took_s, ended_s=ended)


def _had_by(one: Blackhole) -> int:
    return sum(on.state in GOOD for on in one.routers) if one.state == "announced" else 0


def _awaited(bench: Workbench, is_done: Callable[[Blackhole], bool]) -> Blackhole | None:
    """The first attack's blackhole once it is so, or as it is when patience ends."""
    found: Blackhole | None = None

    def look() -> bool:
        nonlocal found
        try:
            found = bench.blackhole_of(FIRST.address)
        except UnknownNameError:
            return False
        return is_done(found)

    _await(look)
    return found


def _await(is_done: Callable[[], bool]) -> None:
    ends_at, never = monotonic() + PATIENCE_S, Event()
    while not is_done() and monotonic() < ends_at:
        never.wait(LOOK_S)


@contextmanager
def attacks(home: Path, key: str | None) -> Iterator[None]:
    """One every few minutes for as long as the context lasts."""
    ended = Event()
    thread = Thread(target=_attack_on, args=(home, key, ended), name="demo-attacks", daemon=True)
    if key is not None:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        if key is not None:
            thread.join()


def _attack_on(home: Path, key: str, ended: Event) -> None:
    with closing(Workbench.open(home, environment={})) as bench:
        detector, number, wait_s = Detector(bench, key), 0, AT_FIRST_S
        while not ended.wait(wait_s):
            try:
                attack_once(bench, detector, number)
            except NetwbError as error:
                logger.warning("no attack was reported: %s", error)
            number, wait_s = number + 1, EVERY_S


def attack_once(bench: Workbench, detector: Detector, number: int) -> None:
    """The next one; and where none waits for a person any more, one that does."""
    detector.report("ban", attack(number))
    if not bench.blackholes(states={"held"}, limit=1):
        detector.report("ban", WAITS)


def _said(action: str, one: DemoAttack, at: datetime) -> dict[str, Any]:
    """As `netwb_notify.py` makes it of the community edition's words."""
    address = ip_address(one.address)
    said: dict[str, Any] = {
        "ip": str(address),
        "action": action,
        "alert_scope": "host",
        "observed_at": at.isoformat(timespec="milliseconds"),
    }
    if action == "ban":
        said["attack_details"] = {
            "attack_type": one.kind,
            "attack_direction": "incoming",
            "protocol_version": f"IPv{address.version}",
            "initial_attack_power": one.pps,
            "total_incoming_pps": one.pps,
            "total_incoming_traffic": one.mbps * 125_000,
        }
        said["report"] = (
            f"IP: {address}\nAttack type: {one.kind}\nInitial attack power: {one.pps} packets per"
            f" second\nTotal incoming traffic: {one.mbps} mbps\nTotal incoming pps: {one.pps}"
            " packets per second\n(of the demo: no packet was sent)\n"
        )
    return said
