"""A demo that many tests go on from, built once a process of the tests."""

from __future__ import annotations

import io
import json
import os
import shutil
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from netwb.cli.main import main


@dataclass(frozen=True)
class BuiltDemo:
    """What `netwb demo --once --devices 3` left and told; a test goes on from a copy."""

    home: Path
    told: Any
    at: datetime  # all that its ports counted before is in it

    def copied(self, home: Path) -> Path:
        """That home, as it was left."""
        shutil.copytree(self.home, home)
        return home


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> BuiltDemo:
    home = tmp_path_factory.mktemp("built") / "demo"
    out = io.StringIO()
    umask = os.umask(0o077)
    begun = datetime.now(UTC)
    try:
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            status = main(["demo", "--once", "--devices", "3", "--json", "--home", str(home)])
    finally:
        os.umask(umask)
    assert status == 0
    return BuiltDemo(home, json.loads(out.getvalue()), begun)
