"""Tenants with their sites, as markup, and the dialogs that edit them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from netwb.errors import InputError
from netwb.inventory.changes import SiteChanges, TenantChanges
from netwb.inventory.fields import check_sessions
from netwb.inventory.records import Credential, Device, Site, Tenant
from netwb.views.fields import Ask, Field, dialog, select_field, text_field, text_of
from netwb.views.html import button, esc, icon, link, state, tag
from netwb.views.inventory.links import Links
from netwb.views.inventory.table import NOTHING, Sees
from netwb.views.states import empty
from netwb.views.words import count, number

TABS = (("places", "Tenants and sites"), ("credentials", "Credentials"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What the page of tenants and sites shows; `wide`: the reader's scope is all tenants."""

    tenants: Sequence[Tenant]
    sites: Sequence[Site]
    devices: Sequence[Device]
    sees: Sees
    links: Links
    wide: bool


def tabs(current: str, links: Links) -> str:
    """The two tabs, as links."""
    drawn = "".join(
        link(
            links.inventory(tab=tab),
            esc(title),
            role="tab",
            aria_selected="true" if tab == current else "false",
            data_act="go",
            data_tab=tab,
        )
        for tab, title in TABS
    )
    return f'<div class="tabs" role="tablist" aria-label="Places and credentials">{drawn}</div>'


def places_page(places: Places) -> str:
    """Each tenant with its sites under it."""
    living = [device for device in places.devices if device.status != "retired"]
    at = Counter((device.tenant, device.site) for device in living)
    of = Counter(device.tenant for device in living)
    add = button("Add tenant", "add-tenant", icon_="plus") if places.wide else ""
    add += button("Add site", "add-site", kind="primary", icon_="plus") if places.tenants else ""
    actions = f'<span class="push acts">{add if places.sees.edit else ""}</span>'
    head = f'<div class="title">{tabs("places", places.links)}{actions}</div>'
    if not places.tenants:
        body = empty(
            "There is no tenant", "Devices stand at a site of a tenant: add a tenant first."
        )
    else:
        rows = "".join(
            _tenant(tenant, of[tenant.slug], places)
            + "".join(
                _site(site, tenant, at[site.tenant, site.slug], places)
                for site in places.sites
                if site.tenant == tenant.slug
            )
            for tenant in places.tenants
        )
        body = f'<section class="panel"><table class="fold" aria-label="Tenants and sites">{_HEAD}<tbody>{rows}</tbody></table></section>'
    return f'<div class="scroll page" id="places">{head}{body}</div>'


_HEAD = (
    '<thead><tr><th scope="col">Tenant, site</th><th scope="col">Name</th>'
    '<th scope="col" class="r">Devices</th><th scope="col">Credential</th>'
    '<th scope="col" class="wide-only">SNMP</th><th scope="col" class="wide-only">Jump host</th>'
    '<th scope="col" class="r wide-only">Sessions</th><th scope="col">Status</th>'
    '<th scope="col"><span class="unseen">Actions</span></th></tr></thead>'
)


def _tenant(tenant: Tenant, devices: int, places: Places) -> str:
    name = f"<td><b>{esc(tenant.slug)}</b></td><td>{esc(tenant.name)}</td>"
    url = places.links.inventory(tenants=tenant.slug)
    acts = _acts("tenant", tenant.slug, tenant.status) if places.sees.edit else ""
    return f'<tr class="tenant">{name}{_rest(tenant, None, devices, url)}<td class="r">{acts}</td></tr>'


def _site(site: Site, tenant: Tenant, devices: int, places: Places) -> str:
    full = f"{site.tenant}/{site.slug}"
    name = f'<td class="site">{esc(site.slug)}</td><td class="t2">{esc(site.name)}</td>'
    url = places.links.inventory(site=full)
    acts = _acts("site", full, site.status) if places.sees.edit else ""
    return f'<tr>{name}{_rest(site, tenant, devices, url)}<td class="r">{acts}</td></tr>'


def _rest(thing: Tenant | Site, over: Tenant | None, devices: int, url: str) -> str:
    """`over`: the tenant of a site, which has what the site says nothing of."""
    many = link(url, number(devices)) if devices else '<span class="t3">0</span>'
    living = state("ok", "active") if thing.status == "active" else state("waived", "retired")
    if getattr(thing, "shadow", False):
        living += f" {state('ghost', 'in shadow')}"
    return (
        f'<td class="r" data-label="devices">{many}</td>'
        f'<td data-label="credential">{_said(thing.credential, over and over.credential)}</td>'
        f'<td class="wide-only">{_said(thing.snmp_credential, over and over.snmp_credential)}</td>'
        f'<td class="mono wide-only">{_said(thing.jump, over and over.jump)}</td>'
        f'<td class="r wide-only">{_said(thing.max_sessions if isinstance(thing, Site) else None)}</td><td>{living}</td>'
    )


def _said(own: object, over: object = None) -> str:
    if own is None and over is not None:
        return f'{esc(over)} <span class="t3">from the tenant</span>'
    return f'<span class="t3">{NOTHING}</span>' if own is None else esc(own)


def _acts(thing: str, name: str, status: str) -> str:
    edit = tag(
        "button",
        icon("edit", size=14),
        type="button",
        class_="ib",
        data_act=f"edit-{thing}",
        data_of=name,
        aria_label=f"Edit {name}",
        title="Edit",
    )
    if status == "active":
        act = button("Retire…", f"ask-retire-{thing}", kind="danger", data_of=name)
    else:
        act = button("Activate", f"activate-{thing}", kind="quiet", data_of=name)
    return f'<span class="acts right">{edit}{act}</span>'


# -- dialogs


def tenant_dialog(
    tenant: Tenant | None,
    credentials: Sequence[Credential],
    filled: Mapping[str, Any],
    *,
    wrong: str = "",
) -> str:
    """A new tenant, or the fields of one; a slug never changes, for files are named by it."""
    said = {**_stored(tenant), **{name: text_of(filled, name) for name in filled}}
    if tenant is None:
        ask = Ask(title="Add tenant", act="save-tenant", yes="Add tenant", data={}, wrong=wrong)
        hint = "Lower-case letters, digits and dashes; it stays."
        slug = Field(
            name="slug",
            label="Short name",
            id="tenant-slug",
            value=said.get("slug", ""),
            hint=hint,
            required=True,
        )
        return dialog(ask, text_field(slug, autofocus=True) + text_field(_name("tenant", said)))
    data = {"of": tenant.slug}
    ask = Ask(title=f"Edit {tenant.slug}", act="save-tenant", yes="Save", data=data, wrong=wrong)
    own = [item for item in credentials if item.tenant == tenant.slug]
    content = text_field(_name("tenant", said)) + _inherited("tenant", said, own, NOTHING)
    return dialog(ask, content, two_columns=True)


def site_dialog(  # noqa: PLR0913 - what a form shows, each by its name
    site: Site | None,
    tenants: Sequence[Tenant],
    credentials: Sequence[Credential],
    filled: Mapping[str, Any],
    *,
    wrong: str = "",
    rules: bool = False,
) -> str:
    """A new site, or the fields of one; `rules`: also those that an admin alone changes."""
    said = {**_stored(site), **{name: text_of(filled, name) for name in filled}}
    if site is None:
        ask = Ask(title="Add site", act="save-site", yes="Add site", data={}, wrong=wrong)
        tenant = Field(
            name="tenant",
            label="Tenant",
            id="site-tenant",
            value=said.get("tenant", ""),
            required=True,
        )
        slug = Field(
            name="slug",
            label="Short name",
            id="site-slug",
            value=said.get("slug", ""),
            hint="Lower-case letters, digits and dashes; it stays.",
            required=True,
        )
        living = [(t.slug, f"{t.slug} ({t.name})") for t in tenants if t.status == "active"]
        content = select_field(tenant, living) + text_field(slug) + text_field(_name("site", said))
        return dialog(ask, content)
    full = f"{site.tenant}/{site.slug}"
    ask = Ask(title=f"Edit {full}", act="save-site", yes="Save", data={"of": full}, wrong=wrong)
    own = [item for item in credentials if item.tenant == site.tenant]
    sessions = Field(
        name="max_sessions",
        label="Sessions at once",
        id="site-max_sessions",
        value=said.get("max_sessions", ""),
        hint="Empty: the setting collect.per_site.",
    )
    content = text_field(_name("site", said)) + _inherited(
        "site", said, own, "as the tenant has it"
    )
    content += text_field(sessions, inputmode="numeric")
    return dialog(ask, content + (_shadow(said) if rules else ""), two_columns=True)


def _shadow(said: Mapping[str, str]) -> str:
    """What becomes of attacks on its addresses."""
    field = Field(
        name="shadow", label="Blackholes", id="site-shadow", value=said.get("shadow", ""), wide=True,
        hint="In shadow it is seen what would be done before anything is.",
    )  # fmt: skip
    choices = (("", "Announced, as the guard allows"), (SHADOWED, "In shadow: only written down"))
    return select_field(field, choices)


def _name(thing: str, said: Mapping[str, str]) -> Field:
    value = said.get("name", "")
    return Field(name="name", label="Name", id=f"{thing}-name", value=value, wide=True)


def _inherited(
    thing: str, said: Mapping[str, str], credentials: Sequence[Credential], none: str
) -> str:
    named = [("", none), *((c.name, c.name) for c in credentials if c.status == "active")]
    labels = {
        "credential": "Credential",
        "snmp_credential": "SNMP credential",
        "jump_credential": "Jump credential",
    }
    selects = "".join(
        select_field(
            Field(name=name, label=label, id=f"{thing}-{name}", value=said.get(name, "")), named
        )
        for name, label in labels.items()
    )
    jump = Field(
        name="jump",
        label="Jump host",
        id=f"{thing}-jump",
        value=said.get("jump", ""),
        hint="user@host[:port]",
    )
    return selects + text_field(jump)


def retire_dialog(thing: str, name: str, *, wrong: str = "") -> str:
    """A tenant or a site goes out of service."""
    ask = Ask(
        title=f"Retire {thing} {name}",
        act=f"retire-{thing}",
        yes=f"Retire {name}",
        data={"of": name},
        danger=True,
        wrong=wrong,
    )
    text = "Only what has no living device can be retired. Its history stays; it can come back."
    return dialog(ask, tag("p", esc(text), class_="t2"))


SHADOWED = "yes"
_FIELDS = ("name", "credential", "snmp_credential", "jump", "jump_credential", "max_sessions")


def _stored(thing: Tenant | Site | None) -> dict[str, str]:
    if thing is None:
        return {}
    values = {name: getattr(thing, name, None) for name in _FIELDS}
    stored = {name: "" if value is None else str(value) for name, value in values.items()}
    return stored | {"shadow": SHADOWED if getattr(thing, "shadow", False) else ""}


def tenant_changes(tenant: Tenant, fields: Mapping[str, Any]) -> TenantChanges:
    """What an edited form changes of a tenant; None clears."""
    return cast("TenantChanges", _changes(tenant, fields))


def site_changes(site: Site | None, fields: Mapping[str, Any]) -> SiteChanges:
    """What a form says of a site: all of a new one, the changes of another."""
    changes = _changes(site, fields)
    if "shadow" in fields and text_of(fields, "shadow") != _stored(site).get("shadow", ""):
        changes["shadow"] = text_of(fields, "shadow") == SHADOWED
    return cast("SiteChanges", changes)


def _changes(thing: Tenant | Site | None, fields: Mapping[str, Any]) -> dict[str, Any]:
    was, changes = _stored(thing), dict[str, Any]()
    for name in _FIELDS:
        value = text_of(fields, name)
        if name not in fields or value == was.get(name, ""):
            continue
        changes[name] = check_sessions(value) if name == "max_sessions" and value else value or None
    return changes


def site_name(fields: Mapping[str, Any]) -> str:
    """`tenant/slug` of a new site."""
    tenant, slug = text_of(fields, "tenant"), text_of(fields, "slug")
    if not tenant or not slug:
        msg = "the site lacks its tenant or its short name; fill both in"
        raise InputError(msg)
    return f"{tenant}/{slug}"


def counted(places: Places) -> str:
    """`3 tenants, 7 sites`, for the reader's ear."""
    return f"{count(len(places.tenants), 'tenant')}, {count(len(places.sites), 'site')}"
