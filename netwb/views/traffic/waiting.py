"""What takes longer than a blink is said while it lasts, and dims what is shown of something else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from time import monotonic
from typing import Any, TypeVar

import panel as pn
from panel.viewable import Viewable

from netwb.views.document import soon

Result = TypeVar("Result")
EVERY_S = 1.0  # quick answers say nothing
# Of what is shown while something else is read. BokehJS takes no style off an element because it is
# named no more (bokeh.dom.css, `apply_styles`): what is fresh has to be said as well as what is dim.
DIM: Mapping[str, str] = {"opacity": ".45"}
FRESH: Mapping[str, str] = {"opacity": "1"}


async def told(
    work: Coroutine[Any, Any, Result], say: Callable[[float], None], *, every_s: float = EVERY_S
) -> Result:
    """What comes of it; until then `say` hears now and then for how many seconds it is awaited.

    Whoever stops waiting stops the work, too.
    """
    task, began = asyncio.ensure_future(work), monotonic()
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=every_s)
            if done:
                return task.result()
            say(monotonic() - began)
    finally:
        task.cancel()


class Veil:
    """Dims panes while what they show is of another time than the one that is read."""

    def __init__(self, *panes: Viewable) -> None:
        self._panes = panes
        self._style = FRESH
        self._document = pn.state.curdoc

    def dim(self) -> None:
        """These are old."""
        self._say(DIM)

    def lift(self) -> None:
        """These are what is asked for."""
        self._say(FRESH)

    def _say(self, style: Mapping[str, str]) -> None:
        self._style = style
        soon(self._document, self._put)

    def _put(self) -> None:
        """What was said last, in whatever order the document's lock is given."""
        for one in self._panes:
            styles = {**(one.styles or {}), **self._style}
            if one.styles != styles:
                one.styles = styles
