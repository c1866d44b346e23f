"""Run the notebooks on a fresh demo and store what they show: `python -m tests.notebooks.store [NAME]...`

The drill is left out: it has a ground of its own (test_drill.py), and its outputs are few.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.notebooks.ground import DRILL, NOTEBOOKS, demo, kernel_environment


def store(notebook: Path, environment: dict[str, str], folder: Path) -> None:
    """Run it top to bottom, and write it back with its outputs."""
    document: Any = nbformat.read(notebook, as_version=4)
    client = NotebookClient(
        document,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=environment)
    for cell in document.cells:
        cell.metadata.pop("execution", None)
    nbformat.write(document, notebook)


def chosen(names: list[str]) -> list[Path]:
    found = sorted(one for one in NOTEBOOKS.glob("*.ipynb") if one.name != DRILL)
    return [one for one in found if not names or re.search("|".join(names), one.name)]


def main(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name, demo(Path(name) / "home"):
        environment = kernel_environment(Path(name) / "home", Path(name))
        for notebook in chosen(names):
            store(notebook, environment, Path(name))
            print(notebook.name)  # noqa: T201 - a tool


if __name__ == "__main__":
    main(sys.argv[1:])
