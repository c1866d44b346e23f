"""REST of configurations: histories, texts, differences, changes, search, quarantine, runs.

Rows are made into JSON by hand, as a page may hold a thousand; the models beside them are what
OpenAPI shows, and the tests hold every answer against its model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from netwb.configs.diff import render_patch
from netwb.roles import Permission
from netwb.web.jobs import JobAnswer, job_json
from netwb.web.operations import (
    BASE,
    JSON,
    PATCH,
    TEXT,
    Answer,
    Call,
    NoQuery,
    Operation,
    Paged,
    Shape,
    answer,
    rfc3339,
)
from netwb.web.paging import Item, after, left_off, page, place_of
from netwb.workbench import Workbench
from netwb.workbench.words import Change, Hit, QuarantineItem, Revision

Kind = Literal["running", "startup"]
KindField = Annotated[Kind, Field(description="Which of the device's configurations.")]
Moment = Annotated[
    str, Field(max_length=64, description="RFC 3339, a date, or an age such as 24h or 7d.")
]
Side = Annotated[
    str,
    Field(
        max_length=300,
        description="DEVICE@REV: an id (or name) of a device, and a commit id, `latest`, `latest~1` or a time.",
    ),
]
Name = Annotated[str, Field(max_length=200)]
Reason = Annotated[
    str, Field(min_length=1, max_length=1000, pattern=r"\S", description="Stands in the audit.")
]
_LAST = 2**53  # behind every line that still stands
_UTF8 = f"{TEXT}; charset=utf-8"
_PATCH_UTF8 = f"{PATCH}; charset=utf-8"


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


class HistoryQuery(Paged):
    """Of one device's history."""

    kind: KindField = "running"


class TextQuery(Shape):
    """Of one revision."""

    kind: KindField = "running"


class DiffQuery(Shape):
    """Of a comparison; without `old`, with the revision before `new`."""

    new: Side
    old: Side | None = None
    kind: KindField = "running"


class ChangesQuery(Paged):
    """Of changes across devices."""

    since: Moment
    until: Moment | None = None
    by: Annotated[Name | None, Field(description="Only this author's.")] = None
    tenant: Annotated[Name | None, Field(description="Only this tenant's; a slug.")] = None
    site: Annotated[Name | None, Field(description="Only this site's; a slug.")] = None


class SearchQuery(Paged):
    """Of a search: bytes of one line, literally and with case."""

    text: Annotated[str, Field(min_length=1, max_length=1000)]
    when: Annotated[
        Literal["now", "ever"], Field(description="`ever` also finds lines that were taken out.")
    ] = "now"
    since: Moment | None = None
    until: Moment | None = None
    author: Annotated[Name | None, Field(description="Only lines that this person put there.")] = (
        None
    )
    tenant: Annotated[Name | None, Field(description="Only this tenant's; a slug.")] = None
    site: Annotated[Name | None, Field(description="Only this site's; a slug.")] = None


class Settlement(Shape):
    """Why a held text is accepted or discarded."""

    reason: Reason
    kind: KindField = "running"


class NewRun(Shape):
    """Which devices to back up; nothing said is all that the caller may see."""

    devices: Annotated[
        list[Name], Field(max_length=10_000, description="Ids, or names; empty: all.")
    ] = []  # noqa: RUF012 - pydantic copies it
    tenant: Name | None = None
    site: Name | None = None
    note: Annotated[str, Field(max_length=1000, description="Stands in the commits.")] = ""
    only: Annotated[
        Literal["all", "failed"], Field(description="`failed`: those that failed the last time.")
    ] = "all"


def history(call: Call[HistoryQuery, None]) -> Answer:
    """Revisions of one device, newest first."""
    last = left_off(call)
    found = call.bench.history(
        call.path["device_id"],
        limit=call.query.limit + 1,
        before=None if last is None else last[0],
        kind=call.query.kind,
    )
    return page(call, found, shape=revision_json, key=lambda revision: [revision.number])


def text(call: Call[TextQuery, None]) -> Answer:
    """The text of one revision, without its secrets: raw bytes, or JSON.

    The revision is a commit id (short is fine), `latest`, `latest~1` or a time. A text never changes:
    its ETag is strong.
    """
    wanted = f"{call.path['device_id']}@{call.path['revision']}"
    revision = call.bench.revision(wanted, kind=call.query.kind)
    tag = f"{revision.id}.{revision.kind}.{call.media.partition('/')[2]}"
    if tag in call.seen:
        return Answer(content=b"", etag=tag)
    content = call.bench.show(f"{revision.device_id}@{revision.id}", kind=revision.kind)
    if call.media == TEXT:
        return Answer(content=content, media=_UTF8, etag=tag)
    document = {
        **revision_json(revision),
        "device_id": revision.device_id,
        "kind": revision.kind,
        "text": content.decode("utf-8", "replace"),
    }
    return answer(document, etag=tag)


def diff(call: Call[DiffQuery, None]) -> Answer:
    """What differs between two revisions, of one device or two: hunks, or a patch."""
    query = call.query
    device, _, newest = query.new.partition("@")
    found = call.bench.diff(
        device, old=query.old, new=newest or "latest", words="lines", kind=query.kind
    )
    if call.media == PATCH:
        path = found.new.partition("@")[0]
        return Answer(content=render_patch(found, path=path), media=_PATCH_UTF8)
    return answer(found.as_json())


def changes(call: Call[ChangesQuery, None]) -> Answer:
    """What changed across devices, newest first."""
    query = call.query
    found = _where(call, query.tenant, query.site).changes(
        since=query.since, until=query.until, by=query.by
    )
    return page(call, found, shape=change_json, key=lambda change: [change.id])


def search(call: Call[SearchQuery, None]) -> Answer:
    """Lines that hold a text: who carries it now, or who ever did, from when to when."""
    query = call.query
    found = _where(call, query.tenant, query.site).search(
        query.text, when=query.when, since=query.since, until=query.until, author=query.author
    )
    return _slice(call, found, shape=hit_json, order=_hit_order)


def quarantine(call: Call[Paged, None]) -> Answer:
    """Texts that were not believed and wait for a person, newest first."""
    return _slice(call, call.bench.quarantine(), shape=held_json, order=_held_order)


def accept(call: Call[NoQuery, Settlement]) -> Answer:
    """Store the held text of one device as its newest revision."""
    device_id, said = call.path["device_id"], call.body
    revision = call.bench.accept_quarantined(device_id, reason=said.reason, kind=said.kind)
    return answer({"device_id": device_id, "revision": revision})


def discard(call: Call[NoQuery, Settlement]) -> Answer:
    """Drop the held text of one device; the last good configuration stays in force."""
    said = call.body
    call.bench.discard_quarantined(call.path["device_id"], reason=said.reason, kind=said.kind)
    return Answer(content=b"", status=204)


def start_run(call: Call[NoQuery, NewRun]) -> Answer:
    """File a backup; the job that Location names follows it."""
    wanted = call.body
    job = _where(call, wanted.tenant, wanted.site).start_backup(
        *wanted.devices, note=wanted.note, only=wanted.only
    )
    return answer(job_json(job), status=202, headers={"Location": f"{BASE}/jobs/{job.id}"})


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
        "cause": {"kind": item.cause_kind, "message": item.cause_message},
        "size": item.size,
        "lines": item.lines,
        "acceptable": item.acceptable,
    }


def _where(call: Call[Any, Any], tenant: str | None, site: str | None) -> Workbench:
    """The caller's Workbench, narrowed; a foreign tenant or site is an unknown one."""
    named = {"tenant": tenant, "site": site}
    return call.bench.where(**{name: value for name, value in named.items() if value is not None})


def _slice(
    call: Call[Any, Any],
    found: Sequence[Item],
    *,
    shape: Callable[[Item], Mapping[str, Any]],
    order: Callable[[Item], Sequence[Any]],
) -> Answer:
    """One page of what the facade gives as a whole: its order says where the page begins."""
    rest = after(found, left_off(call), order)
    return page(call, rest, shape=shape, key=lambda item: place_of(found, item, order))


def _hit_order(hit: Hit) -> Sequence[Any]:
    return hit.tenant, hit.hostname, hit.kind, hit.line or _LAST, hit.since.isoformat()


def _held_order(item: QuarantineItem) -> Sequence[Any]:
    return -item.at.timestamp(), item.id


OPERATIONS = (
    Operation(
        method="GET",
        path="/backup/history/{device_id}",
        do=history,
        query=HistoryQuery,
        gives={JSON: HistoryAnswer},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/history/{device_id}/{revision}",
        do=text,
        query=TextQuery,
        gives={JSON: TextAnswer, TEXT: None},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/diff",
        do=diff,
        query=DiffQuery,
        gives={JSON: DiffAnswer, PATCH: None},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/changes",
        do=changes,
        query=ChangesQuery,
        gives={JSON: ChangesAnswer},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/search",
        do=search,
        query=SearchQuery,
        gives={JSON: SearchAnswer},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/quarantine",
        do=quarantine,
        query=Paged,
        gives={JSON: QuarantineAnswer},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="POST",
        path="/backup/quarantine/{device_id}/accept",
        do=accept,
        body=Settlement,
        gives={JSON: AcceptedAnswer},
        needs=Permission.BACKUP_ACCEPT,
    ),
    Operation(
        method="POST",
        path="/backup/quarantine/{device_id}/discard",
        do=discard,
        body=Settlement,
        gives={JSON: None},
        needs=Permission.BACKUP_ACCEPT,
        status=204,
    ),
    Operation(
        method="POST",
        path="/backup/runs",
        do=start_run,
        body=NewRun,
        gives={JSON: JobAnswer},
        needs=Permission.BACKUP_RUN,
        status=202,
    ),
)
