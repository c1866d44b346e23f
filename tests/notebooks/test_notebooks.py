"""The notebooks, run cell by cell on one fresh demo home and compared with what they have stored.

Each of them alone, in the order of their numbers, by nbval, in a kernel whose clock shows the
demo's day. `python -m tests.notebooks.store` stores anew what a change of netwb makes them show.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebooks.ground import DRILL, NOTEBOOKS, SANITIZED, demo, kernel_environment

LONG_S = 120
NAMES = sorted(one.name for one in NOTEBOOKS.glob("*.ipynb") if one.name != DRILL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo") / "home"
    with demo(folder):
        yield folder


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_what_it_has_stored(name: str, home: Path, tmp_path: Path) -> None:
    copied = tmp_path / name
    copied.write_bytes((NOTEBOOKS / name).read_bytes())
    words = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with", str(SANITIZED)]
    own = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path)]

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *words, *own, str(copied)],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
        env=kernel_environment(home, tmp_path),
    )

    assert ran.returncode == 0, ran.stdout
