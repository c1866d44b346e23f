from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.health.keys import check_key_place, check_left_database, check_old_copies
from tests.real_components import require_real


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own."""
    require_real("a file system of its own (root)", os.geteuid() == 0)
    folder = tmp_path / "stick"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


def key_at(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    key = folder / "master.key"
    key.touch()
    return key


def test_a_key_beside_its_database_is_advised_against(tmp_path: Path) -> None:
    database = tmp_path / "netwb.db"
    database.touch()

    found = check_key_place(key_at(tmp_path), database)

    assert (found.verdict, "lies beside the database" in found.said) == ("advice", True)
    assert "keys.master_file" in found.cure


def test_a_key_on_the_same_disk_too(tmp_path: Path) -> None:
    database = tmp_path / "netwb.db"
    database.touch()

    found = check_key_place(key_at(tmp_path / "elsewhere"), database)

    assert (found.verdict, "same file system" in found.said) == ("advice", True)


def test_a_symlink_is_where_it_points_to(tmp_path: Path) -> None:
    database, link = tmp_path / "netwb.db", tmp_path / "elsewhere" / "master.key"
    database.touch()
    link.parent.mkdir()
    link.symlink_to(key_at(tmp_path))

    assert "lies beside the database" in check_key_place(link, database).said


@pytest.mark.real
def test_a_key_on_another_disk_is_well(tmp_path: Path, other_disk: Path) -> None:
    database = tmp_path / "netwb.db"
    database.touch()

    assert check_key_place(key_at(other_disk), database).verdict == "ok"


def test_a_key_of_a_database_server_is_well(tmp_path: Path) -> None:
    assert check_key_place(key_at(tmp_path), None).verdict == "ok"


def test_copies_that_upgrades_left_are_counted(tmp_path: Path) -> None:
    assert check_old_copies(tmp_path).verdict == "ok"
    for name in ("netwb-before-0.1.0.db", "netwb-before-0.1.0-2.db"):
        (tmp_path / name).write_bytes(bytes(2_000_000))

    found = check_old_copies(tmp_path)

    assert (found.verdict, found.said.startswith("2 from before upgrades")) == ("advice", True)
    assert "4 MB" in found.said


def test_a_database_that_is_left_in_a_home_whose_own_is_elsewhere_is_told(tmp_path: Path) -> None:
    left = tmp_path / "netwb.db"
    assert check_left_database(tmp_path, None).verdict == "ok"
    left.touch()

    assert check_left_database(tmp_path, left).verdict == "ok"
    for elsewhere in (None, tmp_path / "other.db"):
        found = check_left_database(tmp_path, elsewhere)
        assert (found.verdict, "is not used" in found.said) == ("advice", True)
