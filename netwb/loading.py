"""The lazy door: heavy packages load on first use; and the way to files that travel beside netwb.

`from netwb import Workbench` stays under a second because napalm, netmiko, asyncssh, alembic,
pandas, git and rich's bars stand behind `lazy()`. The list of what may is in `tests/test_floors.py`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any


class LazyModule:
    """A module that is imported when its first attribute is read."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Give the real module's attribute; `import_module` is safe between threads."""
        return getattr(import_module(self._name), attribute)


def lazy(name: str) -> Any:
    """Stand in for the module `name` until it is used.

    Pair it with a real import under `if TYPE_CHECKING:`, so that the type checker sees the module.
    """
    return LazyModule(name)


def load(name: str) -> None:
    """Import the module `name` now, where others would wait for it later."""
    import_module(name)


def shared(name: str) -> Any:
    """A module of those folders: `scheduler.jobs`. It is found by its place, whatever else has its name.

    In a wheel it is `netwb._share.scheduler.jobs`; in a checkout its folder's parent is looked in.
    """
    root = share()
    if root.name == "_share":
        return import_module(f"netwb._share.{name}")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return import_module(name)


def share() -> Path:
    """Folder that holds `dashboards notebooks scheduler telegraf`.

    In a wheel that is `netwb/_share`; in a checkout, also an editable one, the repository's root.
    """
    package = Path(str(files("netwb")))
    inside = package / "_share"
    return inside if inside.is_dir() else package.parent
