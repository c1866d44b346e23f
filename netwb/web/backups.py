"""REST of configurations: histories, texts, differences, changes, search, quarantine, runs.

Each function is one operation: it reads the call, asks one method of the Workbench, and shows what
that gave. What it takes and gives stands in `web.shapes`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from netwb.errors import NetwbError, UnknownDeviceError
from netwb.inventory.records import Device
from netwb.roles import Permission
from netwb.web.backup_rows import change_json, device_json, held_json, hit_json, revision_json
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
    answer,
)
from netwb.web.paging import Item, behind, left_off, page, place_of
from netwb.web.problems import Problem, RefusedError
from netwb.web.shapes import (
    OLDER,
    AcceptedAnswer,
    ChangesAnswer,
    ChangesQuery,
    DevicesAnswer,
    DevicesQuery,
    DiffAnswer,
    DiffQuery,
    HistoryAnswer,
    HistoryQuery,
    NewRun,
    QuarantineAnswer,
    QuarantineQuery,
    SearchAnswer,
    SearchQuery,
    Settlement,
    TextAnswer,
    TextQuery,
)
from netwb.workbench import Workbench
from netwb.workbench.words import Change, Hit, QuarantineItem

_LAST = 2**53  # behind every line that still stands
_UTF8 = f"{TEXT}; charset=utf-8"
_PATCH_UTF8 = f"{PATCH}; charset=utf-8"


def devices(call: Call[DevicesQuery, None]) -> Answer:
    """Devices in your scope with their ids, by tenant and hostname.

    Without `status` the retired ones are left out. Addresses are empty for who may not see them.
    """
    query = call.query
    named = query.model_dump(exclude=set(Paged.model_fields), exclude_none=True)
    return _slice(call, call.bench.where(**named).devices(), shape=device_json, order=_device_order)


def _device_order(device: Device) -> Sequence[Any]:
    return device.tenant, device.hostname, device.id


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
    try:
        revision = call.bench.revision(wanted, kind=call.query.kind)
    except UnknownDeviceError:
        _refuse_bare_slash(call)
        raise
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


def _refuse_bare_slash(call: Call[TextQuery, None]) -> None:
    """Say how TENANT/HOSTNAME is written, where that is a device of the caller's scope."""
    name = f"{call.path['device_id']}/{call.path['revision']}"
    try:
        found = call.bench.device(name)
    except NetwbError:
        return
    written = quote(name, safe="")
    raise RefusedError(
        Problem(
            status=HTTPStatus.NOT_FOUND,
            title="No such device",
            detail=f"in a path a device is its id, or its name with the slash as %2F; here that is"
            f" {BASE}/backup/history/{found.id}, or {BASE}/backup/history/{written}",
            slug="unknown-device",
        )
    )


def diff(call: Call[DiffQuery, None]) -> Answer:
    """What differs between two revisions, of one device or two: hunks, or a patch.

    Before a device's first revision there was nothing: `old` is empty, and each line is added.
    """
    query = call.query
    found = call.bench.compare(query.new, old=query.old, kind=query.kind)
    if call.media == PATCH:
        return Answer(content=found.patch(), media=_PATCH_UTF8)
    return answer(found.diff.as_json())


def changes(call: Call[ChangesQuery, None]) -> Answer:
    """What changed across devices, newest first."""
    query, last = call.query, left_off(call)
    after = None if last is None else (datetime.fromisoformat(last[0]), last[1], last[2])
    found = _where(call, query.tenant, query.site).changes(
        since=query.since,
        until=query.until,
        by=query.by,
        device=query.device,
        limit=query.limit + 1,
        after=after,
    )
    return page(call, found, shape=change_json, key=_change_place)


def _change_place(change: Change) -> Sequence[Any]:
    return change.at.isoformat(), change.device_id, change.number


def search(call: Call[SearchQuery, None]) -> Answer:
    """Lines that hold a text: who carries it now, or who ever did, from when to when."""
    query = call.query
    found = _where(call, query.tenant, query.site).search(
        query.text,
        when=query.when,
        since=query.since,
        until=query.until,
        author=query.by,
        match=query.match,
    )
    return _slice(call, found, shape=hit_json, order=_hit_order)


def quarantine(call: Call[QuarantineQuery, None]) -> Answer:
    """Texts that were not believed and wait for a person, newest first."""
    held = _where(call, call.query.tenant, call.query.site).quarantine()
    return _slice(call, held, shape=held_json, order=_held_order)


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
    rest = behind(found, left_off(call), order)
    return page(call, rest, shape=shape, key=lambda item: place_of(found, item, order))


def _hit_order(hit: Hit) -> Sequence[Any]:
    return hit.tenant, hit.hostname, hit.kind, hit.line or _LAST, hit.since.isoformat()


def _held_order(item: QuarantineItem) -> Sequence[Any]:
    return -item.at.timestamp(), item.id


OPERATIONS = (
    Operation(
        method="GET",
        path="/backup/devices",
        do=devices,
        query=DevicesQuery,
        gives={JSON: DevicesAnswer},
        needs=Permission.INVENTORY_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/history/{device_id}",
        do=history,
        query=HistoryQuery,
        gives={JSON: HistoryAnswer},
        pace="quick",
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/history/{device_id}/{revision}",
        do=text,
        query=TextQuery,
        gives={JSON: TextAnswer, TEXT: None},
        kept="never",
        has_etag=True,
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
        older=OLDER,
        gives={JSON: ChangesAnswer},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/search",
        do=search,
        query=SearchQuery,
        older=OLDER,
        gives={JSON: SearchAnswer},
        needs=Permission.CONFIG_VIEW,
    ),
    Operation(
        method="GET",
        path="/backup/quarantine",
        do=quarantine,
        query=QuarantineQuery,
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
