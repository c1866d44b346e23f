"""A comparison as rows: plain data. Git itself is run, as in the archive."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwb.configs.diff import ConfigDiff, parse_diff, whole_text
from netwb.views.diff.rows import CHANGED, MOVED, SAME, Board, moved_lines

assert shutil.which("git"), "git is needed: the archive stands on it"

Compare = Callable[[str, str], ConfigDiff]


def compare_in(folder: Path, old: str, new: str) -> ConfigDiff:
    (folder / "old").write_text(old)
    (folder / "new").write_text(new)
    command = ["git", "diff", "--no-index", "--histogram", "--text", "old", "new"]
    printed = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
    return parse_diff(
        printed, old_text=old.encode(), new_text=new.encode(), style="indent", words="yes"
    )


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    return lambda old, new: compare_in(tmp_path, old, new)


def port(number: int, *lines: str) -> str:
    return "".join(f"{line}\n" for line in (f"interface Gi0/{number}", *lines, "!"))


OLD = "hostname edge1\n!\n" + "".join(
    port(number, f" description port {number}", " no shutdown") for number in range(20)
)


def all_items(board: Board) -> list[list[Any]]:
    return board.items(0, board.count)


def plain(side: Any) -> str:
    return side if isinstance(side, str) else "".join(text for text, _ in side)


def test_a_changed_line_stands_beside_what_it_was_with_the_words_that_differ(
    compare: Compare,
) -> None:
    board = Board(compare(OLD, OLD.replace("port 9\n", "port 9 spare\n")))

    head, *rows = board.items(0, 8)

    assert head == ["h", 1, ["interface Gi0/9"], 36, 0, 0]
    assert [row[0] for row in rows] == [SAME] * 3 + [CHANGED] + [SAME] * 3
    assert rows[0] == [SAME, 37, 37, " no shutdown", None]
    assert rows[3] == [
        CHANGED,
        40,
        40,
        " description port 9",
        [[" description port 9", 0], [" spare", 1]],
    ]
    assert all_items(board)[8:] == [["e", 39, 0, 1]]


def test_words_are_found_where_the_diff_does_not_say_them(compare: Compare) -> None:
    diff = compare(OLD, OLD.replace("port 9\n", "port 9 spare\n"))
    lines = tuple(replace(line, words=()) for line in diff.hunks[0].lines)
    without_words = replace(diff, hunks=(replace(diff.hunks[0], lines=lines),))

    assert all_items(Board(without_words)) == all_items(Board(diff))


def test_a_line_that_came_alone_has_nothing_beside_it(compare: Compare) -> None:
    board = Board(compare(OLD, OLD.replace(" description port 9\n", "")))

    (gone,) = [item for item in all_items(board) if item[0] == CHANGED]

    assert gone == [CHANGED, 40, None, " description port 9", None]


def test_runs_of_different_length_pair_from_the_top(compare: Compare) -> None:
    old, new = "a\nb 1\nc 1\nz\n", "a\nb 2\nz\n"

    rows = [item[1:3] for item in all_items(Board(compare(old, new))) if item[0] == CHANGED]

    assert rows == [[2, 2], [3, None]]


def test_folded_lines_come_when_they_are_asked_for(compare: Compare) -> None:
    board = Board(compare(OLD, OLD.replace("port 9\n", "port 9 spare\n")))

    assert board.folded(0, 34, 2) == [
        [SAME, 35, 35, "interface Gi0/8", None],
        [SAME, 36, 36, " description port 8", None],
    ]
    assert board.folded(1, 38, 200)[-1] == [SAME, 82, 82, "!", None]
    assert board.folded(1, 39, 200) == []


def test_the_whole_file_folds_nothing_and_keeps_the_heads(compare: Compare) -> None:
    diff = compare(OLD, OLD.replace("port 9\n", "port 9 spare\n"))
    board = Board(diff, extent="whole")

    items = all_items(board)

    assert [item[1] for item in items if item[0] != "h"] == list(range(1, 83))
    assert items[board.place_of(1)] == ["h", 1, ["interface Gi0/9"], 0, 0, 0]


def test_equal_texts_can_be_read_whole(compare: Compare) -> None:
    diff = compare(OLD, OLD)

    assert Board(diff).hunks == 0
    assert len(all_items(Board(diff, extent="whole"))) == 82


def test_a_section_that_only_moved_is_no_change_where_that_is_ignored(compare: Compare) -> None:
    section = port(3, " description port 3", " no shutdown")
    new = OLD.replace(section, "") + section

    diff = compare(OLD, new.replace("port 9\n", "port 9 spare\n"))
    board = Board(diff, moved="ignored")

    assert len(diff.hunks) == 3
    assert board.hunks == 1
    (head, *_), end = board.items(0, 1), all_items(board)[-1]
    assert head[4] == 4, "the folded lines hold the section that left"
    assert (end[0], end[2]) == ("e", 4), "and those after it the same that came"
    assert [row[0] for row in board.folded(1, 0, 200)[-4:]] == [MOVED] * 4


def test_a_line_that_left_one_section_for_another_is_a_change(compare: Compare) -> None:
    old = port(1, " shutdown", " mtu 9000") + "\n" * 9 + port(2, " mtu 9000")
    new = port(1, " mtu 9000") + "\n" * 9 + port(2, " shutdown", " mtu 9000")

    diff = compare(old, new)

    assert moved_lines(diff) == (frozenset(), frozenset())


def test_of_a_line_that_moved_once_a_second_one_is_new(compare: Compare) -> None:
    rest = "".join(f"line {number}\n" for number in range(20))

    moved = moved_lines(compare("one\n" + rest, rest + "one\none\n"))

    assert sum(map(len, moved)) == 2


def test_a_first_text_is_all_added() -> None:
    board = Board(whole_text(b"hostname a\nend\n", new="acme/a@1"))

    assert all_items(board) == [
        ["h", 1, [], 0, 0, 0],
        [CHANGED, None, 1, None, "hostname a"],
        [CHANGED, None, 2, None, "end"],
    ]


@pytest.mark.parametrize("extent", ["changes", "whole"])
def test_slices_of_any_size_make_up_the_whole(compare: Compare, extent: Any) -> None:
    board = Board(
        compare(OLD, OLD.replace("no shut", "shut").replace("port 7", "P")), extent=extent
    )
    whole = all_items(board)

    for size in (1, 2, 7, 1000):
        cut = [board.items(at, size) for at in range(0, board.count, size)]
        assert [item for part in cut for item in part] == whole
    assert len(whole) == board.count
    assert board.items(board.count, 10) == []


def test_hostile_text_travels_as_it_is_for_the_browser_escapes_it(compare: Compare) -> None:
    hostile = "<img src=x onerror=alert(1)> </script> \u202egnp.exe \x07"

    board = Board(compare("a\n", f"a\n{hostile}\n"))

    assert all_items(board)[-1] == [CHANGED, None, 2, None, hostile]


LINES = st.lists(
    st.sampled_from(["a", " b", "  c", "!", "interface x", " d e f", "", "g h", "i"]), max_size=40
)


@settings(max_examples=60, deadline=None)
@given(LINES, LINES, st.sampled_from(["shown", "ignored"]))
def test_the_rows_give_both_texts_back(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str], moved: Any
) -> None:
    texts = ["".join(f"{line}\n" for line in lines) for lines in (old, new)]
    diff = compare_in(tmp_path_factory.mktemp("rows"), *texts)

    board = Board(diff, extent="whole", moved=moved)
    rows = [item for item in all_items(board) if isinstance(item[0], int)]

    assert [plain(row[3]) for row in rows if row[1] is not None] == old
    assert [
        plain(row[3] if row[0] == SAME else row[4]) for row in rows if row[2] is not None
    ] == new
    for column in (1, 2):
        numbers = [row[column] for row in rows if row[column] is not None]
        assert all(below - above == 1 for above, below in pairwise([0, *numbers]))
    changes = Board(diff, moved=moved)
    unfolded: list[list[Any]] = []
    for item in all_items(changes):
        if item[0] in ("h", "e"):
            block = item[-1]
            assert len(changes.folded(block, 0, 10**6)) == item[3 if item[0] == "h" else 1]
            unfolded += changes.folded(block, 0, 10**6)
        if isinstance(item[0], int):
            unfolded.append(item)
    assert unfolded == rows
