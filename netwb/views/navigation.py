"""Header and navigation as markup: who, where, when, and which pages there are. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from netwb._version import __version__
from netwb.access.records import Person
from netwb.roles import Permission
from netwb.views import words
from netwb.views.address import Address
from netwb.views.html import (
    Shape,
    age,
    attrs,
    button,
    choices,
    esc,
    icon,
    link,
    page_url,
    shape,
    tag,
)
from netwb.workbench.port_state_records import CountersSeen
from netwb.workbench.words import LastNight

Crumb = tuple[str, str | None]  # words, URL


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page in the navigation; it is there for those who hold its permission."""

    page: str
    title: str
    permission: Permission


PLACES = (
    Place(page="configs", title="Configs", permission=Permission.CONFIG_VIEW),
    Place(page="traffic", title="Traffic", permission=Permission.TRAFFIC_VIEW),
    Place(page="billing", title="Bills", permission=Permission.BILLING_VIEW),
    Place(page="security", title="Security", permission=Permission.BLACKHOLE_VIEW),
    Place(page="compliance", title="Compliance", permission=Permission.COMPLIANCE_VIEW),
    Place(page="inventory", title="Inventory", permission=Permission.INVENTORY_VIEW),
    Place(page="wall", title="Wall", permission=Permission.MONITORING_VIEW),
    Place(page="admin", title="Admin", permission=Permission.AUDIT_VIEW),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When something is drawn, and for whom its times are."""

    now: datetime
    zone: ZoneInfo


def places(person: Person) -> tuple[Place, ...]:
    """The pages that this person may see."""
    return tuple(place for place in PLACES if place.permission in person.permissions)


def ways(person: Person, address: Address) -> str:
    """Where to, from a page that does not give what its address asks for: its own beginning, else
    the first page that the person may see; and what the person may, in words. Who has to set
    one-time codes up is led there alone.
    """
    if person.totp == "required":
        return link(page_url("account"), tag("span", "Set up one-time codes"), class_="btn pri")
    open_ = places(person)
    near = next((place for place in open_ if place.page == address.page), None)
    if near is None or address.url() == page_url(near.page, **address.kept()):
        near = next((place for place in open_ if place.page != address.page), None)
    first = (
        link(
            page_url(near.page, **address.kept()),
            tag("span", esc(f"Open {near.title}")),
            class_="btn",
        )
        if near
        else ""
    )
    return first + link(page_url("account"), tag("span", "What you may"), class_="btn q")


# Seen where it has the focus: past the navigation, which is the same on every page.
_SKIP = '<button type="button" class="btn skip" data-skip><span>Skip to the content</span></button>'


def header(person: Person, crumbs: tuple[Crumb, ...], address: Address, moment: Moment) -> str:
    """The bar over every page."""
    left = _SKIP + tag("a", "netwb", class_="wm", href=".") + _breadcrumb(crumbs)
    right = _clock(moment) + _theme() + _who(person)
    middle = _tenants(person, address) + _find()
    return tag(
        "div",
        f'{left}<div class="tools">{middle}</div><div class="mine">{right}</div>{_help()}',
        class_="hd",
        data_address=True,
        data_now=f"{moment.now.timestamp():.3f}",
    )


def _breadcrumb(crumbs: tuple[Crumb, ...]) -> str:
    """The page's heading: each part before the last one leads there."""
    *before, (last, _) = crumbs
    links = "".join(
        (link(url, esc(said)) if url else tag("span", esc(said))) + '<span class="sep">/</span>'
        for said, url in before
    )
    return tag("h1", f"{links}<b>{esc(last)}</b>", class_="crumbs")


def _tenants(person: Person, address: Address) -> str:
    """Narrow the page to one tenant; with one in scope there is nothing to choose."""
    if person.viewing_as or len(person.tenants) < 2:
        names = [name for _, name in person.tenants]
        name = names[0] if names else "No tenant"
        return tag("span", esc(name), class_="one-tenant cut", title=name)
    every = "All tenants" if person.wide else f"My {len(person.tenants)} tenants"
    options = [("", every), *((slug, slug) for slug, _ in person.tenants)]
    return tag(
        "select",
        choices(options, address.get("tenant", "")),
        id="tenant",
        data_act="tenant",
        data_on="change",
        aria_label="Tenant",
    )


def _find() -> str:
    field = "<input" + attrs(
        {
            "id": "find",
            "name": "text",
            "type": "search",
            "placeholder": "Find device, line, address  ( / )",
            "aria-label": "Find device, line or address",
            "aria-keyshortcuts": "/",
            "data-key": "/",
            "autocomplete": "off",
            "maxlength": 500,
        }
    )
    return tag(
        "form",
        f"{field}>",
        class_="find",
        role="search",
        aria_label="Everywhere",
        data_act="find",
        data_clear=True,
    )


def _clock(moment: Moment) -> str:
    """The person's time with UTC under it; the browser keeps it running."""
    there = f"<b>{words.clock(moment.now, moment.zone)}</b> {esc(words.zone_city(moment.zone))}"
    utc = f"<span>{words.clock(moment.now, ZoneInfo('UTC'))} UTC</span>"
    if moment.zone.key == "UTC":
        utc = "<span hidden></span>"
    return tag(
        "div",
        there + utc,
        class_="clock",
        title=f"Times on this page are of {moment.zone.key}",
        data_clock=moment.zone.key,
    )


def _theme() -> str:
    content = (
        f'<span class="to-dark">{icon("moon")}</span><span class="to-light">{icon("sun")}</span>'
    )
    return tag(
        "button",
        content,
        type="button",
        class_="ib",
        data_theme_switch=True,
        aria_label="Dark or light",
        title="Dark or light",
    )


def _who(person: Person) -> str:
    """The person with the role in force, and what one does with oneself."""
    role = person.role.value if person.role else "no role"
    shown = f"as {person.viewing_as} {role}" if person.viewing_as else role
    name = f'<span class="name cut">{esc(person.name)} <i>{esc(shown)}</i></span>'
    face = tag("span", esc(person.name[:2]), class_="av", aria_hidden="true")
    summary = tag(
        "summary",
        face + name + '<span class="unseen">You and your login</span>' + icon("down", size=12),
        class_="who",
    )
    return tag("details", summary + _menu(person), data_menu=True, id="who")


def _menu(person: Person) -> str:
    head = f'<div class="lbl">{esc(person.full_name or person.name)}</div>'
    account = link(page_url("account"), f"{icon('account')}<span>Account</span>")
    out = (
        '<form method="post" action="logout" data-xsrf><input type="hidden" name="_xsrf">'
        f"<button>{icon('leave')}<span>Log out</span></button></form>"
    )
    return tag("div", f"{head}{account}{_see_as(person)}<hr>{out}", class_="menu")


def _see_as(person: Person) -> str:
    """For those whose scope holds more than one tenant: what would that tenant's staff see?"""
    if person.viewing_as or not (person.wide or len(person.tenants) > 1):
        return ""
    options = [("", "See as tenant…"), *((slug, slug) for slug, _ in person.tenants)]
    select = tag(
        "select",
        choices(options, ""),
        data_act="see-as",
        data_on="change",
        aria_label="See as tenant",
        id="see-as",
    )
    return f'<div class="see-as">{icon("eye")}{select}</div>'


def _help() -> str:
    """Filled by the script from the keys that the page has at that moment."""
    close = button("Close", "", kind="quiet", data_close=True)
    head = tag("div", f'<h2 class="h">Keys</h2><span class="push">{close}</span>', class_="bar")
    return f'<dialog id="keys" aria-label="Keys">{head}<dl class="body keys"></dl></dialog>'


def banner(person: Person) -> str:
    """Over the page while it is another one's view."""
    if not person.viewing_as:
        return ""
    said = (
        f"You see what the staff of {esc(person.viewing_as)} see, read only."
        " This is in the audit trail, with your name."
    )
    leave = tag("button", "Leave this view", type="button", data_act="leave", class_="go")
    return tag("div", f"{icon('eye')}<span>{said}</span>{leave}", class_="banner", role="note")


def navigation(  # noqa: PLR0913 - what stands at its foot and beside its pages
    person: Person,
    address: Address,
    night: LastNight | None,
    moment: Moment,
    counters: CountersSeen | None = None,
    *,
    held: int = 0,
    findings: int = 0,
) -> str:
    """The pages that this person may see, last night's backup and the age of counters at the foot.

    counters   None: nobody has asked yet, or the person may not
    held       blackholes that wait for a person
    findings   of compliance, that are open
    """
    counts = {"configs": night.changed if night else 0, "security": held, "compliance": findings}
    pages = "".join(_entry(place, counts.get(place.page, 0), address) for place in places(person))
    foot = _night(night, address, moment) if Permission.CONFIG_VIEW in person.permissions else ""
    foot += _counters(counters, moment) if counters is not None else ""
    return f'<div class="nav">{pages}</div><div class="navfoot">{foot}{_version()}</div>'


def _entry(place: Place, count: int, address: Address) -> str:
    """`count`: only what wants attention; none is no number."""
    number, spoken = "", place.title
    if count and place.page == "security":
        number = (
            f'<span class="navn held">{shape("held", size=11)} {words.number(count)} held</span>'
        )
        spoken = f"{place.title} {count} held"
    elif count:
        number = tag("span", words.number(count), class_="navn")
        what = "open" if place.page == "compliance" else "changed last night"
        spoken = f"{place.title} {count} {what}"
    return link(
        page_url(place.page, **address.kept()),
        f'{icon(place.page)}<span class="word">{esc(place.title)}</span> {number}',
        aria_current="page" if place.page == address.page else None,
        aria_label=spoken,
        title=place.title,
    )


def _night(night: LastNight | None, address: Address, moment: Moment) -> str:
    """It leads to how all backups stand."""
    to_all = page_url("configs", health="1", **address.kept())
    return link(to_all, _night_words(night, moment), class_="night", title="How all backups stand")


def _night_words(night: LastNight | None, moment: Moment) -> str:
    head = '<div class="lbl">Newest backups</div>'
    if night is None:
        return f'{head}<div class="kv">{shape("unknown")} <span>No backup yet</span></div>'
    good: Shape = "ok" if night.not_saved == 0 and night.ended_at else "warn"
    if night.ended_at is None:
        good = "running"
    line = (
        f'<div class="kv">{shape(good)} <span>Backup <b>{words.number(night.good)}</b>'
        f" of {words.number(night.planned)}</span>"
        f"<i>{age(night.ended_at or night.started_at, moment.now)}</i></div>"
    )
    return f'{head}{line}<div class="sub">{_span(night, moment)}</div>'


def _span(night: LastNight, moment: Moment) -> str:
    begun = words.when(night.started_at, moment.now, moment.zone)
    if len(night.runs) > 1:
        begun = f"{len(night.runs)} runs, {begun}"
    if night.ended_at is None:
        return f"{begun}, still running"
    ended = words.clock(night.ended_at, moment.zone)
    span = begun if begun.endswith(ended) else f"{begun} to {ended}"
    missing = f"{night.not_saved} not saved" if night.not_saved else "all saved"
    return f"{span} · {missing}"


def _counters(seen: CountersSeen, moment: Moment) -> str:
    """Where nothing was ever measured there is no source."""
    if not seen.answers:
        said = f"{shape('bad')} <span>Counters: no answer</span>"
    elif seen.newest is None:
        return ""
    else:
        kind: Shape = "stale" if seen.is_stale else "ok"
        said = f"{shape(kind)} <span>Counters</span><i>{age(seen.newest, moment.now)}</i>"
    return f'<div class="lbl" style="margin-top:12px">Sources</div><div class="kv">{said}</div>'


def _version() -> str:
    keys = (
        '<button type="button" class="plain" aria-label="Keys of this page"'
        ' data-keys-help data-key="?">keys <kbd>?</kbd></button>'
    )
    return f'<div class="sub foot">netwb {esc(__version__)} · {keys}</div>'
