"""What differs: files by path, secrets by fingerprints, and what Telegraf has to do for it."""

from __future__ import annotations

import pytest

from netwb.telegraf.compare import (
    file_changes,
    fingerprint,
    needed,
    secret_changes,
    shown_changes,
)


def test_files_are_added_changed_and_removed() -> None:
    old, new = {"a": "1", "b": "2", "c": "3"}, {"b": "2", "c": "4", "d": "5"}

    assert file_changes(old, new) == {"a": "removed", "c": "changed", "d": "added"}
    assert [(one.path, one.lines[-2:]) for one in shown_changes(old, new)] == [
        ("a", ()),
        ("c", ("-3", "+4")),
        ("d", ()),
    ]


def test_a_file_too_long_to_be_shown_is_named() -> None:
    (change,) = shown_changes({"a": "x"}, {"a": "y" * 2_000_001})

    assert (change.change, change.lines) == ("changed", ())


def test_secrets_are_told_apart_by_fingerprints_that_tell_nothing_without_the_key() -> None:
    def of(secret: str) -> str:
        return fingerprint(b"key", secret)

    old, new = {"A": "one", "B": "two", "C": "three"}, {"B": "two", "C": "four", "D": "five"}

    assert [(one.variable, one.old, one.new) for one in secret_changes(old, new, of)] == [
        ("A", of("one"), ""),
        ("C", of("three"), of("four")),
        ("D", "", of("five")),
    ]
    assert fingerprint(b"key", "one") != fingerprint(b"other", "one")


@pytest.mark.parametrize(
    ("old", "new", "files", "needs"),
    [
        ({"A": "1"}, {"A": "1"}, {}, "nothing"),
        ({"A": "1"}, {"A": "1"}, {"a": "changed"}, "reload"),
        ({"A": "1"}, {"A": "2"}, {}, "restart"),
        ({}, {"A": "1"}, {"a": "added"}, "restart"),
        ({"A": "1"}, {}, {"a": "changed"}, "reload"),
    ],
    ids=["same", "files", "another secret", "a new one", "one that is gone"],
)
def test_a_process_keeps_the_environment_that_it_began_with(
    old: dict[str, str], new: dict[str, str], files: dict[str, str], needs: str
) -> None:
    assert needed(files, old, new) == needs  # type: ignore[arg-type]
