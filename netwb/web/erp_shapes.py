"""What an ERP is shown of devices and ports, and rows made into JSON by hand.

A page may hold a thousand devices, so that no model is made for any of them; the tests hold every
answer against its model.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from netwb.erp.records import ErpDevice, ErpPort, Gone
from netwb.inventory.records import DeviceStatus
from netwb.web.operations import CURSOR, Shape, rfc3339
from netwb.workbench.erp_inventory import ErpStanding

DEVICE_FIELDS = (
    *("id", "hostname", "address", "site", "role", "platform", "model", "serial", "os_version"),
    *("contract_ref", "status", "updated_at", "etag", "ports"),
)
ANY_DEVICE_FIELD = frozenset(DEVICE_FIELDS)
Id = Annotated[
    str, Field(description="Stable, and never used again.", examples=["11ndm3zf95rtxmf6"])
]
Hostname = Annotated[str, Field(description="The device's own name.", examples=["edge1"])]
Etag = Annotated[
    str,
    Field(
        description="Of the thing as it is; within double quotes it is the If-Match of a change of it.",
        examples=["11ndm3zf95rtxmf6-42"],
    ),
]
UpdatedAt = Annotated[
    str,
    Field(
        description="When anything that is shown of it changed last, UTC.",
        examples=["2026-11-20T02:00:00Z"],
    ),
]


class PortFields(Shape):
    """A port that is for the tenant."""

    id: Id
    name: Annotated[str, Field(description="ifName.", examples=["xe-0/0/0"])]
    alias: Annotated[
        str,
        Field(description="ifAlias, as somebody wrote it on the device.", examples=["to core1"]),
    ]
    speed_bps: Annotated[
        int | None,
        Field(
            description="What 100 % is, in bit/s: what was set, else what the device says; null where"
            " neither is known.",
            examples=[10_000_000_000],
        ),
    ]
    circuit_ref: Annotated[
        str | None, Field(description="The ERP's reference of its circuit.", examples=["CIR-4711"])
    ]
    watched: Annotated[bool, Field(description="Whether its being down matters.", examples=[True])]
    etag: Etag


class ErpDeviceAnswer(Shape):
    """A device of the tenant, with those of its ports that are for the tenant too.

    All but `id` may be left out by `fields`; `address` is there only for who holds
    inventory.address.
    """

    id: Id
    hostname: Annotated[str, Field(description="The device's own name.", examples=["edge1"])] = ""
    address: Annotated[
        str,
        Field(
            description="Management address; left out for who may not see it.",
            examples=["192.0.2.1"],
        ),
    ] = ""
    site: Annotated[str, Field(description="Slug of its site.", examples=["fra1"])] = ""
    role: Annotated[str | None, Field(description="What it is for.", examples=["pe"])] = None
    platform: Annotated[str, Field(description="Its platform.", examples=["juniper_junos"])] = ""
    model: Annotated[
        str | None, Field(description="As the device says it.", examples=["MX204"])
    ] = None
    serial: Annotated[
        str | None, Field(description="As the device says it.", examples=["JN12345ABC"])
    ] = None
    os_version: Annotated[
        str | None, Field(description="As the device says it.", examples=["21.4R3-S5"])
    ] = None
    contract_ref: Annotated[
        str | None,
        Field(description="The ERP's reference of its contract.", examples=["C-2026-0815"]),
    ] = None
    status: Annotated[
        DeviceStatus, Field(description="What is meant to be with it.", examples=["active"])
    ] = "active"
    updated_at: UpdatedAt = ""
    etag: Etag = ""
    ports: Annotated[
        list[PortFields],
        Field(
            default_factory=list, description="In the order of the device; never those of others."
        ),
    ]


class ErpPortAnswer(PortFields):
    """A port that is for the tenant; of a device of another tenant its name alone is told."""

    device_id: Annotated[
        str, Field(description="Of the device that it is on.", examples=["agchg4yenaavh7s7"])
    ]
    device: Annotated[
        str,
        Field(
            description="That device's name: HOSTNAME, or TENANT/HOSTNAME where it is another's.",
            examples=["carrier/core1"],
        ),
    ]
    updated_at: Annotated[
        str | None,
        Field(
            description="When anything that is shown of it changed last, UTC; null where it is shown"
            " with its device.",
            examples=["2026-11-20T02:00:00Z"],
        ),
    ]


class RemovedAnswer(Shape):
    """What is not shown any more: retired, another's by now, or none of those that are asked for."""

    kind: Annotated[
        Literal["device", "port"], Field(description="What it was.", examples=["device"])
    ]
    id: Id
    removed_at: Annotated[
        str, Field(description="When it changed last, UTC.", examples=["2026-11-20T02:00:00Z"])
    ]


class ErpInventoryAnswer(Shape):
    """A page of an inventory, or of what changed in it."""

    items: Annotated[list[ErpDeviceAnswer], Field(description="Devices, each whole.")]
    ports: Annotated[
        list[ErpPortAnswer], Field(description="Ports of the tenant on devices of others.")
    ]
    removed: Annotated[
        list[RemovedAnswer],
        Field(description="Only of what changed: take it out of the copy, if it is there."),
    ]
    sequence: Annotated[
        str,
        Field(
            description="`updated_since` of the next time; the same on each page of one walk.",
            examples=["11ndm3zf95rtxmf6.42"],
        ),
    ]
    next: Annotated[
        str | None,
        Field(
            description="`cursor` of the next page; null where this is the last.",
            examples=[CURSOR],
        ),
    ]
    total: Annotated[
        int,
        Field(description="How many devices there are in all, where it was asked.", examples=[12]),
    ] = 0


def device_json(
    one: ErpDevice, shown: ErpStanding, wanted: frozenset[str] = ANY_DEVICE_FIELD
) -> dict[str, Any]:
    """A device as ErpDeviceAnswer."""
    own = etag_of(shown, "")
    found: dict[str, Any] = {
        "id": one.id,
        "hostname": one.hostname,
        "address": one.address,
        "site": one.site,
        "role": one.role,
        "platform": one.platform,
        "model": one.model,
        "serial": one.serial,
        "os_version": one.os_version,
        "contract_ref": one.contract_ref,
        "status": one.status,
        "updated_at": rfc3339(one.at),
        "etag": own + one.tag,
    }
    if one.address is None:
        del found["address"]
    if wanted is not ANY_DEVICE_FIELD:
        found = {name: value for name, value in found.items() if name in wanted or name == "id"}
    if "ports" in wanted:
        found["ports"] = [_port_fields(port, own + port.tag) for port in one.ports]
    return found


def port_json(one: ErpPort, shown: ErpStanding) -> dict[str, Any]:
    """A port as ErpPortAnswer."""
    return {
        **_port_fields(one, etag_of(shown, one.tag)),
        "device_id": one.device_id,
        "device": f"{one.device_tenant}/{one.hostname}" if one.device_tenant else one.hostname,
        "updated_at": rfc3339(one.at),
    }


def _port_fields(one: ErpPort, tag: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "alias": one.alias,
        "speed_bps": one.speed_bps,
        "circuit_ref": one.circuit_ref,
        "watched": one.watched,
        "etag": tag,
    }


def gone_json(one: Gone) -> dict[str, Any]:
    """What is gone as RemovedAnswer."""
    return {"kind": one.kind, "id": one.id, "removed_at": rfc3339(one.at)}


def etag_of(shown: ErpStanding, tag: str) -> str:
    """Of a thing at that tag, for this caller: who sees more has another body. "": what all begin with."""
    seen = "a" if shown.addresses else "b"
    return f"{shown.stand.epoch}{seen}-{tag}"
