"""Colours of ports that stand on each other, by theme: apart also for who sees no red or no green.

Neighbours differ in lightness as well; what is left is grey. The same colours are the stylesheet's
`--k0` and so on, for the words beside the picture.
"""

from __future__ import annotations

from functools import cache

from netwb.views.theme import Scheme, tokens

PORTS = 8
_COLOURS: dict[Scheme, tuple[str, ...]] = {
    "light": (
        *("#2f6fe0", "#e08a1e", "#0b8577", "#b13a8e"),
        *("#7fb2f5", "#8a5a00", "#63c2a8", "#6d4fc4"),
    ),
    "dark": (
        *("#6ea3ff", "#e3a04a", "#49bfae", "#e27cc4"),
        *("#3b6fbf", "#f0cf8a", "#2b8577", "#a78bfa"),
    ),
}


@cache
def colours(scheme: Scheme) -> tuple[str, ...]:
    """Of the ports, busiest first, and last of all others."""
    return (*_COLOURS[scheme], tokens(scheme)["prev"])


@cache
def palette_css() -> str:
    """The same for a sheet."""
    light, dark = (
        ";".join(f"--k{place}:{colour}" for place, colour in enumerate(colours(scheme)))
        for scheme in ("light", "dark")
    )
    return f":host{{{light}}}:host-context([data-theme=dark]){{{dark}}}"
