"""The part of the page that adds and revokes walls; what it shows is `walls`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from netwb.access.records import IssuedWall, Wall
from netwb.errors import UnknownNameError
from netwb.views.admin import walls as view
from netwb.views.desk import Acts, Desk
from netwb.views.sheet import Act


class WallsPart:
    """The walls of the scope, newest first."""

    def __init__(self, desk: Desk, *, draw: Callable[[], None]) -> None:
        self._desk = desk
        self._redraw = draw
        self.walls: tuple[Wall, ...] = ()
        self.acts: Acts = {
            "ask-wall": self._ask,
            "add-wall": self._add,
            "ask-revoke-wall": self._ask_revoke,
            "revoke-wall": self._revoke,
        }

    async def load(self) -> None:
        """Read them."""
        frame = self._desk.frame
        self.walls = tuple(await frame.ask(frame.bench.walls))

    def html(self) -> str:
        """The tab's content."""
        return view.walls_tab(self.walls, self._desk.frame.moment())

    async def _ask(self, _act: Act) -> None:
        self._desk.ask(self._dialog({}, ""))

    def _dialog(self, filled: Mapping[str, Any], wrong: str) -> str:
        return view.wall_dialog(self._desk.frame.person.tenants, filled, wrong=wrong)

    async def _add(self, act: Act) -> None:
        bench, fields, issued = self._desk.frame.bench, _fields(act), list[IssuedWall]()

        def add() -> None:
            issued.append(bench.add_wall(view.new_wall(fields)))

        if await self._desk.tried(add, lambda wrong: self._dialog(fields, wrong)):
            await self.load()
            self._redraw()
            self._desk.ask(view.code_dialog(issued[0], self._desk.frame.moment()))

    async def _ask_revoke(self, act: Act) -> None:
        self._desk.ask(view.revoke_wall_dialog(self._wall(act)))

    async def _revoke(self, act: Act) -> None:
        wall, bench = self._wall(act), self._desk.frame.bench

        def revoke() -> None:
            bench.revoke_wall(wall.id)

        if await self._desk.tried(revoke, lambda wrong: view.revoke_wall_dialog(wall, wrong=wrong)):
            self._desk.frame.tell("Revoked")
            await self.load()
            self._redraw()

    def _wall(self, act: Act) -> Wall:
        for wall in self.walls:
            if wall.id == act.get("id"):
                return wall
        msg = "there is no such wall any more; open the page again"
        raise UnknownNameError(msg)


def _fields(act: Act) -> Mapping[str, Any]:
    fields = act.get("fields")
    return fields if isinstance(fields, Mapping) else {}
