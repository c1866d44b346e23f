"""The index is compared with Git; what differs is built anew, and told."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from netwb.archive.index_check import Depth, IndexCheck, IndexVerdict
from netwb.archive.index_view import Sums
from netwb.archive.lock import writer_lock
from netwb.roles import ALL_TENANTS
from netwb.settings import ArchiveSettings
from netwb.store.models import CurrentRow, CurrentTextRow, IndexedRow, LineRow, RevisionRow
from tests.archive.test_rebuild import nights
from tests.archive.world import NOON, World, commit_by_hand, contents, device, keep_database

DEPTHS: tuple[Depth, ...] = ("glance", "whole")
EDGE = device("edge1")


def check(world: World, depth: Depth = "whole", *, day: int = 0) -> IndexVerdict:
    checking = IndexCheck(
        folder=world.home / "archive",
        database=world.database,
        archive=world.archive,
        today=(NOON + timedelta(days=day)).date,
    )
    found = checking.check("t-acme", "acme", depth)
    assert found is not None
    return found


def change(world: World, *statements: Any) -> None:
    with world.database.writing(ALL_TENANTS) as session:
        for statement in statements:
            session.execute(statement)


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_index_of_many_nights_fits(world: World, dice: random.Random, depth: Depth) -> None:
    nights(world, dice, 12)
    commit_by_hand(world, "notes/readme.txt", b"of nobody\n")
    before = contents(world)

    found = [check(world, depth, day=day) for day in range(30 if depth == "glance" else 1)]

    assert {(one.outcome, one.cause) for one in found} == {("fits", "")}
    after = contents(world)
    assert {**after, "indexed": []} == {**before, "indexed": []}


FAULTS: dict[str, tuple[Any, str]] = {
    "a revision is gone": (
        delete(RevisionRow).where(RevisionRow.device_id == EDGE.id, RevisionRow.number == 2),
        "revisions",
    ),
    "a revision has another author": (
        update(RevisionRow).where(RevisionRow.number == 2).values(author="eve"),
        "revisions",
    ),
    "a past line is another": (update(LineRow).values(text=b"forged"), "past lines"),
    "a past line is gone": (delete(LineRow).where(LineRow.until == 2), "past lines"),
    "a newest revision is an older one": (
        update(CurrentRow).where(CurrentRow.device_id == EDGE.id).values(number=1),
        "newest revisions",
    ),
    "a newest text is another": (
        update(CurrentTextRow).values(text=b"forged\n"),
        "newest texts",
    ),
    "a device is forgotten": (delete(CurrentRow), "newest revisions"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_whole_comparison_finds_and_repairs(world: World, fault: str) -> None:
    for night in range(4):
        world.store(EDGE, f"a\nb {night}\n")
    before = contents(world)
    statement, what = FAULTS[fault]
    change(world, statement)

    found = check(world)

    assert (found.outcome, found.cause) == ("rebuilt", "")
    assert what in found.wrong
    assert contents(world) == before
    assert check(world).outcome == "fits"


GLANCES: dict[str, tuple[Any, str]] = {
    "a revision is gone": (delete(RevisionRow).where(RevisionRow.number == 2), "revisions"),
    "a revision names another text": (
        update(RevisionRow).where(RevisionRow.number == 2).values(blob="0" * 40),
        "revisions",
    ),
    "a newest revision names another text": (
        update(CurrentRow).values(blob="0" * 40),
        "newest revisions",
    ),
    "a newest text is another": (
        update(CurrentTextRow).values(text=b"forged\n"),
        "newest texts",
    ),
}


@pytest.mark.parametrize("fault", GLANCES)
def test_glances_of_a_month_find_and_repair(world: World, fault: str) -> None:
    for night in range(4):
        world.store(EDGE, f"a\nb {night}\n")
    before = contents(world)
    statement, what = GLANCES[fault]
    change(world, statement)

    found = [check(world, "glance", day=day) for day in range(30)]

    (repaired,) = [one for one in found if one.outcome != "fits"]
    assert repaired.outcome == "rebuilt"
    assert what in repaired.wrong
    assert contents(world) == before


def test_what_a_crash_left_out_is_no_difference(world: World) -> None:
    world.store(EDGE, "a\n")
    put_back = keep_database(world)
    world.store(EDGE, "b\n")
    put_back()

    assert check(world).outcome == "fits"
    assert len(world.revisions(EDGE)) == 2


def test_a_repository_that_lost_commits_is_broken_and_nothing_is_rebuilt(world: World) -> None:
    first = world.store(EDGE, "a\n")
    world.store(EDGE, "b\n")
    world.git("update-ref", "refs/heads/main", first)
    before = contents(world)

    found = check(world)

    assert found.outcome == "broken"
    assert "lacks commit" in found.cause
    assert contents(world) == before


def test_a_tenant_without_a_repository_has_no_verdict(world: World) -> None:
    checking = IndexCheck(
        folder=world.home / "archive",
        database=world.database,
        archive=world.archive,
        today=NOON.date,
    )

    assert checking.check("t-acme", "acme", "glance") is None


def test_one_that_is_written_all_the_while_is_busy(world: World) -> None:
    world.store(EDGE, "a\n")

    with writer_lock(world.home / "archive/acme.lock", timeout_s=0):
        found = check(world)

    assert (found.outcome, found.wrong) == ("busy", {})


def test_an_index_that_is_being_built_is_not_judged(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.store(EDGE, "a\n")
    monkeypatch.setattr(world.archive, "recover", lambda _: None)  # somebody begins right after it
    change(world, update(IndexedRow).values(commit=""))

    assert check(world).outcome == "busy"


def test_a_backup_meanwhile_makes_no_difference(home: Path) -> None:
    world = World(home, settings=replace(ArchiveSettings(), lock_timeout_s=20))
    for night in range(3):
        world.store(EDGE, f"a {night}\n")
    stop = threading.Event()

    def write() -> None:
        night = 3
        while not stop.wait(0.02):  # a lock that is free for no moment is nobody else's
            world.store(EDGE, f"a {night}\n")
            night += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [check(world, DEPTHS[turn % 2], day=turn) for turn in range(8)]
    finally:
        stop.set()
        writer.join()

    assert {(one.outcome, one.cause) for one in found} == {("fits", "")}
    world.close()


def test_sums_do_not_depend_on_the_order_of_rows() -> None:
    rows = [(b"x", 1, 2), (b"y", 1, 2), (b"x", 1, 2)]
    forward, backward, fewer = Sums(), Sums(), Sums()
    for row in rows:
        forward.add(("d", "running"), row)
    for row in rows[::-1]:
        backward.add(("d", "running"), row)
    for row in rows[:2]:
        fewer.add(("d", "running"), row)

    assert forward.differing(backward) == 0
    assert forward.differing(fewer) == 1
    assert forward.differing(Sums()) == 1
