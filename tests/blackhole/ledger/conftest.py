"""A home with two tenants, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benches import Rig, rig
from tests.blackhole.ledger.ground import TENANTS


@pytest.fixture
def made(each_store: str, tmp_path: Path) -> Iterator[Rig]:
    del each_store
    with rig(tmp_path, TENANTS) as made:
        yield made
