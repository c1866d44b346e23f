"""The sheets of the inventory's page, and how its parts use them.

A list (toolbar, facets, table) or one page in its place, and a dialog over both: each is a sheet of
its own, so that ticking a box draws a toolbar and not a table.
"""

from __future__ import annotations

from pathlib import Path

import panel_material_ui as pmui
from panel.viewable import Viewable

from netwb.roles import Permission
from netwb.views.desk import FILLS, Acts, Desk
from netwb.views.frame import Frame
from netwb.views.inventory.links import Links
from netwb.views.inventory.table import Sees
from netwb.views.panes import filter_and_list
from netwb.views.sheet import OnAct, Sheet
from netwb.views.states import loading

__all__ = ["Acts", "Stage"]

FACETS_PX = 184


def css() -> str:
    """Rules of this page alone."""
    return Path(__file__).with_name("inventory.css").read_text(encoding="utf-8")


class Stage(Desk):
    """The sheets, and what the person sees of them."""

    def __init__(self, frame: Frame, on_act: OnAct) -> None:
        own = css()
        super().__init__(frame, on_act, css=own)
        self.toolbar = Sheet(on_act=on_act, css=own, styles={"min-height": "48px"})
        self.facets = Sheet(on_act=on_act, css=own, sizing_mode="stretch_height", styles=_BESIDE)
        self.table = Sheet(loading(), on_act=on_act, css=own, **FILLS)
        self.page = Sheet(on_act=on_act, css=own, **FILLS)
        self._list = filter_and_list(self.facets, self.table, px=FACETS_PX)
        self._root = pmui.Column(self.dialog, self.toolbar, self._list, **FILLS)
        self.listed = True

    def panel(self) -> Viewable:
        """All of it; what is not in use is not in it."""
        return self._root

    def show_list(self) -> None:
        """The list stands; a page that was there is gone."""
        self._swap(listed=True)

    def show_page(self, html: str) -> None:
        """One page in the place of the list."""
        self.page.html = html
        self._swap(listed=False)

    def _swap(self, *, listed: bool) -> None:
        if listed != self.listed:
            self.listed = listed
            shown = (self.toolbar, self._list) if listed else (self.page,)
            self._root[:] = [self.dialog, *shown]

    def sees(self) -> Sees:
        """What the person may see and do, as the page shows it."""
        may = self.frame.may
        return Sees(
            address=may(Permission.INVENTORY_ADDRESS),
            edit=may(Permission.INVENTORY_EDIT),
            back_up=may(Permission.BACKUP_RUN),
            configs=may(Permission.CONFIG_VIEW),
            rules=may(Permission.SYSTEM_MANAGE),
        )

    def links(self) -> Links:
        """Links from where the page stands now."""
        return Links.of(self.frame.address)


_BESIDE = {"min-height": "0", "overflow": "hidden", "border-right": "1px solid var(--line)"}
