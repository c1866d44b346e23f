"""`HealthView`: whether every device has a fresh good backup, those without one first.

`?health=1`, a view of `/configs`. What netwb itself runs on is there for who holds health.view.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from panel.viewable import Viewable

from netwb.health.freshness import DeviceBackup
from netwb.roles import Permission
from netwb.views import states
from netwb.views.cures import at_the_server, in_page
from netwb.views.frame import Frame
from netwb.views.health.table import (
    SHOWN,
    Ways,
    render_head,
    render_parts,
    render_tenants,
    render_without,
)
from netwb.views.html import page_url
from netwb.views.sheet import Act, Sheet
from netwb.workbench.status import Status

HERE = Path(__file__).parent


@cache
def health_css() -> str:
    """The stylesheet of the answer and its tables."""
    return (HERE / "health.css").read_text(encoding="utf-8")


class HealthView:
    """A sub-view of `/configs`. `turn` leads to another one without a reload."""

    page: ClassVar[str] = "configs"
    title: ClassVar[str] = "Backups"

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.turn: Callable[[str], Any] = frame.go
        self.status: Status | None = None
        self.shown = SHOWN
        self.sheet = Sheet(
            states.loading(),
            on_act=self.act,
            css=health_css(),
            sizing_mode="stretch_both",
            styles={"min-height": "0"},
        )

    def panel(self) -> Viewable:
        """One sheet: the sentence, and what it counts."""
        return self.sheet

    async def load(self) -> None:
        """Read how all stands now."""
        await self.frame.part(self._load, self._say)

    def _say(self, said: str) -> None:
        self.sheet.html = said

    async def _load(self) -> None:
        kept = self.frame.address.kept()
        self.frame.crumbs(("Configs", page_url("configs", **kept)), ("Backups", None))
        self.status = await self.frame.ask(self.frame.bench.status)
        await self._draw()
        self.frame.tell(self.status.headline)

    async def _draw(self) -> None:
        status = self.status
        assert status is not None
        self.sheet.html = await self.frame.ask(self._content, status, self.shown)

    def _content(self, status: Status, shown: int) -> str:
        ways, at = self._ways(), self.frame.moment()
        return (
            f'<div class="health scroll">{render_head(status, ways, at)}'
            f"{render_without(status, ways, at, shown=shown)}"
            f"{render_tenants(status.tenants, at)}"
            f"{render_parts(status.parts, ways)}</div>"
        )

    def _ways(self) -> Ways:
        runs_netwb = self.frame.may(Permission.SYSTEM_MANAGE)
        return Ways(
            device=self._device_url,
            in_words=at_the_server if runs_netwb else in_page,
            back_up=self.frame.may(Permission.BACKUP_RUN),
        )

    def _device_url(self, one: DeviceBackup) -> str:
        """What was kept back, or its history; what was never saved has none, but its own page."""
        kept = self.frame.address.kept()
        if one.freshness == "rejected":
            return page_url("configs", quarantine=one.device_id, **kept)
        page = "inventory" if one.copy_at is None else "configs"
        return page_url(page, device=one.device_id, **kept)

    # ---- acts

    async def act(self, act: Act) -> None:
        """What a person did."""
        name = act["act"]
        if name == "again":
            await self.load()
        elif name == "more" and self.status is not None:
            self.shown += SHOWN
            await self._draw()
        elif name == "turn":
            self.turn(str(act.get("url", "")))
        elif name == "back-up" and self.status is not None:
            await self._back_up(self.status)

    async def _back_up(self, status: Status) -> None:
        """File a backup of those without one, and follow it where changes are shown."""
        frame = self.frame
        devices = [one.device_id for one in status.without]
        job = await frame.ask(
            frame.bench.start_backup, *devices, note="those without a fresh good backup"
        )
        self.turn(page_url("configs", job=job.id, **frame.address.kept()))
