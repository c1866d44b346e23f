"""What an ERP is shown of a tenant's status."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from netwb.erp.status_records import DeviceState, Overall, PortState
from netwb.web.operations import Shape

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
        description="It is `stale_after_s` old, or older, or there is none, or all is stale: it says"
        " nothing of now, and nothing stale is ever up.",
        examples=[False],
    ),
]
Since = Annotated[
    str | None,
    Field(
        description="When it was first seen to be so, UTC; null: it was so when it was first judged,"
        " or came to be so by the inventory and was not judged since.",
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

    device_id: Annotated[
        str, Field(description="Of the device that it is on.", examples=["agchg4yenaavh7s7"])
    ]
    device: Annotated[
        str,
        Field(description="TENANT/HOSTNAME, as on bills.", examples=["carrier/core1"]),
    ]
    maintenance: Annotated[
        bool,
        Field(
            description="Whether that device is in maintenance now: then the port does not count for"
            " `overall`.",
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
            description="up; degraded: a watched port is down; down: when it was judged it had answered"
            " neither SNMP nor ICMP for three times `interval_s`, while most others of its collector"
            " had; unknown: it is silent otherwise, was not judged yet, or what is known of it is"
            " stale; maintenance.",
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
        Field(description="Whether it is in maintenance now.", examples=[False]),
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
        Field(
            description="When it ends by itself, UTC; null of one that is held: its time begins once it"
            " is let through.",
            examples=["2026-11-20T02:00:02Z"],
        ),
    ]
    held_until: Annotated[
        str | None,
        Field(
            description="When the daemon or the server ends the waiting of one that is held and that"
            " nobody answered, UTC: it is denied then, but what its prefix lets through without a"
            " person by then is announced; null of one that is not held.",
            examples=["2026-11-20T02:20:00Z"],
        ),
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
    stale_after_s: Annotated[
        int,
        Field(
            description="What is so old, or older, is stale, in seconds: three times `interval_s`, or"
            " 180 where that is less, as the daemon judges each minute.",
            examples=[180],
        ),
    ]
    stale: Annotated[
        bool,
        Field(
            description="`as_of` is `stale_after_s` ago, or longer, or never was: all is unknown, but"
            " what is in maintenance.",
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
    devices: Annotated[
        list[StatusDevice],
        Field(
            description="Those that are active or in maintenance now, by hostname; one that came since"
            " `as_of` is unknown."
        ),
    ]
    ports: Annotated[
        list[StatusPortElsewhere],
        Field(
            description="Those that are the tenant's now on others' devices, watched or not, by"
            " hostname."
        ),
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
