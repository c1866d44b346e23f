"""What a dashboard's script calls: the Workbench of the person whose login made this document."""

from __future__ import annotations

from bokeh.io import curdoc

from netwb.errors import NotAuthenticatedError
from netwb.web.visits import Visit
from netwb.workbench import Workbench

VISIT = "netwb_visit"  # attribute of the request that made the document


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


def visit_of(request: object) -> Visit | None:
    """The visit that our handlers left at a request, or at Bokeh's stand-in for it."""
    found = getattr(request, VISIT, None)
    return found if isinstance(found, Visit) else None
