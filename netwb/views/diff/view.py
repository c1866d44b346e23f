"""`DiffView`: the component that draws a comparison, in a page and in a notebook's cell alike.

What the browser gets are slices of a `Board` as JSON text: the first one with the parameter
`drawn`, the others as answers to messages, so that no message is large and none takes the server's
loop long. What a person chooses in it (layout, whole file, moved lines, the change looked at) comes
back in parameters that a page can keep in its address.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Literal

import param
from panel.custom import JSComponent

from netwb.configs.diff import ConfigDiff
from netwb.views.diff.boards import lay_out
from netwb.views.diff.rows import Board, Extent, Moved
from netwb.views.html import plain
from netwb.views.sheet import holds

Side = Literal["side", "unified"]
Keys = Literal["page", "focus"]

HERE = Path(__file__).parent  # Panel serves a script from its component's own folder only
FIRST = 300  # items that come with the drawing: more than a screen is high, drawn in 30 ms
SLICE = 1_000  # items of a message, as a rule; some 100 kB
LEAP = 3_000  # at most: on the way to a change that is far away
_SERIALS = count(1)  # of drawings, so that a late answer is not taken for the new one's


@cache
def diff_css() -> str:
    """The stylesheet that the component carries into its shadow root."""
    return (HERE / "diff.css").read_text(encoding="utf-8")


class DiffView(JSComponent):
    """Draws what `compare` gave it last; nothing before that.

    side      "side": old and new beside each other; "unified": under each other
    extent    "changes", or the "whole" file
    moved     "ignored": lines that only moved are no changes
    current   number of the change that is looked at, 1 the first
    keys      "page": n p u w m . anywhere; "focus": only within the component
    waiting   the next comparison is on its way

    first     how many items come with the drawing; the others are asked for
    """

    drawn = param.String()
    side: param.Selector[Side] = param.Selector(default="side", objects=["side", "unified"])
    extent: param.Selector[Extent] = param.Selector(default="changes", objects=["changes", "whole"])
    moved: param.Selector[Moved] = param.Selector(default="shown", objects=["shown", "ignored"])
    current = param.Integer(default=1)
    keys: param.Selector[Keys] = param.Selector(
        default="page", objects=["page", "focus"], constant=True
    )
    waiting = param.Boolean(default=False)

    _bundle: ClassVar[Path] = HERE / "diff.js"

    def __init__(
        self,
        diff: ConfigDiff | None = None,
        *,
        label: str = "",
        first: int = FIRST,
        **params: Any,
    ) -> None:
        wanted = {"sizing_mode": "stretch_both", "margin": 0, **params}
        super().__init__(stylesheets=[diff_css()], **wanted)  # type: ignore[no-untyped-call]  # Panel's is untyped
        self._board: Board | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._serial = 0
        self._first = first
        self._label = label
        self.on_msg(self._received)
        self.param.watch(self._lay_out_anew, ["extent", "moved"])
        if diff is not None:
            self.compare(diff, label=label, current=self.current)

    @property
    def diff(self) -> ConfigDiff | None:
        """What is drawn: the one that pages share, where another page drew an equal one before."""
        return None if self._board is None else self._board.diff

    def compare(self, diff: ConfigDiff | None, *, label: str = "", current: int = 1) -> None:
        """Draw another comparison, or nothing; `label` names it to who cannot see it."""
        drawing = self._begin(diff, label, current)
        if drawing is None:
            self._clear()
        else:
            self._put(*drawing.drawn())

    async def bring(self, diff: ConfigDiff | None, *, label: str = "", current: int = 1) -> None:
        """As `compare`; laid out in a thread, as thousands of changes take a while."""
        drawing = self._begin(diff, label, current)
        if drawing is None:
            self._clear()
        else:
            await self._show_later(drawing)

    def _begin(self, diff: ConfigDiff | None, label: str, current: int) -> _Drawing | None:
        """From now on answers to the drawing before come too late."""
        self._serial = next(_SERIALS)
        if diff is None:
            return None
        self._label = plain(label or f"{diff.old} against {diff.new}")
        return _Drawing(
            diff=diff,
            extent=self.extent,
            moved=self.moved,
            label=self._label,
            current=current,
            first=self._first,
            serial=self._serial,
        )

    async def _show_later(self, drawing: _Drawing) -> None:
        board, current, drawn = await asyncio.to_thread(drawing.drawn)
        if drawing.serial == self._serial:
            self._put(board, current, drawn)

    def _put(self, board: Board, current: int, drawn: str) -> None:
        self._board = board
        self.param.update(drawn=drawn, current=current, waiting=False)

    def _clear(self) -> None:
        self._board = None
        self.param.update(drawn="", current=1, waiting=False)

    def _lay_out_anew(self, *_events: Any) -> None:
        drawing = self._begin(self.diff, self._label, self.current)
        if drawing is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a notebook's cell: nobody else waits
            self._put(*drawing.drawn())
            return
        task = loop.create_task(self._show_later(drawing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _received(self, event: Any) -> None:
        """Answer what the browser asks for; it is input, so every number is kept within bounds."""
        said = event.data if isinstance(event.data, dict) else {}
        board, serial = self._board, self._serial
        if board is None or said.get("serial") != serial or not await holds():
            return
        answer = await asyncio.to_thread(_answer, board, said)
        if answer and serial == self._serial:
            self._send_msg(answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    """All that a drawing is made of, so that a thread can make it."""

    diff: ConfigDiff
    extent: Extent
    moved: Moved
    label: str
    current: int
    first: int
    serial: int

    def drawn(self) -> tuple[Board, int, str]:
        """The board, the change that is looked at, and what the browser gets."""
        board = lay_out(self.diff, extent=self.extent, moved=self.moved)
        current = min(self.current, max(board.hunks, 1))
        until = board.place_of(current) if current > 1 else 0
        text = _json(
            serial=self.serial,
            label=self.label,
            current=current,
            hunks=board.hunks,
            count=board.count,
            items=board.items(0, max(self.first, min(until + FIRST, SLICE))),
            note="" if board.hunks else _note(board),
        )
        return board, current, text


def _answer(board: Board, said: Mapping[str, Any]) -> str:
    """To one question; "" where it is none."""
    start, many = _whole(said, "start"), min(_whole(said, "count"), LEAP)
    told: dict[str, Any] = {"serial": said["serial"], "start": start}
    if said.get("ask") == "items":
        return _json(told="items", items=board.items(start, many), **told)
    if said.get("ask") == "folded":
        block = min(_whole(said, "block"), len(board.blocks) - 1)
        return _json(told="folded", block=block, rows=board.folded(block, start, many), **told)
    return ""


def _note(board: Board) -> str:
    return "Lines only moved." if board.diff.hunks else "Both texts are the same."


def _whole(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    return max(value, 0) if isinstance(value, int) else 0


def _json(**values: Any) -> str:
    """As one text: Bokeh would encode each value of a structure on its own, ten times slower."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
