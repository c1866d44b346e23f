"""Bokeh's auth module: `panel serve --auth-module netwb/web/auth.py`.

Bokeh executes this file under a name of its own, so nothing is kept here.
"""

from __future__ import annotations

from tornado.web import RequestHandler

from netwb.web.login import LoginHandler, LogoutHandler
from netwb.web.visitor import VISIT
from netwb.web.visits import Visit, visit

__all__ = ["LoginHandler", "LogoutHandler", "get_user_async", "login_url", "logout_url"]

login_url = "/login"
logout_url = "/logout"


async def get_user_async(handler: RequestHandler) -> Visit | None:
    """Who asks; left at the request too, where a dashboard's script finds it (`visiting`)."""
    found = await visit(handler)
    setattr(handler.request, VISIT, found)
    return found
