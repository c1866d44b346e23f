"""Example notebooks in a person's folder: theirs is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netwb.errors import InputError
from netwb.workbench.examples import KNOWN, copy_examples

MINE = b'{"cells": ["mine"]}'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    folder.mkdir()
    for name in ("00-start.ipynb", "10-inventory.ipynb", "README.md"):
        (folder / name).write_text(f"first {name}")
    (folder / "other.txt").write_text("no example")
    return folder


def test_they_are_copied_into_a_new_folder_and_what_is_no_example_is_not(
    source: Path, tmp_path: Path
) -> None:
    copied = copy_examples(source, tmp_path / "deep" / "own")

    assert copied.new == ("00-start.ipynb", "10-inventory.ipynb", "README.md")
    assert not (tmp_path / "deep" / "own" / "other.txt").exists()


def test_one_that_is_as_it_was_copied_is_brought_up_to_date(source: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    copy_examples(source, own)
    (source / "00-start.ipynb").write_text("second")

    copied = copy_examples(source, own)

    assert (copied.new, copied.renewed, copied.own) == ((), ("00-start.ipynb",), ())
    assert (own / "00-start.ipynb").read_text() == "second"


def test_a_changed_one_stays_and_a_newer_one_is_put_beside_it_once(
    source: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    copy_examples(source, own)
    (own / "00-start.ipynb").write_bytes(MINE)

    assert copy_examples(source, own).own == ("00-start.ipynb",)
    (source / "00-start.ipynb").write_text("second")
    copied = copy_examples(source, own)

    assert copied.beside == {"00-start.ipynb": "00-start.new.ipynb"}
    assert (own / "00-start.ipynb").read_bytes() == MINE
    assert (own / "00-start.new.ipynb").read_text() == "second"
    assert copy_examples(source, own).beside == {}


def test_a_newer_one_that_a_person_works_in_is_not_overwritten_by_a_newest_one(
    source: Path, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    copy_examples(source, own)
    (own / "00-start.ipynb").write_bytes(MINE)
    (source / "00-start.ipynb").write_text("second")
    copy_examples(source, own)
    (own / "00-start.new.ipynb").write_bytes(MINE)
    (source / "00-start.ipynb").write_text("third")

    copied = copy_examples(source, own)

    assert copied.beside == {"00-start.ipynb": "00-start.new2.ipynb"}
    assert (own / "00-start.new.ipynb").read_bytes() == MINE


@pytest.mark.parametrize("spoiled", ["", "[]", "no JSON"])
def test_where_nothing_is_known_of_the_copies_all_of_them_are_the_persons(
    source: Path, tmp_path: Path, spoiled: str
) -> None:
    own = tmp_path / "own"
    copy_examples(source, own)
    (own / KNOWN).write_text(spoiled)
    (source / "00-start.ipynb").write_text("second")

    copied = copy_examples(source, own)

    assert list(copied.beside) == ["00-start.ipynb"]
    assert json.loads((own / KNOWN).read_text())


def test_a_folder_that_cannot_be_is_said_in_one_sentence(source: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(InputError, match=r"cannot hold the notebooks: .*; name another folder"):
        copy_examples(source, tmp_path / "file" / "own")
