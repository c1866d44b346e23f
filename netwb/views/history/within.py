"""`Within`: words that are looked for in the open text, the lines that hold them, and one of these.

`?within=` holds the words. The lines are found off the loop, for a text has many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from netwb.views.frame import Frame
from netwb.views.history.head import Finding
from netwb.views.history.links import Links
from netwb.views.history.pane import TextPane
from netwb.views.sheet import Act, OnAct

LONGEST = 200  # characters that are looked for


class Within:
    """What is found of the text.

    line     gives the line that is open, from which one begins to look; 0 for none
    redraw   draws the field, with the number of lines beside it
    """

    def __init__(
        self,
        frame: Frame,
        pane: TextPane,
        *,
        line: Callable[[], int],
        redraw: Callable[[], None],
    ) -> None:
        self._frame = frame
        self._pane = pane
        self._links = Links(frame.address)
        self._line = line
        self._redraw = redraw
        self._lines: Sequence[str] = ()
        self.finding = Finding()
        self.acts: dict[str, OnAct] = {
            "within": self._within,
            "next": self._step,
            "previous": self._step,
        }

    def clear(self) -> None:
        """There is no text."""
        self._lines, self.finding = (), Finding()

    async def look(self, lines: Sequence[str]) -> None:
        """Find what the address names in another text."""
        self._lines = lines
        self.finding = await self._frame.ask(self._found, self._frame.address.get("within", ""))

    def mark(self) -> None:
        """Show it in the rows that stand there."""
        lines, at = self.finding.lines, self.finding.at
        self._pane.mark(self.finding.text, lines, lines[at] if lines else 0)

    def _found(self, text: str) -> Finding:
        if not text.strip():
            return Finding()
        wanted = text.casefold()
        lines = tuple(n for n, said in enumerate(self._lines, 1) if wanted in said.casefold())
        at = next((place for place, n in enumerate(lines) if n >= self._line()), 0)
        return Finding(text=text, lines=lines, at=at, ever=self._links.find(text, when="ever"))

    async def _within(self, act: Act) -> None:
        text = str(act.get("value", ""))[:LONGEST]
        self._frame.address.set(history="replace", within=text)
        self.finding = await self._frame.ask(self._found, text)
        self.mark()
        self._redraw()

    async def _step(self, act: Act) -> None:
        if self.finding.lines:
            step = 1 if act["act"] == "next" else -1
            at = (self.finding.at + step) % len(self.finding.lines)
            self.finding = replace(self.finding, at=at)
            self.mark()
            self._redraw()
