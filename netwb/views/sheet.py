"""`Sheet`: escaped HTML in one component; what a person does in it comes back as acts.

The browser draws `html` and nothing else: lists, tables, forms and toolbars are text that pure
functions made (`netwb.views.html`), so that a page is a few models, and a change of it one message.
`assets/sheet.js` tells how elements become acts. What comes back was said by a browser: a view
treats it as input, and the facade asks for rights at each call.
Sources: PAGES.md "How they are made" and pitfalls 7 and 8; facts-platform D3 (a bundle is served
by its address and cached, a stylesheet as a path leaks the path).
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from functools import cache, partial
from logging import getLogger
from pathlib import Path
from typing import Any, ClassVar

import panel as pn
import param
from panel.custom import JSComponent

from netwb.errors import NotAuthenticatedError

logger = getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
GUARD = "netwb_guard"  # attributes of a page's document: how its frame runs an act,
HOLDS = "netwb_holds"  # and whether the rights that the page was drawn by are in force

Act = Mapping[str, Any]
OnAct = Callable[[Act], Awaitable[None]]
Guard = Callable[[Callable[[], Awaitable[None]]], Awaitable[bool]]


@cache
def sheet_css() -> str:
    """The stylesheet that every sheet carries into its shadow root."""
    return (ASSETS / "sheet.css").read_text(encoding="utf-8")


class Sheet(JSComponent):
    """HTML that is safe already, and the acts of the person who reads it.

    on_act   awaited with {"act": name, ...}; its errors are shown by the page's frame
    css      more rules, for this sheet alone
    """

    html = param.String(doc="Markup; every value in it went through netwb.views.html.esc")

    _bundle: ClassVar[Path] = ASSETS / "sheet.js"
    # Panel looks for these two on the disk, and listens for changes of every property, at each use:
    # there is no stylesheet beside the script, and the browser changes nothing but by acts.
    _bundle_path: ClassVar[Path] = _bundle
    _bundle_css: ClassVar[list[str]] = []
    _linked_properties: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **words: Any) -> None:
        """A kind with a script of its own is drawn by that one."""
        super().__init_subclass__(**words)
        cls._bundle_path = cls._bundle

    def __init__(
        self, html: str = "", *, on_act: OnAct | None = None, css: str = "", **layout: Any
    ) -> None:
        wanted = {"sizing_mode": "stretch_width", "margin": 0, **layout}
        super().__init__(html=html, stylesheets=[sheet_css() + css], **wanted)  # type: ignore[no-untyped-call]  # Panel's is untyped
        self._on_act = on_act
        self.on_msg(self._received)

    def hand_over(self, name: str, content: bytes, mime: str = "application/octet-stream") -> None:
        """Have the browser download these bytes under that name."""
        text = base64.b64encode(content).decode("ascii")
        self._send_msg({"save": name, "base64": text, "mime": mime})

    def tell(self, text: str) -> None:
        """Say it to who listens instead of looking (`aria-live`), once the drawing is done."""
        self._send_msg({"tell": text})

    def command(self, **words: Any) -> None:
        """Ask the script for one of its own doings: `focus="id"`, `go="configs?tenant=acme"`."""
        self._send_msg(words)

    async def _received(self, event: Any) -> None:
        said = event.data if isinstance(event.data, dict) else {}
        act = {key: value for key, value in said.items() if key != "seq"}
        if self._on_act is None or not isinstance(act.get("act"), str):
            return
        guard: Guard = getattr(pn.state.curdoc, GUARD, _unguarded)
        done = await guard(partial(self._on_act, act))
        self._send_msg({"done": said.get("seq"), "well": done})


async def holds() -> bool:
    """Whether this page may still answer from what it read; in a notebook's cell it always may."""
    ask: Callable[[], Awaitable[bool]] = getattr(pn.state.curdoc, HOLDS, _always)
    try:
        return await ask()
    except NotAuthenticatedError:
        return False  # its next act says so


async def _always() -> bool:
    return True


async def _unguarded(act: Callable[[], Awaitable[None]]) -> bool:
    """Outside of a frame (a notebook's cell) an act's error is an error."""
    await act()
    return True
