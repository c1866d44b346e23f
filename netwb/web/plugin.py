"""Panel's side, for `panel serve --plugins netwb.web` and `netwb serve` alike: guards, then routes.

Panel asks for the routes after it read its options and before it makes the server, so that what is
put in place here holds for every page, websocket and file of it.
"""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus

from bokeh.server import server as bokeh_server
from bokeh.server.urls import per_app_patterns
from bokeh.server.views.ico_handler import IcoHandler
from bokeh.server.views.multi_root_static_handler import MultiRootStaticHandler
from bokeh.server.views.static_handler import StaticHandler
from panel.io.server import ComponentResourceHandler
from tornado.httputil import HTTPServerRequest
from tornado.web import ErrorHandler, HTTPError, RequestHandler

from netwb import log_lines
from netwb.loading import share
from netwb.web import (
    bundles,
    closing,
    error_pages,
    headers,
    kinds,
    memory,
    messages,
    rules,
    sending,
)
from netwb.web.connections import BoundedServer
from netwb.web.documents import PageHandler
from netwb.web.preloading import preload

# Handlers of others that answer with files, or that nothing is there.
_FOREIGN: tuple[type[RequestHandler], ...] = (
    StaticHandler,
    MultiRootStaticHandler,
    IcoHandler,
    ComponentResourceHandler,
    ErrorHandler,
)


def routes() -> list[rules.Rule]:
    """Put the guards in place, and give every route of ours."""
    memory.leave_alone()  # by `panel serve` it was not yet
    preload(share() / "dashboards")
    install()
    memory.set_apart()
    return [*rules.rest(), *rules.beside_pages()]


def install() -> None:
    """Once or more often: the second time changes nothing."""
    log_lines.install()
    # Two of Bokeh's four stay away: /metadata and /autoload.js embed a page in somebody else's.
    per_app_patterns[:] = [("/ws", messages.BoundedSocket), ("/?", PageHandler)]
    for handler in _FOREIGN:
        setattr(handler, _HEADERS, headers.secure)
        setattr(handler, _ERRORS, error_pages.answer)
    setattr(ComponentResourceHandler, _FINDS, _parse_url_path)
    setattr(bokeh_server, _SERVES, BoundedServer)
    bundles.install()
    kinds.install()
    closing.install()
    sending.install()
    for name in ("tornado.access", "tornado.general", "tornado.application"):
        log = logging.getLogger(name)
        if without_query not in log.filters:
            log.addFilter(without_query)
    messages.install()  # after the above: it makes the message of the arguments


# These have no other seam than their class; set by name, as they are not ours to be typed.
_HEADERS, _ERRORS, _FINDS = "set_default_headers", "write_error", "parse_url_path"
_SERVES = "HTTPServer"
_panels_own = ComponentResourceHandler.parse_url_path


def _parse_url_path(handler: ComponentResourceHandler, path: str) -> str:
    """As Panel's, which would import any module that an address names, for anybody."""
    if path.partition("/")[0] not in sys.modules:
        raise HTTPError(HTTPStatus.NOT_FOUND)
    return _panels_own(handler, path)


def without_query(record: logging.LogRecord) -> bool:
    """Tornado logs whole addresses; what somebody put into a query may be a secret."""
    if isinstance(record.args, tuple):
        record.args = tuple(_cut(value) for value in record.args)
    return True


def _cut(value: object) -> object:
    if isinstance(value, HTTPServerRequest):  # a fault of ours comes with the whole request
        return f"{value.method} {value.path}"
    if isinstance(value, str) and "?" in value:
        before, _, after = value.partition("?")
        return f"{before}?...{after[after.find(' ') :] if ' ' in after else ''}"
    return value
