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
from typing import Annotated, Any, Literal

from pydantic import Field

from netwb._version import __version__
from netwb.erp.status_records import (
    DeviceState,
    GroupPercentile,
    KeptDevice,
    KeptPort,
    OpenBlackhole,
    Overall,
    Percentiles,
    PortState,
    Status,
)
from netwb.roles import FIELDS, STATUS_PATH, Permission
from netwb.web.operations import JSON, Answer, Call, NoQuery, Operation, Shape, in_json, rfc3339

_MARK = (
    -(2**53) - 1
)  # no time, count or rate; with its key's end it is in no string, where " is \\"
_HERE = f'age_s":{_MARK}'
_LEFT_OUT = tuple((one.field, one.needs) for one in FIELDS if one.path == STATUS_PATH)

ObservedAt = Annotated[
    str | None,
    Field(
        description="Its newest answer that is known of, UTC; null: none was ever heard.",
        examples=["2026-11-20T02:00:00Z"],
    ),
]
AgeS = Annotated[
    int | None,
    Field(description="How old that is at the time of asking, in whole seconds.", examples=[42]),
]
Stale = Annotated[
    bool,
    Field(
        description="It is three intervals old, or older, or there is none: it says nothing of now,"
        " and nothing stale is ever up.",
        examples=[False],
    ),
]
Since = Annotated[
    str | None,
    Field(
        description="When it was first seen to be so, UTC; null: it was so when it was first judged.",
        examples=["2026-11-19T23:14:00Z"],
    ),
]
Reason = Annotated[
    str,
    Field(
        description="Why it is not up; of one that is, what cannot be known of it; else empty.",
        examples=["answers neither SNMP nor ICMP"],
    ),
]


class StatusPortFields(Shape):
    """A port that is for the tenant. `off`: somebody has switched it off (ifAdminStatus)."""

    id: Annotated[
        str, Field(description="Stable, and never used again.", examples=["agchg4yenaavh7s7"])
    ]
    name: Annotated[str, Field(description="ifName.", examples=["xe-0/0/0"])]
    watched: Annotated[
        bool,
        Field(
            description="Whether its being down degrades its device, or `overall`.", examples=[True]
        ),
    ]
    state: Annotated[
        PortState,
        Field(
            description="By ifOperStatus and ifAdminStatus; unknown is never up.", examples=["up"]
        ),
    ]
    reason: Reason
    since: Since
    observed_at: ObservedAt
    age_s: AgeS
    stale: Stale


class StatusPortElsewhere(StatusPortFields):
    """A port that is for the tenant, on another tenant's device."""

    device: Annotated[
        str,
        Field(description="TENANT/HOSTNAME, as on bills.", examples=["carrier/core1"]),
    ]
    maintenance: Annotated[
        bool,
        Field(
            description="Whether that device is in maintenance, as was known last: then it does not"
            " count for `overall`.",
            examples=[False],
        ),
    ]


class StatusDevice(Shape):
    """A device of the tenant that is active or in maintenance."""

    id: Annotated[
        str, Field(description="Stable, and never used again.", examples=["11ndm3zf95rtxmf6"])
    ]
    hostname: Annotated[str, Field(description="The device's own name.", examples=["edge1"])]
    site: Annotated[str, Field(description="Slug of its site.", examples=["fra1"])]
    status: Annotated[
        DeviceState,
        Field(
            description="up; degraded: a watched port is down; down: it answers neither SNMP nor ICMP"
            " for three intervals, while most others of its collector do; unknown: it is silent, or"
            " what is known is old; maintenance.",
            examples=["up"],
        ),
    ]
    reason: Reason
    since: Since
    observed_at: ObservedAt
    age_s: AgeS
    stale: Stale
    maintenance: Annotated[
        bool,
        Field(description="Whether it is in maintenance, as was known last.", examples=[False]),
    ]
    backup_at: Annotated[
        str | None,
        Field(
            description="When its newest good configuration was last seen to be what it has, UTC;"
            " null: there is none.",
            examples=["2026-11-20T02:00:41Z"],
        ),
    ]
    backup_age_s: Annotated[
        int | None, Field(description="How old that is, in whole seconds.", examples=[3600])
    ]
    ports: Annotated[
        list[StatusPortFields],
        Field(description="Watched ones on it that are for the tenant, by ifIndex."),
    ]


class StatusCounts(Shape):
    """How many of `devices` are how, and how many of all ports in the answer."""

    devices: Annotated[int, Field(description="All of them.", examples=[12])]
    up: Annotated[int, Field(description="Devices that are up.", examples=[10])]
    degraded: Annotated[int, Field(description="Devices with a watched port down.", examples=[1])]
    down: Annotated[int, Field(description="Devices that are down.", examples=[0])]
    unknown: Annotated[int, Field(description="Devices nobody knows of.", examples=[1])]
    maintenance: Annotated[int, Field(description="Devices in maintenance.", examples=[0])]
    ports: Annotated[int, Field(description="Ports, on own devices and on others'.", examples=[24])]
    ports_down: Annotated[int, Field(description="Ports that are down.", examples=[1])]
    ports_unknown: Annotated[int, Field(description="Ports nobody knows of.", examples=[0])]


class StatusBlackhole(Shape):
    """A blackhole of the tenant's addresses that has not ended."""

    id: Annotated[
        str, Field(description="As in /blackholes/{blackhole_id}.", examples=["4k7rqb0v1n2w3x5y"])
    ]
    prefix: Annotated[str, Field(description="What is dropped.", examples=["203.0.113.10/32"])]
    state: Annotated[
        Literal["held", "intended", "announced", "withdrawing"],
        Field(
            description="held: it waits for a person, and nothing is dropped; intended: on its way;"
            " announced; withdrawing: a router still has it.",
            examples=["announced"],
        ),
    ]
    reach: Annotated[
        Literal["edge", "upstream", "both"], Field(description="Where it drops.", examples=["edge"])
    ]
    requested_at: Annotated[
        str, Field(description="When it was asked for, UTC.", examples=["2026-11-20T01:50:00Z"])
    ]
    announced_at: Annotated[
        str | None,
        Field(description="When it was announced first, UTC.", examples=["2026-11-20T01:50:02Z"]),
    ]
    expires_at: Annotated[
        str | None,
        Field(description="When it ends by itself, UTC.", examples=["2026-11-20T02:00:02Z"]),
    ]


class StatusGroup(Shape):
    """What a port group comes to in the month that it is, so far; not the bill."""

    name: Annotated[str, Field(description="The port group.", examples=["transit"])]
    period: Annotated[str, Field(description="The month.", examples=["2026-11"])]
    time_zone: Annotated[str, Field(description="Of the contract.", examples=["Europe/Berlin"])]
    method: Annotated[
        Literal["higher", "sum", "in", "out"],
        Field(description="Of which direction the percentile is.", examples=["higher"]),
    ]
    state: Annotated[
        Literal["reckoned", "no_ports", "no_data", "all_excluded"],
        Field(description="Why there is no figure, where there is none.", examples=["reckoned"]),
    ]
    direction: Annotated[
        Literal["in", "out", "sum"] | None,
        Field(description="Which one `p95_bps` is of.", examples=["in"]),
    ]
    p95_bps: Annotated[
        int | None,
        Field(
            description="95th percentile by nearest rank, in bit/s; null: `state` says why.",
            examples=[8_000_000],
        ),
    ]
    commit_bps: Annotated[
        int | None,
        Field(description="What the contract commits to, in bit/s.", examples=[5_000_000]),
    ]
    overage_bps: Annotated[
        int | None,
        Field(description="What is above that, in bit/s; null: nothing to be above.", examples=[0]),
    ]
    windows: Annotated[
        int, Field(description="Windows of five minutes that were ranked.", examples=[5544])
    ]
    missing: Annotated[
        int, Field(description="Windows that are over and have no data.", examples=[0])
    ]


class StatusPercentiles(Shape):
    """The current 95th percentile of each port group, as it was worked out last."""

    as_of: Annotated[
        str | None,
        Field(
            description="When that was, UTC; null: not yet (job erp-p95 of `netwb scheduler`).",
            examples=["2026-11-20T01:45:00Z"],
        ),
    ]
    age_s: Annotated[
        int | None, Field(description="How long ago that is, in whole seconds.", examples=[900])
    ]
    groups: Annotated[list[StatusGroup], Field(description="By name.")]


class StatusLeftOut(Shape):
    """A field that is not in the answer, and the right that shows it."""

    field: Annotated[str, Field(description="Its name.", examples=["p95"])]
    needs: Annotated[str, Field(description="The right.", examples=["billing.view"])]


class StatusAnswer(Shape):
    """How a tenant's devices and ports are.

    `blackholes` and `p95` are there for who holds blackhole.view and billing.view; `left_out` says
    what is not.
    """

    tenant_id: Annotated[
        str, Field(description="Stable, and never used again.", examples=["q3v8zk1m5t7w9y2b"])
    ]
    tenant: Annotated[str, Field(description="Its slug.", examples=["acme"])]
    overall: Annotated[
        Overall,
        Field(
            description="The worst of its devices, and of its watched ports on others' devices: down,"
            " degraded, unknown, up. Maintenance is left out; nothing at all is unknown.",
            examples=["up"],
        ),
    ]
    counts: Annotated[StatusCounts, Field(description="How many are how.")]
    as_of: Annotated[
        str | None,
        Field(
            description="When the daemon judged all of it last, UTC; null: never.",
            examples=["2026-11-20T02:00:00Z"],
        ),
    ]
    age_s: Annotated[
        int | None, Field(description="How long ago that is, in whole seconds.", examples=[31])
    ]
    interval_s: Annotated[
        int, Field(description="How often devices are asked, in seconds.", examples=[60])
    ]
    stale: Annotated[
        bool,
        Field(
            description="That is three intervals ago, or longer, or never was: all is unknown.",
            examples=[False],
        ),
    ]
    notes: Annotated[
        list[str],
        Field(
            description="What is to be said of it, with the cure.",
            examples=[["no daemon has judged these yet; have who runs netwb start one"]],
        ),
    ]
    devices: Annotated[list[StatusDevice], Field(description="Those of the tenant, by hostname.")]
    ports: Annotated[
        list[StatusPortElsewhere],
        Field(description="Ports of the tenant on others' devices, watched or not, by hostname."),
    ]
    blackholes: Annotated[
        list[StatusBlackhole], Field(description="Those that are open now, oldest first.")
    ] = []  # noqa: RUF012 - pydantic copies it
    p95: Annotated[
        StatusPercentiles | None,
        Field(description="Current 95th percentiles; the bill is /erp/billing/{tenant_id}."),
    ] = None
    left_out: Annotated[
        list[StatusLeftOut], Field(description="Fields that the caller's rights do not show.")
    ]


def status(call: Call[NoQuery, None]) -> Answer:
    """How the devices and ports of one tenant are: up, degraded, down or unknown.

    The daemon judges all devices each minute, and this is what it found last, aged to the time of
    asking: nothing is up of which the daemon, or the device, was silent for three intervals. `age_s`
    and its like count on, so that an answer holds its ETag for a second at most. Blackholes are those
    of now.
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
