"""`TextPane`: the rows of one text, in slices; lines can be asked about, and found in it.

A sheet with a script of its own (`text.js`): it draws `html` and appends what `more` sends, so
that a text of 20,000 lines is neither one message nor 20,000 rows that nobody looks at.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import param

from netwb.views.sheet import OnAct, Sheet

HERE = Path(__file__).parent

FIRST = 2_000  # rows that come with the drawing
SLICE = 2_000  # rows that a message holds at most


@cache
def text_css() -> str:
    """The stylesheet of rows and stories."""
    return (HERE / "text.css").read_text(encoding="utf-8")


class TextPane(Sheet):
    """Acts: `rows` with `from`, `story` with `line`, `shut`, and those of a story.

    state   JSON of what stands over the rows: the marks of a search in the text, and the open story. A
            property and no message, as a message to what is not drawn yet is lost
    """

    state = param.String()

    _bundle: ClassVar[Path] = HERE / "text.js"

    def __init__(self, html: str = "", *, on_act: OnAct | None = None, **layout: Any) -> None:
        wanted = {"sizing_mode": "stretch_both", **layout}
        super().__init__(html, on_act=on_act, css=text_css(), **wanted)
        self._over: dict[str, Any] = {}
        self._serial = 0

    def more(self, rows: str, *, first: int, last: int) -> None:
        """The rows that were asked for."""
        self.command(rows=rows, **{"from": first}, upto=last)

    def tell_story(self, line: int, html: str) -> None:
        """Put it under that line, in the place of another one; "" takes it away."""
        self._say(story={"line": line, "html": html})

    def mark(self, needle: str, lines: Collection[int], at: int) -> None:
        """Mark the needle in those lines, and bring line `at` up."""
        self._say(marks={"needle": needle, "lines": list(lines), "at": at})

    def _say(self, **words: Any) -> None:
        """A number tells which of them is new, so that the browser brings no other line up again."""
        self._serial += 1
        self._over |= {name: {**value, "serial": self._serial} for name, value in words.items()}
        self.state = json.dumps(self._over)
