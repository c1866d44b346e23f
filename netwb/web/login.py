"""Log in and out by a form: `/login`, `/logout`. Neither Panel nor a script has a part in it.

A form is answered only with the XSRF token that it was given, whatever the server's options say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from tornado.httputil import HTTPInputError, parse_body_arguments
from tornado.web import HTTPError, RequestHandler, stream_request_body

from netwb import log_lines
from netwb.access.records import Admission, Origin
from netwb.errors import CodeNeededError, LoginThrottledError, NotAuthenticatedError, StoreError
from netwb.web import error_pages, headers, login_page, process, visits
from netwb.web.login_page import LoginForm, Notice, render_login, render_logout
from netwb.web.logins import comer_of
from netwb.web.paths import local_path
from netwb.web.request_ids import request_id_of

FORM_BYTES = 64 * 1024  # a name, a password, a path and a sealed step are far less
_OF_A_FORM = {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
_BROKEN = Notice(
    kind="bad",
    title="netwb cannot answer now.",
    text="Try again in a minute; if it stays so, the server's log says why.",
)


@stream_request_body
class FormHandler(RequestHandler):
    """A page that is a form and nothing else, with a body of form fields that is never long."""

    def initialize(self) -> None:
        """Begin with an empty body."""
        self._body = bytearray()

    def set_default_headers(self) -> None:
        """A form that no other site may frame, and that no cache keeps."""
        headers.secure(self)
        self.set_header("Content-Security-Policy", headers.FORM)
        self.set_header("Cache-Control", "no-store")

    async def prepare(self) -> None:
        """Refuse a long body before it is read; give XSRF cookies their flags."""
        log_lines.begin_request(request_id_of(self.request))
        length = self.request.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > FORM_BYTES:
            raise HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await process.opened()
        secure = visits.is_secure(self.request)
        self.settings["xsrf_cookie_kwargs"] = {"samesite": "Lax", "secure": secure}

    def data_received(self, chunk: bytes) -> None:
        """Keep what arrives, and a byte more than a form may have: by it a longer one is told."""
        self._body += chunk[: FORM_BYTES + 1 - len(self._body)]

    def check_xsrf_cookie(self) -> None:
        """Nothing yet: Tornado asks before the body is there; `fields_checked` asks then."""

    def fields_checked(self) -> None:
        """Read the form's fields. Raises HTTPError where they do not carry the XSRF token."""
        self.read_fields()
        super().check_xsrf_cookie()

    def read_fields(self) -> None:
        """Read the form's fields, whoever sent them. Raises HTTPError where it is no form."""
        if len(self._body) > FORM_BYTES:  # it came without a length
            raise HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        content_type = self.request.headers.get("Content-Type", "")
        if not content_type.startswith("application/x-www-form-urlencoded"):
            raise HTTPError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            parse_body_arguments(content_type, bytes(self._body), self.request.body_arguments, {})
        except HTTPInputError as error:
            raise HTTPError(HTTPStatus.BAD_REQUEST) from error
        self.request.arguments = dict(self.request.body_arguments)

    def form(self, **fields: Any) -> LoginForm:
        """The form as this request shows it."""
        return LoginForm(
            host=self.request.host_name,
            xsrf=self.xsrf_token.decode(),
            now=datetime.now(UTC),
            oidc=_provider(process.workbench().settings.access.oidc_issuer),
            **fields,
        )

    async def admit(self, admission: Admission, goal: str) -> None:
        """A new session for a new login: what the browser had before ends. Leads to the page."""
        before = self.get_cookie(visits.COOKIE)
        if before:
            await process.run(process.workbench().log_out, before)
        visits.begin_session(self, admission)
        self.redirect(goal, status=HTTPStatus.SEE_OTHER)

    def again(
        self, notice: Notice, *, status: HTTPStatus = HTTPStatus.UNAUTHORIZED, **fields: str
    ) -> None:
        """The form once more, and why."""
        self.set_status(status)
        self.finish(render_login(self.form(notice=notice, **fields)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """The form again where that helps, with what is wrong in words; else a page that says it."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, HTTPError) and status_code in _OF_A_FORM:
            self.finish(render_login(self.form(notice=login_page.STALE_FORM)))
        elif isinstance(error, StoreError) and process.is_open():
            self.again(_BROKEN, status=HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            error_pages.answer(self, status_code, **kwargs)


class LoginHandler(FormHandler):
    """`/login`."""

    async def get(self) -> None:
        """Show the form; whoever is logged in goes on at once."""
        goal = local_path(self.get_query_argument("next", "/"))
        if await visits.visit(self) is not None:
            self.redirect(goal)
            return
        notice = None
        if self.get_cookie(visits.COOKIE):
            visits.forget_session(self)
            notice = login_page.EXPIRED
        elif self.get_query_argument("out", ""):
            notice = login_page.SIGNED_OUT
        self.finish(render_login(self.form(next=goal, notice=notice)))

    async def post(self) -> None:
        """Log in, or say in the form why not."""
        self.fields_checked()
        goal = local_path(self.get_body_argument("next", "/"))
        name, ticket = self.get_body_argument("name", ""), self.get_body_argument("ticket", "")
        try:
            admission = await (self._by_code(ticket) if ticket else self._by_password(name))
        except CodeNeededError as error:
            notice = login_page.WRONG_CODE if ticket else login_page.CODE
            self.again(notice, next=goal, name=name, ticket=error.ticket)
        except LoginThrottledError as error:
            self.set_header("Retry-After", str(ceil(error.retry_after_s)))
            notice, slow = login_page.throttled(error.retry_after_s), HTTPStatus.TOO_MANY_REQUESTS
            self.again(notice, status=slow, next=goal, name=name)
        except NotAuthenticatedError:
            notice = login_page.TOO_LATE if ticket else login_page.WRONG
            self.again(notice, next=goal, name=name)
        else:
            await self.admit(admission, goal)

    async def _by_password(self, name: str) -> Admission:
        password = self.get_body_argument("password", "", strip=False)
        origin = self._origin()
        bench = process.workbench()
        known = await process.run(bench.knows_device, name, origin=origin)
        comer = comer_of(origin.address, name if known else "")
        return await process.run_login(comer, bench.log_in, name, password, origin=origin)

    async def _by_code(self, ticket: str) -> Admission:
        code = self.get_body_argument("code", "")
        origin = self._origin()
        bench = process.workbench()  # no hash, and yet a try that anybody may make
        return await process.run_login(
            comer_of(origin.address, ""), bench.log_in_by_code, ticket, code, origin=origin
        )

    def _origin(self) -> Origin:
        """With the cookie that tells a browser from which this person logged in before."""
        return replace(
            visits.origin_of(self.request), device=self.get_cookie(visits.DEVICE_COOKIE, "") or ""
        )


class PresenceHandler(RequestHandler):
    """`/login/presence`: 204 while the browser's login lives, else 401; a page that lost its
    websocket asks it.
    """

    def set_default_headers(self) -> None:
        """As every answer, kept by nobody."""
        headers.secure(self)
        self.set_header("Cache-Control", "no-store")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """As a page that is none."""
        error_pages.answer(self, status_code, **kwargs)

    async def get(self) -> None:
        """Nothing more than that is told."""
        live = await visits.visit(self) is not None
        self.set_status(HTTPStatus.NO_CONTENT if live else HTTPStatus.UNAUTHORIZED)


class LogoutHandler(FormHandler):
    """`/logout`: a link only asks, the form does it."""

    async def get(self) -> None:
        """Ask."""
        visit = await visits.visit(self)
        if visit is None:
            self.redirect("/login")
            return
        self.finish(render_logout(self.form(name=visit.person.name)))

    async def post(self) -> None:
        """End the login session here and now; its open pages close within two seconds.

        A browser that lost the token's cookie (it was cleared, or none is kept) is asked once more.
        """
        try:
            self.fields_checked()
        except HTTPError as error:
            await self._ask_again(error.status_code)
            return
        secret = self.get_cookie(visits.COOKIE)
        if secret:
            await process.run(process.workbench().log_out, secret)
        visits.forget_session(self)
        self.redirect("/login?out=1", status=HTTPStatus.SEE_OTHER)

    async def _ask_again(self, status: int) -> None:
        visit = await visits.visit(self)
        if visit is None:
            self.redirect("/login?out=1", status=HTTPStatus.SEE_OTHER)
            return
        self.set_status(status)
        self.finish(render_logout(self.form(name=visit.person.name, notice=login_page.CONFIRM)))


def _provider(issuer: str) -> str:
    """What the button of another login says; empty where there is none."""
    host = urlsplit(issuer).hostname or issuer
    return f"Sign in with {host}" if issuer else ""
