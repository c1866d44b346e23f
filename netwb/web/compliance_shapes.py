"""What REST of compliance takes and gives: each field with what it is and an example."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from netwb.compliance.records import Judged, Origin, Severity, State
from netwb.web.fields import DeviceId, Hostname, Id, Next, Site, Tenant, said
from netwb.web.operations import Asked, Paged, Shape

Since = Annotated[
    str | None,
    said(
        "When the revision came that made it so, UTC; null: nobody knows.", "2026-11-20T02:00:00Z"
    ),
]
RuleId = Annotated[str, said("Id of the rule.", "ntp-two-sources")]


class ResultsQuery(Paged):
    """Which cells."""

    tenant: Annotated[
        str | None, Field(max_length=200, description="Only of this tenant.", examples=["acme"])
    ] = None
    site: Annotated[
        str | None, Field(max_length=200, description="Only of this site.", examples=["acme/fra1"])
    ] = None
    device: Annotated[
        str | None, Field(max_length=200, description="Only of this device.", examples=["edge1"])
    ] = None
    rule: Annotated[
        str | None,
        Field(max_length=64, description="Only by this rule.", examples=["ntp-two-sources"]),
    ] = None
    state: Annotated[
        State | None, Field(description="Only of this state.", examples=["non_compliant"])
    ] = None


class TenantQuery(Asked):
    """Whose."""

    tenant: Annotated[
        str | None, Field(max_length=200, description="Only of this tenant.", examples=["acme"])
    ] = None


class WaiversQuery(TenantQuery):
    """Which waivers."""

    over: Annotated[bool, Field(description="Also those that are over.", examples=[False])] = False


class NewWaiver(Asked):
    """A waiver."""

    device: Annotated[
        str, Field(min_length=1, max_length=200, description="The device.", examples=["acme/edge1"])
    ]
    rule: Annotated[
        str,
        Field(min_length=1, max_length=64, description="The rule.", examples=["ntp-two-sources"]),
    ]
    reason: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description="Why, and what happens until then.",
            examples=["CHG123: second server comes on 12 December"],
        ),
    ]
    until: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            description="When it ends: RFC 3339, or how long from now.",
            examples=["30d"],
        ),
    ]


class EndingWaiver(Asked):
    """Nothing more is to be said."""


class CellAnswer(Shape):
    """One device by one rule."""

    tenant: Tenant
    site: Site
    hostname: Hostname
    device_id: DeviceId
    platform: Annotated[str, said("Its operating system.", "cisco_ios")]
    rule: RuleId
    title: Annotated[str, said("What the rule wants.", "Two NTP servers")]
    severity: Annotated[Severity | None, said("How grave it is to break it.", "medium")]
    state: Annotated[State, said("What it is by now.", "non_compliant")]
    since: Since
    revision_number: Annotated[
        int | None, said("Number of that revision; null: a rule did it.", 17)
    ]
    copy_at: Annotated[
        str | None,
        said("When the newest good copy was last seen to be what it has.", "2026-11-20T02:00:00Z"),
    ]
    checked_at: Annotated[str | None, said("When it was judged, UTC.", "2026-11-20T02:10:00Z")]


class RuleProblemAnswer(Shape):
    """A rule file that is broken."""

    file: Annotated[str, said("Which.", "acme/own.yaml")]
    message: Annotated[
        str, said("What is wrong, and the cure.", "acme/own.yaml:7: `severity` is missing")
    ]


class ResultsAnswer(Shape):
    """A page of cells, by tenant, hostname and rule."""

    items: Annotated[list[CellAnswer], said("By tenant, hostname and rule.")]
    next: Next
    counts: Annotated[
        dict[State, int],
        said(
            "All cells of the tenant, site, device and rule asked for, whatever their state.",
            {"compliant": 38},
        ),
    ]
    problems: Annotated[list[RuleProblemAnswer], said("Rule files that are broken.")]
    checked_at: Annotated[
        str | None, said("When all of it was checked last, UTC.", "2026-11-20T02:10:00Z")
    ]


class FindingLineAnswer(Shape):
    """A line of the configuration, without its secrets."""

    number: Annotated[int, said("From 1.", 17)]
    text: Annotated[str, said("The line.", "ntp server 192.0.2.53")]
    section: Annotated[str, said("What it stands in; empty: at the top.", "")]
    mark: Annotated[str, said("fault, evidence, or empty: it stands around one.", "fault")]


class CellChangeAnswer(Shape):
    """The cell became another one."""

    at: Annotated[str | None, said("When, UTC.", "2026-11-20T02:00:00Z")]
    old: Annotated[Judged | None, said("What it was; null: nothing yet.", "compliant")]
    new: Annotated[Judged | None, said("What it became.", "non_compliant")]
    revision: Annotated[
        str | None, said("Commit of the revision; null: a rule did it.", "4f1c2d7a90be")
    ]
    author: Annotated[str, said("Who made it, as far as the device says.", "ana")]


class WaiverAnswer(Shape):
    """A rule that a device may break for a while."""

    id: Id
    tenant: Tenant
    hostname: Hostname
    device_id: DeviceId
    rule: RuleId
    reason: Annotated[str, said("Why.", "CHG123")]
    owner: Annotated[str, said("Who gave it.", "ana")]
    created_at: Annotated[str | None, said("Since when, UTC.", "2026-11-20T02:00:00Z")]
    until: Annotated[str | None, said("Until when, UTC.", "2026-12-20T02:00:00Z")]
    ended_at: Annotated[str | None, said("When somebody ended it before, UTC.", None)]
    ended_by: Annotated[str | None, said("Who did.", None)]
    in_force: Annotated[bool, said("Whether it holds now.", True)]


class FindingAnswer(CellAnswer):
    """One cell, with what the rule finds in the copy that is kept."""

    why: Annotated[str, said("What the rule is for.", "One clock cannot be checked.")]
    reason: Annotated[
        str,
        said(
            "What was found and what is needed, or why nothing is known.",
            "1 line matches, 2 are needed.",
        ),
    ]
    lines: Annotated[
        list[FindingLineAnswer], said("Those at fault and some around, for config.view.")
    ]
    by: Annotated[str, said("Who made the revision that made it so; empty: nobody knows.", "ana")]
    remediation: Annotated[
        str,
        said("What would mend it, for config.view; it is never sent.", "ntp server 192.0.2.54\n"),
    ]
    rollback: Annotated[str, said("What takes that back.", "no ntp server 192.0.2.54\n")]
    timeline: Annotated[list[CellChangeAnswer], said("Newest first.")]
    waiver: Annotated[WaiverAnswer | None, said("The one in force; null: none.")]


class RuleAnswer(Shape):
    """A rule."""

    id: RuleId
    title: Annotated[str, said("What it wants.", "Two NTP servers")]
    severity: Annotated[Severity, said("How grave it is to break it.", "medium")]
    why: Annotated[str, said("What it is for.", "One clock cannot be checked.")]
    reference: Annotated[str, said("Where that is written.", "RFC 8633, section 3.2")]
    locked: Annotated[bool, said("Whether no tenant can replace it or switch it off.", False)]
    source: Annotated[Origin, said("Whose it is.", "starter")]
    tenant: Annotated[str | None, said("Slug of the tenant whose own it is; null: of all.", None)]
    applies_to: Annotated[str, said("Which devices it means.", "every device")]
    platforms: Annotated[list[str], said("Which it has checks for; empty: all.", ["cisco_ios"])]
    off_for: Annotated[
        list[str], said("Tenants in your scope that do without it; `*`: all do.", ["acme"])
    ]


class RulesAnswer(Shape):
    """All rules, by id."""

    items: Annotated[list[RuleAnswer], said("By id.")]
    next: Next
    problems: Annotated[list[RuleProblemAnswer], said("Rule files that are broken.")]


class WaiversAnswer(Shape):
    """Waivers, newest first."""

    items: Annotated[list[WaiverAnswer], said("Newest first.")]
    next: Next
