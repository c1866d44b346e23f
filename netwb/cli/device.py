"""`netwb device add | list | show | events | set | rename | replace | retire | activate | trust`.

A DEVICE is a hostname, tenant/hostname where that is not unique, or a device id.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from netwb.cli import device_import, probe
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.fields import given, inherited_options, labels_of, print_record, say_changed
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.inventory.fields import render_labels
from netwb.inventory.records import Device, Inherited, NewDevice


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(device)


@click.group(cls=NetwbGroup)
def device() -> None:
    """Devices: where they are, how they are logged in to, what they say of themselves."""


device.add_command(device_import.import_)
device.add_command(probe.probe)

WORDS = (  # options that add and set share
    click.option("--contract-ref", metavar="TEXT", help="The ERP's reference."),
    click.option("--serial", metavar="TEXT", help="Serial number; a backup tells it too."),
    click.option("--model", metavar="TEXT", help="Model; a backup tells it too."),
    click.option("--sysname", metavar="NAME", help="What it calls itself, where that differs."),
    click.option("--syslog-source", metavar="A,A", help="Where its messages come from."),
    click.option("--transport", metavar="WORD", help="fast, stock or netmiko:<device_type>."),
    click.option("--role", metavar="TEXT", help="Its role: pe, access, ..."),
    click.option("--status", metavar="WORD", help="planned, active or maintenance."),
    click.option("--snmp-port", metavar="N", help="UDP port of SNMP; 161 by default."),
    click.option("--port", metavar="N", help="SSH port; 22 by default."),
)


def _words(command: Any) -> Any:
    for option in WORDS:
        command = option(command)
    return inherited_options(command)


@device.command()
@click.argument("device")
@click.option("--tenant", metavar="T", help="Its tenant, unless DEVICE is TENANT/HOSTNAME.")
@click.option("--site", required=True, metavar="S", help="Its site in the tenant.")
@click.option("--address", required=True, metavar="A", help="Where to connect.")
@click.option("--platform", default="auto", metavar="P", help="cisco_ios, ...; by default auto.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="K[=V]",
    help="A label, with a value or without; repeatable.",
)
@_words
@json_option
@click.pass_context
def add(
    context: click.Context,
    /,
    *,
    device: str,
    tenant: str | None,
    labels: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Add DEVICE, written TENANT/HOSTNAME."""
    owner, slash, hostname = device.partition("/")
    if not slash:
        owner, hostname = tenant or "", device
    if not owner:
        msg = f"say whose device it is: TENANT/{hostname}, or --tenant"
        raise click.UsageError(msg)
    fields = given(options)
    fields["site"] = (fields["site"] or "").removeprefix(f"{owner}/")
    new = NewDevice(tenant=owner, hostname=hostname, labels=labels_of(labels), **fields)
    added = bench(context).add_device(new)
    if as_json:
        print_json(added)
    else:
        say(f"device {_name(added)} is added; try it with `netwb device probe {_name(added)}`")


@device.command("list")
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@click.option("--site", metavar="S", help="Only this site's.")
@click.option("--role", metavar="R", help="Only this role.")
@click.option("--platform", metavar="P", help="Only this platform.")
@click.option("--label", metavar="K[=V]", help="Only with this label.")
@click.option("--status", metavar="WORD", help="Only this status; any: retired ones too.")
@json_option
@click.pass_context
def list_(context: click.Context, /, *, as_json: bool, **criteria: str | None) -> None:
    """Devices, without the retired ones unless --status asks for them."""
    found = reading(context).where(**given(criteria)).devices()
    if as_json:
        print_items(found)
        return
    retired_too = criteria["status"] in {"retired", "any"}  # whose names may be borne twice
    columns = ("device", "site", "address", "platform", "status", "model", "OS", "facts (UTC)")
    print_table(
        (*columns, "id") if retired_too else columns,
        [_row(d)[: None if retired_too else -1] for d in found],
        empty="no device matches; add one with `netwb device add` or `netwb device import`",
    )


@device.command()
@click.argument("device")
@json_option
@click.pass_context
def show(context: click.Context, *, device: str, as_json: bool) -> None:
    """One DEVICE, and where each inherited value comes from."""
    found = reading(context).device(device)
    print_record(found, _rows(found), as_json=as_json)


@device.command()
@click.argument("device")
@click.option("--limit", default=50, show_default=True, metavar="N", help="Most events.")
@json_option
@click.pass_context
def events(context: click.Context, *, device: str, limit: int, as_json: bool) -> None:
    """What happened to DEVICE, newest first."""
    found = reading(context).device_events(device, limit=limit)
    if as_json:
        print_items(found)
        return
    print_table(
        ("at (UTC)", "by", "what", "detail"),
        [(e.at, e.actor, e.kind, _detail(e.detail)) for e in found],
        empty="nothing has happened to it yet",
    )


@device.command("set")
@click.argument("device")
@click.option("--site", metavar="S", help="Move it to this site; its configurations follow.")
@click.option("--address", metavar="A", help="Where to connect.")
@click.option("--platform", metavar="P", help="cisco_ios, ...; or auto.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="K[=V]",
    help="Put a label, with a value or without; repeatable.",
)
@click.option("--unlabel", multiple=True, metavar="K", help="Take a label off; repeatable.")
@_words
@click.pass_context
def set_(
    context: click.Context,
    /,
    *,
    device: str,
    labels: tuple[str, ...],
    unlabel: tuple[str, ...],
    **options: Any,
) -> None:
    """Change a DEVICE; an empty value clears: it inherits, or has the default, again."""
    workbench = bench(context)
    changes = given(options)
    if labels or unlabel:
        held = {k: v for k, v in workbench.device(device).labels.items() if k not in unlabel}
        changes["labels"] = {**held, **labels_of(labels)}
    say_changed(f"device {device}", workbench.set_device(device, **changes))


@device.command()
@click.argument("device")
@click.argument("hostname")
@click.pass_context
def rename(context: click.Context, *, device: str, hostname: str) -> None:
    """Give DEVICE another HOSTNAME; its id, history and keys stay.

    The name that its texts showed stays known as what it calls itself (--sysname of `device set`),
    so that its next text is not taken for another device's.
    """
    renamed = bench(context).rename_device(device, hostname)
    own = f"; it calls itself {renamed.sysname}" if renamed.sysname else ""
    say(f"device {_name(renamed)} has its new name{own}")


@device.command()
@click.argument("device")
@click.option("--serial", metavar="TEXT", help="Of the new box; the next login tells it too.")
@click.option(
    "--host-key", metavar="LINE", help="Of the new box; else the next login's is trusted."
)
@click.pass_context
def replace(
    context: click.Context, *, device: str, serial: str | None, host_key: str | None
) -> None:
    """Another box took DEVICE's place: history stays, serial and host key are new."""
    replaced = bench(context).replace_device(device, serial=serial, host_key=host_key)
    trusted = replaced.host_key or "the one that its next login shows"
    names = " or ".join(name for name in (replaced.hostname, replaced.sysname) if name)
    say(f"device {_name(replaced)} is a new box; trusted host key: {trusted}")
    say(f"its texts are believed where they call it {names}; another name is set by")
    say(f"  netwb device set {_name(replaced)} --sysname NAME")


@device.command()
@click.argument("device")
@click.pass_context
def retire(context: click.Context, *, device: str) -> None:
    """Take DEVICE out of service; its name becomes free, its history stays."""
    retired = bench(context).retire_device(device)
    cure = f"netwb device activate {_name(retired)}"
    say(f"device {_name(retired)} is retired; bring it back with `{cure}`")


@device.command()
@click.argument("device")
@click.pass_context
def activate(context: click.Context, *, device: str) -> None:
    """Bring DEVICE into service, back from retirement too."""
    say(f"device {_name(bench(context).activate_device(device))} is active")


@device.command()
@click.argument("device")
@click.argument("host_key", required=False)
@click.pass_context
def trust(context: click.Context, *, device: str, host_key: str | None) -> None:
    """Trust HOST_KEY of DEVICE: a public key line, or SHA256:... of a refused one.

    Without it: the key that was refused last, and where none was, the next login's.
    """
    trusted = bench(context).trust_device(device, host_key)
    key = trusted.host_key or "the one that its next login shows"
    say(f"device {_name(trusted)}: trusted host key is now {key}")


def _name(device: Device) -> str:
    return f"{device.tenant}/{device.hostname}"


def _row(d: Device) -> tuple[Any, ...]:
    plain = (_name(d), d.site, d.address, d.platform, d.status, d.model, d.os_version)
    return (*plain, d.facts_at, d.id)


def _rows(device: Device) -> Iterator[tuple[str, Any]]:
    plain = ("id", "tenant", "site", "hostname", "address", "port", "snmp_port")
    kind = ("platform", "status", "role", "transport")
    facts = (
        "sysname",
        "syslog_source",
        "model",
        "serial",
        "os_version",
        "uptime_s",
        "facts_at",
        "contract_ref",
    )
    yield from ((name, getattr(device, name)) for name in (*plain, *kind))
    for name in ("credential", "snmp_credential", "jump"):
        yield name, _with_source(getattr(device, name))
    yield "host_key", device.host_key or "none yet; the first login's will be trusted"
    yield from ((name, getattr(device, name)) for name in facts)
    yield "labels", render_labels(device.labels) or None
    yield from ((name, getattr(device, name)) for name in ("created_at", "updated_at"))


def _with_source(inherited: Inherited) -> str | None:
    if inherited.source == "nowhere":
        return None
    return f"{inherited.value or 'hidden'} (from the {inherited.source})"


def _detail(detail: Any) -> str:
    """`address: 192.0.2.1 -> 192.0.2.2`."""
    words = []
    for name, value in detail.items():
        pair = isinstance(value, list) and len(value) == 2
        words.append(
            f"{name}: {value[0] or '-'} -> {value[1] or '-'}" if pair else f"{name}: {value}"
        )
    return "; ".join(words)
