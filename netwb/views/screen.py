"""`show_page` puts a view on screen, for the person that a Workbench acts for.

Where the tenant that is asked for is missing or foreign the words for that stand in the view's
place; where nobody is logged in there is no frame, for there is nobody to frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import panel as pn
from panel.viewable import Viewable

from netwb.errors import NetwbError
from netwb.views import states
from netwb.views.address import Address
from netwb.views.frame import Frame, PageView, seat_of
from netwb.views.html import esc, link, tag
from netwb.views.material import NetwbPage
from netwb.views.sheet import GUARD, HOLDS, Sheet
from netwb.workbench import Workbench
from netwb.workbench.seats import Seat


def show_page(view: type[PageView], bench: Workbench, seat: Seat[Workbench] | None = None) -> None:
    """Put a view on screen for the person that this Workbench acts for.

    seat   of that person, where it is known already: then nothing is asked while the page is built
    """
    _settle()
    address = Address(_search(), page=view.page)
    try:
        frame, content = _framed(view, seat or seat_of(bench, address), address)
    except NetwbError as error:  # nobody is logged in any more: there is no frame for nobody
        failure = states.Failure(
            at=datetime.now(UTC), zone=ZoneInfo("UTC"), reference="none", page_url=address.url()
        )
        _serve(NetwbPage.alone(Sheet(states.failed(error, failure))), view.title)
        return
    setattr(pn.state.curdoc, GUARD, frame.guard)
    setattr(pn.state.curdoc, HOLDS, frame.holds)
    _serve(frame.draw(content), view.title)
    pn.state.onload(frame.load)


def _framed(
    view: type[PageView], seat: Seat[Workbench], address: Address
) -> tuple[Frame, PageView]:
    """The view in its frame; where the tenant asked for is none of one's own, the words for that."""
    if seat.refused is not None:
        own = replace(seat, refused=None)
        frame = Frame(own.bench, address=Address(page=view.page), seat=own)
        return frame, Refused(frame, view, seat.refused)
    frame = Frame(seat.bench, address=address, seat=seat)
    return frame, view(frame)


class Refused:
    """In the place of a view whose tenant is missing or foreign: which of them, is not told."""

    page: ClassVar[str] = ""
    title: ClassVar[str] = "Not found"

    def __init__(self, frame: Frame, view: type[PageView], error: Exception) -> None:
        out = link(view.page, tag("span", esc(f"Open {view.title}")), class_="btn")
        self._said = frame.said(error, actions=out)

    def panel(self) -> Viewable:
        """The words, and a way out."""
        return Sheet(self._said, sizing_mode="stretch_both")

    async def load(self) -> None:
        """There is nothing to read."""


def _settle() -> None:
    """What Panel would add to a page that brings its own: toasts, facts about the browser."""
    pn.config.reconnect = (
        False  # a session of a restarted server is gone; the page loads itself anew
    )
    pn.config.browser_info = False
    pn.config.notifications = False


def _serve(page: Viewable, title: str) -> None:
    page.servable(title=f"{title} · netwb", location=False)  # `Address` keeps the URL


def _search() -> str:
    """The query that this document was asked for with."""
    context = pn.state.curdoc.session_context if pn.state.curdoc else None
    request = getattr(context, "request", None)
    arguments: Mapping[str, list[bytes]] = getattr(request, "arguments", {})
    return urlencode({name: values[0] for name, values in arguments.items() if values})
