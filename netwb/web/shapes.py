"""What REST of configurations takes and gives, as pydantic models."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, Field

from netwb.errors import InputError
from netwb.inventory.records import DeviceStatus
from netwb.web.fields import At, Author, Commit, DeviceId, Hostname, Id, Next, Site, Tenant, said
from netwb.web.operations import Asked, Paged, Retiring, Shape
from netwb.workbench.moments import FORMS, parse_moment

Kind = Literal["running", "startup"]
KindField = Annotated[
    Kind, Field(description="Which of the device's configurations.", examples=["running"])
]


def _moment(text: str) -> str:
    """As it is, where it is a time; the facade reads it with its own clock."""
    try:
        parse_moment(text, datetime.now(UTC))
    except InputError:
        msg = f"is no time; {FORMS}"
        raise ValueError(msg) from None
    return text


Moment = Annotated[
    str,
    Field(
        max_length=64,
        description="RFC 3339, a date, `yesterday`, or an age: 24h, 2 days ago.",
        examples=["24h"],
    ),
    AfterValidator(_moment),
]
Side = Annotated[
    str,
    Field(
        max_length=300,
        description="DEVICE@REV: an id (or name) of a device, and a commit id, `latest`, `latest~1` or a time;"
        " DEVICE alone is its newest revision.",
        examples=["11ndm3zf95rtxmf6@latest"],
    ),
]
Name = Annotated[str, Field(max_length=200)]
BY = AliasChoices("by", "author")  # the second one is its older name in a search
OLDER = {"author": Retiring(deprecated_at=datetime(2026, 11, 28, tzinfo=UTC), instead="by")}
Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        pattern=r"\S",
        description="Stands in the audit.",
        examples=["looked at with the customer"],
    ),
]


class DeviceAnswer(Shape):
    """One device; `id` is stable and never reused."""

    id: Id
    tenant: Tenant
    site: Site
    hostname: Hostname
    address: Annotated[str, said("Management address; empty for who may not see it.", "192.0.2.1")]
    platform: Annotated[str, said("Its platform.", "cisco_ios")]
    status: Annotated[DeviceStatus, said("What is meant to be with it.", "active")]
    role: Annotated[str | None, said("What it is for.", "pe")]
    model: Annotated[str | None, said("As the device says it.", "C9300-48P")]
    serial: Annotated[str | None, said("As the device says it.", "FOC2143X0AB")]
    os_version: Annotated[str | None, said("As the device says it.", "17.9.4")]


class DevicesAnswer(Shape):
    """Devices by tenant and hostname."""

    items: Annotated[list[DeviceAnswer], said("By tenant and hostname.")]
    next: Next


class RevisionAnswer(Shape):
    """One stored version; `id` is the commit."""

    id: Commit
    at: Annotated[
        str,
        said(
            "When the device says that it was changed, else when it was read; UTC.",
            "2026-11-20T02:00:00Z",
        ),
    ]
    author: Author
    message: Annotated[str, said("First line of the commit.", "edge1: changed by ana")]
    added: Annotated[int, said("Lines that came.", 2)]
    removed: Annotated[int, said("Lines that went.", 1)]
    size: Annotated[int, said("Of the text, in bytes.", 48213)]


class HistoryAnswer(Shape):
    """Revisions, newest first."""

    items: Annotated[list[RevisionAnswer], said("Newest first.")]
    next: Next


class TextAnswer(RevisionAnswer):
    """One stored version with its text, without its secrets."""

    device_id: DeviceId
    kind: KindField
    text: Annotated[
        str, said("Without its secrets; what is no UTF-8 is replaced.", "hostname edge1\n")
    ]


class LineAnswer(Shape):
    """One line of a hunk."""

    kind: Annotated[Literal["same", "added", "removed"], said("What became of it.", "added")]
    text: Annotated[str, said("The line.", "ntp server 192.0.2.1")]


class HunkAnswer(Shape):
    """Neighbouring changed lines and a little around them."""

    section: Annotated[
        str, said("Headers that enclose what changed.", "router bgp 64500 > vrf RED")
    ]
    old_start: Annotated[int, said("First line in the old text, from 1.", 12)]
    new_start: Annotated[int, said("First line in the new text, from 1.", 12)]
    lines: Annotated[list[LineAnswer], said("In their order.")]


class DiffAnswer(Shape):
    """What differs."""

    old: Annotated[
        str,
        said(
            "Commit id of the old revision; empty where there was none.",
            "4f1c2d7a90be31526478c0d9e8f7a6b5c4d3e2f1",
        ),
    ]
    new: Commit
    added: Annotated[int, said("Lines that came.", 2)]
    removed: Annotated[int, said("Lines that went.", 1)]
    hunks: Annotated[list[HunkAnswer], said("By their place.")]


class ChangeAnswer(Shape):
    """One change of one device; `id` is the revision that it made."""

    at: At
    tenant: Tenant
    site: Site
    hostname: Hostname
    device_id: DeviceId
    kind: KindField
    author: Author
    message: Annotated[str, said("First line of the commit.", "edge1: changed by ana")]
    added: Annotated[int, said("Lines that came.", 2)]
    removed: Annotated[int, said("Lines that went.", 1)]
    id: Commit


class ChangesAnswer(Shape):
    """Changes, newest first."""

    items: Annotated[list[ChangeAnswer], said("Newest first.")]
    next: Next


class HitAnswer(Shape):
    """One line that holds the text; `line` is null where it stands there no longer."""

    tenant: Tenant
    hostname: Hostname
    device_id: DeviceId
    kind: KindField
    line: Annotated[int | None, said("Its place in the newest text, from 1.", 12)]
    text: Annotated[str, said("The line.", "ntp server 192.0.2.1")]
    since: Annotated[str, said("When it came, UTC.", "2026-11-20T02:00:00Z")]
    until: Annotated[
        str | None, said("When it went, UTC; null: it stands there.", "2026-11-20T02:00:00Z")
    ]
    author: Annotated[str, said("Who brought it.", "ana")]


class SearchAnswer(Shape):
    """Hits by tenant, hostname and place."""

    items: Annotated[list[HitAnswer], said("By tenant, hostname and place.")]
    next: Next


class HeldAnswer(Shape):
    """A text that was not believed; it is never shown here, for it holds its secrets."""

    device_id: DeviceId
    tenant: Tenant
    hostname: Hostname
    kind: KindField
    at: Annotated[str, said("When it was held, UTC.", "2026-11-20T02:00:00Z")]
    cause: Annotated[
        dict[str, str],
        said(
            "Why: `kind`, the class of the error, and `message`.",
            {"kind": "ShrunkConfigError", "message": "it is much shorter than the last good one"},
        ),
    ]
    size: Annotated[int, said("Of the text, in bytes.", 1204)]
    lines: Annotated[int, said("Of the text.", 40)]
    acceptable: Annotated[bool, said("Whether a person can accept it.", True)]


class QuarantineAnswer(Shape):
    """Held texts, newest first."""

    items: Annotated[list[HeldAnswer], said("Newest first.")]
    next: Next


class AcceptedAnswer(Shape):
    """The revision that the accepted text became."""

    device_id: DeviceId
    revision: Commit


class DevicesQuery(Paged):
    """Of devices."""

    tenant: Annotated[
        Name | None, Field(description="Only this tenant's; a slug.", examples=["acme"])
    ] = None
    site: Annotated[
        Name | None, Field(description="Only this site's; a slug.", examples=["fra1"])
    ] = None
    hostname: Annotated[
        Name | None, Field(description="Only the devices of this name.", examples=["edge1"])
    ] = None
    platform: Annotated[
        Name | None, Field(description="Only this platform's.", examples=["cisco_ios"])
    ] = None
    role: Annotated[
        Name | None, Field(description="Only devices of this role.", examples=["pe"])
    ] = None
    status: Annotated[
        DeviceStatus | Literal["any"] | None,
        Field(description="Only those, or `any`.", examples=["active"]),
    ] = None


class HistoryQuery(Paged):
    """Of one device's history."""

    kind: KindField = "running"


class TextQuery(Asked):
    """Of one revision."""

    kind: KindField = "running"


class DiffQuery(Asked):
    """Of a comparison; without `old`, with the revision before `new`."""

    new: Side
    old: Annotated[Side | None, said("As `new`.", "11ndm3zf95rtxmf6@latest~1")] = None
    kind: KindField = "running"


class ChangesQuery(Paged):
    """Of changes across devices."""

    since: Moment = "24h"
    until: Annotated[Moment | None, said("Only until then.", "2026-11-20")] = None
    by: Annotated[
        Name | None, Field(description="Only this author's.", examples=["ana"], validation_alias=BY)
    ] = None
    device: Annotated[
        Name | None,
        Field(description="Only this device's; an id, or a name.", examples=["11ndm3zf95rtxmf6"]),
    ] = None
    tenant: Annotated[
        Name | None, Field(description="Only this tenant's; a slug.", examples=["acme"])
    ] = None
    site: Annotated[
        Name | None, Field(description="Only this site's; a slug.", examples=["fra1"])
    ] = None


class SearchQuery(Paged):
    """Of a search within lines, with case."""

    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1000,
            description="What the lines are to hold.",
            examples=["ntp server 192.0.2.1"],
        ),
    ]
    match: Annotated[
        Literal["text", "word", "pattern"],
        Field(
            description="`word`: only whole words. `pattern`: a regular expression (RE2).",
            examples=["word"],
        ),
    ] = "text"
    when: Annotated[
        Literal["now", "ever"],
        Field(description="`ever` also finds lines that were taken out.", examples=["ever"]),
    ] = "now"
    since: Annotated[Moment | None, said("Only what stood there after then.", "7d")] = None
    until: Annotated[Moment | None, said("Only what stood there before then.", "24h")] = None
    by: Annotated[
        Name | None,
        Field(
            description="Only lines that this person put there.",
            examples=["ana"],
            validation_alias=BY,
        ),
    ] = None
    tenant: Annotated[
        Name | None, Field(description="Only this tenant's; a slug.", examples=["acme"])
    ] = None
    site: Annotated[
        Name | None, Field(description="Only this site's; a slug.", examples=["fra1"])
    ] = None


class QuarantineQuery(Paged):
    """Of held texts."""

    tenant: Annotated[
        Name | None, Field(description="Only this tenant's; a slug.", examples=["acme"])
    ] = None
    site: Annotated[
        Name | None, Field(description="Only this site's; a slug.", examples=["fra1"])
    ] = None


class Settlement(Asked):
    """Why a held text is accepted or discarded."""

    reason: Reason
    kind: KindField = "running"


class NewRun(Asked):
    """Which devices to back up; nothing said is all that the caller may see."""

    devices: Annotated[
        list[Name],
        Field(
            max_length=10_000,
            description="Ids, or names; empty: all.",
            examples=[["11ndm3zf95rtxmf6"]],
        ),
    ] = []  # noqa: RUF012 - pydantic copies it
    tenant: Annotated[
        Name | None, Field(description="Only this tenant's; a slug.", examples=["acme"])
    ] = None
    site: Annotated[
        Name | None, Field(description="Only this site's; a slug.", examples=["fra1"])
    ] = None
    note: Annotated[
        str, Field(max_length=1000, description="Stands in the commits.", examples=["CHG123"])
    ] = ""
    only: Annotated[
        Literal["all", "failed"],
        Field(description="`failed`: those that failed the last time.", examples=["failed"]),
    ] = "all"
