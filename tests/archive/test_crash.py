"""A writer killed at any moment leaves what the next run repairs by itself."""

from __future__ import annotations

import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.roles import ALL_TENANTS
from netwb.settings import ArchiveSettings
from tests.archive.world import World, contents, device
from tests.archive.writing_child import NIGHTS, work, write_nights
from tests.conftest import FULL

NAMES = ["edge1", "edge2", "core1"]
POINTS = 60 if FULL else 5


@pytest.fixture(scope="session")
def known_calls() -> dict[str, int]:
    """Those that were counted, by the database."""
    return {}


@pytest.fixture
def calls(known_calls: dict[str, int], another_home: Path) -> int:
    """How many moments an undisturbed child has."""
    world = World(another_home)
    world.close()
    if world.database.dialect not in known_calls:
        status, known_calls[world.database.dialect] = work(another_home, NAMES)
        assert status == 0
    return known_calls[world.database.dialect]


@pytest.mark.parametrize("point", range(POINTS))
def test_nothing_is_lost_or_doubled_when_a_writer_is_killed(
    home: Path, calls: int, dice: random.Random, point: int
) -> None:
    World(home).close()
    for _ in range(point):
        dice.random()  # another moment for each point
    moment = dice.randrange(1, calls * 49 // 50)  # a quicker child has a few calls less

    status, _ = work(home, NAMES, kill_at=moment)
    world = World(home, settings=replace(ArchiveSettings(), lock_timeout_s=20))
    write_nights(world, NAMES)

    assert status == -signal.SIGKILL, moment
    for name in NAMES:
        assert_history_is_whole(world, name, moment)
    assert world.git("fsck", "--strict", "--no-dangling") == ""
    assert list((home / "archive" / "acme.git").rglob("*.lock")) == []
    before = contents(world)
    world.archive.rebuild("t-acme", "acme")
    assert contents(world) == before, moment
    world.close()


def assert_history_is_whole(world: World, name: str, moment: int) -> None:
    """What the killed run stored is a beginning of its nights; then come the three of ours."""
    one = device(name)
    notes = [r.note for r in world.revisions(one)][::-1]
    nights = [f"night {n}" for n in range(NIGHTS)]
    stored = len(notes) - NIGHTS
    if notes == nights:
        return  # killed before it stored any, or after it stored the first one again
    assert notes[:stored] == nights[:stored], (moment, notes)
    assert notes[stored:] == nights, (moment, notes)
    for revision in world.revisions(one):
        text = world.history.text(ALL_TENANTS, one, revision)
        assert text == f"hostname {name}\n{revision.note}\n".encode()
