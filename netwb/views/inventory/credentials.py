"""Credentials as markup, never their secrets, and the dialogs that add, set and rotate them. Pure.

Secrets come from password fields and go on as answers of a prompt, which the facade seals at once:
`env:` and `file:` name what belongs to the server's process, and are not offered to a browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from netwb.inventory.records import (
    SECRET_KINDS,
    SNMP_AUTH_PROTOCOLS,
    SNMP_PRIV_PROTOCOLS,
    Credential,
    CredentialChanges,
    CredentialUse,
    NewCredential,
    SecretKind,
    SecretSource,
    Snmp,
    Tenant,
)
from netwb.views.fields import (
    Ask,
    Field,
    area_field,
    check_field,
    dialog,
    message,
    secret_of,
    select_field,
    text_field,
    text_of,
)
from netwb.views.html import age, button, esc, state, tag
from netwb.views.inventory.links import Links
from netwb.views.inventory.places import tabs
from netwb.views.inventory.table import NOTHING
from netwb.views.states import empty
from netwb.views.words import count

_KIND_WORDS: Mapping[str, str] = {
    "password": "password",
    "private_key": "private key",
    "passphrase": "its passphrase",
    "enable": "enable",
    "snmp_community": "community",
    "snmp_auth": "SNMP auth",
    "snmp_priv": "SNMP priv",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialList:
    """What the tab shows."""

    credentials: Sequence[Credential]
    links: Links
    now: datetime
    zone: ZoneInfo


def credentials_page(shown: CredentialList) -> str:
    """Names, what they hold, how old it is; retired ones last."""
    add = button("Add credential", "add-credential", kind="primary", icon_="plus")
    head = f'<div class="title">{tabs("credentials", shown.links)}<span class="push">{add}</span></div>'
    if not shown.credentials:
        text = "Devices are logged in to with a credential of their tenant: add one."
        return f'<div class="scroll page" id="credentials">{head}{empty("No credential yet", text)}</div>'
    ordered = sorted(shown.credentials, key=lambda c: (c.status == "retired", c.tenant, c.name))
    rows = "".join(_row(item, shown) for item in ordered)
    return (
        f'<div class="scroll page" id="credentials">{head}<section class="panel">'
        f'<table class="fold" aria-label="Credentials">{_HEAD}<tbody>{rows}</tbody></table></section></div>'
    )


_HEAD = (
    '<thead><tr><th scope="col">Credential</th><th scope="col">Tenant</th><th scope="col">User</th>'
    '<th scope="col">Holds</th><th scope="col">State</th><th scope="col" class="r">Set</th>'
    '<th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
)


def _row(item: Credential, shown: CredentialList) -> str:
    full = f"{item.tenant}/{item.name}"
    user = item.username or item.snmp.user
    return (
        f"<tr><td><b>{esc(item.name)}</b></td><td>{esc(item.tenant)}</td>"
        f'<td class="mono">{esc(user) if user else NOTHING}</td><td>{_holds(item)}</td>'
        f'<td>{_state(item)}</td><td class="r" data-label="set">{age(item.updated_at, shown.now)}</td>'
        f'<td class="r">{_acts(item, full)}</td></tr>'
    )


def _holds(item: Credential) -> str:
    """Kinds, and the reference where one is kept instead of the secret."""
    return (
        " ".join(
            tag(
                "span",
                esc(_KIND_WORDS.get(kind, kind) + ("" if how == "sealed" else f" {how}")),
                class_="chip",
            )
            for kind, how in item.secrets.items()
        )
        or NOTHING
    )


def _state(item: Credential) -> str:
    if item.status == "retired":
        return state("waived", "retired")
    return state("running", "rotating") if item.rotating else state("ok", "in force")


def _acts(item: Credential, full: str) -> str:
    if item.status == "retired":
        return ""
    parts = [button("Used by", "used-by", kind="quiet", data_of=full)]
    if item.rotating:
        parts.append(button("End rotation…", "ask-settle", kind="danger", data_of=full))
    parts.append(button("Set…", "set-credential", kind="quiet", data_of=full))
    parts.append(button("Retire…", "ask-retire-credential", kind="danger", data_of=full))
    return f'<span class="acts right">{"".join(parts)}</span>'


# -- dialogs


def add_dialog(tenants: Sequence[Tenant], filled: Mapping[str, Any], *, wrong: str = "") -> str:
    """A new credential. What was typed as a secret is never drawn again."""
    said = {name: text_of(filled, name) for name in filled if name not in SECRET_KINDS}
    ask = Ask(
        title="Add credential", act="save-credential", yes="Add credential", data={}, wrong=wrong
    )
    living = [(t.slug, t.slug) for t in tenants if t.status == "active"]
    tenant = Field(name="tenant", label="Tenant", id="cred-tenant", value=said.get("tenant", ""))
    name = Field(
        name="name", label="Name", id="cred-name", value=said.get("name", ""), required=True
    )
    head = select_field(tenant, living) + text_field(name, autofocus=True)
    return dialog(ask, head + _secrets(said), two_columns=True)


def set_dialog(item: Credential, filled: Mapping[str, Any], *, wrong: str = "") -> str:
    """Other secrets; with a rotation the ones before are still tried second."""
    full = f"{item.tenant}/{item.name}"
    was = {
        "username": item.username or "",
        "snmp_user": item.snmp.user or "",
        "auth_protocol": item.snmp.auth_protocol or "",
        "priv_protocol": item.snmp.priv_protocol or "",
    }
    said = {**was, **{n: text_of(filled, n) for n in filled if n not in SECRET_KINDS}}
    ask = Ask(
        title=f"Set {full}", act="save-credential", yes="Save", data={"of": full}, wrong=wrong
    )
    keep = Field(
        name="previous",
        label="Begin a rotation: try what is in force until now second",
        id="cred-previous",
        value="keep",
        wide=True,
    )
    hint = tag("p", "Secrets left empty stay as they are.", class_="wide t2 sm")
    return dialog(ask, hint + _secrets(said) + check_field(keep), two_columns=True)


def _secrets(said: Mapping[str, str]) -> str:
    user = Field(
        name="username", label="User name", id="cred-username", value=said.get("username", "")
    )
    login = (
        text_field(user, autocomplete="off")
        + _secret("password", "Password")
        + _secret("enable", "Enable password")
        + _secret("passphrase", "Passphrase of the key")
        + area_field(
            Field(
                name="private_key",
                label="Private key",
                id="cred-private_key",
                hint="OpenSSH or PEM",
                wide=True,
            ),
            rows=3,
            class_="mono masked",
            spellcheck="false",
        )
    )
    snmp_user = Field(
        name="snmp_user", label="SNMPv3 user", id="cred-snmp_user", value=said.get("snmp_user", "")
    )
    return (
        login
        + _secret("snmp_community", "SNMP community")
        + text_field(snmp_user)
        + _protocol("auth_protocol", "SNMPv3 authentication", SNMP_AUTH_PROTOCOLS, said)
        + _secret("snmp_auth", "Authentication key")
        + _protocol("priv_protocol", "SNMPv3 privacy", SNMP_PRIV_PROTOCOLS, said)
        + _secret("snmp_priv", "Privacy key")
    )


def _secret(name: SecretKind, label: str) -> str:
    field = Field(name=name, label=label, id=f"cred-{name}")
    return text_field(field, kind="password", autocomplete="new-password")


def _protocol(name: str, label: str, known: Sequence[str], said: Mapping[str, str]) -> str:
    field = Field(name=name, label=label, id=f"cred-{name}", value=said.get(name, ""))
    return select_field(field, [("", "none"), *((word, word) for word in known)])


def used_by_dialog(full: str, uses: Sequence[CredentialUse]) -> str:
    """What names a credential, then the devices that inherit it."""
    if not uses:
        return message(f"Who uses {full}", tag("p", "Nothing names it.", class_="t2"))
    rows = "".join(
        f"<tr><td>{esc(use.level)}</td><td><b>{esc(use.name)}</b></td><td>{esc(use.purpose)}</td>"
        f'<td class="t2">{esc(use.source)}</td></tr>'
        for use in uses
    )
    sum_ = tag("p", esc(f"{count(len(uses), 'use')} of {full}"), class_="t2")
    return message(f"Who uses {full}", f"{sum_}<table><tbody>{rows}</tbody></table>")


def settle_dialog(full: str, *, wrong: str = "") -> str:
    """End a rotation."""
    ask = Ask(
        title=f"End the rotation of {full}",
        act="settle-credential",
        yes="Forget the one before",
        data={"of": full},
        danger=True,
        wrong=wrong,
    )
    text = "The secrets before are deleted; a device that still has them lets netwb in no more."
    return dialog(ask, tag("p", esc(text), class_="t2"))


def retire_dialog(full: str, *, wrong: str = "") -> str:
    """A credential goes, and its secrets with it."""
    ask = Ask(
        title=f"Retire {full}",
        act="retire-credential",
        yes=f"Retire {full}",
        data={"of": full},
        danger=True,
        wrong=wrong,
    )
    text = "Its secrets are deleted at once. A credential that something names is not retired."
    return dialog(ask, tag("p", esc(text), class_="t2"))


# -- reading


def new_credential(fields: Mapping[str, Any]) -> NewCredential:
    """The credential that a form describes."""
    return NewCredential(
        tenant=text_of(fields, "tenant"),
        name=text_of(fields, "name"),
        username=text_of(fields, "username") or None,
        secrets=_sources(fields),
        snmp=_snmp(fields),
    )


def credential_changes(fields: Mapping[str, Any]) -> CredentialChanges:
    """What a form changes of a credential; an empty secret leaves the one that is there."""
    return CredentialChanges(
        username=text_of(fields, "username") or None,
        secrets=_sources(fields),
        snmp=_snmp(fields),
        previous="keep" if text_of(fields, "previous") == "keep" else "drop",
    )


def _sources(fields: Mapping[str, Any]) -> dict[SecretKind, SecretSource]:
    typed = {kind: secret_of(fields, kind) for kind in SECRET_KINDS}
    return {
        kind: SecretSource(origin="prompt", answer=answer)
        for kind, answer in typed.items()
        if answer
    }


def _snmp(fields: Mapping[str, Any]) -> Snmp:
    return Snmp(
        user=text_of(fields, "snmp_user") or None,
        auth_protocol=text_of(fields, "auth_protocol") or None,
        priv_protocol=text_of(fields, "priv_protocol") or None,
    )
