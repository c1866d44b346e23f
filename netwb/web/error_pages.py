"""What is answered where there is no page, or none could be given: in words, with a way on.

To a browser a page, with the theme and the id under which the server's log has the request; below
`/api` a problem document. Nothing of the address, of the error's inside or of this machine is told.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from typing import Any

from tornado.web import RequestHandler

from netwb.errors import NetwbError
from netwb.web import headers
from netwb.web.plain_page import THEMED, render_plain
from netwb.web.problems import MEDIA, Problem, problem_of, problem_of_status
from netwb.web.request_ids import HEADER, request_id_of

logger = logging.getLogger(__name__)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_HOME, _LOGIN, _OUT = ("/", "Home"), ("/login", "Log in"), ("/logout", "Log out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One status in words. `ways`: (address, words) of what helps, the best one first."""

    title: str
    text: str
    ways: tuple[tuple[str, str], ...] = (_HOME,)


SAYINGS: dict[int, Saying] = {
    HTTPStatus.BAD_REQUEST: Saying(
        title="This cannot be read",
        text="What the browser sent is not what this address takes. Go back and try once more.",
    ),
    HTTPStatus.UNAUTHORIZED: Saying(
        title="You are signed out", text="Log in to go on.", ways=(_LOGIN,)
    ),
    HTTPStatus.FORBIDDEN: Saying(
        title="This address is not one that netwb gave",
        text="It names a session of its own choice, or comes from another site's page. Open the page"
        " without it.",
    ),
    HTTPStatus.NOT_FOUND: Saying(
        title="There is no such page",
        text="Nothing is served at this address. It may be mistyped, or of another version of netwb.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Saying(
        title="This address does not take that",
        text="A page can only be read; a form only be sent.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Saying(
        title="That is too long", text="What was sent is longer than this address reads; send less."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: Saying(
        title="Too many pages are open",
        text="You have very many pages open; close some of them, then load this one again.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Saying(
        title="netwb cannot answer now",
        text="Something that it needs, its database say, is not available. Load this page again in a"
        " minute; if it stays so, tell who runs netwb, with the reference below.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: Saying(
        title="This page could not be built",
        text="A fault of netwb's own; its log says why. Load it again, or tell who runs netwb, with the"
        " reference below.",
    ),
}
NO_PAGE = Saying(
    title="No page is open to you",
    text="Your role opens none of the pages that are served here; ask an admin for one that does.",
    ways=(_OUT,),
)


def too_fast(waits_s: int) -> Saying:
    """Pages were asked for faster than anybody reads them."""
    return Saying(
        title="Too many pages in a short time",
        text=f"Pages were loaded again and again; wait {waits_s} s, then load this one again.",
    )


def answer(
    handler: RequestHandler, status_code: int, *, said: Saying | None = None, **info: Any
) -> None:
    """A handler's `write_error`, of ours and of those that Tornado and Bokeh bring.

    said   in the place of the words that the status has
    """
    if handler.request.path.startswith("/api"):
        answer_as_problem(handler, status_code, **info)
        return
    status = _begun(handler, status_code, info).status
    handler.set_header("Content-Type", "text/html; charset=utf-8")
    handler.set_header("Content-Security-Policy", headers.ERROR)
    at_home = handler.request.path == "/" and status == HTTPStatus.NOT_FOUND
    said = said or (NO_PAGE if at_home else _saying(status))
    reference = request_id_of(handler.request)
    handler.finish(render(said, host=handler.request.host_name, reference=reference))


def answer_as_problem(handler: RequestHandler, status_code: int, **info: Any) -> None:
    """The same for programs."""
    problem = _begun(handler, status_code, info)
    handler.set_header("Content-Type", MEDIA)
    reference = request_id_of(handler.request)
    told = problem.as_json(instance=handler.request.path, request_id=reference)
    handler.finish(json.dumps(told).encode())


def _begun(handler: RequestHandler, status_code: int, info: Mapping[str, Any]) -> Problem:
    """Set status and headers of what went wrong; a fault of ours is in the log by its reference."""
    error = info.get("exc_info", (None, None, None))[1]
    problem = problem_of(error) if isinstance(error, NetwbError) else problem_of_status(status_code)
    reference = request_id_of(handler.request)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        cause = error if isinstance(error, NetwbError) else "a fault of netwb's own"
        logger.error("request %s: %d: %s", reference, problem.status, cause)
    handler.set_status(problem.status)
    handler.set_header(HEADER, reference)
    handler.set_header("Cache-Control", "no-store")
    if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
        handler.set_header("Allow", _allowed(handler))
    return problem


def render(said: Saying, *, host: str, reference: str) -> str:
    """The page. Pure but for the clock."""
    (first, words), *others = said.ways
    ways = f'<a class="way" href="{first}">{escape(words)}</a>'
    ways += "".join(f'<a href="{url}">{escape(words)}</a>' for url, words in others)
    content = (
        f'<div class="said"><h2>{escape(said.title)}</h2><p>{escape(said.text)}</p>'
        f'<p class="ways">{ways}</p><p class="host">Reference {escape(reference)}</p></div>'
    )
    return render_plain(said.title, content, host=host, now=datetime.now(UTC), head=THEMED)


def _saying(status: int) -> Saying:
    if status in SAYINGS:
        return SAYINGS[status]
    ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return SAYINGS[HTTPStatus.INTERNAL_SERVER_ERROR if ours else HTTPStatus.BAD_REQUEST]


def _allowed(handler: RequestHandler) -> str:
    """Methods that the handler has, as RFC 9110 wants them told."""
    own = type(handler)
    has = (m for m in _METHODS if getattr(own, m.lower()) is not getattr(RequestHandler, m.lower()))
    return ", ".join(has)
