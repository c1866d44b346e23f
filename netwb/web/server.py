"""Start a server process on a home: pages with REST, or REST alone. `netwb serve` calls `serve`.

Pages go through the very class behind `panel serve`, with the line that README shows; what is ours
comes by `--plugins` and `--auth-module` in both. Secrets travel by environment, never by argument.
"""

from __future__ import annotations

import os
import signal
import socket
import ssl
import sys
from contextlib import closing, suppress
from pathlib import Path
from secrets import SystemRandom
from types import FrameType
from typing import Literal, NoReturn
from urllib.parse import urlsplit

from netwb import log_lines
from netwb.errors import ListenError, SettingsError
from netwb.loading import lazy, share
from netwb.settings import WebSettings
from netwb.web import memory, process
from netwb.web.origin import parse_networks
from netwb.web.place import Place, is_loopback
from netwb.web.secrets import tell_secrets
from netwb.workbench import Workbench

_api = lazy("netwb.web.api_server")  # handlers, which a wrong setting need not wait for
_pages = lazy("netwb.web.page_server")
_UNGIVEN = range(20_000, 32_000)  # Linux gives connections the ports from 32,768 on
_TRIES = 50


def serve(
    what: Literal["pages", "api"],
    *,
    address: str | None = None,
    port: int | None = None,
    dashboards: Path | None = None,
) -> NoReturn:
    """Serve the home of NETWB_HOME until SIGTERM or Ctrl-C, then end the process with status 0.

    address, port  default: `web.address`, `web.port`; port 0 is any free one
    dashboards     folder of the pages' scripts; default: netwb's own
    Raises SettingsError, ListenError and what opening a home raises.
    """
    memory.leave_alone()  # until what is loaded now is set apart
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_at_once)  # until the server has its own
    log_lines.install()
    bench = Workbench.open()
    place = _place(bench.settings.web, address, port)  # what is wrong is said before all is loaded
    process.begin(bench)
    try:
        if what == "api":
            _api.run(place)
        else:
            tell_secrets(bench.server_keys())
            _pages.run(place, dashboards or share() / "dashboards")
    finally:
        process.end()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # what still runs in a thread must not hold the process: Python would wait for it


def _place(web: WebSettings, address: str | None, port: int | None) -> Place:
    """Where to listen, as the command and the settings say. Raises SettingsError, ListenError."""
    chosen = address or web.address
    tls, proxies = _tls(web), parse_networks(web.trusted_proxies)
    if not is_loopback(chosen) and tls is None and not proxies:
        msg = (
            f"address {chosen} is reached by others without encryption; set web.tls_certificate and"
            " web.tls_key, or web.trusted_proxies where a proxy with TLS stands before netwb"
        )
        raise SettingsError(msg)
    _require_public(web.public_url)
    wanted = web.port if port is None else port
    found = _free_port(chosen, wanted)
    return Place(address=chosen, port=found, tls=tls, public_url=web.public_url)


def _require_public(url: str) -> None:
    """An address without a path, as pages are served below `/`."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket or a port that is none
        named = False
    if url and not (named and parts.scheme in {"http", "https"} and parts.path in {"", "/"}):
        msg = f"setting web.public_url is {url[:100]!r}; write it as https://noc.example.net"
        raise SettingsError(msg)


def _tls(web: WebSettings) -> tuple[str, str] | None:
    """Paths of certificate and key, tried once, so that a wrong one is a sentence."""
    if not web.tls_certificate and not web.tls_key:
        return None
    if not web.tls_certificate or not web.tls_key:
        raise SettingsError(
            "TLS needs both web.tls_certificate and web.tls_key; set the other one too"
        )
    certificate, key = (
        str(Path(path).expanduser().absolute()) for path in (web.tls_certificate, web.tls_key)
    )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ssl.SSLError) as error:
        msg = (
            f"certificate {certificate} and key {key} cannot be used together"
            f" ({error.strerror or error}); name PEM files that netwb may read, the key unencrypted"
        )
        raise SettingsError(msg) from error
    return certificate, key


def _free_port(address: str, port: int) -> int:
    """That port, or any free one for 0. Raises ListenError where it is taken.

    One of those that the kernel gives to no connection by itself: it is listened on only once the
    server stands, and would be somebody else's by then.
    """
    if port:
        return _bindable(address, port)
    for tried in SystemRandom().sample(_UNGIVEN, _TRIES):
        with suppress(ListenError):
            return _bindable(address, tried)
    return _bindable(address, 0)


def _bindable(address: str, port: int) -> int:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
            return int(probe.getsockname()[1])
    except (OSError, OverflowError) as error:
        msg = (
            f"cannot listen on {address} port {port} ({getattr(error, 'strerror', None) or error});"
            " end what listens there, or choose another with --port"
        )
        raise ListenError(msg) from error


def _end_at_once(number: int, frame: FrameType | None) -> None:
    """Nothing is served yet, so that nothing has to be ended."""
    del number, frame
    os._exit(0)
