"""Rows of configurations made into JSON by hand, as `web.shapes` has them.

A page may hold a thousand rows, so that no model is made for any of them; the tests hold every
answer against its model.
"""

from __future__ import annotations

from typing import Any

from netwb.inventory.records import Device
from netwb.web.operations import rfc3339
from netwb.web.problems import cause_of
from netwb.workbench.words import Change, Hit, QuarantineItem, Revision


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
