"""Whether a device is up, from what was heard of it. Pure.

A missing answer is no proof: a device is `down` where neither SNMP nor ICMP answered for three
intervals while most of the other devices of the same collector did. Else its silence is `unknown`,
as it is where nothing was ever heard or nobody pinged it. What is unknown or old is never up.
`degraded`: it answers, and a watched port that should carry traffic does not (ifAdminStatus up,
ifOperStatus not). Source: design, "Status"; RFC 2863 for the states of a port.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MonitoringStatus = Literal["down", "degraded", "unknown", "maintenance", "up"]
WORST_FIRST: tuple[MonitoringStatus, ...] = ("down", "degraded", "unknown", "maintenance", "up")

INTERVALS = 3  # of silence
NO_INTERFACE = "no interface was read; widen its agent's view, where this stays so"
UP = 1  # ifAdminStatus and ifOperStatus
OPER_WORDS: Mapping[int, str] = {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "not present",
    7: "down, a lower layer is",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardPort:
    """A port as it was last heard of; `at` in epoch seconds, states as the MIB numbers them."""

    name: str
    at: int
    oper: int | None
    admin: int | None
    watched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A device as it was last heard of, epoch seconds; None: never.

    collector   who asks it: devices of one are silent together when it is the collector that fails
    quiet       in maintenance: its silence means nothing
    snmp_at     its last answer to SNMP
    ping_at     its last answer to ICMP
    pinged_at   when it was last asked by ICMP
    bare        no port of it is known
    """

    device_id: str
    collector: str
    quiet: bool = False
    snmp_at: int | None = None
    ping_at: int | None = None
    pinged_at: int | None = None
    bare: bool = False
    ports: Sequence[HeardPort] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """What is known of a device.

    observed_at   epoch seconds of the newest answer; None: there was none
    stale         that answer is older than two intervals
    reason        why it is not up, in words; of one that is, what cannot be known of it, else empty
    bad_ports     watched ports that do not carry what they should
    """

    device_id: str
    status: MonitoringStatus
    observed_at: int | None
    stale: bool
    reason: str
    bad_ports: tuple[str, ...] = ()


def monitored(heard: Sequence[Heard], *, now: int, interval_s: int) -> tuple[Monitored, ...]:
    """The status of each, in the order given; all devices of a collector have to be among them."""
    since = now - INTERVALS * interval_s
    answers = [_answers(one, since) for one in heard]
    answering = Counter(one.collector for one, does in zip(heard, answers, strict=True) if does)
    asked = Counter(one.collector for one in heard)
    return tuple(
        _judged(
            one,
            since=since,
            now=now,
            interval_s=interval_s,
            others=_share(answering[one.collector], asked[one.collector], does),
        )
        for one, does in zip(heard, answers, strict=True)
    )


def counts(statuses: Sequence[MonitoringStatus]) -> dict[MonitoringStatus, int]:
    """How many of each, worst first, those with none too."""
    found = Counter(statuses)
    return {status: found[status] for status in WORST_FIRST}


def overall(statuses: Sequence[MonitoringStatus]) -> Literal["up", "degraded", "down", "unknown"]:
    """All of them in a word: down where one is, then degraded, then unknown; up where all are.

    Maintenance is left out; nothing at all is unknown.
    """
    found = set(statuses) - {"maintenance"}
    for status in ("down", "degraded", "unknown"):
        if status in found:
            return status
    return "up" if found else "unknown"


def _answers(one: Heard, since: int) -> bool:
    at = _newest(one)
    return at is not None and at > since


def _newest(one: Heard) -> int | None:
    if one.snmp_at is None or one.ping_at is None:
        return one.ping_at if one.snmp_at is None else one.snmp_at
    return max(one.snmp_at, one.ping_at)


def _share(answering: int, asked: int, does_itself: bool) -> bool:  # noqa: FBT001 - a pure count
    """Whether most of the others answer; of no others nobody knows."""
    others = asked - 1
    return others > 0 and 2 * (answering - does_itself) > others


def _judged(one: Heard, *, since: int, now: int, interval_s: int, others: bool) -> Monitored:
    at = _newest(one)
    stale = at is None or now - at > 2 * interval_s
    bad = _bad_ports(one.ports, since)
    status, reason = _status(one, since=since, others=others, bad=bad)
    return Monitored(
        device_id=one.device_id,
        status=status,
        observed_at=at,
        stale=stale,
        reason=reason,
        bad_ports=bad if status == "degraded" else (),
    )


def _status(
    one: Heard, *, since: int, others: bool, bad: tuple[str, ...]
) -> tuple[MonitoringStatus, str]:
    if one.quiet:
        return "maintenance", "in maintenance"
    if _newest(one) is None:
        return "unknown", "never heard of"
    if one.snmp_at is None or one.snmp_at <= since:
        return _silent(one, since=since, others=others)
    return ("degraded", down_words(bad)) if bad else ("up", NO_INTERFACE if one.bare else "")


def _silent(one: Heard, *, since: int, others: bool) -> tuple[MonitoringStatus, str]:
    """It does not answer SNMP."""
    if one.ping_at is not None and one.ping_at > since:
        return "unknown", "answers ICMP and not SNMP"
    if one.pinged_at is None or one.pinged_at <= since:
        return "unknown", "does not answer SNMP, and is not pinged"
    if not others:
        return "unknown", "silent, as most that its collector asks"
    return "down", "answers neither SNMP nor ICMP"


def _bad_ports(ports: Sequence[HeardPort], since: int) -> tuple[str, ...]:
    return tuple(
        port.name
        for port in ports
        if port.watched
        and port.at > since
        and port.admin == UP
        and port.oper is not None
        and port.oper != UP
    )


def down_words(names: Sequence[str]) -> str:
    """Why a device is degraded.

    >>> down_words(["xe-0/0/0", "xe-0/0/1"])
    'xe-0/0/0, xe-0/0/1 down'
    """
    shown = ", ".join(names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{shown}{more} down"
