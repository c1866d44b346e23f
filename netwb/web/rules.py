"""Tornado's rules of a server process: REST in each, login and files where pages are served too."""

from __future__ import annotations

from typing import Any

from tornado.web import RequestHandler

from netwb.web import process, provider, visits
from netwb.web.files import LOGIN_FILES, PAGE_FILES, RootHandler, ShippedFileHandler
from netwb.web.handler import Doors
from netwb.web.login import PresenceHandler
from netwb.web.routes import api_rules
from netwb.web.tally import Tally
from netwb.web.wall import ALIVE, ENTRY, AliveHandler, WallEntryHandler

Rule = tuple[str, type[RequestHandler], dict[str, Any]]


def rest() -> list[Rule]:
    """REST, by this process's Workbench, which the first request opens."""
    doors = Doors(
        workbench=process.workbench,
        run=process.run,
        origin=visits.origin_of,
        named=visits.named_by_proxy,
        most_body_bytes=lambda: process.workbench().settings.web.max_body_bytes,
        tally=Tally(),
        rates=process.rates,
    )
    return [*api_rules(doors)]


def beside_pages() -> list[Rule]:
    """`/login` and `/logout` come by the auth module."""
    return [
        ("/", RootHandler, {}),
        ("/login/presence", PresenceHandler, {}),
        (ENTRY, WallEntryHandler, {}),
        (ALIVE, AliveHandler, {}),
        (provider.PATH, provider.BeginHandler, {}),
        (f"{provider.PATH}/callback", provider.CallbackHandler, {}),
        (f"{provider.PATH}/logout", provider.ProviderLogoutHandler, {}),
        ("/netwb-static/login/(.*)", ShippedFileHandler, {"path": str(LOGIN_FILES)}),
        ("/netwb-static/(.*)", ShippedFileHandler, {"path": str(PAGE_FILES)}),
    ]
