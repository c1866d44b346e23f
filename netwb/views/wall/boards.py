"""`Boards`: the parts of a wall that are markup, by name.

They stand in the page as it is first sent, so that a screen shows them before it has read a script;
what they say afterwards comes by one model of Bokeh's own, and `wall.js` puts it in its place. No
component of Panel's: its scripts would be three times what the charts need (measured: 0.5 s).
"""

from __future__ import annotations

from typing import Any

from bokeh.models import ColumnDataSource

from netwb.workbench.wall import PORTS

NAME = "netwb-boards"  # by which the browser's script finds the model
HEADS = tuple(f"head{number}" for number in range(PORTS))  # of the charts; empty: there is none
PARTS = ("top", "sites", "foot", "none", *HEADS)


class Boards:
    """What each part says now. Safe markup: every value in it went through netwb.views.html.esc."""

    def __init__(self) -> None:
        self.html = dict.fromkeys(PARTS, "")
        self.model = ColumnDataSource(data=self._told(), name=NAME)

    def put(self, **html: str) -> None:
        """These parts say that from now on, the others what they said."""
        self.html |= html
        self.model.data = self._told()

    def _told(self) -> dict[str, Any]:
        return {"part": list(self.html), "html": list(self.html.values())}
