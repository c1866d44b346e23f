"""The part of the page that probes devices: a live table, then what was found may be stored."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from netwb.inventory.records import Device
from netwb.views.fields import Ask, dialog
from netwb.views.html import esc, tag
from netwb.views.inventory.probes import Probe, probe_page, useful
from netwb.views.inventory.stage import Acts, Stage
from netwb.views.sheet import Act
from netwb.views.words import count
from netwb.workbench import Workbench
from netwb.workbench.words import ProbeRow

DRAW_S = 0.5  # how often the live table is drawn


class ProbePart:
    """One probe at a time; its rows come from the threads that ask the devices.

    selected   ids of the devices selected in the list
    """

    def __init__(
        self,
        stage: Stage,
        *,
        selected: Callable[[], Sequence[str]],
        leave: Callable[[], Awaitable[None]],
    ) -> None:
        self._stage = stage
        self._selected = selected
        self._leave = leave
        self._devices: Sequence[Device] = ()
        self._rows: dict[str, ProbeRow] = {}
        self._ended = True
        self._applied: int | None = None
        self.acts: Acts = {
            "probe": self._probe,
            "probe-device": self._probe,
            "probe-again": self._again,
            "ask-apply": self._ask_apply,
            "apply-probe": self._apply,
        }

    async def load(self) -> None:
        """The probe as it stands; a page that was opened anew has none, and shows the list."""
        if not self._devices:
            self._stage.frame.address.set(history="replace", tab=None)
            await self._leave()
            return
        self._crumb()
        self._draw()

    async def _probe(self, act: Act) -> None:
        ids = [str(act["device"])] if act.get("device") else list(self._selected())
        frame = self._stage.frame
        await self._start(await frame.ask(_living, frame.bench, ids))

    async def _again(self, _act: Act) -> None:
        await self._start(self._devices)

    async def _start(self, devices: Sequence[Device]) -> None:
        if not self._ended or not devices:
            return
        self._devices, self._rows, self._ended, self._applied = devices, {}, False, None
        self._stage.frame.address.set(device=None, tab="probe")
        self._crumb()
        self._draw()
        self._stage.start(self._run)

    async def _run(self) -> None:
        """Ask the devices in a thread, and draw what came until it ends."""
        frame = self._stage.frame
        ids = [device.id for device in self._devices]
        asked = asyncio.ensure_future(asyncio.to_thread(frame.bench.probe, *ids, on_row=self._came))
        try:
            while not asked.done():
                await asyncio.wait({asked}, timeout=DRAW_S)
                self._draw_if_shown()
            rows = await asked
            self._rows = {row.device_id: row for row in rows}
        finally:
            self._ended = True
            self._draw_if_shown()
        frame.tell(f"Probe ended: {len(useful(rows))} of {count(len(ids), 'device')} reached")

    def _came(self, row: ProbeRow) -> None:
        """A device ended; called from another thread."""
        self._rows[row.device_id] = row

    async def _ask_apply(self, _act: Act) -> None:
        self._stage.ask(self._apply_dialog(""))

    async def _apply(self, _act: Act) -> None:
        bench, rows = self._stage.frame.bench, useful(self._rows.values())
        if await self._stage.tried(lambda: bench.apply_probe(rows), self._apply_dialog):
            self._applied = len(rows)
            self._draw()

    def _apply_dialog(self, wrong: str) -> str:
        found = count(len(useful(self._rows.values())), "device")
        ask = Ask(
            title=f"Store what {found} showed",
            act="apply-probe",
            yes="Store",
            data={},
            wrong=wrong,
        )
        text = (
            f"Platform, model, serial, version and uptime of {found} become what the probe found."
            " A host key is trusted where none was trusted before."
        )
        return dialog(ask, tag("p", esc(text), class_="t2"))

    def _crumb(self) -> None:
        stage = self._stage
        stage.frame.crumbs(("Inventory", stage.links().inventory()), ("Probe", None))

    def _draw_if_shown(self) -> None:
        """The probe goes on while its page shows something else."""
        if self._stage.frame.address.get("tab") == "probe":
            self._draw()

    def _draw(self) -> None:
        stage = self._stage
        probe = Probe(
            devices=self._devices,
            rows=dict(self._rows),
            ended=self._ended,
            sees=stage.sees(),
            links=stage.links(),
            applied=self._applied,
        )
        stage.show_page(probe_page(probe))


def _living(bench: Workbench, ids: Sequence[str]) -> list[Device]:
    devices = [bench.device(device_id) for device_id in ids]
    return [device for device in devices if device.status != "retired"]
