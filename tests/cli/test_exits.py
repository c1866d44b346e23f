"""The table error class -> exit status."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from netwb import errors
from netwb.cli.exits import EXITS, exit_status


def tree(root: type[errors.NetwbError]) -> Iterator[type[errors.NetwbError]]:
    """The tree of `netwb.errors`; a class that never leaves its own folder stands there."""
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from tree(child)


@pytest.mark.parametrize("kind", list(tree(errors.NetwbError)), ids=lambda kind: kind.__name__)
def test_every_error_class_has_an_exit_status(kind: type[errors.NetwbError]) -> None:
    assert exit_status(kind) in range(1, 6)


def test_not_found_is_told_from_bad_input() -> None:
    assert exit_status(errors.UnknownDeviceError) == 4
    assert exit_status(errors.DuplicateDeviceError) == 2


def test_the_table_names_only_classes_of_the_tree() -> None:
    assert set(EXITS) <= set(tree(errors.NetwbError))


def test_the_drawing_shows_every_class() -> None:
    drawing = errors.__doc__ or ""

    missing = [kind.__name__ for kind in tree(errors.NetwbError) if kind.__name__ not in drawing]

    assert missing == []
