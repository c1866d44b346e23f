from __future__ import annotations

import os
from pathlib import Path

import pytest

from netwb.health.diagnosis import Verdict
from netwb.health.ground import (
    Mount,
    check_file_system,
    check_files,
    check_home,
    check_surroundings,
    mount_of,
)
from tests.real_components import require_real

LIST = """\
22 1 254:1 / / rw,relatime shared:1 - {root} /dev/vda1 rw
30 22 0:25 / /srv rw shared:2 - ext4 /dev/vdb rw
31 30 0:26 / /srv/my\\040files rw shared:3 - {deep} server:/share rw
32 22 0:27 / /srv-other rw shared:4 - xfs /dev/vdc rw
broken line
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    (path / "netwb.toml").touch(mode=0o600)
    (path / "archive").mkdir(mode=0o700)
    return path


def test_a_home_of_ones_own_is_well(home: Path) -> None:
    assert check_home(home).verdict == "ok"
    assert check_files(home).verdict == "ok"


def test_a_folder_that_is_no_home_is_told_how_to_become_one(tmp_path: Path) -> None:
    assert "netwb init" in check_home(tmp_path / "nothing").cure


def test_a_home_that_others_can_open(home: Path) -> None:
    home.chmod(0o750)

    found = check_home(home)

    assert (found.verdict, found.cure) == ("wrong", f"run `chmod 700 {home}`")


@pytest.mark.real
def test_a_home_of_another_login(home: Path) -> None:
    require_real("a change of owner (root)", os.geteuid() == 0)
    os.chown(home, 65534, 65534)

    found = check_home(home)

    assert (found.verdict, "(uid 65534)" in found.said) == ("wrong", True)


def test_files_that_others_could_read(home: Path) -> None:
    (home / "netwb.toml").chmod(0o644)
    for name in "abc":
        (home / "archive" / name).mkdir(mode=0o755)

    found = check_files(home)

    assert found.verdict == "advice"
    assert "archive/a, archive/b, archive/c and 1 more" in found.said


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/home/x", Mount(point="/", kind="ext4")),
        ("/srv/netwb", Mount(point="/srv", kind="ext4")),
        ("/srv/my files/netwb", Mount(point="/srv/my files", kind="nfs4")),
        ("/srv-other/x", Mount(point="/srv-other", kind="xfs")),
    ],
    ids=["root", "deeper", "with-a-blank", "same-begin"],
)
def test_a_path_lies_on_the_deepest_mount_above_it(path: str, mount: Mount) -> None:
    assert mount_of(Path(path), LIST.format(root="ext4", deep="nfs4")) == mount


KINDS: dict[str, tuple[str, str, Verdict, str]] = {  # file system, database, verdict, word
    "disk": ("ext4", "sqlite", "ok", "ext4"),
    "nfs": ("nfs4", "sqlite", "wrong", "SQLite's locks do not hold"),
    "nfs-with-a-server": ("nfs4", "postgresql", "advice", "POSIX locks"),
    "sshfs": ("fuse.sshfs", "sqlite", "wrong", "network file system"),
    "memory": ("tmpfs", "postgresql", "wrong", "a restart empties it"),
    "container": ("overlay", "sqlite", "advice", "container's own layer"),
}


@pytest.mark.parametrize("which", KINDS)
def test_a_file_system_keeps_what_is_written_and_holds_locks(
    home: Path, tmp_path: Path, which: str
) -> None:
    kind, database, verdict, word = KINDS[which]
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 254:1 / / rw - {kind} /dev/vda1 rw\n")

    found = check_file_system(home, sqlite=database == "sqlite", mounts=mounts)

    assert found.verdict == verdict
    assert word in found.said


def test_a_machine_that_does_not_tell_its_mounts_leaves_it_unknown(
    home: Path, tmp_path: Path
) -> None:
    found = check_file_system(home, sqlite=True, mounts=tmp_path / "none")

    assert found.verdict == "unknown"


@pytest.mark.parametrize(
    "folder", ["Dropbox", "OneDrive", "OneDrive - Acme Ltd", "google drive", "Nextcloud"]
)
def test_a_home_in_a_synchronized_folder(tmp_path: Path, folder: str) -> None:
    home = tmp_path / folder / "netwb"
    home.mkdir(parents=True)

    found = check_surroundings(home)

    assert (found.verdict, folder in found.said) == ("wrong", True)


def test_a_home_under_a_mark_of_a_synchronizing_program(tmp_path: Path) -> None:
    home = tmp_path / "mine" / "netwb"
    home.mkdir(parents=True)
    assert check_surroundings(home).verdict == "ok"
    (tmp_path / "mine" / ".stfolder").mkdir()

    assert check_surroundings(home).verdict == "wrong"


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_home_in_a_git_work_tree(tmp_path: Path, kind: str) -> None:
    home = tmp_path / "tree" / "netwb"
    home.mkdir(parents=True)
    mark = tmp_path / "tree" / ".git"
    mark.mkdir() if kind == "folder" else mark.write_text("gitdir: elsewhere\n")

    found = check_surroundings(home)

    assert found.verdict == "advice"
    assert str(tmp_path / "tree") in found.said
