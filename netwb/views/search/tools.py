"""The form of a search and its choices. Pure."""

from __future__ import annotations

from netwb.views.html import attrs, button, tag
from netwb.views.search.table import Asked

WHENS = (("now", "Now"), ("ever", "Ever"))
MATCHES = (("text", "Text"), ("word", "Word"), ("pattern", "Pattern"))


def render_tools(asked: Asked) -> str:
    """What is looked for, when, how, between which times, and by whom.

    All of it is one form, so that a choice also takes what was typed; its first button, which nobody
    sees, is the one that Enter means.
    """
    find = _field(
        "sought",
        asked.text,
        "find",
        placeholder="A line, an address, a word",
        label="What to find in every configuration",
        autofocus=not asked.text,
        maxlength=500,
        required=True,
        class_="sought",
    )
    more = "".join(
        _field(f"s-{name}", value, name, placeholder=hint, label=label, maxlength=64)
        for name, value, hint, label in (
            ("since", asked.since, "Since: 7d", "Stood at some time after: 7d, or 2026-01-31"),
            ("until", asked.until, "Until", "Stood at some time before: 7d, or 2026-01-31"),
            ("by", asked.by, "Any person", "Brought by"),
        )
    )
    enter = '<button type="submit" class="unseen" tabindex="-1" aria-hidden="true">Search</button>'
    submit = '<button type="submit" class="btn pri"><span>Search</span></button>'
    files = button("CSV", "csv", icon_="download") + tag(
        "button",
        "<span>Link</span>",
        type="button",
        class_="btn",
        data_copy="link",
        data_key="y",
        title="Copy the address of this search (y)",
    )
    return (
        f'<form class="bar search" data-act="search" role="search" aria-label="Configurations" id="search">{enter}{find}'
        f"{_choice('when', WHENS, asked.when, 'When')}{_choice('mode', MATCHES, asked.match, 'How')}"
        f'{more}{submit}<span class="push files">{files}</span></form>'
    )


def _field(id_: str, value: str, name: str, *, label: str, **more: object) -> str:
    named = {key.rstrip("_"): item for key, item in more.items()}
    return (
        "<input"
        + attrs(
            {
                "id": id_,
                "name": name,
                "value": value,
                "aria-label": label,
                "title": label,
                "autocomplete": "off",
                "spellcheck": "false",
                **named,
            }
        )
        + ">"
    )


def _choice(name: str, options: tuple[tuple[str, str], ...], chosen: str, label: str) -> str:
    buttons = "".join(
        tag(
            "button",
            words_,
            type="submit",
            name_=name,
            value=value,
            aria_pressed="true" if value == chosen else "false",
        )
        for value, words_ in options
    )
    return f'<span class="seg" role="group" aria-label="{label}">{buttons}</span>'
