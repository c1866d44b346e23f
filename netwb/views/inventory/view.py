"""`InventoryView`: the page `/inventory`; the address says which of its parts is shown."""

from __future__ import annotations

from typing import ClassVar

from panel.viewable import Viewable

from netwb.views.frame import Frame
from netwb.views.inventory.editing import EditingPart
from netwb.views.inventory.intake import ImportPart
from netwb.views.inventory.jobs import Backups
from netwb.views.inventory.listing import ListPart
from netwb.views.inventory.places import TABS
from netwb.views.inventory.placing import PlacesPart
from netwb.views.inventory.probing import ProbePart
from netwb.views.inventory.showing import DevicePart
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.sheet import Act

OWN = ("device", "tab", "import")  # what of the address chooses the part


class InventoryView:
    """Devices as a list, one device, places and credentials, an import, a probe."""

    page: ClassVar[str] = "inventory"
    title: ClassVar[str] = "Inventory"

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._stage = Stage(frame, self._act)
        self._backups = Backups(self._stage, redraw=self._redraw, ended=self._reread)
        self._list = ListPart(self._stage, self._backups)
        self._device = DevicePart(self._stage, self._backups)
        self._places = PlacesPart(self._stage)
        self._import = ImportPart(self._stage)
        self._probe = ProbePart(self._stage, selected=self._selected, leave=self.load)
        editing = EditingPart(self._stage, selected=self._selected, changed=self._reread)
        self._acts: Acts = {
            "open": self._open,
            "go": self._go,
            "again": self._again,
            **editing.acts,
            **self._list.acts,
            **self._device.acts,
            **self._backups.acts,
            **self._places.acts,
            **self._import.acts,
            **self._probe.acts,
        }
        frame.address.on_change(self.load)

    def panel(self) -> Viewable:
        """The sheets, with bars in the place of rows."""
        return self._stage.panel()

    async def load(self) -> None:
        """Show what the address asks for."""
        self._stage.close()
        await self._frame.part(self._load, self._stage.show_page)

    async def _load(self) -> None:
        address = self._frame.address
        if address.get("device"):
            await self._device.load()
        elif address.get("import"):
            await self._import.load()
        elif address.get("tab") in dict(TABS):
            await self._places.load()
        elif address.get("tab") == "probe":
            await self._probe.load()
        else:
            await self._list.load()

    async def _act(self, act: Act) -> None:
        handler = self._acts.get(str(act["act"]))
        if handler is not None:
            await handler(act)

    async def _again(self, _act: Act) -> None:
        await self.load()

    async def _open(self, act: Act) -> None:
        await self._go({"device": act.get("device", "")})

    async def _go(self, act: Act) -> None:
        """Another part: what the act names of the address, all else of it left."""
        wanted: dict[str, object] = {name: act.get(name) or None for name in OWN}
        self._frame.address.set(history="push", **wanted)
        await self.load()

    def _selected(self) -> tuple[str, ...]:
        return tuple(self._list.selected)

    async def _redraw(self) -> None:
        """The job went on: the line of it alone is drawn."""
        if self._frame.address.get("device"):
            self._device.draw()
        else:
            self._list.draw_toolbar()

    async def _reread(self) -> None:
        """Something was changed, by a form or by a job."""
        if self._frame.address.get("device"):
            await self._device.read()
        elif not any(self._frame.address.get(name) for name in OWN):
            await self._list.read()
