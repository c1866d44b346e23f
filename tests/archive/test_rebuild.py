"""Git is the truth: an index built from it anew is the one that was written night by night."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from netwb.archive.records import Entry
from netwb.errors import ArchiveDamagedError
from netwb.inventory.records import Device
from netwb.roles import ALL_TENANTS
from netwb.store.models import CurrentRow, CurrentTextRow, IndexedRow, RevisionRow
from tests.archive.world import (
    ANA,
    NOON,
    World,
    commit_by_hand,
    contents,
    device,
    entry,
    keep_database,
)

LINES = [f"line {n} of many" for n in range(30)] + ["!"] * 12


def a_night(dice: random.Random, devices: list[Device], texts: dict[str, list[str]]) -> list[Entry]:
    entries = []
    for one in dice.sample(devices, 3):
        lines = texts.setdefault(one.id, dice.sample(LINES, 20))
        for _ in range(dice.randint(0, 4)):
            place = dice.randrange(len(lines) + 1)
            lines[place : place + dice.randint(0, 2)] = dice.choices(LINES, k=dice.randint(0, 2))
        kind = dice.choice(("running", "running", "startup"))
        secret = f"user ana {{pw{dice.randint(1, 3)}}}"
        text = "".join(f"{line}\n" for line in [*lines, secret])
        at = NOON + timedelta(days=dice.randint(-3, 30))
        # One text has one rule set: newer rules that leave it as it is are noted without a commit,
        # and a rebuild cannot know of them.
        rules = "1" if len(text) % 3 else "2"
        volatile = {2: b"! by ana \xff"} if dice.random() < 0.3 else None
        entries.append(
            entry(one, text, kind=kind, at=at, rule_set=rules, volatile=volatile)  # type: ignore[arg-type]
        )
    return entries


def nights(world: World, dice: random.Random, count: int) -> None:
    devices = [device(f"sw{n}") for n in range(6)]
    texts: dict[str, list[str]] = {}
    for night in range(count):
        world.archive.write(a_night(dice, devices, texts))
        if night % 3 == 1:
            place = dice.randrange(6)
            moved = replace(
                devices[place], site=dice.choice(("fra1", "muc1")), hostname=f"n{night}"
            )
            devices[place] = moved
            world.archive.rename(moved, ANA)
        if night % 4 == 2:
            world.archive.retire(devices[dice.randrange(6)], ANA)


def test_a_rebuilt_index_is_the_one_that_was_written(world: World, dice: random.Random) -> None:
    nights(world, dice, 12)
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")

    assert contents(world) == before
    assert before["past_line"]


def test_the_next_writer_takes_in_what_a_crash_left_out(world: World, dice: random.Random) -> None:
    nights(world, dice, 4)
    put_back = keep_database(world)
    nights(world, dice, 3)
    whole = contents(world)
    put_back()

    world.archive.recover({"t-acme": "acme"})

    assert contents(world) == whole


def test_a_rebuild_that_was_cut_off_is_done_again(world: World, dice: random.Random) -> None:
    nights(world, dice, 4)
    whole = contents(world)
    with world.database.writing(ALL_TENANTS) as session:
        session.execute(delete(RevisionRow).where(RevisionRow.number > 1))
        session.execute(delete(CurrentRow))
        session.execute(update(IndexedRow).values(commit=""))

    world.archive.recover({"t-acme": "acme"})

    assert contents(world) == whole


def test_the_index_says_of_current_texts_what_git_has(world: World, dice: random.Random) -> None:
    nights(world, dice, 8)

    with world.database.reading(ALL_TENANTS) as session:
        texts = {(r.device_id, r.kind): r.text for r in session.scalars(select(CurrentTextRow))}
        rows = session.scalars(select(CurrentRow)).all()
    for row in rows:
        text = texts[row.device_id, row.kind]
        assert world.git("show", f"main:{row.path}").encode() == text
        assert (len(text), text.count(b"\n")) == (row.size, row.lines)


def test_when_a_device_was_last_seen_survives_a_rebuild(world: World) -> None:
    one = device("edge1")
    world.store(one, "a\n")
    later = world.clock() + timedelta(days=3)
    world.archive.seen([(one.id, "running")], later)

    world.archive.rebuild("t-acme", "acme")

    with world.database.reading(ALL_TENANTS) as session:
        assert session.query(CurrentRow.checked_at).scalar() == later


def test_a_device_is_no_fresher_after_a_rebuild_than_its_own_commits_prove(world: World) -> None:
    """Neither a neighbor's commit of the same batch, nor a move, nor a person's saw the device."""
    stale, moved, fresh = (device(name) for name in ("edge1", "edge2", "edge3"))
    times: dict[str, datetime] = {}
    for one in (stale, moved, fresh):
        world.store(one, "a\n", at=NOON + timedelta(days=len(times)))
        times[one.id] = world.revisions(one)[0].stored_at
    world.archive.rename(replace(moved, site="muc1"), ANA)
    commit_by_hand(world, "fra1/edge1.cfg", b"b\n")
    world.archive.recover({"t-acme": "acme"})
    written = checked(world)
    with world.database.writing(ALL_TENANTS) as session:
        for row in (RevisionRow, CurrentRow, CurrentTextRow, IndexedRow):
            session.execute(delete(row))

    world.archive.rebuild("t-acme", "acme")

    assert (written, checked(world)) == (times, times)


def checked(world: World) -> dict[str, datetime]:
    with world.database.reading(ALL_TENANTS) as session:
        return dict(session.execute(select(CurrentRow.device_id, CurrentRow.checked_at)).all())


def test_newer_rules_that_a_rebuild_forgot_are_noted_again_without_a_commit(world: World) -> None:
    one = device("edge1")
    first = world.store(one, "a\n")
    world.archive.write([entry(one, "a\n", rule_set="2")])
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")
    assert world.archive.baselines(ALL_TENANTS, [one.id])[one.id, "running"].rule_set == "1"

    (written,) = world.archive.write([entry(one, "a\n", rule_set="2")])
    assert (written.status, written.revision) == ("unchanged", first)
    assert contents(world) == before


def test_a_stamp_that_was_not_believed_survives_a_rebuild(world: World) -> None:
    one = device("edge1")
    world.store(one, "a\n")
    world.store(one, "b\n", author="eve", at=NOON - timedelta(days=400))
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")

    assert contents(world) == before


def test_a_commit_made_by_hand_is_a_revision_of_the_device_whose_file_it_touched(
    world: World,
) -> None:
    one = device("edge1")
    world.store(one, "a\nb\n")
    commit_by_hand(world, "fra1/edge1.cfg", b"a\nB\n")
    commit_by_hand(world, "README", b"not a device's\n")

    world.store(one, "a\nb\nc\n", at=NOON + timedelta(seconds=1))

    assert [(r.author, r.cause) for r in world.revisions(one)] == [
        ("ana", "backup"),
        ("Eve", "foreign"),
        ("ana", "backup"),
    ]
    assert world.latest(one) == b"a\nb\nc\n"


def test_a_repository_that_lost_commits_is_not_written_on(world: World) -> None:
    one = device("edge1")
    world.store(one, "a\n")
    world.store(one, "b\n")
    world.git("update-ref", "refs/heads/main", "main~1")

    with pytest.raises(ArchiveDamagedError, match="lacks commit"):
        world.store(one, "c\n")

    world.archive.rebuild("t-acme", "acme")
    world.store(one, "c\n")
    assert [r.number for r in world.revisions(one)] == [2, 1]


@pytest.mark.parametrize("spoiled", [{"blob": "0" * 40}, {"lines": 0}], ids=["blob", "lines"])
def test_an_index_that_does_not_fit_is_built_anew_by_the_next_writer(
    world: World, spoiled: dict[str, object]
) -> None:
    one = device("edge1")
    world.store(one, "a\nb\n")
    with world.database.writing(ALL_TENANTS) as session:
        session.execute(update(CurrentRow).values(**spoiled))
        session.execute(update(CurrentTextRow).values(since=[]))

    world.store(one, "a\nB\n")

    assert [(r.number, r.added, r.removed, r.lines) for r in world.revisions(one)] == [
        (2, 1, 1, 2),
        (1, 2, 0, 2),
    ]
