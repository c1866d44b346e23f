"""What narrows the list of devices, as markup: the toolbar over it and the facets beside it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

from netwb.inventory.records import DEVICE_STATUSES
from netwb.views.html import button, esc, link
from netwb.views.inventory.rows import SAVED, Query
from netwb.views.inventory.table import Listing, Sees, in_configs
from netwb.views.words import number

SHOWN_VALUES = 8  # of a facet, the rest behind "more"

TITLES: dict[str, str] = {
    "tenants": "Tenant",
    "backup": "Backup",
    "status": "Status",
    "platform": "Platform",
    "role": "Role",
    "site": "Site",
    "label": "Label",
}


# -- toolbar


def toolbar(listing: Listing, *, job: str = "") -> str:
    """Filter, the sum in one line, and what may be done with all or with the selected."""
    text = listing.query.text
    find = (
        '<input id="inventory-filter" type="search" class="find" name="q" data-act="filter"'
        f' data-on="input" data-key="f" value="{esc(text)}" autocomplete="off" spellcheck="false"'
        f' placeholder="{esc(_placeholder(listing.sees))}" aria-label="Filter devices">'
    )
    if listing.selected:
        return f'<div class="bar tools">{find}{_selection(listing)}</div>'
    return f'<div class="bar tools">{find}{_sum(listing)}{job}{_actions(listing)}</div>'


def _placeholder(sees: Sees) -> str:
    return f"Filter: name, {'address, ' if sees.address else ''}site, serial"


def _sum(listing: Listing) -> str:
    shown = len(listing.rows)
    words = f"<b>{number(shown)}</b> {'device' if shown == 1 else 'devices'}"
    if listing.query.narrows:
        words += f" of {number(listing.total)}"
    if listing.hidden:
        words += f", {number(listing.hidden)} retired hidden"
    clear = button("Clear filter", "clear", kind="quiet") if listing.query.narrows else ""
    return f'<span class="t2 nowrap">{words}</span>{clear}{in_configs(listing)}'


def _actions(listing: Listing) -> str:
    links = listing.links
    parts = [button("CSV", "csv", icon_="download")]
    if listing.sees.edit:
        parts.append(
            link(
                links.inventory(tab="places"),
                "<span>Places</span>",
                class_="btn",
                data_act="go",
                data_tab="places",
            )
        )
        parts.append(
            link(
                links.inventory(**{"import": 1}),
                "<span>Import…</span>",
                class_="btn",
                data_act="go",
                data_import="1",
            )
        )
        parts.append(button("Add device", "add", kind="primary", icon_="plus", key="n"))
    return f'<span class="push acts">{"".join(parts)}</span>'


def _selection(listing: Listing) -> str:
    sees, parts = listing.sees, []
    if sees.back_up:
        parts.append(button("Back up now", "back-up", icon_="play"))
        parts.append(button("Probe", "probe", icon_="search"))
    if sees.edit:
        parts.append(button("Set status…", "ask-status"))
        parts.append(button("Retire…", "ask-retire", kind="danger"))
    parts.append(button("Clear selection", "unselect", kind="quiet"))
    words = f"<b>{number(len(listing.selected))}</b> selected"
    return (
        f'<span class="nowrap" role="status">{words}</span>'
        f'<span class="push acts">{"".join(parts)}</span>'
    )


# -- facets


def facets(
    counts: Mapping[str, Counter[str]], query: Query, *, opened: Collection[str] = ()
) -> str:
    """A box to tick for each value, with the number of rows that it would leave.

    opened   facets whose every value is shown
    """
    groups = "".join(
        _facet(name, counts[name], query, name in opened) for name in TITLES if name in counts
    )
    shows = _shows(query) if groups else ""
    return f'{shows}<div class="facets scroll" id="facets">{groups}</div>'


def _shows(query: Query) -> str:
    """In a phone's width the facets are shown where one asks for them: a box without a script."""
    chosen = sum(len(values) for values in query.chosen.values())
    said = f"Filters, {number(chosen)} chosen" if chosen else "Filters"
    return (
        '<input type="checkbox" class="narrow-only shows" id="shows-facets" aria-label="Show filters">'
        f'<label class="narrow-only shows" for="shows-facets">{said}</label>'
    )


def _facet(name: str, counts: Counter[str], query: Query, whole: bool) -> str:  # noqa: FBT001 - private, one caller
    chosen = query.of(name)
    values = _ordered(name, counts)
    if len(values) < 2 and not chosen:
        return ""
    shown = values if whole else [v for v in values if v in chosen or v in values[:SHOWN_VALUES]]
    boxes = "".join(_box(name, value, counts[value], value in chosen) for value in shown)
    left = len(values) - len(shown)
    more = button(f"{left} more", "more", kind="quiet", data_facet=name) if left else ""
    head = f'<legend class="lbl">{TITLES[name]}</legend>'
    return f'<fieldset class="facet">{head}{boxes}{more}</fieldset>'


def _ordered(name: str, counts: Counter[str]) -> list[str]:
    fixed = {"backup": SAVED, "status": DEVICE_STATUSES}.get(name)
    if fixed is not None:
        return [value for value in fixed if value in counts]
    return sorted(counts, key=lambda value: (-counts[value], value))


def _box(facet: str, value: str, rows: int, chosen: bool) -> str:  # noqa: FBT001 - private, one caller
    ticked = " checked" if chosen else ""
    return (
        f'<label class="pick"><input type="checkbox" id="f-{esc(facet)}-{esc(value)}"'
        f' data-act="facet" data-on="change" data-facet="{esc(facet)}" data-of="{esc(value)}"{ticked}>'
        f'<span class="cut" title="{esc(value)}">{esc(value)}</span>'
        f'<span class="n">{number(rows)}</span></label>'
    )
