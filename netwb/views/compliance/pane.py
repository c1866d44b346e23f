"""`MatrixPane`: devices by rules in the browser, of which only the rows near what is seen are drawn.

A sheet with a script of its own (`matrix.js`): it draws `grid`, and `html` in its place where there is
something to say instead. Acts: `cell` with device and rule, `rule`, `shut`, `good`, and those of `html`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import param

from netwb.views.drawings import SHAPES
from netwb.views.html import Shape
from netwb.views.sheet import OnAct, Sheet

HERE = Path(__file__).parent


@cache
def matrix_css() -> str:
    """The stylesheet of rows, columns and names of rules; and shapes as masks, for there are thousands."""
    rules = (HERE / "matrix.css").read_text(encoding="utf-8")
    return rules + "".join(_mask(kind) for kind in ("unknown", "stale", "waived"))


def _mask(kind: Shape) -> str:
    """A state's shape before a cell, in its colour, without an element of its own."""
    drawing, token = SHAPES[kind]
    drawn = drawing.replace("currentColor", "#000")
    image = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 12">{drawn}</svg>'
    mask = f'url("data:image/svg+xml,{quote(image)}") center/12px 12px no-repeat'
    return f".k-{kind}::before{{background:var(--{token});-webkit-mask:{mask};mask:{mask}}}"


class MatrixPane(Sheet):
    """grid: JSON of `grid_text`. chosen: JSON of the chosen cell's device and rule."""

    grid = param.String()
    chosen = param.String()

    _bundle: ClassVar[Path] = HERE / "matrix.js"

    def __init__(self, html: str = "", *, on_act: OnAct | None = None, **layout: Any) -> None:
        wanted = {"sizing_mode": "stretch_both", **layout}
        super().__init__(html, on_act=on_act, css=matrix_css(), **wanted)

    def choose(self, device: str, rule: str) -> None:
        """Mark that cell, and bring it up."""
        self.chosen = json.dumps({"device": device, "rule": rule})

    def say(self, html: str) -> None:
        """Words in the place of the matrix."""
        self.html = html

    def draw(self, grid: str) -> None:
        """The matrix, and no words."""
        self.param.update(grid=grid, html="")
