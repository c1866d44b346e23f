"""How a screen becomes a wall: `/login/wall` takes its code, and `/wall/alive` says that it still is one.

The cookie goes with requests below `/wall` alone, and opens nothing else where it would come along.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from http import HTTPStatus
from math import ceil
from typing import Any

from tornado.web import HTTPError, RequestHandler

from netwb._version import __version__
from netwb.errors import LoginThrottledError, NotAuthenticatedError
from netwb.web import error_pages, headers, login_page, process, visits
from netwb.web.login import FormHandler
from netwb.web.login_page import Notice
from netwb.web.logins import comer_of
from netwb.web.plain_page import render_plain

ENTRY = "/login/wall"
ALIVE = f"{visits.WALL}/alive"
_STALE_FORM = {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}
_OUT = Notice(
    kind="warn",
    title="This screen is no wall any more.",
    text="It was revoked, or stands in another network. A new code makes it one again.",
)
_WRONG = Notice(
    kind="bad",
    title="The code is wrong, was used, or is over.",
    text="An admin makes a new one; it holds for ten minutes, and for the networks named with it.",
)


class WallEntryHandler(FormHandler):
    """`/login/wall`: a form of one field, for a screen that nobody logs in at."""

    async def get(self) -> None:
        """Ask for the code."""
        self._ask(_OUT if self.get_query_argument("out", "") else None)

    async def post(self) -> None:
        """Enroll this screen, or say why not."""
        self.fields_checked()
        came_from = visits.origin_of(self.request)
        enroll, code = process.workbench().enroll_wall, self.get_body_argument("code", "")
        try:
            issued = await process.run_login(
                comer_of(came_from.address, ""), enroll, code, origin=came_from
            )
        except LoginThrottledError as error:
            self.set_status(HTTPStatus.TOO_MANY_REQUESTS)
            self.set_header("Retry-After", str(ceil(error.retry_after_s)))
            self._ask(login_page.throttled(error.retry_after_s))
        except NotAuthenticatedError:
            self.set_status(HTTPStatus.UNAUTHORIZED)
            self._ask(_WRONG)
        else:
            visits.begin_wall(self, issued.secret)
            self.redirect(visits.WALL, status=HTTPStatus.SEE_OTHER)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The form again where it was too old."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, HTTPError) and status_code in _STALE_FORM:
            self._ask(login_page.STALE_FORM)
        else:
            error_pages.answer(self, status_code, **kwargs)

    def _ask(self, notice: Notice | None) -> None:
        content = (
            f'{login_page.notice_of(notice)}<form method="post" action="{ENTRY}">'
            f'<input type="hidden" name="_xsrf" value="{escape(self.xsrf_token.decode())}">'
            '<label for="code">Code of this wall</label>'
            '<input id="code" name="code" autocomplete="off" autocapitalize="characters"'
            ' spellcheck="false" maxlength="16" required autofocus>'
            "<button>Show the wall</button></form>"
            f'<p class="more"><a href="/login?next={visits.WALL}">Sign in as a person</a></p>'
        )
        self.finish(
            render_plain("Wall", content, host=self.request.host_name, now=datetime.now(UTC))
        )


class AliveHandler(RequestHandler):
    """`/wall/alive`: which version answers, to whoever may open the wall; else 401."""

    def set_default_headers(self) -> None:
        """As every answer, kept by nobody."""
        headers.secure(self)
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """As a page that is none."""
        error_pages.answer(self, status_code, **kwargs)

    async def get(self) -> None:
        """Nothing of the network is told here."""
        if await visits.visit(self) is None:
            self.set_status(HTTPStatus.UNAUTHORIZED)
        else:
            self.finish({"version": __version__})
