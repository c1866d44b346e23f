"""The bar over all ports: what narrows them, how many are left, and which picture is drawn. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netwb.inventory.ports.records import Port
from netwb.views.address import Address
from netwb.views.html import attrs, button, choices, esc, link, tag
from netwb.views.states import progress
from netwb.views.traffic.overview.query import PICTURES, Query
from netwb.views.words import number


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Tenants that ports are for, and sites where they are, `tenant/site`: of all seen so far."""

    tenants: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

    def with_ports(self, ports: Iterable[Port]) -> Places:
        """And those of these."""
        found = [(port.tenant, f"{port.device_tenant}/{port.site}") for port in ports]
        return Places(
            tenants=self.tenants | {tenant for tenant, _ in found},
            sites=self.sites | {site for _, site in found},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far the reading is that goes on; of nothing planned nobody knows yet."""

    done: int
    planned: int


def render_bar(
    query: Query, places: Places, address: Address, *, shown: int | None, reading: Reading | None
) -> str:
    """All of it in one line.

    shown   how many ports are found; None: nobody knows
    """
    clear = button("Clear filter", "clear", kind="quiet") if query.narrows else ""
    return (
        f'<div class="bar tools over">{_find(query)}{_selects(query, places)}{_watched(query)}'
        f'<span class="t2 nowrap" role="status">{_said(shown, reading)}</span>{clear}'
        f'<span class="push">{_pictures(query, address)}</span></div>'
    )


def _find(query: Query) -> str:
    return (
        "<input"
        + attrs(
            {
                "id": "traffic-find",
                "type": "search",
                "class": "find",
                "data-act": "find-ports",
                "data-on": "input",
                "data-key": "f",
                "value": query.find,
                "autocomplete": "off",
                "spellcheck": "false",
                "placeholder": "Find: circuit, alias, name",
                "aria-label": "Find ports by circuit, alias, device or name",
            }
        )
        + ">"
    )


def _selects(query: Query, places: Places) -> str:
    several = len({site.partition("/")[0] for site in places.sites}) > 1
    sites = [(site, site if several else site.rpartition("/")[2]) for site in sorted(places.sites)]
    tenants = [(slug, slug) for slug in sorted(places.tenants)]
    return _select("tenants", "All tenants", tenants, query.tenant) + _select(
        "site", "All sites", sites, query.site
    )


def _select(name: str, everything: str, options: list[tuple[str, str]], chosen: str) -> str:
    if chosen and chosen not in {value for value, _ in options}:
        options = [(chosen, chosen), *options]
    if len(options) < 2 and not chosen:
        return ""
    said = choices([("", everything), *options], chosen)
    return tag(
        "select",
        said,
        id=f"traffic-{name}",
        data_act="place",
        data_on="change",
        data_of=name,
        aria_label="Whom ports are for" if name == "tenants" else "Site",
    )


def _watched(query: Query) -> str:
    box = attrs(
        {
            "type": "checkbox",
            "id": "traffic-watched",
            "checked": query.watched,
            "data-act": "watched",
            "data-on": "change",
        }
    )
    return tag("label", f"<input{box}><span>Watched</span>", class_="check")


def _said(shown: int | None, reading: Reading | None) -> str:
    if reading is not None and reading.planned:
        words = f"Reading {number(reading.done)} of {number(reading.planned)} ports"
        return esc(words) + progress(words, done=reading.done, planned=reading.planned)
    if reading is not None:
        return "Reading…"
    if shown is None:
        return ""
    return f"<b>{number(shown)}</b> {'port' if shown == 1 else 'ports'}"


def _pictures(query: Query, address: Address) -> str:
    links = "".join(
        link(
            address.url(look=None if name == "busiest" else name),
            esc(said),
            data_act="picture",
            data_look=name,
            aria_current="true" if name == query.picture else None,
        )
        for name, said in PICTURES.items()
    )
    return tag("span", links, class_="seg", role="group", aria_label="Picture")
