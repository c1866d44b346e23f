"""Since when lines of any revision stand: the index says it of the newest, a fold of Git of older ones."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from netwb.archive.ages import LineAges
from netwb.errors import ArchiveDamagedError
from netwb.roles import ALL_TENANTS, NO_TENANT
from netwb.store.models import RevisionRow
from tests.archive.world import NOON, World, commit_by_hand, device

EDGE, CORE = device("edge1"), device("core1")
TEXTS = (
    "a\nb\nc\n",
    "a\nB\nc\nd\n",
    "a\nB\nd\ne\n",
    "x\na\nB\nB\ne\n",
)


def filled(world: World) -> LineAges:
    for day, text in enumerate(TEXTS):
        world.store(EDGE, text, at=NOON + timedelta(days=day), author=f"person{day + 1}")
        world.store(CORE, f"own {day}\n", at=NOON + timedelta(days=day))
    return LineAges(world.home / "archive", world.database)


def dated(world: World, ages: LineAges, rev: str) -> list[tuple[str, int]]:
    """Each line of a revision with the number that brought it."""
    revision = world.history.resolve(ALL_TENANTS, EDGE, rev)
    lines = world.history.text(ALL_TENANTS, EDGE, revision).decode().splitlines()
    runs = ages.runs(ALL_TENANTS, EDGE, revision)
    numbers = [number for number, count in runs for _ in range(count)]
    return list(zip(lines, numbers, strict=True))


def test_newest_text_is_dated_by_the_index(world: World) -> None:
    ages = filled(world)

    assert dated(world, ages, "latest") == [("x", 4), ("a", 1), ("B", 2), ("B", 4), ("e", 3)]


def test_an_older_text_says_what_the_newest_said_then(world: World) -> None:
    ages = filled(world)

    assert dated(world, ages, "latest~1") == [("a", 1), ("B", 2), ("d", 2), ("e", 3)]
    assert dated(world, ages, "latest~3") == [("a", 1), ("b", 1), ("c", 1)]


def test_git_and_index_say_the_same_of_every_revision(world: World) -> None:
    ages = filled(world)
    before = dated(world, ages, "latest")

    world.store(EDGE, TEXTS[-1] + "last\n", at=NOON + timedelta(days=9))

    assert dated(world, ages, "latest~1") == before


def test_lines_keep_their_age_through_newer_rules_and_moves(world: World) -> None:
    ages = filled(world)
    moved = device("edge1", site="ams2", device_id=EDGE.id)

    world.store(moved, TEXTS[-1], at=NOON + timedelta(days=5))
    world.store(moved, TEXTS[-1].replace("e\n", "e {secretword}\n"), rule_set="2", cause="rules")
    world.store(moved, "new\n", at=NOON + timedelta(days=7))

    numbers = [number for _, number in dated(world, ages, "latest~1")]
    assert numbers[0] == 4
    assert numbers[1] == 1


def test_a_text_committed_by_hand_is_folded_too(world: World) -> None:
    ages = filled(world)
    commit_by_hand(world, "fra1/edge1.cfg", b"x\na\nhand\n")
    world.store(EDGE, "x\na\nhand\nafter\n", at=NOON + timedelta(days=8))

    assert dated(world, ages, "latest~1") == [("x", 4), ("a", 1), ("hand", 5)]


def test_who_brought_a_revision_is_read_for_the_numbers_asked(world: World) -> None:
    ages = filled(world)

    brought = ages.brought(ALL_TENANTS, EDGE, "running", {2, 4})

    assert {number: one.author for number, one in brought.items()} == {2: "person2", 4: "person4"}
    assert brought[2].at == NOON + timedelta(days=1)


def test_a_line_that_went_tells_with_which_revision_it_had_come(world: World) -> None:
    ages = filled(world)

    assert ages.came_with(ALL_TENANTS, EDGE, "running", until=2, text="b") == (1,)
    assert ages.came_with(ALL_TENANTS, EDGE, "running", until=3, text="b") == ()


def test_outside_of_the_scope_there_is_nothing(world: World) -> None:
    ages = filled(world)

    assert ages.brought(NO_TENANT, EDGE, "running", {1}) == {}
    assert ages.came_with(NO_TENANT, EDGE, "running", until=2, text="b") == ()


def test_commits_that_do_not_fit_the_index_are_said_to_be_damage(world: World) -> None:
    ages = filled(world)
    revision = world.history.resolve(ALL_TENANTS, EDGE, "latest~1")
    with world.database.writing(ALL_TENANTS) as session:
        session.execute(update(RevisionRow).values(path="elsewhere.cfg"))

    with pytest.raises(ArchiveDamagedError, match="edge1"):
        ages.runs(ALL_TENANTS, EDGE, revision)
