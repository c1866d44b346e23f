"""The table of long files: each is there, and they come before all others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.order import LONG_FIRST, file_of, long_files_first

TESTS = Path(__file__).parent


def items(*ids: str) -> list[pytest.Item]:
    return [cast("pytest.Item", SimpleNamespace(nodeid=one)) for one in ids]


def test_every_file_of_the_table_is_there() -> None:
    assert [name for name in LONG_FIRST if not (TESTS / name).is_file()] == []
    assert len(set(LONG_FIRST)) == len(LONG_FIRST)


def test_long_files_come_first_then_those_of_many_tests_and_each_stays_together() -> None:
    long, longer = f"tests/{LONG_FIRST[1]}", f"tests/{LONG_FIRST[0]}"
    found = items("a.py::z", "b.py::2", f"{long}::1", "b.py::1", f"{longer}::1", f"{long}::0")

    long_files_first(found)

    ids = [item.nodeid for item in found]
    assert ids == [f"{longer}::1", f"{long}::1", f"{long}::0", "b.py::2", "b.py::1", "a.py::z"]
    assert file_of(found[0]) == longer
