"""Open pages of logins that ended: their websockets are closed and their documents given up.

One timer a process asks once for all pages. Rights are read again at each call anyway; this is so
that a page which does nothing does not go on showing what it showed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, cast

from bokeh.server.session import ServerSession
from bokeh.server.tornado import BokehTornado
from tornado.ioloop import PeriodicCallback

from netwb.web import process
from netwb.web.visitor import visit_of
from netwb.web.visits import Visit

LOOK_MS = 1000
ENDED = 4401  # of the codes that are free for applications; the page says "signed out"
_KEY = "netwb_watch"  # among the application's settings


class Socket(Protocol):
    """An open websocket, the public id of its login session, and whose that is."""

    @property
    def login(self) -> str:
        """Public id of the login session."""

    @property
    def person(self) -> str:
        """Name of whose login it is."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Tell the browser why, and go."""


class Watch:
    """Of one server; begins with the first websocket."""

    def __init__(self, application: BokehTornado) -> None:
        self._application = application
        self._sockets: set[Socket] = set()
        self._timer = PeriodicCallback(self.look, LOOK_MS)

    def add(self, socket: Socket) -> None:
        """Watch it."""
        self._sockets.add(socket)
        if not self._timer.is_running():
            self._timer.start()

    def drop(self, socket: Socket) -> None:
        """It is closed."""
        self._sockets.discard(socket)

    def sockets(self, person: str) -> int:
        """How many that person has open."""
        return sum(socket.person == person for socket in self._sockets)

    def pages(self, person: str) -> int:
        """How many documents of that person stand, also those that nobody looks at yet."""
        return sum(visit.person.name == person for visit, _ in self._documents())

    async def look(self) -> None:
        """Close what belongs to a login that ended, or to a person who is disabled."""
        documents = [(visit.session, session) for visit, session in self._documents()]
        logins = {socket.login for socket in self._sockets} | {login for login, _ in documents}
        if not logins:
            self._timer.stop()
            return
        live = await process.run(process.workbench().live_sessions, logins)
        for socket in [one for one in self._sockets if one.login not in live]:
            socket.close(ENDED, "signed out")
        for login, session in documents:
            if login not in live:
                session.request_expiration()  # Bokeh's own cleaning takes it once its sockets closed

    def _documents(self) -> Iterator[tuple[Visit, ServerSession]]:
        for context in self._application.applications.values():
            for session in context.sessions:
                visit = owner_of(session)
                if visit is not None:
                    yield visit, session


def owner_of(session: ServerSession) -> Visit | None:
    """Whose login made the document."""
    context = session.document.session_context
    return visit_of(getattr(context, "request", None))


def watch_of(application: BokehTornado) -> Watch:
    """The one watch of a server."""
    settings = application.settings
    if _KEY not in settings:
        settings[_KEY] = Watch(application)
    return cast(Watch, settings[_KEY])
