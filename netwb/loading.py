"""The lazy door: what is not needed at once loads on first use; and the way to files beside netwb.

`from netwb import Workbench` stays under a second, and a command is there at once, in one manner:

- A module that can wait stands behind `lazy()`; its name begins with `_` where it is one of ours.
  Heavy packages do: napalm, netmiko, asyncssh, alembic, pandas, git, rich's bars. So does all that
  the facade stands on, the floors 2 to 4 of `tests/test_floors.py`: its methods reach a module there
  through its stand-in when they are called. What they take and give is imported for types alone.
- What is made of such modules is a `part` of the object that holds it: made when it is first asked.
- A server, whose event loop may not wait for an import, calls `load_ours()` before its port opens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from threading import RLock
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")


class LazyModule:
    """A module that is imported when its first attribute is read."""

    __slots__ = ("_module", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._module: Any = None

    def __getattr__(self, attribute: str) -> Any:
        """Give the real module's attribute; `import_module` is safe between threads."""
        if self._module is None:
            self._module = import_module(self._name)
        return getattr(self._module, attribute)


def lazy(name: str) -> Any:
    """Stand in for the module `name` until it is used.

    Pair it with a real import under `if TYPE_CHECKING:`, so that the type checker sees the module.
    """
    _stood_in.add(name)
    return LazyModule(name)


_stood_in: set[str] = set()


def load(name: str) -> None:
    """Import the module `name` now, where others would wait for it later."""
    import_module(name)


def load_ours(*packages: str) -> None:
    """Import now what stands behind the door in those packages, and what stands behind that."""
    loaded: set[str] = set()
    while waiting := {name for name in _stood_in - loaded if name.startswith(packages)}:
        for name in sorted(waiting):
            import_module(name)
        loaded |= waiting


class part(Generic[Made]):  # noqa: N801 - it stands where `property` stands
    """A property that is made when it is first asked for, once, whichever thread asks; then it stays.

    `functools.cached_property` makes it once in Python 3.11 alone: later ones take no lock.
    """

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self.__doc__ = make.__doc__
        self._make = make
        self._making = RLock()

    def __get__(self, whole: object, kind: type) -> Made:
        """Make it; from then on Python finds it in the object itself and asks here no more."""
        name = self._make.__name__
        with self._making:
            if name not in whole.__dict__:
                whole.__dict__[name] = self._make(whole)
        made: Made = whole.__dict__[name]
        return made


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


def packages_with(package: str, module: str) -> tuple[str, ...]:
    """Names of the packages directly within `package` that have a module of that name, in order.

    So a folder that is put there is found, and no table has to be told of it.
    """
    found = import_module(package)
    return tuple(
        sorted(
            one.name
            for one in iter_modules(found.__path__)
            if one.ispkg and find_spec(f"{package}.{one.name}.{module}") is not None
        )
    )


def part_of(package: str, module: str) -> Any:
    """A module that `packages_with` found."""
    return import_module(f"{package}.{module}")
