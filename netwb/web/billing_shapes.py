"""What an ERP is shown of a bill: each figure with how it was found."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from netwb.metrics.billing.records import POLICY, Direction, GroupState, Method
from netwb.web.operations import Shape

Since = Annotated[str, Field(description="When it begins, UTC.", examples=["2026-11-03T01:00:00Z"])]
Until = Annotated[
    str, Field(description="When it is over, UTC.", examples=["2026-11-03T02:00:00Z"])
]
Way = Annotated[
    Direction,
    Field(description="Of which direction, as the port's owner sees it.", examples=["in"]),
]


class SpanAnswer(Shape):
    """Windows that follow each other; `until` is where the last one ends."""

    since: Since
    until: Until
    windows: Annotated[
        int, Field(description="How many windows of five minutes these are.", examples=[12])
    ]


class ExclusionAnswer(Shape):
    """A time that is not billed, and why."""

    since: Since
    until: Until
    reason: Annotated[
        str, Field(description="As somebody wrote it.", examples=["attack of 3 November"])
    ]


class PercentileAnswer(Shape):
    """The `rank`-th smallest of `windows`, in the window that begins `at`."""

    direction: Way
    bps: Annotated[
        int, Field(description="The figure, in whole bit/s, rounded down.", examples=[8_000_000])
    ]
    octets: Annotated[
        int, Field(description="What that window carried, in octets.", examples=[300_000_000])
    ]
    rank: Annotated[
        int, Field(description="Nearest rank: 95 % of the windows, rounded up.", examples=[7_866])
    ]
    windows: Annotated[
        int, Field(description="Windows of five minutes that were ranked.", examples=[8_280])
    ]
    at: Annotated[
        str, Field(description="When that window begins, UTC.", examples=["2026-11-17T19:35:00Z"])
    ]


class ForecastAnswer(Shape):
    """Of a month that is not over; `bps` is null before a week of it is."""

    bps: Annotated[
        int | None,
        Field(
            description="What it comes to if each window to come is as it was a week before, in bit/s.",
            examples=[8_400_000],
        ),
    ]
    at_least_bps: Annotated[
        int,
        Field(
            description="What it comes to in bit/s if nothing flows any more.",
            examples=[6_100_000],
        ),
    ]


class AwayAnswer(Shape):
    """A time in which a port was another's, or not in the group."""

    since: Since
    until: Until


class BilledPortAnswer(Shape):
    """A port of the group; `device` is TENANT/HOSTNAME, for it may be another tenant's.

    `since`, `until`: it was the tenant's and in the group in that part of the month alone; `away`:
    times between these in which it was not.
    """

    id: Annotated[
        str, Field(description="Stable, and never used again.", examples=["agchg4yenaavh7s7"])
    ]
    device: Annotated[
        str, Field(description="TENANT/HOSTNAME of its device.", examples=["carrier/core1"])
    ]
    name: Annotated[str, Field(description="ifName.", examples=["xe-0/0/0"])]
    circuit_ref: Annotated[
        str | None, Field(description="The ERP's reference of its circuit.", examples=["CIR-4711"])
    ]
    since: Annotated[
        str | None,
        Field(
            description="From when on it counts, UTC; null: from the month's first window.",
            examples=["2026-11-10T09:00:00Z"],
        ),
    ]
    until: Annotated[
        str | None,
        Field(
            description="Until when it counts, UTC; null: to the month's end.",
            examples=["2026-11-20T09:00:00Z"],
        ),
    ]
    away: Annotated[list[AwayAnswer], Field(description="Times in between that do not count.")]


class GroupBillAnswer(Shape):
    """One group: `p95_bps` is the `rank`-th smallest of the `windows` that have data.

    Null where there is no figure: `state` says why.
    """

    name: Annotated[str, Field(description="The port group.", examples=["transit"])]
    method: Annotated[
        Method,
        Field(
            description="higher: of the two directions' percentiles the higher one; sum: of both"
            " together in each window; in, out: of that direction alone.",
            examples=["higher"],
        ),
    ]
    time_zone: Annotated[
        str, Field(description="Of the contract: its month is billed.", examples=["Europe/Berlin"])
    ]
    state: Annotated[
        GroupState,
        Field(description="Why there is no figure, where there is none.", examples=["reckoned"]),
    ]
    p95_bps: Annotated[
        int | None,
        Field(
            description="95th percentile by nearest rank, in whole bit/s: what is billed.",
            examples=[8_000_000],
        ),
    ]
    direction: Annotated[
        Direction | None, Field(description="Which one `p95_bps` is of.", examples=["in"])
    ]
    rank: Annotated[
        int | None,
        Field(description="Which of the windows, the smallest first.", examples=[7_866]),
    ]
    windows: Annotated[
        int, Field(description="Windows of five minutes that have data.", examples=[8_280])
    ]
    at: Annotated[
        str | None,
        Field(
            description="When the window of `p95_bps` begins, UTC.",
            examples=["2026-11-17T19:35:00Z"],
        ),
    ]
    commit_bps: Annotated[
        int | None,
        Field(description="What the contract commits to, in bit/s.", examples=[5_000_000]),
    ]
    overage_bps: Annotated[
        int | None,
        Field(
            description="What `p95_bps` is above that, in bit/s; null without a commit or a figure.",
            examples=[3_000_000],
        ),
    ]
    percentiles: Annotated[
        list[PercentileAnswer], Field(description="The figure of each direction that was ranked.")
    ]
    octets_in: Annotated[
        int,
        Field(
            description="Received in the windows that count, in octets.",
            examples=[1_900_000_000_000],
        ),
    ]
    octets_out: Annotated[
        int, Field(description="Sent in them, in octets.", examples=[700_000_000_000])
    ]
    over: Annotated[bool, Field(description="Whether its month is over.", examples=[True])]
    windows_of_month: Annotated[
        int,
        Field(description="Windows of five minutes that the whole month has.", examples=[8_640]),
    ]
    windows_over: Annotated[
        int, Field(description="Of these those that are over.", examples=[8_640])
    ]
    missing: Annotated[
        int, Field(description="Windows that are over and have no data.", examples=[12])
    ]
    partial: Annotated[
        int,
        Field(
            description="Windows in which only some of the ports that count then have data.",
            examples=[3],
        ),
    ]
    excluded: Annotated[int, Field(description="Windows that are not billed.", examples=[12])]
    missing_times: Annotated[list[SpanAnswer], Field(description="When `missing` were.")]
    partial_times: Annotated[list[SpanAnswer], Field(description="When `partial` were.")]
    excluded_times: Annotated[list[SpanAnswer], Field(description="When `excluded` were.")]
    exclusions: Annotated[list[ExclusionAnswer], Field(description="What was excluded, and why.")]
    forecast: Annotated[
        ForecastAnswer | None, Field(description="Of a month that is not over; else null.")
    ]
    digest: Annotated[
        str,
        Field(
            description="SHA-256 over all that the figures were reckoned from: the same digest is the"
            " same bill.",
            examples=["9b7d2c11f0e34a55b2a6d9e1c07f4e8890a1c2d3e4f5061728394a5b6c7d8e9f"],
        ),
    ]
    ports: Annotated[list[BilledPortAnswer], Field(description="Whose traffic it is the sum of.")]


class VersionAnswer(Shape):
    """A month that was frozen; in force until it was reopened."""

    version: Annotated[int, Field(description="From 1 on.", examples=[1])]
    frozen_at: Annotated[
        str, Field(description="When it was frozen, UTC.", examples=["2026-12-02T08:00:00Z"])
    ]
    reopened_at: Annotated[
        str | None,
        Field(
            description="When it was reopened, UTC; null: it is in force.",
            examples=["2026-12-03T10:15:00Z"],
        ),
    ]
    reason: Annotated[
        str | None, Field(description="Why it was reopened.", examples=["works on the 3rd"])
    ]


class BillAnswer(Shape):
    """A tenant's bill; `time_zone` is null where its groups have several.

    `over`: the month is, in each zone; until then the figures are not the bill.
    """

    tenant_id: Annotated[
        str, Field(description="Stable, and never used again.", examples=["q3v8zk1m5t7w9y2b"])
    ]
    tenant: Annotated[str, Field(description="Its slug.", examples=["acme"])]
    period: Annotated[str, Field(description="The month.", examples=["2026-11"])]
    time_zone: Annotated[
        str | None, Field(description="Of all its groups.", examples=["Europe/Berlin"])
    ]
    over: Annotated[bool, Field(description="Whether the month is over.", examples=[True])]
    frozen: Annotated[
        bool, Field(description="Whether these are the figures that were frozen.", examples=[True])
    ]
    version: Annotated[
        int | None, Field(description="Which of the frozen ones; null: none.", examples=[1])
    ]
    versions: Annotated[
        list[VersionAnswer], Field(description="Each time that the month was frozen.")
    ]
    policy: Annotated[
        str,
        Field(
            description="What is done with windows that lack data or are excluded.",
            examples=[POLICY],
        ),
    ]
    notes: Annotated[
        list[str],
        Field(
            description="What a person should know before it is billed.",
            examples=[["the month is not over"]],
        ),
    ]
    groups: Annotated[list[GroupBillAnswer], Field(description="By name.")]
