"""`Board`: a part of the wall as HTML; the browser keeps its clock, ages and turns."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import param
from panel.custom import JSComponent

HERE = Path(__file__).parent


@cache
def wall_css() -> str:
    """The stylesheet that each board carries into its shadow root."""
    return (HERE / "wall.css").read_text(encoding="utf-8")


class Board(JSComponent):
    """HTML that is safe already. Nothing comes back from it: a wall is only looked at."""

    html = param.String(doc="Markup; every value in it went through netwb.views.html.esc")

    _bundle: ClassVar[Path] = HERE / "board.js"
    _bundle_path: ClassVar[Path] = _bundle  # as in `netwb.views.sheet.Sheet`
    _bundle_css: ClassVar[list[str]] = []
    _linked_properties: ClassVar[tuple[str, ...]] = ()

    def __init__(self, html: str = "", **layout: Any) -> None:
        wanted = {"sizing_mode": "stretch_width", "margin": 0, **layout}
        super().__init__(html=html, stylesheets=[wall_css()], **wanted)  # type: ignore[no-untyped-call]  # Panel's is untyped
