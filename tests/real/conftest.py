"""A real router for the tests of this folder, made anew for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.frr_router import FrrRouter, missing
from tests.real_components import require_real

CONFIG = Path(__file__).parents[1] / "data/frr/one_router/frr.conf"


@pytest.fixture
def frr_router(tmp_path: Path) -> Iterator[FrrRouter]:
    """A running edge1 with an upstream, a trigger and two passwords in its configuration."""
    lacks = missing()
    require_real(f"a real FRR router needs {', '.join(lacks)}; that", not lacks)
    router = FrrRouter(tmp_path / "edge1", CONFIG.read_text(), password="r1g-Passw0rd")
    yield router
    router.stop()
