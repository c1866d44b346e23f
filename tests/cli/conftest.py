from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from netwb.workbench import Workbench
from tests.cli.ground import Netwb


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that was just set up; each test works on a copy."""
    home = tmp_path_factory.mktemp("new") / "home"
    Workbench.create(home, environment={}).close()
    return home


@pytest.fixture
def netwb(new_home: Path, tmp_path: Path) -> Netwb:
    """The command over an empty home."""
    shutil.copytree(new_home, tmp_path / "home")
    (tmp_path / "home").chmod(0o700)
    return Netwb(tmp_path / "home")
