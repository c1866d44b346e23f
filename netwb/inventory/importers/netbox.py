"""Rows of NetBox's own exports of dcim/devices: "All data" as CSV, or the REST API's JSON. Pure.

CSV exports carry the table's titles and the names of related objects; JSON carries slugs. A device
without a primary IP is a bad row, because there is nowhere to log in.
Sources: NetBox 3 and 4, device table and device serializer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netwb.errors import ImportRefusedError
from netwb.inventory.fields import quoted
from netwb.inventory.importers.rows import AUTO, Parsed, SourceRow
from netwb.inventory.records import DeviceStatus

NETBOX_COLUMNS = {  # folded titles, those of older versions too; all others are left out
    "name": "hostname",
    "tenant": "tenant",
    "site": "site",
    "status": "status",
    "role": "role",
    "device role": "role",
    "device_role": "role",
    "type": "model",
    "device type": "model",
    "device_type": "model",
    "platform": "platform",
    "serial": "serial",
    "serial number": "serial",
    "ip address": "address",
    "primary_ip": "address",
    "tags": "labels",
}
STATUSES: Mapping[str, DeviceStatus] = {
    "active": "active",
    "planned": "planned",
    "staged": "planned",
    "inventory": "planned",
    "offline": "maintenance",
    "failed": "maintenance",
    "decommissioning": "retired",
}


def is_netbox(header: Sequence[str]) -> bool:
    """Whether the titles are those of a NetBox export."""
    folded = {name.casefold() for name in header}
    return {"name", "site", "status"} <= folded and not folded.isdisjoint(
        {"type", "device type", "device_type", "manufacturer"}
    )


def from_netbox_table(rows: Sequence[SourceRow], header: Sequence[str]) -> Parsed:
    """Rows of a CSV export, in our words."""
    left = [name for name in header if name.casefold() not in NETBOX_COLUMNS]
    notes = [f"left out of NetBox's columns: {', '.join(map(quoted, left))}"] if left else []
    return Parsed(
        rows=tuple(replace(row, values=_ours(row.values)) for row in rows),
        notes=tuple(notes),
        fallbacks=AUTO,
    )


def parse_netbox_json(text: str) -> Parsed:
    """Rows of `GET /api/dcim/devices/`, a whole page or its bare list of devices."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"the file is no JSON: {error}; export the devices again"
        raise ImportRefusedError(msg) from error
    devices = document.get("results") if isinstance(document, dict) else document
    if not isinstance(devices, list):
        msg = "the JSON holds no list of devices; give NetBox's /api/dcim/devices/ as it answers"
        raise ImportRefusedError(msg)
    paged = isinstance(document, dict) and document.get("next")
    notes = ("the file is one page of several; ask NetBox for all with limit=0",) if paged else ()
    return Parsed(rows=tuple(_json_rows(devices)), notes=notes, fallbacks=AUTO)


def _json_rows(devices: Sequence[Any]) -> Iterator[SourceRow]:
    for number, device in enumerate(devices, start=1):
        at = f"device {number}"
        if isinstance(device, dict):
            yield device_row(device, at)
        else:
            yield SourceRow(at=at, values={}, problem="is no JSON object")


def device_row(device: Mapping[str, Any], at: str) -> SourceRow:
    """One device of the REST API's, in our words."""
    return SourceRow(at=at, values=_ours(_flat(device)))


def _flat(device: Mapping[str, Any]) -> dict[str, str]:
    cells = {
        "hostname": device.get("name"),
        "tenant": _of(device.get("tenant"), "slug"),
        "site": _of(device.get("site"), "slug"),
        "status": _of(device.get("status"), "value"),
        "role": _of(device.get("role") or device.get("device_role"), "slug"),
        "model": _of(device.get("device_type"), "model"),
        "platform": _of(device.get("platform"), "slug"),
        "serial": device.get("serial"),
        "address": _of(device.get("primary_ip"), "address"),
        "labels": ",".join(str(_of(tag, "slug")) for tag in device.get("tags") or ()),
    }
    return {name: str(value).strip() for name, value in cells.items() if value}


def _of(value: Any, key: str) -> Any:
    """A field of a nested object; NetBox's brief form gives the bare value."""
    return value.get(key) if isinstance(value, Mapping) else value


def _ours(values: Mapping[str, str]) -> dict[str, str]:
    cells = dict(values)
    if "address" in cells:
        cells["address"] = cells["address"].partition("/")[0]  # an interface's: with its length
    if "status" in cells:
        folded = cells["status"].casefold()
        cells["status"] = STATUSES.get(folded, cells["status"])
    if "labels" in cells:
        cells["labels"] = ",".join(_label(tag) for tag in cells["labels"].split(",") if tag.strip())
    return cells


def _label(tag: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", tag.strip())
