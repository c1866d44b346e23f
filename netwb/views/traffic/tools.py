"""The toolbar over a chart: range, unit, what is drawn over it, and files. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from netwb.views.address import Address
from netwb.views.html import attrs, button, esc, icon, link, tag
from netwb.views.traffic.look import OVERLAYS, RANGES, UNITS, Look, field_text

_OVERLAYS = (
    ("week", "Week before", "b"),
    ("flags", "Changes", ""),
    ("attacks", "Attacks", ""),
)


def render_tools(
    look: Look, address: Address, zone: ZoneInfo, *, units: bool = True, grafana: bool = False
) -> str:
    """All of it in one bar; each choice is a link that carries the whole view.

    units     whether there are units and overlays to choose from: many ports have no share of a port
    grafana   whether Grafana draws the port, too
    """
    chosen = f"{_ranges(look, address)}{_between(look, zone)}"
    unit = _units(look, address) if units else ""
    unit += _drawers(address) if grafana else ""
    overlays = "".join(
        _overlay(name, words, key, on=getattr(look, name))
        for name, words, key in _OVERLAYS
        if units
    )
    files = _files() if not grafana or "grafana" not in address else _copy()
    lanes = _lanes(look) if units else ""
    return (
        f'<div class="bar traffic" role="toolbar" aria-label="What is drawn">{chosen}{unit}'
        f'{overlays}{lanes}{_steps()}<span class="push files">{files}</span></div>'
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


def _drawers(address: Address) -> str:
    """Which of them draws the port: netwb, or Grafana."""
    links = "".join(
        link(
            address.url(grafana=drawer),
            words,
            data_act="grafana",
            data_drawer=drawer,
            aria_current="true" if ("grafana" in address) == bool(drawer) else None,
        )
        for drawer, words in ((None, "Chart"), ("1", "Grafana"))
    )
    return tag("span", links, class_="seg", role="group", aria_label="Drawn by")


def _overlay(name: str, words: str, key: str, *, on: bool) -> str:
    box = _box(f"o-{name}", "overlay", name, on=on)
    return tag(
        "label", f"{box}<span>{esc(words)}</span>", class_="check wide-only", data_key=key or None
    )


def _lanes(look: Look) -> str:
    """What is drawn under the traffic: several, so that the menu stays open.

    In a narrow window what has no room in the bar stands here, too.
    """
    boxes = "".join(
        _choice("l", "lane", name, words, on=look.shows(name)) for name, words in OVERLAYS.items()
    )
    more = "".join(
        _choice("m", "overlay", name, words, on=getattr(look, name), class_="check narrow")
        for name, words, _ in _OVERLAYS
    )
    number = f' <span class="n">{len(look.over)}</span>' if look.over else ""
    summary = tag("summary", f"<span>Overlays</span>{number}", class_="btn", id="overlays")
    menu = tag("div", more + boxes, class_="menu", role="group", aria_label="What is drawn, too")
    return tag("details", summary + menu, data_menu=True, data_stays=True, id="over")


def _choice(  # noqa: PLR0913 - what a box is called, and does
    place: str, act: str, name: str, words: str, *, on: bool, class_: str = "check"
) -> str:
    box = _box(f"{place}-{name}", act, name, on=on)
    return tag("label", f"{box}<span>{esc(words)}</span>", class_=class_)


def _box(id_: str, act: str, name: str, *, on: bool) -> str:
    return (
        "<input"
        + attrs(
            {
                "type": "checkbox",
                "id": id_,
                "checked": on,
                "data-act": act,
                f"data-{act}": name,
                "data-on": "change",
            }
        )
        + ">"
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
    return button("CSV", "csv", icon_="download") + button("PNG", "png") + _copy()


def _copy() -> str:
    return tag(
        "button",
        "<span>Link</span>",
        type="button",
        class_="btn",
        data_copy="link",
        data_key="y",
        title="Copy the address of this view (y)",
    )
