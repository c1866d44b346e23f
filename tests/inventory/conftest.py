"""An empty inventory in each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.inventory.ground import Ground, make_ground
from tests.store.conftest import postgresql_template, sqlite_template, url

__all__ = ["postgresql_template", "sqlite_template", "url"]


@pytest.fixture
def ground(url: str, tmp_path: Path) -> Iterator[Ground]:
    """An inventory without tenants."""
    made = make_ground(url, tmp_path)
    yield made
    made.database.close()
