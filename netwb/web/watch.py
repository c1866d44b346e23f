"""Open pages of logins that ended, and of people whose rights are others now.

Their websockets are closed, with a code by which the browser puts away what it shows, and their
documents are given up. One timer a process asks once for all pages. Rights are read again at each
call anyway; this is so that a page which does nothing does not go on showing what it showed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, cast

from bokeh.server.session import ServerSession
from bokeh.server.tornado import BokehTornado
from tornado.ioloop import PeriodicCallback

from netwb.roles import Rights
from netwb.web import memory, process
from netwb.web.visitor import visit_of
from netwb.web.visits import Visit

LOOK_MS = 1000
ENDED = 4401  # of the codes that are free for applications; the page says "signed out"
CHANGED = 4403  # the page loads itself anew, and says why
_KEY = "netwb_watch"  # among the application's settings


class Socket(Protocol):
    """An open websocket, the public id of its login session, whose that is, and of which document."""

    @property
    def login(self) -> str:
        """Public id of the login session."""

    @property
    def person(self) -> str:
        """Name of whose login it is."""

    @property
    def document(self) -> str:
        """Bokeh's id of the document's session."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Tell the browser why, and go."""


class Watch:
    """Of one server; begins with the first websocket."""

    def __init__(self, application: BokehTornado) -> None:
        self._application = application
        self._sockets: set[Socket] = set()
        self._old = memory.Old()
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
        """Close what belongs to a login that ended, or that was drawn by other rights."""
        documents = list(self._documents())
        self._old.look(len(documents))
        logins = {socket.login for socket in self._sockets}
        logins |= {visit.session for visit, _ in documents}
        if not logins:
            self._timer.stop()
            return
        live = await process.run(process.workbench().login_rights, logins)
        stale = {session.id for visit, session in documents if _is_stale(visit, live)}
        for socket in tuple(self._sockets):
            if socket.login not in live:
                socket.close(ENDED, "signed out")
            elif socket.document in stale:
                socket.close(CHANGED, "rights changed")
        for _, session in documents:
            if session.id in stale:
                session.request_expiration()  # Bokeh's own cleaning takes it once its sockets closed

    def _documents(self) -> Iterator[tuple[Visit, ServerSession]]:
        for context in self._application.applications.values():
            for session in context.sessions:
                visit = owner_of(session)
                if visit is not None:
                    yield visit, session


def _is_stale(visit: Visit, live: Mapping[str, Rights]) -> bool:
    """Whether the login ended, or may now what it might not then, or the other way round."""
    return live.get(visit.session) != visit.person.rights


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
