"""REST of a tenant's inventory for its ERP: devices, ports, what changed and what is gone.

An unchanged list is told by its tag alone, before any list is read. What an ERP may write is a
device's `contract_ref` and a port's `circuit_ref`, on what is still as it was read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from pydantic import Field, field_validator

from netwb.erp.records import ErpDevice, ErpPort, Gone
from netwb.errors import InputError, NumberGoneError
from netwb.roles import Permission
from netwb.spreadsheets import tame
from netwb.web.erp_shapes import (
    ANY_DEVICE_FIELD,
    DEVICE_FIELDS,
    ErpDeviceAnswer,
    ErpInventoryAnswer,
    ErpPortAnswer,
    device_json,
    etag_of,
    gone_json,
    port_json,
)
from netwb.web.operations import BASE, JSON, Answer, Asked, Call, NoQuery, Operation, Paged, answer
from netwb.web.paging import left_off
from netwb.web.problems import Fault, RefusedError, bad_parameters
from netwb.web.stamps import stamp
from netwb.workbench.erp_inventory import ErpInventory, ErpStanding
from netwb.workbench.erp_references import Change, Referred, Tagged

CSV = "text/csv"
_CSV_UTF8 = f"{CSV}; charset=utf-8"
_MUST_MATCH = "The `etag` that was read: it is written only where that is so still."
_ONCE = "The same request sent again with it is done once; 200 characters at most."
_CHANGES = {"If-Match": _MUST_MATCH, "Idempotency-Key": _ONCE}
_COLUMNS = (
    *("kind", "id", "hostname", "address", "site", "role", "platform", "model", "serial"),
    *("os_version", "contract_ref", "status", "updated_at", "device_id", "name", "alias"),
    *("speed_bps", "circuit_ref", "watched", "etag", "removed_at"),
)


class InventoryQuery(Paged):
    """Of an inventory."""

    updated_since: Annotated[
        str,
        Field(
            max_length=64,
            description="`sequence` of an earlier answer, as it was: what changed after it. Or a time "
            "(RFC 3339), which is taken with 5 minutes' overlap.",
            examples=["11ndm3zf95rtxmf6.42"],
        ),
    ] = ""
    fields: Annotated[
        str,
        Field(
            max_length=400,
            description="Only these of each device, by comma; `id` is always there. Of: "
            f"{', '.join(DEVICE_FIELDS)}.",
            examples=["id,hostname,contract_ref"],
        ),
    ] = ""
    site: Annotated[
        str | None, Field(max_length=200, description="Only of this site.", examples=["fra1"])
    ] = None
    role: Annotated[
        str | None, Field(max_length=200, description="Only of this role.", examples=["pe"])
    ] = None
    platform: Annotated[
        str | None,
        Field(max_length=200, description="Only of this platform.", examples=["juniper_junos"]),
    ] = None
    contract_ref: Annotated[
        str | None,
        Field(max_length=255, description="Only of this contract.", examples=["C-2026-0815"]),
    ] = None
    status: Annotated[
        Literal["active", "maintenance", "planned"] | None,
        Field(
            description="Only of this status; left out: active and in maintenance.",
            examples=["active"],
        ),
    ] = None
    sort: Annotated[
        Literal["id", "hostname"],
        Field(
            description="Order of devices; what changed comes in the order of its changes.",
            examples=["hostname"],
        ),
    ] = "id"
    count: Annotated[
        bool,
        Field(
            description="Whether `total` tells how many devices there are in all.", examples=[True]
        ),
    ] = False

    @field_validator("fields")
    @classmethod
    def known(cls, value: str) -> str:
        """Those that there are."""
        unknown = [one for one in value.split(",") if value and one not in DEVICE_FIELDS]
        if unknown:
            msg = f"names a field that there is not; there are {', '.join(DEVICE_FIELDS)}"
            raise ValueError(msg)
        return value


class DeviceReference(Asked):
    """What an ERP may write of a device."""

    contract_ref: Annotated[
        str | None,
        Field(
            max_length=255,
            description="The ERP's reference of the contract; null clears it.",
            examples=["C-2026-0815"],
        ),
    ]


class PortReference(Asked):
    """What an ERP may write of a port."""

    circuit_ref: Annotated[
        str | None,
        Field(
            max_length=255,
            description="The ERP's reference of the circuit; null clears it.",
            examples=["CIR-4711"],
        ),
    ]


def inventory(call: Call[InventoryQuery, None]) -> Answer:
    """Active devices of one tenant with their ports, and its ports on devices of others.

    Read it whole once, page by page (`next`), and keep `sequence`. From then on ask with
    `updated_since=<sequence>`: `items` and `ports` are what is new or other, whole each, and
    `removed` what is gone; keep the new `sequence`. Nothing is missed, whoever writes meanwhile. With
    If-None-Match an unchanged inventory costs a 304. 410: the database was put back; begin anew.
    As CSV it is one row a device, port and removal; the next page stands in `Link`, the sequence in
    `Netwb-Sequence`, the count in `Netwb-Total`; an apostrophe stands before what a spreadsheet would
    take for a formula.
    """
    query = call.query
    standing = call.bench.erp_standing(call.path["tenant_id"])
    tag = stamp(call, standing.sequence, standing.addresses)
    if tag in call.seen:
        return Answer(content=b"", etag=tag)
    wanted = frozenset(query.fields.split(",")) if query.fields else ANY_DEVICE_FIELD
    found = _read(call, standing, wanted)
    page = found.page
    cursor = None if found.left_off is None else call.bench.mark(call.place, found.left_off)
    if call.media == CSV:
        rows = _csv(page.devices, page.ports, page.gone, standing)
        headers = _links(call, cursor, found.sequence)
        if page.total is not None:
            headers["Netwb-Total"] = str(page.total)
        return Answer(content=rows, media=_CSV_UTF8, etag=tag, headers=headers)
    total = {"total": page.total} if query.count else {}
    document = {
        "items": [device_json(one, standing, wanted) for one in page.devices],
        "ports": [port_json(one, standing) for one in page.ports],
        "removed": [gone_json(one) for one in page.gone],
        "sequence": found.sequence,
        "next": cursor,
        **total,
    }
    return answer(document, etag=tag)


def _read(
    call: Call[InventoryQuery, None], standing: ErpStanding, wanted: frozenset[str]
) -> ErpInventory:
    query = call.query
    try:
        return call.bench.erp_inventory(
            standing,
            limit=query.limit,
            left_off=left_off(call),
            updated_since=query.updated_since,
            site=query.site,
            role=query.role,
            platform=query.platform,
            contract_ref=query.contract_ref,
            statuses=None if query.status is None else frozenset({query.status}),
            sort=query.sort,
            with_ports="ports" in wanted,
            address="address" in wanted and bool(query.fields),
            count=query.count,
        )
    except NumberGoneError:
        raise
    except InputError as error:
        detail = str(error).removeprefix("updated_since ")
        raise RefusedError(bad_parameters([Fault(where="updated_since", detail=detail)])) from None


def device(call: Call[NoQuery, None]) -> Answer:
    """One device of the inventory, with the tag that a change of it needs."""
    found = _device_json(call.bench.erp_device(call.path["tenant_id"], call.path["device_id"]))
    return answer(found, etag=found["etag"])


def port(call: Call[NoQuery, None]) -> Answer:
    """One port of the inventory, with the tag that a change of it needs."""
    found = _port_json(call.bench.erp_port(call.path["tenant_id"], call.path["port_id"]))
    return answer(found, etag=found["etag"])


def refer_device(call: Call[NoQuery, DeviceReference]) -> Answer:
    """Give a device its contract's reference; nothing else of it can be written here.

    It is written where the device is still as it was read: If-Match holds its `etag`, within double
    quotes, or `*` for whatever it is by now. Sent again with its Idempotency-Key it is done once, and
    answered as the first time, with `Idempotency-Replayed: true`, for two days.
    """
    tenant_id, device_id = call.path["tenant_id"], call.path["device_id"]
    change = Change(tags=_own_tags(call), shape=_device_json, once_key=call.once_key)
    return _done(call.bench.refer_device(tenant_id, device_id, call.body.contract_ref, change))


def refer_port(call: Call[NoQuery, PortReference]) -> Answer:
    """Give a port its circuit's reference; nothing else of it can be written here.

    If-Match and Idempotency-Key are as those of a device; each port has an `etag` of its own.
    """
    tenant_id, port_id = call.path["tenant_id"], call.path["port_id"]
    change = Change(tags=_own_tags(call), shape=_port_json, once_key=call.once_key)
    return _done(call.bench.refer_port(tenant_id, port_id, call.body.circuit_ref, change))


def _own_tags(call: Call[Any, Any]) -> frozenset[str] | None:
    """Of the tags of If-Match those of this inventory, as the facade knows them; None: any will do."""
    if call.only is None:
        return None
    own = etag_of(call.bench.erp_standing(call.path["tenant_id"]), "")
    return frozenset(tag.removeprefix(own) for tag in call.only if tag.startswith(own))


def _done(found: Referred) -> Answer:
    headers = {"Idempotency-Replayed": "true"} if found.is_repeat else {}
    return answer(found.answer, etag=found.answer["etag"], headers=headers)


def _device_json(found: Tagged) -> dict[str, Any]:
    assert isinstance(found.thing, ErpDevice)
    return device_json(found.thing, found.standing, ANY_DEVICE_FIELD)


def _port_json(found: Tagged) -> dict[str, Any]:
    assert isinstance(found.thing, ErpPort)
    return port_json(found.thing, found.standing)


def _links(call: Call[Any, Any], cursor: str | None, sequence: str) -> dict[str, str]:
    """What the document of a CSV has no place for."""
    headers = {"Netwb-Sequence": sequence}
    if cursor is not None:
        asked = call.query.model_dump(mode="json", exclude_defaults=True) | {"cursor": cursor}
        where = f"{BASE}/erp/inventory/{call.path['tenant_id']}?{urlencode(asked)}"
        headers["Link"] = f'<{where}>; rel="next"'
    return headers


def _csv(
    devices: Sequence[ErpDevice], ports: Sequence[ErpPort], gone: Sequence[Gone], shown: ErpStanding
) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, _COLUMNS, restval="", extrasaction="ignore")
    rows.writeheader()
    for one in devices:
        whole = device_json(one, shown, ANY_DEVICE_FIELD)
        rows.writerow(_row("device", whole))
        for own in whole["ports"]:
            rows.writerow(_row("port", {"hostname": one.hostname, **own, "device_id": one.id}))
    for elsewhere in ports:
        there = port_json(elsewhere, shown)
        hostname = f"{elsewhere.device_tenant}/{elsewhere.hostname}"
        rows.writerow(_row("port", {**there, "hostname": hostname}))
    for left in gone:
        rows.writerow(_row(f"removed {left.kind}", {"id": left.id, **gone_json(left)}))
    return text.getvalue().encode(errors="replace")


def _row(kind: str, thing: Mapping[str, Any]) -> dict[str, str]:
    """Cells that a spreadsheet takes for what they are."""
    told = {name: _cell(value) for name, value in thing.items()}
    return {name: tame(text) for name, text in (told | {"kind": kind}).items()}


_OF_CSV = {
    "Netwb-Sequence": ("Of a CSV: `updated_since` of the next time.", "11ndm3zf95rtxmf6.42"),
    "Link": (
        "Of a CSV: the next page.",
        '</api/v1/erp/inventory/q3v8zk1m5t7w9y2b?cursor=bmV0d2I>; rel="next"',
    ),
}


def _cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


_INVENTORY = "/erp/inventory/{tenant_id}"
OPERATIONS = (
    Operation(
        method="GET",
        path=_INVENTORY,
        do=inventory,
        gives={JSON: ErpInventoryAnswer, CSV: None},
        query=InventoryQuery,
        tells=_OF_CSV,
        pace="quick",
        needs=Permission.INVENTORY_VIEW,
        has_etag=True,
    ),
    Operation(
        method="GET",
        path=f"{_INVENTORY}/devices/{{device_id}}",
        do=device,
        gives={JSON: ErpDeviceAnswer},
        needs=Permission.INVENTORY_VIEW,
        has_etag=True,
    ),
    Operation(
        method="PATCH",
        path=f"{_INVENTORY}/devices/{{device_id}}",
        do=refer_device,
        body=DeviceReference,
        gives={JSON: ErpDeviceAnswer},
        carries=_CHANGES,
        must_match=True,
        needs=Permission.REFERENCE_EDIT,
        needs_too=(Permission.INVENTORY_VIEW,),
        has_etag=True,
    ),
    Operation(
        method="GET",
        path=f"{_INVENTORY}/ports/{{port_id}}",
        do=port,
        gives={JSON: ErpPortAnswer},
        needs=Permission.INVENTORY_VIEW,
        has_etag=True,
    ),
    Operation(
        method="PATCH",
        path=f"{_INVENTORY}/ports/{{port_id}}",
        do=refer_port,
        body=PortReference,
        gives={JSON: ErpPortAnswer},
        carries=_CHANGES,
        must_match=True,
        needs=Permission.REFERENCE_EDIT,
        needs_too=(Permission.INVENTORY_VIEW,),
        has_etag=True,
    ),
)
