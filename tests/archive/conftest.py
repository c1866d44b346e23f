"""A small archive with its state in each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.world import World
from tests.postgresql import Cluster
from tests.store.conftest import KINDS, postgresql_template, small_folder

__all__ = ["postgresql_template", "small_folder"]


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder for a World, also one in another process, that knows its database."""
    return prepared(request, tmp_path, request.param)


@pytest.fixture
def another_home(
    request: pytest.FixtureRequest, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """One more, with a database of the same kind."""
    kind = "postgresql" if (home / "store.url").exists() else "sqlite"
    return prepared(request, tmp_path_factory.mktemp("another"), kind)


def prepared(request: pytest.FixtureRequest, folder: Path, kind: str) -> Path:
    if kind == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        template: str = request.getfixturevalue("postgresql_template")
        (folder / "store.url").write_text(cluster.new_database(template=template))
    return folder


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    made = World(home)
    yield made
    made.close()
