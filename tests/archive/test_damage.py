"""What can be wrong with a repository: one sentence, the cure, and nothing half written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netwb.archive.faults import git_error
from netwb.archive.repository import Repository
from netwb.errors import ArchiveDamagedError, ArchiveError
from netwb.roles import ALL_TENANTS
from tests.archive.world import World, device, entry
from tests.real_components import require_real

EDGE = device("edge1")


@pytest.mark.parametrize(
    ("said", "kind", "cure"),
    [
        ("fatal: write error: No space left on device", ArchiveError, "free some space"),
        (
            "fatal: write error. Out of diskspace\nfatal: Unexpected checksum (disk corruption?)",
            ArchiveError,
            "free some space",
        ),
        ("fatal: Unable to create 'x.lock': Permission denied", ArchiveError, "by this user"),
        ("error: cannot open: Read-only file system", ArchiveError, "by this user"),
        ("fatal: not a git repository: 'x'", ArchiveDamagedError, "put back a copy"),
        ("error: inflate: data stream error\nfatal: x is corrupt", ArchiveDamagedError, "put back"),
        ("fatal: bad object abc", ArchiveDamagedError, "put back a copy"),
        ("", ArchiveError, "without a word"),
        ("fatal: something new", ArchiveError, "something new"),
    ],
)
def test_what_git_says_becomes_a_sentence_with_the_cure(
    said: str, kind: type[ArchiveError], cure: str
) -> None:
    error = git_error("archive/acme.git", said)

    assert type(error) is kind
    assert cure in str(error)
    assert "archive/acme.git" in str(error)
    assert "\n" not in str(error)


def spoil_head(repository: Path) -> None:
    (repository / "HEAD").write_text("nonsense")


def spoil_packs(repository: Path) -> None:
    for pack in (repository / "objects" / "pack").iterdir():
        pack.chmod(0o600)
        pack.write_bytes(b"\0" * 100)


def lose_packs(repository: Path) -> None:
    shutil.rmtree(repository / "objects" / "pack")


def lose_all(repository: Path) -> None:
    shutil.rmtree(repository)


@pytest.mark.parametrize("spoil", [spoil_head, spoil_packs, lose_packs, lose_all])
def test_a_damaged_repository_is_neither_read_nor_written_nor_made_anew(
    world: World, spoil: object
) -> None:
    world.store(EDGE, "a\n")
    (revision,) = world.revisions(EDGE)
    spoil(world.home / "archive" / "acme.git")  # type: ignore[operator]

    with pytest.raises(ArchiveDamagedError, match=r"acme\.git"):
        world.history.text(ALL_TENANTS, EDGE, revision)
    with pytest.raises(ArchiveDamagedError, match=r"acme\.git"):
        world.archive.write([entry(EDGE, "b\n")])

    assert world.revisions(EDGE) == (revision,)


def test_another_tenants_repository_is_written_all_the_same(world: World) -> None:
    theirs = device("edge1", tenant="bolt")
    world.archive.write([entry(EDGE, "a\n"), entry(theirs, "a\n")])
    spoil_head(world.home / "archive" / "acme.git")

    world.store(theirs, "b\n")

    assert world.latest(theirs) == b"b\n"


def test_what_a_killed_writer_left_is_tidied_by_the_next(world: World) -> None:
    first = world.store(EDGE, "a\n")
    repository = world.home / "archive" / "acme.git"
    left = [
        "HEAD.lock",
        "packed-refs.lock",
        "refs/heads/main.lock",
        "objects/pack/pack-1.keep",
        "objects/pack/tmp_pack_x",
        "fast_import_crash_1",
    ]
    for name in left:
        (repository / name).write_text("")
    world.git("update-ref", "refs/netwb/staging/dead", first)
    world.git("update-ref", "refs/heads/tmp_mine", first)
    (world.home / "archive" / "acme.lock").write_text("4711")  # its pid: it did not end well

    world.store(EDGE, "b\n")

    assert not [name for name in left if (repository / name).exists()]
    refs = ["refs/heads/main", "refs/heads/tmp_mine"]
    assert world.git("for-each-ref", "--format=%(refname)").split() == refs


def test_recovery_at_start_tidies_even_when_the_lock_file_says_nothing(world: World) -> None:
    world.store(EDGE, "a\n")
    stale = world.home / "archive" / "acme.git" / "refs" / "heads" / "main.lock"
    stale.write_text("")

    world.archive.recover({"t-acme": "acme", "t-bolt": "bolt"})

    assert not stale.exists()


def test_a_folder_that_cannot_be_looked_at_is_an_error_of_the_archive(tmp_path: Path) -> None:
    """As another user's is; here by a name that no system takes, which root cannot pass either."""
    unseen = Repository(tmp_path / ("x" * 300))

    for look in (unseen.exists, unseen.tip):
        with pytest.raises(ArchiveError, match=r"x cannot be used|main cannot be used"):
            look()


def test_a_name_with_a_line_break_never_comes_near_git(world: World) -> None:
    with pytest.raises(ArchiveError, match="rename"):
        world.store(device("edge1\nfrom refs/heads/other"), "a\n")

    assert world.revisions(EDGE) == ()


def test_a_machine_without_git_is_told_so(tmp_path: Path) -> None:
    World(tmp_path).close()

    child = subprocess.run(
        [sys.executable, "-m", "tests.archive.writing_child", str(tmp_path), "edge1"],
        env={**os.environ, "PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )

    assert child.stderr.splitlines()[-1].endswith(
        "ArchiveError: git is not installed, or the PATH does not find it; install git 2.39 or newer"
    )


@pytest.mark.real
def test_a_full_disk_is_said_and_costs_nothing(tmp_path: Path) -> None:
    unshare = shutil.which("unshare")
    require_real("a mount namespace", unshare is not None and os.geteuid() == 0)
    assert unshare is not None

    child = subprocess.run(
        [unshare, "--mount", sys.executable, "-m", "tests.archive.full_disk_child", str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
    )

    assert child.returncode == 0, child.stderr
    assert child.stdout.startswith("ArchiveError: repository ")
    assert "free some space" in child.stdout
