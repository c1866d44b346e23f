"""Serve pages by the class behind `panel serve`, with the arguments that README's line has."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from panel.command.serve import Serve

from netwb.web.files import LOGIN_FILES
from netwb.web.place import Place
from netwb.web.secrets import forget_secrets

UNUSED_LOOK_MS = 1000  # how often documents are looked through that nobody looks at any more


class PageServer(Serve):
    """`panel serve`, which also says where it listens and ends quietly."""

    def __init__(self, place: Place, parser: argparse.ArgumentParser) -> None:
        super().__init__(parser=parser)
        self._place = place

    def customize_server(self, server: Any) -> Any:
        """It is made and listens; its loop runs next."""
        forget_secrets()
        loop = asyncio.get_event_loop()
        loop.add_signal_handler(signal.SIGINT, server.io_loop.stop)
        sys.stderr.write(f"listening on {self._place.url}\n")
        sys.stderr.flush()
        return super().customize_server(server)


def run(place: Place, dashboards: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="netwb serve")
    server = PageServer(place, parser)
    with redirect_stdout(sys.stderr):  # Bokeh's "Received signal SIGTERM"
        server.invoke(parser.parse_args(arguments(place, dashboards)))


def arguments(place: Place, dashboards: Path) -> list[str]:
    """Of `panel serve`, without the secrets, which stand in the environment."""
    auth = find_spec("netwb.web.auth")
    found = [str(path) for path in sorted(dashboards.glob("*.py"))]
    found += ["--address", place.address, "--port", str(place.port)]
    found += ["--plugins", "netwb.web", "--auth-module", str(auth.origin if auth else "")]
    found += ["--enable-xsrf-cookies", "--check-unused-sessions", str(UNUSED_LOOK_MS)]
    found += ["--ico-path", str(LOGIN_FILES / "favicon.ico"), "--log-level", "warning"]
    for origin in place.origins:
        found += ["--allow-websocket-origin", origin]
    if place.tls is not None:
        found += ["--ssl-certfile", place.tls[0], "--ssl-keyfile", place.tls[1]]
    return found
