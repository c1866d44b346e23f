"""`netwb credential add | list | show | set | used-by | retire`. Secrets never stand in arguments."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from netwb.cli import probe, rekey
from netwb.cli.asking import SOURCE, answered, ask
from netwb.cli.context import NetwbGroup, bench, reading
from netwb.cli.fields import print_record
from netwb.cli.show import json_option, print_items, print_json, print_table, say
from netwb.inventory.records import (
    SECRET_KINDS,
    SNMP_AUTH_PROTOCOLS,
    SNMP_PRIV_PROTOCOLS,
    Credential,
    CredentialChanges,
    NewCredential,
    SecretKind,
    SecretSource,
    Snmp,
)

OPTIONS: Mapping[str, SecretKind] = {
    "password": "password",
    "key": "private_key",
    "passphrase": "passphrase",
    "enable": "enable",
    "snmp_community": "snmp_community",
}
SNMP_OPTIONS: Mapping[str, tuple[SecretKind, tuple[str, ...]]] = {
    "snmp_auth": ("snmp_auth", SNMP_AUTH_PROTOCOLS),
    "snmp_priv": ("snmp_priv", SNMP_PRIV_PROTOCOLS),
}


def register(cli: click.Group) -> None:
    """Add the group."""
    cli.add_command(credential)


@click.group(cls=NetwbGroup)
def credential() -> None:
    """What opens devices; a CREDENTIAL is its name, or tenant/name where that is not unique."""


credential.add_command(probe.try_credential)
credential.add_command(rekey.rekey)


def _secret_options(command: Any) -> Any:
    for option in (
        click.option("--reference", is_flag=True, help="Keep env: and file: as such; read at use."),
        click.option("--snmp-priv", metavar="PROTOCOL:SOURCE", help="SNMPv3: aes:env:NAME."),
        click.option("--snmp-auth", metavar="PROTOCOL:SOURCE", help="SNMPv3: sha256:env:NAME."),
        click.option("--snmp-user", metavar="USER", help="SNMPv3 user."),
        click.option("--snmp-community", metavar="SOURCE", help=f"SNMPv2c: {SOURCE}."),
        click.option("--enable", metavar="SOURCE", help=f"Raises the privilege: {SOURCE}."),
        click.option("--passphrase", metavar="SOURCE", help=f"Of the key: {SOURCE}."),
        click.option("--key", metavar="SOURCE", help="Private key: file:PATH or env:NAME."),
        click.option("--password", metavar="SOURCE", help=f"{SOURCE}."),
        click.option("--username", metavar="USER", help="Login name."),
    ):
        command = option(command)
    return command


@credential.command()
@click.argument("name")
@click.option("--tenant", metavar="T", help="Its tenant, unless NAME is TENANT/NAME.")
@_secret_options
@json_option
@click.pass_context
def add(
    context: click.Context, /, *, name: str, tenant: str | None, as_json: bool, **options: Any
) -> None:
    """Add the credential NAME; a username alone logs in by the SSH agent."""
    owner, _, own = name.rpartition("/")
    if not (owner or tenant):
        msg = f"say whose credential it is: --tenant T, or TENANT/{own}"
        raise click.UsageError(msg)
    new = NewCredential(
        tenant=owner or tenant or "",
        name=own,
        username=options["username"],
        secrets=_sources(_with_prompt(options)),
        snmp=_snmp(options),
    )
    added = bench(context).add_credential(new)
    if as_json:
        print_json(added)
    else:
        given = " ".join(f"{option} {added.name}" for option in _given_as(added))
        say(
            f"credential {added.tenant}/{added.name} is added; give it to a tenant, site or device: "
            f"netwb tenant set {added.tenant} {given}"
        )


@credential.command("list")
@click.option("--tenant", metavar="T", help="Only this tenant's.")
@json_option
@click.pass_context
def list_(context: click.Context, *, tenant: str | None, as_json: bool) -> None:
    """Credentials without their secrets."""
    workbench = reading(context)
    found = (workbench.where(tenant=tenant) if tenant else workbench).credentials()
    if as_json:
        print_items(found)
        return
    print_table(
        ("credential", "username", "holds", "rotating", "status"),
        [
            (f"{c.tenant}/{c.name}", c.username, _holds(c), "yes" if c.rotating else "no", c.status)
            for c in found
        ],
        empty="no credential yet; add one with `netwb credential add`",
    )


@credential.command()
@click.argument("credential")
@json_option
@click.pass_context
def show(context: click.Context, *, credential: str, as_json: bool) -> None:
    """One CREDENTIAL without its secrets."""
    found = reading(context).credential(credential)
    rows = [
        ("id", found.id),
        ("credential", f"{found.tenant}/{found.name}"),
        ("username", found.username),
        ("holds", _holds(found)),
        ("snmp_user", found.snmp.user),
        ("rotating", "yes, the one before is tried second" if found.rotating else "no"),
        ("status", found.status),
        ("updated_at", found.updated_at),
    ]
    print_record(found, rows, as_json=as_json)


@credential.command("set")
@click.argument("credential")
@click.option("--rotate", is_flag=True, help="Try the one before second, until --settle.")
@click.option("--settle", is_flag=True, help="End a rotation: forget the one before.")
@click.option(
    "--without", multiple=True, type=click.Choice(SECRET_KINDS), help="Take a secret away."
)
@_secret_options
@click.pass_context
def set_(
    context: click.Context,
    /,
    *,
    credential: str,
    rotate: bool,
    settle: bool,
    without: tuple[SecretKind, ...],
    **options: Any,
) -> None:
    """Change a CREDENTIAL; what is not given stays."""
    if rotate and settle:
        msg = "--rotate begins a rotation, --settle ends it; give one of them"
        raise click.UsageError(msg)
    workbench = bench(context)
    changes = CredentialChanges(
        username=options["username"],
        secrets=_sources(options),
        without=frozenset(without),
        snmp=_snmp(options),
        previous="keep" if rotate else "drop",
    )
    if settle:
        workbench.settle_credential(credential)
    if changes != CredentialChanges():
        workbench.set_credential(credential, changes)
    elif not settle:
        msg = "nothing is given to change; see `netwb credential set --help`"
        raise click.UsageError(msg)
    say(f"credential {credential} is changed")


@credential.command("used-by")
@click.argument("name")
@json_option
@click.pass_context
def used_by(context: click.Context, *, name: str, as_json: bool) -> None:
    """What names the credential NAME, then the devices that inherit it."""
    found = bench(context).credential_users(name)
    if as_json:
        print_items(found)
        return
    print_table(
        ("level", "name", "for", "how"),
        [(use.level, use.name, use.purpose, use.source) for use in found],
        empty=f"nothing uses {name}",
    )


@credential.command()
@click.argument("credential")
@click.pass_context
def retire(context: click.Context, *, credential: str) -> None:
    """Retire a CREDENTIAL that nothing names; its secrets are deleted."""
    retired = bench(context).retire_credential(credential)
    say(f"credential {retired.tenant}/{retired.name} is retired and its secrets are gone")


def _with_prompt(options: Mapping[str, Any]) -> dict[str, Any]:
    """At a terminal a login without password and key is asked for one; empty leaves it out."""
    opens = options["password"] or options["key"]
    if options["username"] is None or opens or not sys.stdin.isatty():
        return dict(options)
    answer = ask("password (empty: none, the SSH agent logs in)")
    return {**options, "password": answered(answer) if answer else None}


def _sources(options: Mapping[str, Any]) -> dict[SecretKind, SecretSource]:
    found: dict[SecretKind, SecretSource] = {}
    for option, kind in OPTIONS.items():
        if options[option] is not None:
            found[kind] = _source(options[option], kind, reference=options["reference"])
    for option, (kind, protocols) in SNMP_OPTIONS.items():
        if options[option] is not None:
            text = _parted(option, options[option], protocols)[1]
            found[kind] = _source(text, kind, reference=options["reference"])
    return found


def _source(given: str | SecretSource, kind: SecretKind, *, reference: bool) -> SecretSource:
    if isinstance(given, SecretSource):
        return given
    if given == "prompt":
        return answered(ask(kind.replace("_", " ")))
    return SecretSource(origin=given, keep="reference" if reference else "sealed")


def _snmp(options: Mapping[str, Any]) -> Snmp:
    protocols = {
        option: _parted(option, options[option], known)[0] if options[option] else None
        for option, (_, known) in SNMP_OPTIONS.items()
    }
    return Snmp(
        user=options["snmp_user"],
        auth_protocol=protocols["snmp_auth"],
        priv_protocol=protocols["snmp_priv"],
    )


def _parted(option: str, text: str, protocols: tuple[str, ...]) -> tuple[str, str]:
    """`sha256:env:NAME` in two; the text itself is not shown, for it may be the secret."""
    protocol, colon, source = text.partition(":")
    if not colon or protocol not in protocols:
        msg = f"--{option.replace('_', '-')} takes PROTOCOL:SOURCE, PROTOCOL one of "
        raise click.UsageError(f"{msg}{', '.join(protocols)}, SOURCE {SOURCE}")
    return protocol, source


def _given_as(credential: Credential) -> Iterator[str]:
    if credential.username is not None:
        yield "--credential"
    if credential.snmp.user is not None or "snmp_community" in credential.secrets:
        yield "--snmp-credential"


def _holds(credential: Credential) -> str:
    return ", ".join(
        kind if how == "sealed" else f"{kind} ({how})" for kind, how in credential.secrets.items()
    )
