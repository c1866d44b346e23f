"""Writing: one commit for each changed text, its author, its trailers, and none for the rest."""

from __future__ import annotations

from datetime import timedelta

from netwb.roles import ALL_TENANTS
from tests.archive.world import ANA, NOON, World, device, entry

EDGE = device("edge1")
CORE = device("core1")


def test_each_changed_text_is_one_commit_by_the_person_who_changed_it(world: World) -> None:
    world.archive.write([entry(EDGE, "a\nb\n"), entry(CORE, "x\n", author="ben")])

    log = world.git("log", "--reverse", "--format=%an|%cn|%s", "main").splitlines()

    assert log == ["ana|netwb|edge1: first backup", "ben|netwb|core1: first backup"]
    assert world.git("ls-tree", "-r", "--name-only", "main").split() == [
        "fra1/core1.cfg",
        "fra1/edge1.cfg",
    ]


def test_an_unchanged_text_makes_no_commit(world: World) -> None:
    first = world.store(EDGE, "a\n")

    (written,) = world.archive.write([entry(EDGE, "a\n")])

    assert (written.status, written.revision) == ("unchanged", first)
    assert world.git("rev-list", "--count", "main").strip() == "1"


def test_a_change_is_counted_and_shown_newest_first(world: World) -> None:
    world.store(EDGE, "a\nb\nc\n")
    world.store(EDGE, "a\nB\nc\nd\n", note="CHG1\nnext", at=NOON - timedelta(days=1))

    newest, oldest = world.revisions(EDGE)

    assert (newest.added, newest.removed, newest.size, newest.lines) == (2, 1, 8, 4)
    assert (newest.message, newest.note) == ("edge1: CHG1 next", "CHG1 next")
    assert newest.at == NOON - timedelta(days=1)
    assert oldest.number == 1
    assert world.latest(EDGE) == b"a\nB\nc\nd\n"
    assert world.latest(EDGE, "latest~1") == b"a\nb\nc\n"


def test_a_text_is_restored_byte_for_byte_with_its_secrets(world: World) -> None:
    text = b"user ana {s3cr\xe9t}\nuser bob {other}\n"
    world.store(EDGE, text)
    newest = world.revisions(EDGE)[0]

    stored = world.history.text(ALL_TENANTS, EDGE, newest)
    restored = world.history.restore(ALL_TENANTS, EDGE, newest)

    assert b"s3cr" not in stored
    assert restored == b"user ana s3cr\xe9t\nuser bob other\n"


def test_a_renamed_device_keeps_its_history(world: World) -> None:
    world.store(EDGE, "a\n")
    renamed = device("edge9", device_id=EDGE.id, site="muc1")

    world.archive.rename(renamed, ANA)
    world.store(renamed, "a\nb\n")

    assert [r.cause for r in world.revisions(renamed)] == ["backup", "rename", "backup"]
    assert world.git("ls-tree", "-r", "--name-only", "main").split() == ["muc1/edge9.cfg"]
    assert world.revisions(renamed)[1].author == "ana"
