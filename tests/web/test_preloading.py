"""Once the server has its routes, a dashboard imports nothing that was not there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from netwb.loading import share
from netwb.web.preloading import imported

NEW = """
import ast, sys
from pathlib import Path
import netwb.web
netwb.web.ROUTES
before = set(sys.modules)
for script in sorted(Path(sys.argv[1]).glob("*.py")):
    tree = ast.parse(script.read_text())
    tree.body = [one for one in tree.body if isinstance(one, (ast.Import, ast.ImportFrom))]
    exec(compile(tree, str(script), "exec"), {})
    print(script.name)
print(sorted(set(sys.modules) - before))
"""


def test_a_dashboard_finds_all_that_it_imports() -> None:
    asked = [sys.executable, "-c", NEW, str(share() / "dashboards")]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split("\n")

    scripts = sorted(path.name for path in (share() / "dashboards").glob("*.py"))
    assert said[: len(scripts)] == scripts
    assert said[len(scripts)] == "[]"


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("from netwb.views.screen import show_page\n", ["netwb.views.screen"]),
        ("import os\nfrom os import path\nfrom . import beside\n", []),
        ("", []),
    ],
    ids=["own", "foreign", "empty"],
)
def test_modules_of_netwb_alone_are_taken_from_a_script(script: str, names: list[str]) -> None:
    assert list(imported(script)) == names
