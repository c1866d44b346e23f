"""What `netwb` gives to those who import it: these names, soon, and nothing heavy with them."""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType

import netwb
from tests.test_floors import HEAVY

PUBLIC = {"NetwbError", "Workbench", "__version__"}


def test_public_face_is_exact() -> None:
    shown = {
        name
        for name, thing in vars(netwb).items()
        if not name.startswith("_") and not isinstance(thing, ModuleType)
    }

    assert set(netwb.__all__) == PUBLIC
    assert shown | {"__version__"} == PUBLIC


def test_import_of_the_facade_loads_nothing_heavy() -> None:
    script = "import json, sys; from netwb import Workbench; print(json.dumps(sorted(sys.modules)))"

    loaded = json.loads(subprocess.check_output([sys.executable, "-c", script]))

    assert set(loaded) & (HEAVY | {"panel", "bokeh", "holoviews", "tornado"}) == set()


def test_no_part_of_the_facade_takes_a_name_of_another_one() -> None:
    """All of them are one class: the second `_night` would be called in place of the first."""
    owners: dict[str, list[str]] = {}
    for part in netwb.Workbench.__mro__:
        if part is object:
            continue
        for name in vars(part):
            if not name.startswith("__"):
                owners.setdefault(name, []).append(part.__name__)

    assert {name: parts for name, parts in owners.items() if len(parts) > 1} == {}
