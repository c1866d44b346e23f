"""The toolbar over a chart: range, unit, what is drawn over it, and files. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from netwb.views.address import Address
from netwb.views.html import attrs, button, esc, icon, link, tag
from netwb.views.traffic.look import RANGES, UNITS, Look, field_text

_OVERLAYS = (("week", "Week before", "b"), ("flags", "Config changes", ""))


def render_tools(look: Look, address: Address, zone: ZoneInfo, *, units: bool = True) -> str:
    """All of it in one bar; each choice is a link that carries the whole view.

    units   whether there are units to choose from: a sum over ports has no share of a port
    """
    chosen = f"{_ranges(look, address)}{_between(look, zone)}"
    unit = _units(look, address) if units else ""
    overlays = "".join(
        _overlay(name, words, key, on=getattr(look, name)) for name, words, key in _OVERLAYS
    )
    return (
        f'<div class="bar traffic" role="toolbar" aria-label="What is drawn">{chosen}{unit}'
        f'{overlays}{_steps()}<span class="push files">{_files()}</span></div>'
    )


def _ranges(look: Look, address: Address) -> str:
    links = "".join(
        link(
            address.url(
                range=None if name == "24h" else name,
                since=field_text(look.since, ZoneInfo("UTC")) + "Z" if name == "between" else None,
                until=field_text(look.until, ZoneInfo("UTC")) + "Z" if name == "between" else None,
            ),
            esc(words),
            data_act="range",
            data_range=name,
            data_key=str(number) if number < len(RANGES) else None,
            aria_current="true" if name == look.name else None,
        )
        for number, (name, (words, _)) in enumerate(RANGES.items(), start=1)
    )
    return tag("span", links, class_="seg", role="group", aria_label="Range")


def _between(look: Look, zone: ZoneInfo) -> str:
    """Two times of one's own, where they are what is looked at."""
    if look.name != "between":
        return ""
    fields = "".join(
        "<input"
        + attrs(
            {
                "type": "datetime-local",
                "id": f"t-{name}",
                "name": name,
                "value": field_text(at, zone),
                "aria-label": f"{words}, {zone.key}",
                "title": f"{words}, {zone.key}",
                "required": True,
            }
        )
        + ">"
        for name, words, at in (("since", "From", look.since), ("until", "To", look.until))
    )
    go = '<button type="submit" class="btn"><span>Show</span></button>'
    return tag("form", fields + go, class_="between", data_act="between", id="between")


def _units(look: Look, address: Address) -> str:
    links = "".join(
        link(
            address.url(unit=None if unit == "bits" else unit),
            esc(words),
            data_act="unit",
            data_unit=unit,
            aria_current="true" if unit == look.unit else None,
        )
        for unit, words in UNITS.items()
    )
    return tag("span", links, class_="seg", role="group", aria_label="Unit")


def _overlay(name: str, words: str, key: str, *, on: bool) -> str:
    box = (
        "<input"
        + attrs(
            {
                "type": "checkbox",
                "id": f"o-{name}",
                "checked": on,
                "data-act": "overlay",
                "data-overlay": name,
                "data-on": "change",
                "aria-label": words,
            }
        )
        + ">"
    )
    return tag(
        "label", f"{box}<span>{esc(words)}</span>", class_="check wide-only", data_key=key or None
    )


def _steps() -> str:
    """Earlier, later, nearer, farther: for keyboard and finger."""
    steps = (
        ("left", "earlier", "[", "Earlier"),
        ("right", "later", "]", "Later"),
        ("plus", "nearer", "+", "Nearer"),
        ("minus", "farther", "-", "Farther"),
    )
    return "".join(
        tag(
            "button",
            icon(drawn),
            type="button",
            class_="ib",
            data_act=act,
            data_key=key,
            aria_label=words,
            title=f"{words} ({key})",
        )
        for drawn, act, key, words in steps
    )


def _files() -> str:
    copy = tag(
        "button",
        "<span>Link</span>",
        type="button",
        class_="btn",
        data_copy="link",
        data_key="y",
        title="Copy the address of this view (y)",
    )
    return button("CSV", "csv", icon_="download") + button("PNG", "png") + copy
