"""A page of the tests that says when its document is no more."""

import sys
from collections.abc import Callable

import panel as pn

from netwb.web.visitor import visiting


def farewell_of(name: str, write: Callable[[str], int]) -> Callable[[object], None]:
    """All that it needs is in it: the names of a page's script are gone before its callbacks are."""

    def say(_context: object) -> None:
        write(f"farewell of {name}\n")

    return say


pn.state.on_session_destroyed(farewell_of(visiting().me().name, sys.stderr.write))
pn.panel("a page").servable(title="farewell")
