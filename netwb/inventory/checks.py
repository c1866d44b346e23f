"""Which fields a tenant, a site and a device have, each with its check. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from netwb.inventory.fields import (
    AUTO,
    SET_STATUSES,
    check_address,
    check_jump,
    check_labels,
    check_platform,
    check_port,
    check_sessions,
    check_sources,
    check_status,
    check_switch,
    check_text,
    check_transport,
    parse_host_key,
    parse_labels,
)

Check = Callable[[Any], Any]  # gives the value as stored, or raises InventoryError
CREDENTIAL_FIELDS = ("credential", "snmp_credential", "jump_credential")
REFERENCES = (*CREDENTIAL_FIELDS, "site")  # names of other rows, stored as `<field>_id`
NEVER_EMPTY = frozenset({"site", "address", "status", "labels"})
CLEARED: dict[str, int | str] = {  # what an emptied field falls back to
    "port": 22,
    "snmp_port": 161,
    "platform": AUTO,
    "transport": "fast",
    "shadow": False,
}


def _text(thing: str) -> Check:
    return lambda value: check_text(thing, value)


def _labels(value: Mapping[str, str] | str) -> dict[str, str]:
    """As a record holds them, or as a person writes them."""
    return parse_labels(value) if isinstance(value, str) else check_labels(value)


_INHERITED: dict[str, Check] = {
    **{field: _text(field.replace("_", " ")) for field in CREDENTIAL_FIELDS},
    "jump": check_jump,
    "jump_host_key": parse_host_key,
}
TENANT_CHECKS: dict[str, Check] = {"name": _text("name"), **_INHERITED}
SITE_CHECKS: dict[str, Check] = {
    **TENANT_CHECKS,
    "max_sessions": check_sessions,
    "shadow": check_switch,
}


def device_checks(platforms: Collection[str]) -> dict[str, Check]:
    """Fields of a device; `platforms` are the names that there is a record of."""
    return {
        "site": _text("site"),
        "address": check_address,
        "port": check_port,
        "snmp_port": check_port,
        "platform": lambda value: check_platform(value, platforms),
        "status": lambda value: check_status(value, SET_STATUSES),
        "role": _text("role"),
        "transport": check_transport,
        "sysname": _text("sysname"),
        "syslog_source": check_sources,
        "model": _text("model"),
        "serial": _text("serial"),
        "contract_ref": _text("contract_ref"),
        "labels": _labels,
        **_INHERITED,
    }
