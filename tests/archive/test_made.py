"""What was written is indexed as Git itself tells it, whether it is read back or not."""

from __future__ import annotations

import pytest

from netwb.archive.made import parse_answers
from netwb.archive.repository import Repository
from netwb.archive.stream import Move, NewCommit
from tests.archive.world import NOON, World, commit_by_hand, contents, device, entry

TEXTS = {
    "plain": b"a\nb\n",
    "no last newline": b"a\nb",
    "one newline": b"\n",
    "a carriage return": b"a\r\nb\r",
    "bytes of no encoding": b"caf\xe9 \x00 \xff\n",
    "what looks like a commit": b"done\ncommit refs/heads/main\nmark :1\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_new_files_are_indexed_without_git_as_git_tells_them(
    world: World, text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(Repository, "log")
        world.archive.write(
            [
                entry(device("edge1"), text, author="ana <ana@x>  Ó\N{LINE SEPARATOR}B"),
                entry(device("edge1"), text, kind="startup", author=None, note="CHG 1: a\tb"),
                entry(device("edge2", site="muc1"), text, volatile={0: b"! by ana \xff%"}),
            ]
        )
        world.store(device("edge3"), text, at=NOON.replace(microsecond=999_999))
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")

    assert contents(world) == before
    assert len(before["revision"]) == 4


def test_a_file_that_a_person_put_at_the_place_is_seen_and_read_back(world: World) -> None:
    world.store(device("edge1"), "a\n")
    commit_by_hand(world, "fra1/edge2.cfg", b"a\nb\n")
    world.store(device("edge2"), "a\nc\n")
    before = contents(world)

    world.archive.rebuild("t-acme", "acme")

    assert contents(world) == before


def test_more_answers_than_a_pipe_holds_are_read(world: World) -> None:
    many = [entry(device(f"r{number}"), f"hostname r{number}\n") for number in range(1200)]

    written = world.archive.write(many)

    assert len({one.revision for one in written}) == len(many)


def test_only_a_text_in_a_free_place_adds_and_nothing_else() -> None:
    text = NewCommit(
        author="ana", email="ana@x", at=NOON, stored_at=NOON, message=b"m", path="a/b", text=b""
    )
    move = NewCommit(
        author="ana",
        email="ana@x",
        at=NOON,
        stored_at=NOON,
        message=b"m",
        moves=(Move(old_path="a/b", path="a/c"),),
    )
    answers = ["missing a/b", "1" * 40, "100644 blob 22\ta/b", "2" * 40, "3" * 40]

    made = parse_answers([text, text, move], answers)

    assert [(one.id[0], one.adds) for one in made] == [("1", True), ("2", False), ("3", False)]
