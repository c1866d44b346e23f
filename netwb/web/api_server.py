"""A process that serves REST alone: no Panel, so it starts fast and never waits for a page."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import Any

from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from netwb.errors import ListenError
from netwb.web import error_pages, headers, memory, process, rules
from netwb.web.connections import BoundedServer
from netwb.web.place import Place

CLOSES_S = 1.0  # how long answers under way may take when the process is told to end


class NothingHandler(RequestHandler):
    """Any other address: there are no pages here, so that each answer is a problem document."""

    def set_default_headers(self) -> None:
        """As every answer."""
        headers.secure(self)

    def check_xsrf_cookie(self) -> None:
        """There is nothing to protect."""

    def prepare(self) -> None:
        """Nothing is here, whatever the method."""
        self.send_error(404)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """As REST's own."""
        error_pages.answer_as_problem(self, status_code, **kwargs)


def run(place: Place) -> None:
    """Serve until SIGTERM or SIGINT. Raises ListenError."""
    asyncio.run(_serve(place))


async def _serve(place: Place) -> None:
    application = Application(
        list(rules.rest()),
        default_handler_class=NothingHandler,
        xsrf_cookies=True,
        cookie_secret=process.workbench().server_keys().cookie.hex(),
    )
    server = BoundedServer(application, ssl_options=place.ssl_context())
    try:
        server.add_sockets(bind_sockets(place.port, place.address))
    except OSError as error:
        raise ListenError(str(error)) from error
    memory.set_apart()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    sys.stderr.write(f"listening on {place.url}\n")
    sys.stderr.flush()
    await told.wait()
    server.stop()
    await asyncio.wait_for(server.close_all_connections(), CLOSES_S)
