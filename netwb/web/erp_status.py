"""REST of a tenant's status for its ERP: what the daemon found last, aged to the time of asking.

A thousand devices may be in it, so that it is made into JSON by hand and once a second; the tests hold
every answer against its model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from netwb._version import __version__
from netwb.erp.status_records import (
    GroupPercentile,
    KeptDevice,
    KeptPort,
    OpenBlackhole,
    Percentiles,
    Status,
)
from netwb.roles import FIELDS, STATUS_PATH, Permission
from netwb.web.erp_status_shapes import StatusAnswer
from netwb.web.operations import JSON, Answer, Call, NoQuery, Operation, in_json, rfc3339

_MARK = (
    -(2**53) - 1
)  # no time, count or rate; with its key's end it is in no string, where " is \\"
_HERE = f'age_s":{_MARK}'
_LEFT_OUT = tuple((one.field, one.needs) for one in FIELDS if one.path == STATUS_PATH)


def status(call: Call[NoQuery, None]) -> Answer:
    """How the devices and ports of one tenant are: up, degraded, down or unknown.

    The daemon judges all devices each minute, or each `interval_s` where that is longer, and this is
    what it found last, aged to the time of asking: nothing is up of which the daemon's last look, or the
    newest answer, is `stale_after_s` old or older. Which devices and ports there are, whose they are, and
    what is in maintenance is as the inventory says now; what was not judged since is unknown. `age_s` and
    its like count on, so that an answer holds its ETag for a second at most. Blackholes are those of now.
    """
    found, now = call.bench.erp_status_written(call.path["tenant_id"], _written)
    tag = sha256(f"{__version__} {call.place} {found.digest} {now}".encode())
    return Answer(content=found.at(now), etag=tag.hexdigest()[:32])


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A status as text, for as long as nothing but its ages is other.

    text    with %d in the place of each age
    since   of what each is the age, in their order; epoch seconds
    made    the text of the second in which it was asked for last
    """

    text: str
    since: tuple[int, ...]
    digest: str
    made: dict[int, bytes] = field(default_factory=dict, compare=False, repr=False)

    def at(self, now: int) -> bytes:
        """The text at that time; clocks of others may go ahead, and no age is below none."""
        made = self.made.get(now)
        if made is None:
            ages = tuple([now - at if now > at else 0 for at in self.since])
            made = (self.text % ages).encode()
            self.made.clear()
            self.made[now] = made
        return made


def _written(found: Status) -> Written:
    ages = _Ages()
    text = in_json(_json(found, ages)).decode().replace("%", "%%").replace(_HERE, 'age_s":%d')
    digest = sha256(f"{text} {ages.since}".encode()).hexdigest()
    return Written(text=text, since=tuple(ages.since), digest=digest)


class _Ages:
    """Puts a mark where an age will stand, and remembers of what; asked in the order of the text."""

    def __init__(self) -> None:
        self.since: list[int] = []

    def of(self, at: int | None) -> int | None:
        if at is None:
            return None
        self.since.append(at)
        return _MARK


def _json(found: Status, ages: _Ages) -> dict[str, Any]:
    """As StatusAnswer."""
    summary = found.summary
    shown: dict[str, Any] = {
        "tenant_id": summary.tenant_id,
        "tenant": summary.tenant,
        "overall": found.overall,
        "counts": _counts(found),
        "as_of": _at(summary.as_of),
        "age_s": ages.of(summary.as_of),
        "interval_s": summary.interval_s,
        "stale_after_s": found.limit_s,
        "stale": found.stale,
        "notes": list(found.notes),
        "devices": [_device(found, one, ages) for one in found.devices],
        "ports": [_port_elsewhere(found, one, ages) for one in found.ports],
        "blackholes": None
        if found.blackholes is None
        else [_blackhole(one) for one in found.blackholes],
        "p95": None if found.percentiles is None else _percentiles(found.percentiles, ages),
    }
    left_out = [(name, right) for name, right in _LEFT_OUT if shown[name] is None]
    for name, _right in left_out:
        del shown[name]
    shown["left_out"] = [{"field": name, "needs": right.value} for name, right in left_out]
    return shown


def _counts(found: Status) -> dict[str, int]:
    states = [port.state for port in _ports(found)]
    return {
        "devices": len(found.devices),
        **{str(state): count for state, count in found.counts.items()},
        "ports": len(states),
        "ports_down": states.count("down"),
        "ports_unknown": states.count("unknown"),
    }


def _ports(found: Status) -> Iterator[KeptPort]:
    for one in found.devices:
        yield from one.ports
    yield from found.ports


def _device(found: Status, one: KeptDevice, ages: _Ages) -> dict[str, Any]:
    observed_at, backup_at = one.observed_at, one.backup_at
    return {
        "id": one.id,
        "hostname": one.hostname,
        "site": one.site,
        "status": one.status,
        "reason": one.reason,
        "since": _at(one.since),
        "observed_at": _at(observed_at),
        "age_s": ages.of(observed_at),
        "stale": found.stale or found.is_old(observed_at),
        "maintenance": one.maintenance,
        "backup_at": _at(backup_at),
        "backup_age_s": ages.of(backup_at),
        "ports": [_port(found, port, ages) for port in one.ports],
    }


def _port(found: Status, one: KeptPort, ages: _Ages) -> dict[str, Any]:
    observed_at = one.observed_at
    return {
        "id": one.id,
        "name": one.name,
        "watched": one.watched,
        "state": one.state,
        "reason": one.reason,
        "since": _at(one.since),
        "observed_at": _at(observed_at),
        "age_s": ages.of(observed_at),
        "stale": found.stale or found.is_old(observed_at),
    }


def _port_elsewhere(found: Status, one: KeptPort, ages: _Ages) -> dict[str, Any]:
    return {
        **_port(found, one, ages),
        "device_id": one.device_id,
        "device": one.device,
        "maintenance": one.host == "maintenance",
    }


def _blackhole(one: OpenBlackhole) -> dict[str, Any]:
    return {
        "id": one.id,
        "prefix": one.prefix,
        "state": one.state,
        "reach": one.reach,
        "requested_at": rfc3339(one.requested_at),
        "announced_at": rfc3339(one.announced_at),
        "expires_at": rfc3339(one.expires_at),
        "held_until": rfc3339(one.held_until),
    }


def _percentiles(said: Percentiles, ages: _Ages) -> dict[str, Any]:
    at = None if said.as_of is None else int(said.as_of.timestamp())
    return {
        "as_of": rfc3339(said.as_of),
        "age_s": ages.of(at),
        "groups": [_group(one) for one in said.groups],
    }


def _group(one: GroupPercentile) -> dict[str, Any]:
    return {
        "name": one.name,
        "period": one.period,
        "time_zone": one.time_zone,
        "method": one.method,
        "state": one.state,
        "direction": one.direction,
        "p95_bps": one.p95_bps,
        "commit_bps": one.commit_bps,
        "overage_bps": one.overage_bps,
        "windows": one.windows,
        "missing": one.missing,
    }


@lru_cache(maxsize=4096)  # what was polled together has one time
def _at(epoch_s: int | None) -> str | None:
    return None if epoch_s is None else rfc3339(datetime.fromtimestamp(epoch_s, UTC))


OPERATIONS = (
    Operation(
        method="GET",
        path=STATUS_PATH,
        do=status,
        gives={JSON: StatusAnswer},
        needs=Permission.MONITORING_VIEW,
        has_etag=True,
        pace="quick",
    ),
)
