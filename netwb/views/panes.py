"""Two panes beside each other, and what they are in a window that is too narrow for two.

Pure layout: which sheets stand where, by stylesheets that follow the window's width without a word
to the server. Below `PHONE_PX` the panes stand under each other; `assets/sheet.js` brings the lower
one up once something was chosen in the upper one.
"""

from __future__ import annotations

import panel as pn
from panel.viewable import Viewable

from netwb.views.theme import NARROW_PX, PHONE_PX

MARK = "nb-panes"  # the class by which sheet.js finds a list with its detail
SHRINKS = {"min-height": "0", "overflow": "hidden"}  # else a pane is as high as its content
_LINE = "1px solid var(--line)"


def list_and_detail(listed: Viewable, detail: Viewable, *, px: int, narrow_px: int) -> pn.Row:
    """A list, and at its right what was chosen; each scrolls by itself.

    px, narrow_px   width of the list in a wide window, and in one below 1180 px
    In a phone's width the list is above, and the detail as high as the window: one scrolls to it.
    """
    css = (
        _pane(1, _wide(px))
        + _below(NARROW_PX, _pane(1, _wide(narrow_px)))
        + _below(
            PHONE_PX,
            ":host{flex-direction:column!important;overflow:hidden auto!important}",
            _pane(1, {"flex": "0 0 min(44%,400px)", "width": "100%", "border-bottom": _LINE}),
            _pane(2, {"flex": "0 0 100%", "width": "100%", "border-left": "0"}),
        )
    )
    return _row(listed, detail, css, classes=[MARK])


def filter_and_list(narrowing: Viewable, listed: Viewable, *, px: int) -> pn.Row:
    """What narrows a list, and at its right the list; in a phone's width above it, as low as it is."""
    above = {
        "flex": "0 0 auto",
        "width": "100%",
        "height": "auto",
        "max-height": "60%",
        "overflow": "auto",
        "border-right": "0",
        "border-bottom": _LINE,
    }
    css = _pane(1, _wide(px)) + _below(
        PHONE_PX,
        ":host{flex-direction:column!important}",
        _pane(1, above),
        _pane(2, {"flex": "1 1 0", "width": "100%"}),
    )
    return _row(narrowing, listed, css, classes=[])


def wide_and_detail(wide: Viewable, detail: Viewable, *, px: int, narrow_px: int) -> pn.Row:
    """What takes all room there is, and at its right what was chosen in it; each scrolls by itself.

    px, narrow_px   width of the detail in a wide window, and in one below 1180 px
    In a phone's width the detail is below, as high as the window: one scrolls to it.
    """
    css = (
        _pane(1, {"flex": "1 1 0", "min-width": "0"})
        + _pane(2, _wide(px) | {"border-left": _LINE, "overflow": "hidden auto"})
        + _below(NARROW_PX, _pane(2, _wide(narrow_px)))
        + _below(
            PHONE_PX,
            ":host{flex-direction:column!important;overflow:hidden auto!important}",
            _pane(1, {"flex": "0 0 min(70%,560px)", "width": "100%", "border-bottom": _LINE}),
            _pane(2, {"flex": "0 0 auto", "width": "100%", "border-left": "0", "height": "auto"}),
        )
    )
    return _row(wide, detail, css, classes=[MARK])


def main_and_aside(
    main: Viewable, aside: Viewable, dialog: Viewable, *, px: int, narrow_px: int
) -> pn.Row:
    """What a page is of, and a narrower column at its right; both scroll as one, and a dialog over it."""
    as_high = {"align-items": "flex-start", "overflow": "hidden auto"}
    scrolls = ";".join(f"{name}:{value}!important" for name, value in as_high.items())
    css = (
        f":host{{{scrolls}}}"
        + _pane(1, {"flex": "1 1 0", "min-width": "0"})
        + _pane(2, _wide(px))
        + _pane(3, _wide(0))
        + _below(NARROW_PX, _pane(2, _wide(narrow_px)))
        + _below(
            PHONE_PX,
            ":host{flex-direction:column!important}",
            _pane(1, {"flex": "0 0 auto", "width": "100%"}),
            _pane(2, {"flex": "0 0 auto", "width": "100%"}),
        )
    )
    layout = {"sizing_mode": "stretch_both", "margin": 0, "styles": dict(SHRINKS)}
    return pn.Row(main, aside, dialog, stylesheets=[css], **layout)


def _wide(px: int) -> dict[str, str]:
    return {"flex": f"0 0 {px}px", "width": f"{px}px"}


def _pane(place: int, rules: dict[str, str]) -> str:
    """Rules for one of both; Bokeh's own stylesheets stand among a row's children too."""
    body = ";".join(f"{name}:{value}!important" for name, value in rules.items())
    return f":host>:nth-child({place} of div){{{body}}}"


def _below(px: int, *rules: str) -> str:
    return f"@media(max-width:{px}px){{{''.join(rules)}}}"


def _row(left: Viewable, right: Viewable, css: str, *, classes: list[str]) -> pn.Row:
    layout = {"sizing_mode": "stretch_both", "margin": 0, "styles": dict(SHRINKS)}
    return pn.Row(left, right, stylesheets=[css], css_classes=classes, **layout)
