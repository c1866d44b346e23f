"""`GrafanaPart`: a port's panel of Grafana on the page `/traffic`, in the place of netwb's own chart.

`?port=<id>&grafana=1`. The panel is in a frame of another origin, which sees nothing of the page; that
origin alone may be framed (`netwb.web.headers`). Where Grafana is down, open to anybody, or has no
place for the tenant, the reason stands there instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from panel.viewable import Viewable

from netwb.views import states
from netwb.views.frame import Frame
from netwb.views.html import page_url, tag
from netwb.views.sheet import OnAct, Sheet
from netwb.views.traffic.look import Look
from netwb.workbench.grafana import GrafanaPanel

_FILLS = ".sheet,.nb{height:100%}iframe{border:0;width:100%;height:100%;min-height:420px}"


class GrafanaPart:
    """One frame; another time is another address of it."""

    acts: Mapping[str, OnAct] = {}
    step = timedelta(seconds=1)

    def __init__(self, frame: Frame, *, on_act: OnAct) -> None:
        self.frame = frame
        self.sheet = Sheet(states.loading(), on_act=on_act, css=_FILLS, sizing_mode="stretch_both")

    def panel(self) -> Viewable:
        """The frame alone."""
        return self.sheet

    async def load(self, look: Look) -> None:
        """Ask which panel it is, and show it."""
        frame, port_id = self.frame, self.frame.address["port"]
        found = await frame.ask(
            frame.bench.grafana_panel,
            port_id,
            since=look.since,
            until=look.until,
            timezone=frame.zone.key,
        )
        frame.crumbs(
            ("Traffic", page_url("traffic", **frame.address.kept())),
            *((part, None) for part in (found.tenant, found.hostname, found.name, "Grafana")),
        )
        self.sheet.html = render_panel(found)
        frame.tell(f"{found.hostname} {found.name} in Grafana")

    def say(self, said: str) -> None:
        """In the place of the frame; the heading names no port that is not shown."""
        self.frame.crumbs(("Traffic", page_url("traffic", **self.frame.address.kept())))
        self.sheet.html = said


def render_panel(panel: GrafanaPanel) -> str:
    """It may run its scripts as its own origin, and neither open nor lead anything anywhere."""
    return tag(
        "iframe",
        src=panel.url,
        title=f"Grafana: {panel.hostname} {panel.name}",
        sandbox="allow-scripts allow-same-origin",
        referrerpolicy="no-referrer",
        loading="lazy",
    )
