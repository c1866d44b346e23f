"""What a dashboard's script calls: whose login made this document, and the Workbench that acts for it."""

from __future__ import annotations

from bokeh.io import curdoc

from netwb.errors import NotAuthenticatedError
from netwb.web.visits import Visit
from netwb.workbench import Workbench
from netwb.workbench.seats import Seat
from netwb.workbench.wall_records import WallNews

VISIT = "netwb_visit"  # attributes of the request that made the document
SEAT = "netwb_seat"
NEWS = "netwb_news"


def visiting() -> Workbench:
    """It acts as that person, whose rights are read again at each call.

    Raises NotAuthenticatedError where the document was not made by our document handler.
    """
    context = curdoc().session_context
    visit = visit_of(getattr(context, "request", None))
    if visit is None:
        msg = (
            "nobody is logged in here; start the server with `netwb serve`,"
            " or with --plugins netwb.web and --auth-module"
        )
        raise NotAuthenticatedError(msg)
    return visit.bench


def seated() -> Seat[Workbench] | None:
    """The person and the view that the document's address asks for, found before it was built.

    None where it was not: `Workbench.seat` finds it then.
    """
    found = getattr(getattr(curdoc().session_context, "request", None), SEAT, None)
    return found if isinstance(found, Seat) else None


def read_ahead() -> WallNews | None:
    """What the wall shows, for whom `seated` is; None where it is not known yet."""
    found = getattr(getattr(curdoc().session_context, "request", None), NEWS, None)
    return found if isinstance(found, WallNews) else None


def visit_of(request: object) -> Visit | None:
    """The visit that our handlers left at a request, or at Bokeh's stand-in for it."""
    found = getattr(request, VISIT, None)
    return found if isinstance(found, Visit) else None
