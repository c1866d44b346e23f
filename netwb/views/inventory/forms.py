"""Dialogs of a device, and the reading of their fields. Pure.

What a field may hold is judged below the facade, in one place for commands, files and pages; here
texts become records, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from netwb.errors import InputError
from netwb.inventory.changes import DeviceChanges
from netwb.inventory.fields import SET_STATUSES, render_labels
from netwb.inventory.records import Credential, Device, Inherited, NewDevice, Site
from netwb.views.fields import (
    Ask,
    Field,
    area_field,
    check_field,
    dialog,
    select_field,
    text_field,
    text_of,
)
from netwb.views.html import esc, tag
from netwb.views.words import count, listed

AUTO = "auto"
INHERITED = "as the site or tenant has it"
OPTIONAL = ("role", "sysname", "syslog_source", "model", "serial", "contract_ref")
_LABELS = {
    "role": "Role",
    "sysname": "Calls itself",
    "syslog_source": "Syslog from",
    "model": "Model",
    "serial": "Serial",
    "contract_ref": "Contract",
}
_HINTS = {
    "sysname": "its own name, where that is not the hostname",
    "syslog_source": "addresses; empty: the one above",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a device form offers: living sites, credentials and the platforms that there are."""

    sites: Sequence[Site]
    credentials: Sequence[Credential]
    platforms: Sequence[str]


def add_dialog(offered: Choices, filled: Mapping[str, Any], *, wrong: str = "") -> str:
    """A new device; `filled` is what was typed before, where the facade refused it."""
    if not offered.sites:
        return _no_site()
    ask = Ask(title="Add device", act="add-device", yes="Add device", data={}, wrong=wrong)
    sites = [(f"{s.tenant}/{s.slug}", f"{s.tenant} / {s.slug}") for s in offered.sites]
    said = {
        "platform": AUTO,
        "port": "22",
        "snmp_port": "161",
        "status": "active",
        **_texts(filled),
    }
    head = text_field(
        _field("hostname", "Hostname", said, required=True), autofocus=True
    ) + select_field(_field("site", "Tenant and site", said, required=True), sites)
    return dialog(ask, head + _body(offered, said, own=None), two_columns=True)


def _no_site() -> str:
    """In the place of a form that could not be filled in: what comes first."""
    told = (
        '<p class="t2">A device stands at a site of a tenant, and there is none yet. Add a tenant and a'
        " site of it first.</p>"
    )
    ask = Ask(title="Add device", act="go", yes="Tenants and sites", data={"tab": "places"})
    return dialog(ask, told)


def edit_dialog(device: Device, offered: Choices, filled: Mapping[str, Any], wrong: str) -> str:
    """What may be changed of a device; its name and its box have dialogs of their own."""
    name = f"{device.tenant}/{device.hostname}"
    data = {"device": device.id}
    ask = Ask(title=f"Edit {name}", act="edit-device", yes="Save", data=data, wrong=wrong)
    sites = [(s.slug, s.slug) for s in offered.sites if s.tenant == device.tenant]
    said = {**stored(device), **_texts(filled)}
    head = select_field(_field("site", "Site", said), sites)
    return dialog(ask, head + _body(offered, said, own=device.tenant), two_columns=True)


def _body(offered: Choices, said: Mapping[str, str], *, own: str | None) -> str:
    platforms = [(AUTO, "not known yet: probe it"), *((name, name) for name in offered.platforms)]
    named = _named(offered, own)
    first = (
        text_field(_field("address", "Address", said, required=True), class_="mono")
        + select_field(_field("platform", "Platform", said), platforms)
        + text_field(_field("port", "SSH port", said), inputmode="numeric")
        + select_field(_field("status", "Status", said), _statuses(said.get("status", "")))
        + select_field(_field("credential", "Credential", said), [("", INHERITED), *named])
        + select_field(
            _field("snmp_credential", "SNMP credential", said), [("", INHERITED), *named]
        )
        + text_field(_field("snmp_port", "SNMP port", said, hint="UDP"), inputmode="numeric")
    )
    texts = "".join(
        text_field(_field(name, _LABELS[name], said, hint=_HINTS.get(name, "")))
        for name in OPTIONAL
    )
    more = (
        text_field(_field("transport", "Transport", said, hint="fast, stock or netmiko:TYPE"))
        + text_field(_field("jump", "Jump host", said, hint="user@host[:port]; empty: inherited"))
        + area_field(
            Field(
                name="labels",
                label="Labels",
                id="device-labels",
                value=said.get("labels", ""),
                hint="key or key=value, parted by commas",
                wide=True,
            ),
            rows=2,
        )
    )
    return first + texts + more


def _named(offered: Choices, own: str | None) -> list[tuple[str, str]]:
    """Credentials by name: tenants may have one of the same name, and the site chosen says whose."""
    tenants: dict[str, list[str]] = {}
    for item in offered.credentials:
        if item.status == "active" and own in {None, item.tenant}:
            tenants.setdefault(item.name, []).append(item.tenant)
    return [
        (name, name if own else f"{name} ({', '.join(sorted(owners))})")
        for name, owners in tenants.items()
    ]


def _statuses(now: str) -> Iterable[tuple[str, str]]:
    """Retiring is an act of its own; a retired device keeps its word until it is activated."""
    known = (*SET_STATUSES, "retired") if now == "retired" else SET_STATUSES
    return ((word, word) for word in known)


def _field(
    name: str, label: str, said: Mapping[str, str], *, required: bool = False, hint: str = ""
) -> Field:
    value = said.get(name, "")
    return Field(
        name=name, label=label, id=f"device-{name}", value=value, required=required, hint=hint
    )


def stored(device: Device) -> dict[str, str]:
    """A device as its form says it: what it inherits is not its own, and stands empty."""
    return {
        "site": device.site,
        "address": device.address,
        "port": str(device.port),
        "snmp_port": str(device.snmp_port),
        "platform": device.platform,
        "status": device.status,
        "transport": device.transport,
        "credential": _own(device.credential),
        "snmp_credential": _own(device.snmp_credential),
        "jump": _own(device.jump),
        "labels": render_labels(device.labels),
        **{name: getattr(device, name) or "" for name in OPTIONAL},
    }


def _own(value: Inherited) -> str:
    return value.value or "" if value.source == "device" else ""


def _texts(filled: Mapping[str, Any]) -> dict[str, str]:
    return {name: text_of(filled, name) for name in filled}


def new_device(fields: Mapping[str, Any]) -> NewDevice:
    """The device that a form describes, as it was written: the facade judges every field at once."""
    said = _texts(fields)
    tenant, _, site = said.get("site", "").partition("/")
    if not site:
        msg = "no site is chosen; add one under Places first"
        raise InputError(msg)
    return NewDevice(
        tenant=tenant,
        site=site,
        hostname=said.get("hostname", ""),
        address=said.get("address", ""),
        platform=said.get("platform") or AUTO,
        port=cast("Any", said.get("port") or 22),
        snmp_port=cast("Any", said.get("snmp_port") or 161),
        status=cast("Any", said.get("status") or "active"),
        transport=said.get("transport") or "fast",
        labels=cast("Any", said.get("labels") or {}),
        **cast("Any", {name: said.get(name) or None for name in _NONEABLE}),
    )


_NONEABLE = ("credential", "snmp_credential", "jump", *OPTIONAL)


def device_changes(device: Device, fields: Mapping[str, Any]) -> DeviceChanges:
    """What an edited form changes: the fields that differ from what is stored, None for emptied."""
    said, was = _texts(fields), stored(device)
    changes: dict[str, Any] = {}
    for name, value in said.items():
        if name not in was or value == was[name]:
            continue
        changes[name] = value or ({} if name == "labels" else None)
    return cast("DeviceChanges", changes)


# -- one question each


def rename_dialog(device: Device, typed: str = "", *, wrong: str = "") -> str:
    """Another hostname."""
    ask = _ask(device, "Rename", "rename-device", "Rename", wrong=wrong)
    field = Field(
        name="hostname",
        label="New hostname",
        id="rename-hostname",
        value=typed or device.hostname,
        hint="Its history, its host key and its id stay, and so does what it calls itself.",
        required=True,
        wide=True,
    )
    return dialog(ask, text_field(field, autofocus=True))


def replace_dialog(device: Device, typed: Mapping[str, Any], *, wrong: str = "") -> str:
    """Another box in the device's place."""
    ask = _ask(device, "Replace", "replace-device", "Replace", danger=True, wrong=wrong)
    text = (
        "Another box took this device's place. Its history stays; the facts and the trusted host"
        " key of the box before are dropped."
    )
    serial = Field(
        name="serial",
        label="Serial of the new box",
        id="replace-serial",
        value=text_of(typed, "serial"),
    )
    key = Field(
        name="host_key",
        label="Its host key",
        id="replace-key",
        value=text_of(typed, "host_key"),
        hint="An OpenSSH public key line. Empty: the key of its next login is trusted.",
        wide=True,
    )
    return dialog(ask, _text(text) + text_field(serial) + area_field(key, rows=3, class_="mono"))


def key_to_trust(fields: Mapping[str, Any]) -> str | None:
    """The key of the form; None is that of the next login, which a person has to tick.

    Raises InputError for an empty form: it would drop the trusted key without being asked to.
    """
    key = text_of(fields, "host_key")
    if bool(key) == bool(text_of(fields, "next_login")):
        msg = "give a host key, or tick that of the next login: one of both"
        raise InputError(msg)
    return key or None


def trust_dialog(
    device: Device, typed: Mapping[str, Any], *, refused: str = "", wrong: str = ""
) -> str:
    """Another host key; `refused` is the fingerprint that was refused last."""
    ask = _ask(
        device, "Trust another host key of", "trust-device", "Trust…", danger=True, wrong=wrong
    )
    known = f"Trusted now: {device.host_key}." if device.host_key else "No key is trusted yet."
    seen = f" Refused last: {refused}." if refused else ""
    why = " Trust a key only when you know why it changed: a new box, or a reset one."
    key = Field(
        name="host_key",
        label="Host key",
        id="trust-key",
        value=text_of(typed, "host_key") if typed else refused,
        hint="A public key line, or the SHA256:… of one that was refused.",
        wide=True,
    )
    later = Field(
        name="next_login",
        label="Trust whatever key the next login shows",
        id="trust-next",
        wide=True,
    )
    content = area_field(key, rows=3, class_="mono") + check_field(
        later, checked=bool(text_of(typed, "next_login"))
    )
    return dialog(ask, _text(known + seen + why) + content)


def retire_dialog(devices: Sequence[Device], *, wrong: str = "") -> str:
    """Out of service: one device or several."""
    names = listed(tuple(f"{d.tenant}/{d.hostname}" for d in devices), at_most=6)
    ask = Ask(
        title=f"Retire {_called(devices)}",
        act="retire-devices",
        yes="Retire" if len(devices) == 1 else f"Retire {_called(devices)}",
        data={"devices": " ".join(d.id for d in devices)},
        danger=True,
        wrong=wrong,
    )
    text = (
        f"{names}: no longer backed up, and the name becomes free. The history stays, and a"
        " retired device can be activated again."
    )
    return dialog(ask, _text(text))


def status_dialog(devices: Sequence[Device], *, wrong: str = "") -> str:
    """Another status for the selected devices."""
    ask = Ask(
        title=f"Set the status of {_called(devices)}",
        act="set-status",
        yes="Set status",
        data={"devices": " ".join(d.id for d in devices)},
        wrong=wrong,
    )
    field = Field(name="status", label="Status", id="status-status", value="active", wide=True)
    hint = _text("Active and maintenance are backed up; planned devices are not.")
    return dialog(ask, select_field(field, [(w, w) for w in SET_STATUSES]) + hint)


def _called(devices: Sequence[Device]) -> str:
    """One by its name, several by their number."""
    first = devices[0] if len(devices) == 1 else None
    return f"{first.tenant}/{first.hostname}" if first else count(len(devices), "device")


def _ask(  # noqa: PLR0913 - the words of one question
    device: Device, verb: str, act: str, yes: str, *, danger: bool = False, wrong: str = ""
) -> Ask:
    title = f"{verb} {device.tenant}/{device.hostname}"
    data = {"device": device.id}
    return Ask(title=title, act=act, yes=yes, data=data, danger=danger, wrong=wrong)


def _text(words: str) -> str:
    return tag("p", esc(words), class_="wide t2")
