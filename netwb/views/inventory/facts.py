"""What is known of a device, as a panel of its page. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb.inventory.records import Device, Inherited
from netwb.views.html import age, esc, tag, when
from netwb.views.inventory.rows import labels_of
from netwb.views.inventory.table import NOTHING, Sees
from netwb.views.words import span


def facts_panel(device: Device, sees: Sees, now: datetime, zone: ZoneInfo) -> str:
    """Names and values, one under the other."""
    facts = [("Platform", esc(device.platform)), ("Model", _or_unknown(device.model))]
    if sees.address:
        where = f'<span class="mono">{esc(device.address)}</span>, port {device.port}'
        facts.insert(0, ("Address", where))
    facts += [
        ("Serial", _or_unknown(device.serial)),
        ("Role", esc(device.role or NOTHING)),
        ("Uptime", _or_unknown(None if device.uptime_s is None else span(device.uptime_s))),
        ("Calls itself", esc(device.sysname or NOTHING)),
        ("Credential", inherited(device.credential)),
        ("SNMP", inherited(device.snmp_credential)),
    ]
    if sees.address:
        source = f'<span class="mono">{esc(device.syslog_source or device.address)}</span>'
        facts += [
            ("SNMP port", str(device.snmp_port)),
            ("Jump host", inherited(device.jump)),
            ("Syslog from", source),
        ]
    facts += [
        ("Transport", esc(device.transport)),
        ("Contract", esc(device.contract_ref or NOTHING)),
        ("Labels", _chips(labels_of(device))),
        ("Added", when(device.created_at, now, zone)),
        ("Device id", f'<span class="mono" data-copy="{esc(device.id)}">{esc(device.id)}</span>'),
    ]
    items = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    read = "" if device.facts_at is None else f"read {age(device.facts_at, now)} ago"
    head = f'<div class="bar"><h3 class="h">Facts</h3><span class="push sm t3">{read}</span></div>'
    return (
        f'<section class="panel" aria-label="Facts">{head}<dl class="facts">{items}</dl></section>'
    )


def _or_unknown(value: str | None) -> str:
    return esc(value) if value else '<span class="t3">unknown</span>'


def _chips(labels: Sequence[str]) -> str:
    return " ".join(tag("span", esc(label), class_="chip") for label in labels) or NOTHING


def inherited(value: Inherited) -> str:
    """A value, and the level that gave it where that is not the device itself."""
    if value.value is None:
        return f'<span class="t3">{"none" if value.source == "nowhere" else NOTHING}</span>'
    source = "" if value.source == "device" else f' <span class="t3">from the {value.source}</span>'
    return f"{esc(value.value)}{source}"
