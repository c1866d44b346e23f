"""`Stories`: since when a line stands, by whom, and what stood there before, under that line.

`?line=` holds which one is open.
"""

from __future__ import annotations

from collections.abc import Callable

from netwb.views.frame import Frame
from netwb.views.history.lines import Leads, story
from netwb.views.history.links import Links
from netwb.views.history.pane import TextPane
from netwb.views.sheet import Act, OnAct
from netwb.workbench.line_stories import DatedText


class Stories:
    """Asks the facade for one, and puts it into the rows. `opened` gives the text that is open."""

    def __init__(
        self, frame: Frame, pane: TextPane, *, opened: Callable[[], DatedText | None]
    ) -> None:
        self._frame = frame
        self._pane = pane
        self._links = Links(frame.address)
        self._opened = opened
        self.acts: dict[str, OnAct] = {"story": self._ask, "shut": self._shut}

    def line(self) -> int:
        """The line of the address; 0 where it is none of the open text."""
        opened, text = self._opened(), self._frame.address.get("line", "")
        line = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
        return line if opened and line <= len(opened.lines) else 0

    async def tell(self, line: int) -> None:
        """The story of that line."""
        opened, frame = self._opened(), self._frame
        assert opened is not None
        revision, kind = opened.revision, self._links.kind
        reference = f"{revision.device_id}@{revision.id}"
        told = await frame.ask(frame.bench.line_story, reference, line, kind=kind)
        leads = Leads(
            change=self._links.change(revision.device_id, told.revision),
            elsewhere=self._links.find(told.text.strip(), when="now"),
        )
        self._pane.tell_story(line, story(told, leads, frame.moment()))

    async def _ask(self, act: Act) -> None:
        opened, line = self._opened(), whole(act, "line")
        if opened is not None and 0 < line <= len(opened.lines):
            self._frame.address.set(history="replace", line=line)
            await self.tell(line)

    async def _shut(self, _act: Act) -> None:
        self._frame.address.set(history="replace", line=None)
        self._pane.tell_story(0, "")


def whole(act: Act, name: str) -> int:
    """A number of an act; 0 for anything else."""
    value = act.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
