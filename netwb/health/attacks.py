"""What is missing before an attack is answered: space, triggers, edges, detectors, what to spare. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_address

from netwb.blackhole.attack_records import Sender
from netwb.blackhole.records import OwnPrefix, Router
from netwb.health.diagnosis import Diagnosis, advice, ok, wrong
from netwb.inventory.records import Device

CHECK = "attacks"
SILENT = timedelta(days=7)  # a script that sends a test each day is heard in it
SHOWN = 3  # names in a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Defense:
    """What is registered.

    now        a detector was heard so long before
    senders    retired ones too, of which nothing is said
    verified   platforms that netwb may type on, and those that it only shows the commands of, false
    named      devices that are reached by a name, whose addresses nobody knows
    spares     whether the operator named addresses that are never blackholed
    """

    prefixes: Sequence[OwnPrefix]
    triggers: Sequence[Router]
    edges: Sequence[Router]
    senders: Sequence[Sender]
    verified: Mapping[str, bool]
    now: datetime
    named: Sequence[str] = field(default=())
    spares: bool = True


def reached_by_name(devices: Iterable[Device]) -> tuple[str, ...]:
    """`acme/edge1` of those whose address is a name."""
    return tuple(f"{one.tenant}/{one.hostname}" for one in devices if not _is_address(one.address))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def judge_defense(defense: Defense) -> tuple[Diagnosis, ...]:
    """Each thing that is missing, or one row that says what there is."""
    active = [one for one in defense.senders if one.status == "active"]
    defense = replace(defense, senders=active)
    if not (defense.prefixes or defense.triggers or defense.edges or defense.senders):
        return (ok(CHECK, "no prefix is registered, so nothing is blackholed"),)
    found = (
        *_space(defense),
        *_routed(defense.prefixes),
        *_spared(defense),
        *_routers(defense),
        *_detectors(defense.senders, defense.now),
    )
    counted = ", ".join(
        (
            _many(defense.prefixes, "prefix", "prefixes"),
            _many(defense.triggers, "trigger", "triggers"),
            _many(defense.edges, "edge", "edges"),
            _many(defense.senders, "sender", "senders"),
        )
    )
    return found or (ok(CHECK, counted),)


def _space(defense: Defense) -> Iterator[Diagnosis]:
    if not defense.prefixes:
        yield wrong(
            CHECK,
            "no prefix is registered, so every request is denied",
            "register your own networks: `netwb prefix add TENANT PREFIX --approve`",
        )
    elif not defense.triggers:
        yield wrong(
            CHECK,
            f"{_many(defense.prefixes, 'prefix is', 'prefixes are')} registered, and no trigger"
            " announces anything",
            "let a router announce: `netwb trigger add DEVICE`",
        )


def _routed(prefixes: Iterable[OwnPrefix]) -> Iterator[Diagnosis]:
    """The guard denies every host of these."""
    for one in prefixes:
        if one.port is None or one.port.tenant_id == one.tenant_id:
            continue
        whose = (
            f"{one.port.label} of {one.port.tenant}" if one.port.tenant else "a port that is gone"
        )
        yield wrong(
            CHECK,
            f"{one.network} of {one.tenant} is routed to {whose}, so every host of it is denied",
            f"name its port, `netwb prefix set {one.network} --port DEVICE IFNAME`, or set whom that"
            " is for: `netwb port set`",
        )


def _spared(defense: Defense) -> Iterator[Diagnosis]:
    """What an attack on it must not take away; nothing here asks DNS, as the guard does not."""
    if not defense.prefixes:
        return
    if defense.named:
        shown = ", ".join(defense.named[:SHOWN])
        more = f" and {len(defense.named) - SHOWN} more" if len(defense.named) > SHOWN else ""
        yield advice(
            CHECK,
            f"{shown}{more} {'is' if len(defense.named) == 1 else 'are'} reached by a name, so no"
            " address of it is on the list of what is never blackholed",
            "put the addresses into the setting `blackhole.never`, or into the inventory",
        )
    if not defense.spares:
        yield advice(
            CHECK,
            "the setting blackhole.never is empty: of your own only devices, gateways and netwb are"
            " never blackholed",
            "name your name servers and what you monitor with:"
            ' `blackhole.never = "192.0.2.53=our name server"`',
        )


def _routers(defense: Defense) -> Iterator[Diagnosis]:
    if len(defense.triggers) == 1:
        yield advice(
            CHECK,
            f"{defense.triggers[0].label} is the only trigger: what it announced goes with it",
            "let a second router announce too: `netwb trigger add DEVICE`",
        )
    if defense.triggers and not defense.edges:
        yield advice(
            CHECK,
            "no edge is registered, so nobody looks whether blackholes are obeyed",
            "name the routers that drop: `netwb edge add DEVICE`",
        )
    for router in (*defense.triggers, *defense.edges):
        yield from _platform(router, defense.verified)
        if router.fault:
            yield wrong(
                CHECK,
                f"{router.role} {router.label} could not be read last: {router.fault}",
                "see to its login; it is asked again by itself",
            )


def _platform(router: Router, verified: Mapping[str, bool]) -> Iterator[Diagnosis]:
    platform, what = router.platform, f"{router.role} {router.label}"
    if platform not in verified:
        yield wrong(
            CHECK,
            f"{what} is of platform {platform}, for which there are no commands of blackholes",
            f"add [blackhole] to {platform}.toml in the home's platforms.d, or take another device",
        )
    elif not verified[platform]:
        yield advice(
            CHECK,
            f"commands of blackholes of platform {platform} are not verified, so {what} is only told"
            " them",
            "try them on a device, then set verified = true in the home's platforms.d",
        )


def _detectors(senders: Collection[Sender], now: datetime) -> Iterator[Diagnosis]:
    if not senders:
        yield advice(
            CHECK,
            "no detector reports attacks, so only people ask for blackholes",
            "make a key for FastNetMon's notify script: `netwb sender add NAME`",
        )
    for sender in senders:
        if sender.heard_at is None:
            yield advice(
                CHECK,
                f"sender {sender.name} was never heard",
                "put its key into the notify script's settings, and let that send a test",
            )
        elif now - sender.heard_at > SILENT:
            yield advice(
                CHECK,
                f"sender {sender.name} was last heard {(now - sender.heard_at).days} d ago",
                "look whether FastNetMon runs; `netwb_notify.py --test` each day from cron tells it apart"
                " from a quiet week",
            )
        if sender.rotating:
            yield advice(
                CHECK,
                f"the key of sender {sender.name} is rotated, and the one before is taken still",
                f"once its script has the new one, `netwb sender settle {sender.name}`",
            )


def _many(things: Collection[object], one: str, several: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else several}"
