"""Import what netwb's pages need before the port opens; the first page of a process waited for it.

Measured: 500 ms of imports in the first page of a server, on the event loop. Dashboards' scripts are
read, not run: they are for a person who is logged in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from netwb.loading import load, load_ours
from netwb.workbench.serving import STOOD_ON

OWN = "netwb."


def preload(dashboards: Path) -> None:
    """Every module of ours that a script in that folder imports, and all that the facade stands on."""
    for script in sorted(dashboards.glob("*.py")):
        for name in imported(script.read_text(encoding="utf-8")):
            load(name)
    load_ours(*STOOD_ON)


def imported(script: str) -> Iterator[str]:
    """Names of our modules.

    >>> list(imported("import os" + chr(10) + "from netwb.views.screen import show_page"))
    ['netwb.views.screen']
    """
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OWN):
            yield str(node.module)
