"""`NetwbPage`: Material UI's page, without what does not scale with the number of open pages.

It touches a private attribute of Panel's parameters; the version is pinned, and a test counts the
watchers. Source: PAGES.md pitfalls 1 to 3.
"""

from __future__ import annotations

from typing import Any

import param
from panel.viewable import Viewable
from panel_material_ui.template.base import Page

from netwb.views.sheet import ASSETS, Sheet
from netwb.views.theme import SIDE_PX, material_theme, narrowing


class NetwbPage(Page):
    """Material UI's page without what does not scale: a page's own word is the only one it hears."""

    def __init__(self, **params: Any) -> None:
        super().__init__(**params)  # type: ignore[no-untyped-call]  # Panel's is untyped
        with param.edit_constant(self):
            self.busy = False
        # Page binds `busy` to the process-wide `state.busy`: each callback of any session would
        # send an update to every open page (PAGES.md pitfall 1: 100 % of a core at 50 pages).
        for _, watcher in self._param__private.ref_watchers:
            (watcher.cls if watcher.inst is None else watcher.inst).param.unwatch(watcher)
        self._param__private.ref_watchers = []

    @classmethod
    def around(cls, main: Viewable, *, header: Sheet, navigation: Sheet) -> NetwbPage:
        """The page with its header over `main`, and its navigation beside it."""
        return cls(
            **_bare(),
            header=[header],
            sidebar=[navigation],
            main=[main],
            sidebar_width=SIDE_PX,
            sidebar_variant="permanent",
            sidebar_resizable=False,
        )

    @classmethod
    def alone(cls, main: Viewable) -> NetwbPage:
        """The page of nobody: there is neither header nor navigation."""
        return cls(**_bare(), main=[main])


def _bare() -> dict[str, Any]:
    """What each page of ours turns off of Material UI's, and the look of the rest."""
    return {
        "title": "",
        "theme_config": material_theme(),
        "template": ASSETS / "page.html",
        "theme_toggle": False,
        "busy_indicator": None,
        "sx": narrowing(),
    }
