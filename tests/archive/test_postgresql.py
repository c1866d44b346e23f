"""The same on PostgreSQL: writing, rebuilding, searching bytes, vault."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.roles import ALL_TENANTS, Scope
from tests.archive.test_rebuild import nights
from tests.archive.world import World, contents, device
from tests.postgresql import Cluster

pytestmark = pytest.mark.real
EDGE = device("edge1")


@pytest.fixture
def world(tmp_path: Path, postgresql: Cluster) -> Iterator[World]:
    made = World(tmp_path, url=postgresql.new_database())
    yield made
    made.close()


def test_a_rebuilt_index_is_the_one_that_was_written(world: World, dice: random.Random) -> None:
    nights(world, dice, 8)
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")

    assert contents(world) == before


def test_bytes_are_found_and_secrets_restored(world: World) -> None:
    world.store(EDGE, b"ntp \\ % \xff\nuser {s3cr\xe9t}\ngone\n")
    world.store(EDGE, b"ntp \\ % \xff\nuser {s3cr\xe9t}\n")
    (newest, _) = world.revisions(EDGE)
    mine = Scope(frozenset({"t-acme"}))

    for scope in (ALL_TENANTS, mine):
        (hit,) = world.history.search(scope, "\\ %", devices=[EDGE])
        (past,) = world.history.search(scope, "gone", when="ever", devices=[EDGE])
        assert (hit.line, past.line) == (1, None)
    assert world.history.search(Scope(frozenset()), "ntp", devices=[EDGE]) == ()
    assert world.history.restore(mine, EDGE, newest) == b"ntp \\ % \xff\nuser s3cr\xe9t\n"
