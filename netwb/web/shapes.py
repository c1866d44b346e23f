"""What REST of configurations takes and gives: pydantic models, and rows made into JSON by hand.

A page may hold a thousand rows, so that no model is made for any of them; the tests hold every
answer against its model.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AliasChoices, Field

from netwb.errors import InputError
from netwb.inventory.records import Device, DeviceStatus
from netwb.web.operations import Asked, Paged, Retiring, Shape, rfc3339
from netwb.web.problems import cause_of
from netwb.workbench.moments import FORMS, parse_moment
from netwb.workbench.words import Change, Hit, QuarantineItem, Revision

Kind = Literal["running", "startup"]
KindField = Annotated[Kind, Field(description="Which of the device's configurations.")]


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

    id: str
    tenant: str
    site: str
    hostname: str
    address: str
    platform: str
    status: DeviceStatus
    role: str | None
    model: str | None
    serial: str | None
    os_version: str | None


class DevicesAnswer(Shape):
    """Devices by tenant and hostname."""

    items: list[DeviceAnswer]
    next: str | None


class RevisionAnswer(Shape):
    """One stored version; `id` is the commit."""

    id: str
    at: str
    author: str
    message: str
    added: int
    removed: int
    size: int


class HistoryAnswer(Shape):
    """Revisions, newest first."""

    items: list[RevisionAnswer]
    next: str | None


class TextAnswer(RevisionAnswer):
    """One stored version with its text, without its secrets."""

    device_id: str
    kind: Kind
    text: str


class LineAnswer(Shape):
    """One line of a hunk."""

    kind: Literal["same", "added", "removed"]
    text: str


class HunkAnswer(Shape):
    """Neighbouring changed lines and a little around them."""

    section: str
    old_start: int
    new_start: int
    lines: list[LineAnswer]


class DiffAnswer(Shape):
    """What differs."""

    old: str
    new: str
    added: int
    removed: int
    hunks: list[HunkAnswer]


class ChangeAnswer(Shape):
    """One change of one device; `id` is the revision that it made."""

    at: str
    tenant: str
    site: str
    hostname: str
    device_id: str
    kind: Kind
    author: str
    message: str
    added: int
    removed: int
    id: str


class ChangesAnswer(Shape):
    """Changes, newest first."""

    items: list[ChangeAnswer]
    next: str | None


class HitAnswer(Shape):
    """One line that holds the text; `line` is null where it stands there no longer."""

    tenant: str
    hostname: str
    device_id: str
    kind: Kind
    line: int | None
    text: str
    since: str
    until: str | None
    author: str


class SearchAnswer(Shape):
    """Hits by tenant, hostname and place."""

    items: list[HitAnswer]
    next: str | None


class HeldAnswer(Shape):
    """A text that was not believed; it is never shown here, for it holds its secrets."""

    device_id: str
    tenant: str
    hostname: str
    kind: Kind
    at: str
    cause: dict[str, str]
    size: int
    lines: int
    acceptable: bool


class QuarantineAnswer(Shape):
    """Held texts, newest first."""

    items: list[HeldAnswer]
    next: str | None


class AcceptedAnswer(Shape):
    """The revision that the accepted text became."""

    device_id: str
    revision: str


class DevicesQuery(Paged):
    """Of devices."""

    tenant: Annotated[Name | None, Field(description="Only this tenant's; a slug.")] = None
    site: Annotated[Name | None, Field(description="Only this site's; a slug.")] = None
    hostname: Annotated[Name | None, Field(description="Only the devices of this name.")] = None
    platform: Annotated[Name | None, Field(description="Only this platform's.")] = None
    role: Annotated[Name | None, Field(description="Only devices of this role.")] = None
    status: Annotated[
        DeviceStatus | Literal["any"] | None, Field(description="Only those, or `any`.")
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
    old: Side | None = None
    kind: KindField = "running"


class ChangesQuery(Paged):
    """Of changes across devices."""

    since: Moment = "24h"
    until: Moment | None = None
    by: Annotated[Name | None, Field(description="Only this author's.", validation_alias=BY)] = None
    device: Annotated[Name | None, Field(description="Only this device's; an id, or a name.")] = (
        None
    )
    tenant: Annotated[Name | None, Field(description="Only this tenant's; a slug.")] = None
    site: Annotated[Name | None, Field(description="Only this site's; a slug.")] = None


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
        Field(description="`word`: only whole words. `pattern`: a regular expression (RE2)."),
    ] = "text"
    when: Annotated[
        Literal["now", "ever"], Field(description="`ever` also finds lines that were taken out.")
    ] = "now"
    since: Moment | None = None
    until: Moment | None = None
    by: Annotated[
        Name | None,
        Field(description="Only lines that this person put there.", validation_alias=BY),
    ] = None
    tenant: Annotated[Name | None, Field(description="Only this tenant's; a slug.")] = None
    site: Annotated[Name | None, Field(description="Only this site's; a slug.")] = None


class QuarantineQuery(Paged):
    """Of held texts."""

    tenant: Annotated[Name | None, Field(description="Only this tenant's; a slug.")] = None
    site: Annotated[Name | None, Field(description="Only this site's; a slug.")] = None


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
        Literal["all", "failed"], Field(description="`failed`: those that failed the last time.")
    ] = "all"


def device_json(device: Device) -> dict[str, Any]:
    """The part of `netwb device list --json` that a script asks on by."""
    return {
        "id": device.id,
        "tenant": device.tenant,
        "site": device.site,
        "hostname": device.hostname,
        "address": device.address,
        "platform": device.platform,
        "status": device.status,
        "role": device.role,
        "model": device.model,
        "serial": device.serial,
        "os_version": device.os_version,
    }


def revision_json(revision: Revision) -> dict[str, Any]:
    """As the contract has it."""
    return {
        "id": revision.id,
        "at": rfc3339(revision.at),
        "author": revision.author,
        "message": revision.message,
        "added": revision.added,
        "removed": revision.removed,
        "size": revision.size,
    }


def change_json(change: Change) -> dict[str, Any]:
    """As `netwb changes --json`."""
    return {
        "at": rfc3339(change.at),
        "tenant": change.tenant,
        "site": change.site,
        "hostname": change.hostname,
        "device_id": change.device_id,
        "kind": change.kind,
        "author": change.author,
        "message": change.message,
        "added": change.added,
        "removed": change.removed,
        "id": change.id,
    }


def hit_json(hit: Hit) -> dict[str, Any]:
    """As `netwb search --json`."""
    return {
        "tenant": hit.tenant,
        "hostname": hit.hostname,
        "device_id": hit.device_id,
        "kind": hit.kind,
        "line": hit.line,
        "text": hit.text,
        "since": rfc3339(hit.since),
        "until": rfc3339(hit.until),
        "author": hit.author,
    }


def held_json(item: QuarantineItem) -> dict[str, Any]:
    """Without run and digest, which are netwb's own."""
    return {
        "device_id": item.device_id,
        "tenant": item.tenant,
        "hostname": item.hostname,
        "kind": item.kind,
        "at": rfc3339(item.at),
        "cause": cause_of(item.cause_kind, item.cause_message),
        "size": item.size,
        "lines": item.lines,
        "acceptable": item.acceptable,
    }
