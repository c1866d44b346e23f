"""Our document and websocket handlers, in the place of Panel's.

A document belongs to the login session that made it. Its token, signed by the server, says so, and
the websocket is opened only by the same session's cookie, and only while the person's rights are
those that the document was made by. Session ids and tokens are never taken
from an address or a header: Bokeh would show one person the document of another.
Sources: bokeh.server.views, panel.io.server (1.9.4); facts-platform, section F.
"""

from __future__ import annotations

import asyncio
import re
import zlib
from contextlib import AsyncExitStack, suppress
from http import HTTPStatus
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

from bokeh.protocol.message import Message
from bokeh.server.session import ServerSession
from bokeh.server.tornado import BokehTornado
from bokeh.util.token import (
    check_token_signature,
    generate_jwt_token,
    generate_session_id,
    get_session_id,
    get_token_payload,
)
from panel.io.server import DocHandler, WSHandler
from tornado.web import HTTPError, RequestHandler

from netwb.errors import NotAuthenticatedError
from netwb.web import error_pages, headers, process
from netwb.web.pace import pace_of
from netwb.web.place import is_address
from netwb.web.sending import HeededSocket
from netwb.web.visitor import NEWS, SEAT, visit_of
from netwb.web.visits import WALL, WALL_COOKIE, Visit, origin_of
from netwb.web.wall import ENTRY
from netwb.web.watch import owner_of, watch_of
from netwb.workbench import Workbench

TRAFFIC = "/traffic"
LOGIN = "netwb_login"  # in a page's token: public id of the login session
NOTED_EVERY_S = 30.0
READ_AHEAD_S = 0.5  # a wall has a second to be seen in
MOST_PAGES = 100  # open ones of one person in a process: each has its memory
MOST_SOCKETS = 2 * MOST_PAGES  # a page that reconnects has two for a moment
_FOREIGN = re.compile(r"bokeh[-_](session[-_]id|token)", re.IGNORECASE)
_TOKEN_FAULTS = (ValueError, KeyError, TypeError, RuntimeError, zlib.error)


class PageHandler(DocHandler):
    """A page: a new document of the person who asks, every time."""

    _waits_s = 0  # until the person may have the next one

    def set_default_headers(self) -> None:
        """Panel's pages carry none of their own."""
        headers.secure_page(self)

    def get_login_url(self) -> str:
        """Panel's own is relative, and leads astray from `/page/`. A screen is asked for its code."""
        if self.request.path.rstrip("/") != WALL:
            return "/login"
        return f"{ENTRY}?out=1" if self.get_cookie(WALL_COOKIE) else ENTRY

    async def prepare(self) -> None:
        """Refuse an address or a header that names a session of its own choice."""
        names = [*self.request.arguments, *self.request.headers]
        if any(_FOREIGN.fullmatch(name) for name in names):
            raise HTTPError(HTTPStatus.FORBIDDEN, "session ids are given by the server alone")
        await super().prepare()  # type: ignore[no-untyped-call]  # Bokeh's
        path, _, query = self.request.uri.partition("?") if self.request.uri else ("", "", "")
        if path.endswith("/"):  # what a page asks for is relative to where it stands
            self.redirect(f"{path.rstrip('/')}?{query}" if query else path.rstrip("/"))

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """As Panel's; the turn that the building waits for ends with the answer."""
        async with AsyncExitStack() as self._turn:
            answered = super().get(*args, **kwargs)
            if answered is not None:  # it is nothing where the answer was a way to the login
                await answered

    async def get_session(  # type: ignore[override]  # Bokeh's is typed by its decorator
        self,
    ) -> ServerSession:
        """As Bokeh's, without the ways in: a new id, a token without cookies and headers."""
        self._require_room()
        self._require_pace()
        self._allow_grafana()
        await self._take_seat()
        app = self.application
        session_id = generate_session_id(secret_key=app.secret_key, signed=app.sign_sessions)
        token = generate_jwt_token(
            session_id,
            secret_key=app.secret_key,
            signed=app.sign_sessions,
            expiration=app.session_token_expiration,
            extra_payload=self._generate_token_payload(),
        )
        await self._turn.enter_async_context(pace_of(app).turn())
        session = await self.application_context.create_session_if_needed(
            session_id, self.request, token
        )
        if not session.document.roots:  # its script broke: Bokeh logs that, and gives a blank page
            session.request_expiration()
            raise HTTPError(HTTPStatus.INTERNAL_SERVER_ERROR)
        return session

    def _require_room(self) -> None:
        """One person's pages must not take the memory that all others' need."""
        visit = visit_of(self.request)
        if visit is not None and watch_of(_served(self)).pages(visit.person.name) >= MOST_PAGES:
            raise HTTPError(HTTPStatus.TOO_MANY_REQUESTS)

    def _require_pace(self) -> None:
        """One person's reloading must not take the loop that all others need."""
        visit = visit_of(self.request)
        if visit is not None:
            address = origin_of(self.request).address
            self._waits_s = pace_of(_served(self)).wait_s(visit.person.name, address)
            if self._waits_s:
                raise HTTPError(HTTPStatus.TOO_MANY_REQUESTS)

    def _allow_grafana(self) -> None:
        """The one page with a frame in it; which is known once the home is open."""
        origin = process.grafana_origin()
        if origin and self.request.path == TRAFFIC:
            headers.allow_frame(self, origin)

    async def _take_seat(self) -> None:
        """Ask whom the page is for before it is built, which happens on the event loop."""
        visit = visit_of(self.request)
        if visit is not None:
            tenant, viewing_as = self._said("tenant"), self._said("as")
            with suppress(NotAuthenticatedError):  # the page itself says so
                seat = await process.run(visit.bench.seat, tenant=tenant, viewing_as=viewing_as)
                setattr(self.request, SEAT, seat)
                if self.request.path == WALL and seat.refused is None:
                    await self._read_ahead(seat.bench)

    async def _read_ahead(self, bench: Workbench) -> None:
        """A wall is sent with what it shows; slow stores it does not wait for, and asks again."""
        reading = asyncio.ensure_future(asyncio.to_thread(bench.wall))
        await asyncio.wait({reading}, timeout=READ_AHEAD_S)
        if reading.done() and reading.exception() is None:
            setattr(self.request, NEWS, reading.result())
        else:  # the page itself says why; here nobody waits for it any more
            reading.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _said(self, name: str) -> str:
        """The first of that name in the query, as the frame reads it."""
        values = self.request.query_arguments.get(name) or [b""]
        return values[0].decode("utf-8", "replace")

    def _generate_token_payload(self) -> Any:  # with a key more than Panel's typed one
        """What the page's source shows to whoever reads it there."""
        visit = visit_of(self.request)
        if visit is None:
            raise HTTPError(
                HTTPStatus.INTERNAL_SERVER_ERROR, "the server runs without --auth-module"
            )
        told = self.application_context.application.process_request(self.request)
        page: dict[str, Any] = {"headers": {}, "cookies": {}, "arguments": self.request.arguments}
        return {**page, **told, LOGIN: visit.session}

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """In words; Tornado's page would show the reason of any HTTPError."""
        said = None
        if self._waits_s:
            self.set_header("Retry-After", str(self._waits_s))
            said = error_pages.too_fast(self._waits_s)
        error_pages.answer(self, status_code, said=said, **kwargs)


_NOT_DONE = "netwb could not do that; the server's log says why"


class PageSocket(HeededSocket, WSHandler):
    """The websocket of a page, for the login session that was given the page and no other."""

    _noted = 0.0  # when activity was noted, by the monotonic clock
    _session_id = ""  # of the document, as the token says

    def set_default_headers(self) -> None:
        """On the handshake too."""
        headers.secure(self)

    async def prepare(self) -> None:
        """Refuse the handshake before anything of a document is touched."""
        await super().prepare()  # type: ignore[no-untyped-call]  # Bokeh's
        if self._finished:
            return
        if not (self._is_of_its_origin() and self._is_of_its_person()):
            self.set_status(HTTPStatus.FORBIDDEN)
            self.finish()
        elif watch_of(_served(self)).sockets(self.person) >= MOST_SOCKETS:
            self.set_status(HTTPStatus.TOO_MANY_REQUESTS)
            self.finish()

    def check_origin(self, origin: str) -> bool:
        """Bokeh's list of names; and our own page where it was reached by a bare address.

        A bare address cannot be made to lead here by a foreign name server, as a name can.
        """
        place = urlsplit(origin)
        own = place.netloc == self.request.host and is_address(place.hostname or "")
        return own or bool(super().check_origin(origin))

    def open(self, *args: Any, **kwargs: Any) -> None:
        """From now on the watch closes it when its login ends.

        A message is several frames: without this, each but the first would wait until the browser's
        side has acknowledged the one before, which it may put off for 40 ms.
        """
        self.set_nodelay(True)
        watch_of(_served(self)).add(self)
        super().open(*args, **kwargs)  # type: ignore[no-untyped-call]  # Panel's

    async def on_message(self, fragment: str | bytes) -> None:
        """What the person does in an open page keeps the login from being idle."""
        visit = self._visit()
        if visit is not None and monotonic() > self._noted + NOTED_EVERY_S:
            self._noted = monotonic()
            await process.run(visit.bench.note_activity)
        await super().on_message(fragment)

    async def send_message(self, message: Message[Any]) -> None:
        """Bokeh tells a browser what broke with its trace, which names folders of this machine."""
        if message.msgtype == "ERROR":
            message.content = {"text": _NOT_DONE, "traceback": None}
        await super().send_message(message)

    def on_close(self) -> None:
        """Nothing to watch any more."""
        watch_of(_served(self)).drop(self)
        super().on_close()

    @property
    def login(self) -> str:
        """Public id of the login session."""
        visit = self._visit()
        return "" if visit is None else visit.session

    @property
    def person(self) -> str:
        """Name of whose login it is."""
        visit = self._visit()
        return "" if visit is None else visit.person.name

    @property
    def document(self) -> str:
        """Bokeh's id of the document's session."""
        return self._session_id

    def _visit(self) -> Visit | None:
        return visit_of(self.request)

    def _is_of_its_origin(self) -> bool:
        """Tornado believes each name that Host has too, and a foreign name server can lead here."""
        origin = self.request.headers.get("Origin")
        return origin is None or self.check_origin(origin)

    def _is_of_its_person(self) -> bool:
        """Whether cookie, token and document name one login session, with the rights of now."""
        visit, token, app = self._visit(), self._offered(), _served(self)
        try:
            if not check_token_signature(
                token, secret_key=app.secret_key, signed=app.sign_sessions
            ):
                return False
            named, session_id = get_token_payload(token).get(LOGIN), get_session_id(token)
        except _TOKEN_FAULTS:
            return False
        self._session_id = session_id
        owner = self._owner(session_id)
        if visit is None or named != visit.session:
            return False
        # What was drawn by other rights is not shown any more, also where the watch has not looked.
        return owner is None or (owner.session, owner.person.rights) == (named, visit.person.rights)

    def _offered(self) -> str:
        """The token: second of the subprotocols that the browser offers."""
        words = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        return words[1].strip() if len(words) == 2 else ""

    def _owner(self, session_id: str) -> Visit | None:
        """Who made the document, where it still stands in this process."""
        for session in self.application_context.sessions:
            if session.id == session_id:
                return owner_of(session)
        return None


def _served(handler: RequestHandler) -> BokehTornado:
    """What it is part of; Tornado knows only that it is an application."""
    return cast(BokehTornado, handler.application)
