"""The server: pages' login and guards, REST. `ROUTES` is what `panel serve --plugins netwb.web` asks for.

Importing it does nothing; asking for `ROUTES` loads Panel's side and puts our document and websocket
handlers in the place of Panel's own.
"""

from __future__ import annotations

from typing import Any

from netwb.loading import lazy

_plugin = lazy("netwb.web.plugin")


def __getattr__(name: str) -> Any:
    """Give `ROUTES`, made when it is asked for."""
    if name == "ROUTES":
        return _plugin.routes()
    msg = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(msg)
