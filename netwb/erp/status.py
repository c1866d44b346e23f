"""A tenant's status from one summary to the next, and as it is shown later on. Pure.

What a summary says grows old: at the time of asking nothing is `up` of which the summary, or the
device's newest answer, is as old as `limit_s` says: three intervals, of a minute at least, as summaries
are made each minute. What is there, whose it is and whether it is in maintenance is as the inventory
says at the time of asking. A change of a device's status is told once. A daemon that paused knows
nothing of what it did not see: whatever is silent when it comes back is told only once it went on for
so long and is silent still.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from netwb.erp.status_records import (
    Change,
    DeviceState,
    Host,
    KeptDevice,
    KeptPort,
    OpenBlackhole,
    Overall,
    Percentiles,
    PortState,
    Status,
    Summary,
    is_old,
)
from netwb.metrics.status import INTERVALS, down_words, overall

EVERY_S = 60  # how often a summary is made: the scheduler knows nothing quicker
STATES: tuple[DeviceState, ...] = ("up", "degraded", "down", "unknown", "maintenance")
_OF_PORT: Mapping[PortState, Overall] = {"up": "up", "down": "degraded", "unknown": "unknown"}
# In words of REST: who reads them can start nothing here.
NEVER = (
    "no daemon (`netwb scheduler`) has judged this tenant's devices yet, so that nothing is known of"
    " them; have who runs netwb start one"
)
PAUSED = (
    "no daemon (`netwb scheduler`, job erp-status) has judged these devices since {at}, so that"
    " nothing is known of them now; have who runs netwb look at it"
)
NOTHING = (
    "this tenant has no active device, and no watched port on another's, so that nothing is judged;"
    " have who keeps the inventory add a device, or watch a port"
)
NOT_JUDGED = "never judged"
NOT_JUDGED_YET = "not judged yet"  # it came, or is meant again, since the rest was judged
IN_MAINTENANCE = "in maintenance"
OF_PORT_IN_MAINTENANCE = "its device is in maintenance"
OF_ANOTHER = "a port that is for another tenant is down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The next summary, and which statuses changed to it."""

    summary: Summary
    changes: tuple[Change, ...]


def limit_s(interval_s: int) -> int:
    """How old a summary, or an answer, may not be any more."""
    return INTERVALS * max(interval_s, EVERY_S)


def followed(former: Summary | None, found: Summary) -> Followed:
    """What was found now, with what is carried on from the summary before; None: the first one."""
    assert found.as_of is not None
    is_first = former is None or former.as_of is None
    resumed_at = _resumed_at(former, found.as_of, found.interval_s)
    settled = found.as_of - resumed_at >= limit_s(found.interval_s)
    before = {one.id: one for one in former.devices} if former else {}
    devices: list[KeptDevice] = []
    changes: list[Change] = []
    for one in found.devices:
        kept = _carried_on(before.get(one.id), one, found.as_of, first=is_first)
        if kept.status != kept.told and (settled or kept.status != "unknown"):
            changes.append(_change(found.tenant_id, kept))
            kept = kept._replace(told=kept.status)
        devices.append(kept)
    ports = {one.id: one for one in former.ports} if former else {}
    summary = replace(
        found,
        resumed_at=resumed_at,
        version=former.version + 1 if former else 1,
        devices=tuple(devices),
        ports=tuple(_port_carried_on(ports.get(one.id), one, found.as_of) for one in found.ports),
    )
    return Followed(summary=summary, changes=tuple(changes))


def _resumed_at(former: Summary | None, now: int, interval_s: int) -> int:
    if former is None or former.as_of is None or former.resumed_at is None:
        return now
    return now if is_old(former.as_of, now, limit_s(interval_s)) else former.resumed_at


def _carried_on(
    former: KeptDevice | None, found: KeptDevice, now: int, *, first: bool
) -> KeptDevice:
    """Since when it is so, and what was told of it. A device that is new is so from now on."""
    ports = {one.id: one for one in former.ports} if former else {}
    own = tuple(_port_carried_on(ports.get(one.id), one, now) for one in found.ports)
    if former is None:
        return found._replace(told=found.status, since=None if first else now, ports=own)
    return found._replace(
        told=former.told,
        since=former.since if former.status == found.status else now,
        observed_at=_latest(former.observed_at, found.observed_at),
        ports=own,
    )


def _port_carried_on(former: KeptPort | None, found: KeptPort, now: int) -> KeptPort:
    """Of one that is silent it is known still when it was seen last."""
    if former is None:
        return found
    since = former.since if former.state == found.state else now
    observed_at = _latest(former.observed_at, found.observed_at)
    if since is None and observed_at == found.observed_at:
        return found
    return found._replace(since=since, observed_at=observed_at)


def _latest(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return max(one, other)


def _change(tenant_id: str, one: KeptDevice) -> Change:
    return Change(
        tenant_id=tenant_id,
        device_id=one.id,
        hostname=one.hostname,
        old=one.told,
        new=one.status,
        observed_at=one.observed_at,
    )


# ---- as it is shown


def with_what_is_there(
    kept: Summary, there: Summary, others: Mapping[str, frozenset[str]]
) -> Summary:
    """What is known of what is there now: what is kept is of the inventory as it was judged.

    there    what the inventory says now, all of it unknown or in maintenance
    others   watched ports on the tenant's devices that are for other tenants now, ids by device
    """
    devices = {one.id: one for one in kept.devices}
    ports = {one.id: one for one in kept.ports}
    return replace(
        kept,
        tenant=there.tenant,
        devices=tuple(
            _known_device(devices.get(one.id), one, others.get(one.id, frozenset()))
            for one in there.devices
        ),
        ports=tuple(_known_port(ports.get(one.id), one) for one in there.ports),
    )


def _known_device(kept: KeptDevice | None, there: KeptDevice, others: frozenset[str]) -> KeptDevice:
    """Whether it is in maintenance is as the inventory says; one that is no more was not judged yet."""
    if kept is None:
        return there
    before = {one.id: one for one in kept.ports}
    ports = tuple(_known_port(before.get(one.id), one) for one in there.ports)
    found = there._replace(observed_at=kept.observed_at, told=kept.told, ports=ports)
    if there.maintenance != (kept.status == "maintenance"):
        return found
    if kept.status == "degraded":
        reason = _still_down(kept, ports, others)
        if not reason:
            return found._replace(status="up", reason="")
        return found._replace(status="degraded", reason=reason, since=kept.since)
    return found._replace(status=kept.status, reason=kept.reason, since=kept.since)


def _still_down(kept: KeptDevice, ports: Sequence[KeptPort], others: frozenset[str]) -> str:
    """Why it is degraded still; "": no port is watched any more that was down."""
    down = {one.id for one in kept.ports if one.state == "down"}
    return degraded_words(
        [one.name for one in ports if one.state == "down"],
        others=not others.isdisjoint(down) or (OF_ANOTHER in kept.reason and bool(others)),
    )


def degraded_words(own: Sequence[str], *, others: bool) -> str:
    """Why a device is: ports of its own tenant by their names, of others only that there are some.

    >>> degraded_words(["xe-0/0/0"], others=True)
    'xe-0/0/0 down; a port that is for another tenant is down'
    """
    return "; ".join([*([down_words(own)] if own else []), *([OF_ANOTHER] if others else [])])


def _known_port(kept: KeptPort | None, there: KeptPort) -> KeptPort:
    """What its newest sample says is known still; that its device is down is not, once it is quiet."""
    if kept is None:
        return there
    if there.host == "maintenance" and kept.host == "down":
        return there._replace(observed_at=kept.observed_at)
    host: Host = kept.host if kept.host == "down" else there.host
    is_other = host != kept.host and kept.state == "unknown"
    return there._replace(
        state=kept.state,
        reason=there.reason if is_other else kept.reason,
        host=host,
        observed_at=kept.observed_at,
        since=kept.since,
    )


def shown(
    summary: Summary,
    now: int,
    *,
    blackholes: Sequence[OpenBlackhole] | None,
    percentiles: Percentiles | None,
) -> Status:
    """What a summary says at the time of asking."""
    limit = limit_s(summary.interval_s)
    stale = is_old(summary.as_of, now, limit)
    if stale:
        devices = tuple(_unknown_device(one, summary.as_of, limit) for one in summary.devices)
        ports = tuple(_unknown_port(one, summary.as_of, limit) for one in summary.ports)
    else:
        devices = tuple(_aged_device(one, now, limit) for one in summary.devices)
        ports = tuple(_aged_port(one, now, limit) for one in summary.ports)
    return Status(
        summary=summary,
        now=now,
        holds_until=_holds_until(summary.as_of, devices, ports, now, limit),
        limit_s=limit,
        stale=stale,
        overall=overall_of(devices, ports),
        counts=counts_of(devices),
        notes=tuple(_notes(summary, devices, ports, stale=stale)),
        devices=devices,
        ports=ports,
        blackholes=blackholes,
        percentiles=percentiles,
    )


def _holds_until(
    as_of: int | None,
    devices: Sequence[KeptDevice],
    ports: Sequence[KeptPort],
    now: int,
    limit: int,
) -> int:
    """When the first thing turns old; what nobody judged is what is there, of this second alone."""
    if as_of is None:
        return now + 1
    seen = {one.observed_at for one in devices}
    seen.update(port.observed_at for one in devices for port in one.ports)
    seen.update(port.observed_at for port in ports)
    seen.add(as_of)
    turns = (edge for at in seen if at is not None for edge in (at - limit + 1, at + limit))
    return min((at for at in turns if at > now), default=now + limit)


def counts_of(devices: Sequence[KeptDevice]) -> dict[DeviceState, int]:
    """How many are how."""
    found = Counter(one.status for one in devices)
    return {state: found[state] for state in STATES}


def overall_of(devices: Sequence[KeptDevice], ports: Sequence[KeptPort]) -> Overall:
    """Watched ports on others' devices count as devices do, but for those that are off or in maintenance."""
    of_ports = [
        "down" if one.host == "down" else _OF_PORT[one.state]
        for one in ports
        if one.watched and one.state != "off" and one.host != "maintenance"
    ]
    return overall([*(one.status for one in devices), *of_ports])


def _notes(
    summary: Summary,
    devices: Sequence[KeptDevice],
    ports: Sequence[KeptPort],
    *,
    stale: bool,
) -> Iterator[str]:
    if summary.as_of is None:
        yield NEVER
    elif stale:
        at = datetime.fromtimestamp(summary.as_of, UTC)
        yield PAUSED.format(at=f"{at:%Y-%m-%dT%H:%M:%SZ}")
    if not devices and not any(one.watched for one in ports):
        yield NOTHING


def _unknown_device(one: KeptDevice, as_of: int | None, limit: int) -> KeptDevice:
    """Whatever it was: nobody has looked since. That it is in maintenance is said by the inventory."""
    ports = tuple(_unknown_port(port, as_of, limit) for port in one.ports)
    if one.status == "maintenance":
        return one._replace(ports=ports)
    return one._replace(
        status="unknown",
        reason=_unjudged_words(one.reason, as_of),
        since=one.since if one.status == "unknown" or as_of is None else as_of + limit,
        ports=ports,
    )


def _unjudged_words(reason: str, as_of: int | None) -> str:
    if as_of is None:
        return NOT_JUDGED
    return NOT_JUDGED_YET if reason == NOT_JUDGED_YET else "not judged any more"


def _aged_device(one: KeptDevice, now: int, limit: int) -> KeptDevice:
    """As it was found, unless it should have answered again by now."""
    ports = tuple(_aged_port(port, now, limit) for port in one.ports)
    aged = any(port is not own for port, own in zip(ports, one.ports, strict=True))
    if one.status in {"up", "degraded"} and is_old(one.observed_at, now, limit):
        since = None if one.observed_at is None else one.observed_at + limit
        return one._replace(status="unknown", reason="no newer answer", since=since, ports=ports)
    return one._replace(ports=ports) if aged else one


def _aged_port(one: KeptPort, now: int, limit: int) -> KeptPort:
    if one.state == "unknown" or one.host == "down":
        return one
    if not is_old(one.observed_at, now, limit):
        return one
    since = None if one.observed_at is None else one.observed_at + limit
    return one._replace(state="unknown", reason="no newer sample", since=since)


def _unknown_port(one: KeptPort, as_of: int | None, limit: int) -> KeptPort:
    since = one.since if one.state == "unknown" or as_of is None else as_of + limit
    reason = _unjudged_words(one.reason, as_of)
    host: Host = "" if one.host == "down" else one.host
    return one._replace(state="unknown", host=host, reason=reason, since=since)
