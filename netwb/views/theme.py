"""The tokens of `assets/tokens.css` as data, and panel-material-ui's theme made of them.

The stylesheet is the source: pages, sheets and the login page all read it, and a change of theme
is one attribute in the browser. The components of Material UI are given `var(--token)` instead of
colours; only its palette, which it calculates with, gets the colours themselves.
Source: PAGES.md "Tokens", pitfalls 2 to 4.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Literal

from netwb.views.sheet import ASSETS

Scheme = Literal["light", "dark"]
FONT = "Inter, system-ui, sans-serif"
HEAD_PX = 48
SIDE_PX = 196
NARROW_PX = 1180  # window width under which the navigation is a strip of icons
STRIP_PX = 52
PHONE_PX = 760  # under which two panes stand under each other, and the navigation at the foot
FOOT_PX = 52
PHONE_HEAD_PX = 92  # the header has a second line there

_BLOCK = re.compile(r":root(\[data-theme=\"dark\"\])?\{(?P<body>[^}]*)\}")
_TOKEN = re.compile(r"--(\w+):(#[0-9a-f]{6})\b")


@cache
def tokens_css(static: str = "netwb-static") -> str:
    """The stylesheet for a document: its fonts are found below `static`."""
    text = (ASSETS / "tokens.css").read_text(encoding="utf-8")
    return text.replace("url(fonts/", f"url({static}/fonts/")


@cache
def tokens(scheme: Scheme) -> dict[str, str]:
    """Name -> #rrggbb of one scheme."""
    light, dark = (_TOKEN.findall(found["body"]) for found in _BLOCK.finditer(tokens_css()))
    return dict(light if scheme == "light" else dark)


@cache
def material_theme() -> dict[Scheme, dict[str, Any]]:
    """What `pmui.Page(theme_config=...)` takes."""
    return {"light": _scheme("light"), "dark": _scheme("dark")}


def narrowing() -> dict[str, Any]:
    """Rules of the whole page (`pmui.Page(sx=...)`): its navigation a strip, then a bar at the foot."""
    narrow, phone = f"@media (max-width:{NARROW_PX}px)", f"@media (max-width:{PHONE_PX}px)"
    foot = {
        "position": "fixed !important",  # the page says it is relative, and as high as the window
        "inset": "auto 0 0 0",
        "width": "100% !important",
        "height": f"{FOOT_PX}px !important",
        "borderTop": "1px solid var(--line)",
        "borderRight": "0",
        "zIndex": "1100",
    }
    return {
        "& > main": {
            "backgroundColor": "var(--bg) !important",
            phone: {"boxSizing": "border-box", "paddingBottom": f"{FOOT_PX}px"},
        },
        "& > nav": {
            narrow: {"width": f"{STRIP_PX}px !important"},
            phone: {"width": "0 !important"},
        },
        "& .MuiDrawer-paper": {
            narrow: {"width": f"{STRIP_PX}px !important"},
            phone: foot,
            "& > .MuiToolbar-root": {phone: {"display": "none"}},
        },
    }


def _scheme(scheme: Scheme) -> dict[str, Any]:
    named = tokens(scheme)
    return {
        "palette": {
            "primary": {"main": named["accent"], "contrastText": named["onAccent"]},
            "success": {"main": named["ok"]},
            "warning": {"main": named["warn"]},
            "error": {"main": named["bad"]},
            "background": {"default": named["bg"], "paper": named["surface"]},
            "text": {
                "primary": named["t1"],
                "secondary": named["t2"],
                "disabled": named["t3"],
            },
            "divider": named["line"],
        },
        "typography": {"fontFamily": FONT, "fontSize": 13},
        "shape": {"borderRadius": 6},
        "components": _components(),
    }


def _components() -> dict[str, Any]:
    """Header and navigation as the pictures have them; 48 px high, the content not cut (2)."""
    line = "1px solid var(--line)"
    flat = {"backgroundColor": "var(--surface)", "backgroundImage": "none"}
    phone = f"@media (max-width:{PHONE_PX}px)"
    bar = {
        **flat,
        "height": f"{HEAD_PX}px",
        "color": "var(--t1)",
        "boxShadow": "none",
        phone: {"height": f"{PHONE_HEAD_PX}px"},
    }
    room = {
        "minHeight": f"{HEAD_PX}px !important",
        "padding": "0 !important",
        "margin": "0 !important",
        phone: {"minHeight": f"{PHONE_HEAD_PX}px !important", "alignItems": "flex-start"},
    }
    return {
        "MuiToolbar": {"styleOverrides": {"root": room}},
        "MuiAppBar": {"styleOverrides": {"root": {**bar, "borderBottom": line}}},
        "MuiDrawer": {"styleOverrides": {"paper": {**flat, "borderRight": line}}},
        # A bar that tells nothing, as no page is ever `busy`, and the title's empty heading.
        "MuiLinearProgress": {"styleOverrides": {"root": {"display": "none"}}},
        "MuiTypography": {"styleOverrides": {"h5": {"visibility": "hidden"}}},
    }
