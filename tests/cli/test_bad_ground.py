"""What the ground under netwb can do: each is one sentence with its cure, and nothing half written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.archive.lock import writer_lock
from netwb.errors import ArchiveBusyError, ArchiveError, StoreError
from netwb.store.database import Database
from tests.benches import Rig, a_night, ios, rig
from tests.cli.commands import Commands
from tests.small_disks import fill, small_disk


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2")}, past=a_night) as made:
        yield made


@pytest.fixture
def netwb(home: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(home.bench.home, capsys)


def refused(netwb: Commands, *words: str, status: int = 5) -> None:
    ran = netwb("history", "edge1")
    assert (ran.status, ran.out) == (status, "")
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    for word in words:
        assert word in ran.err


def test_a_wrong_master_key(netwb: Commands, home: Rig) -> None:
    (home.bench.home / "master.key").write_text("ab" * 32 + "\n")

    refused(netwb, "master key")


def test_a_master_key_that_others_can_read(netwb: Commands, home: Rig) -> None:
    (home.bench.home / "master.key").chmod(0o644)

    refused(netwb, "chmod 600")


def test_a_missing_master_key(netwb: Commands, home: Rig) -> None:
    (home.bench.home / "master.key").unlink()

    refused(netwb, "master.key is not there")


def files(home: Path) -> set[Path]:
    return {path for path in home.rglob("*") if not path.name.endswith(("-wal", "-shm"))}


def test_init_makes_no_new_key_for_an_old_database(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    (home.bench.home / "master.key").unlink()
    before = files(home.bench.home)

    ran = netwb("init")

    assert (ran.status, ran.out) == (5, "")
    assert "master.key is not there; put it back" in ran.err
    assert files(home.bench.home) == before


@pytest.mark.parametrize("left", ["nothing", "an empty file"])
def test_init_makes_no_new_database_for_an_old_archive(
    netwb: Commands, home: Rig, left: str
) -> None:
    home.bench.close()
    path = home.bench.home / "netwb.db"
    path.unlink()
    if left == "an empty file":
        path.touch(mode=0o600)
    before = files(home.bench.home)

    ran = netwb("init")

    assert (ran.status, ran.out) == (5, "")
    assert "netwb.db is lost or empty; put back a copy" in ran.err
    assert files(home.bench.home) == before
    refused(netwb, "put back a copy")


@pytest.mark.parametrize("found", ["9999", None], ids=["newer", "empty"])
def test_a_database_of_another_netwb(netwb: Commands, home: Rig, found: str | None) -> None:
    home.bench.close()
    path = home.bench.home / "netwb.db"
    if found is None:
        path.unlink()
        path.touch(mode=0o600)
    else:
        database = Database(f"sqlite:///{path}")
        with database.connecting("migrate") as connection:
            connection.exec_driver_sql("update alembic_version set version_num = ?", (found,))
        database.close()

    refused(netwb, "install a newer netwb" if found else "netwb init")


def test_a_database_that_is_none(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    (home.bench.home / "netwb.db").write_bytes(b"this is no database" * 100)

    refused(netwb, "netwb.db")


def test_settings_that_nobody_knows(netwb: Commands, home: Rig) -> None:
    (home.bench.home / "netwb.toml").write_text("[collect]\nsesions = 5\n")

    refused(netwb, "collect.sesions is unknown", status=2)


@pytest.mark.real
def test_a_home_on_a_disk_that_takes_no_writes(netwb: Commands, home: Rig) -> None:
    with small_disk(home.bench.home, read_only=True):
        ran = netwb("backup")

    assert (ran.status, ran.out) == (5, "")
    assert "not writable: its file system is read-only" in ran.err


READS = (
    ("history", "edge1"),
    ("show", "edge1"),
    ("search", "ntp server"),
    ("changes", "--since", "2026-11-01"),
    ("device", "list"),
    ("device", "show", "edge1"),
    ("audit", "list"),
    ("restore", "edge1@latest", "-o", "-", "--reason", "the disk is broken"),
)


@pytest.mark.real
@pytest.mark.parametrize("log", ["merged", "beside"])
def test_what_is_stored_is_read_from_a_disk_that_takes_no_writes(
    netwb: Commands, home: Rig, log: str, caplog: pytest.LogCaptureFixture
) -> None:
    usual = [netwb(*words).out for words in READS]
    if log == "merged":
        home.bench.close()
    else:
        assert (home.bench.home / "netwb.db-wal").stat().st_size

    with small_disk(home.bench.home, read_only=True):
        read = [netwb(*words) for words in READS]
        written = netwb("quarantine", "discard", "edge1", "--reason", "x")

    assert [ran.status for ran in read] == [0] * len(READS), read[-1].err
    audit = READS.index(("audit", "list"))
    assert [r.out for r in read[:audit]] == usual[:audit]
    assert read[-1].out == usual[-1]
    assert "acme/edge1 was restored, which the audit has not" in caplog.text
    assert written.status == 5


@pytest.mark.real
def test_what_is_stored_is_read_from_a_disk_that_is_full(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    usual = netwb("show", "edge1").out

    with small_disk(home.bench.home):
        fill(home.bench.home / "reports" / "big")
        read = netwb("show", "edge1")
        restored = netwb("restore", "edge1@latest", "-o", "-", "--reason", "in need")

    assert (read.status, read.out) == (0, usual)
    assert restored.status == 0, restored.err


def test_a_damaged_repository_keeps_its_tenants_devices_out(home: Rig) -> None:
    objects = home.bench.home / "archive" / "acme.git" / "objects"
    shutil.rmtree(objects)

    report = home.back_up()

    assert {type(o.cause).__name__ for o in report.outcomes} == {"ArchiveDamagedError"}


def test_a_repository_that_is_gone_is_no_quiet_night(home: Rig, tmp_path: Path) -> None:
    (home.bench.home / "archive" / "acme.git").rename(tmp_path / "elsewhere")

    report = home.back_up()

    assert {type(o.cause).__name__ for o in report.outcomes} == {"ArchiveDamagedError"}
    (tmp_path / "elsewhere").rename(home.bench.home / "archive" / "acme.git")
    assert home.back_up().counts() == {"unchanged": 2}


def test_a_repository_that_a_live_process_writes(home: Rig) -> None:
    settings = home.bench._parts.archive._settings
    with writer_lock(home.bench.home / "archive" / "acme.lock", timeout_s=1):
        object.__setattr__(settings, "lock_timeout_s", 0.2)

        report = home.back_up()

    assert {type(o.cause) for o in report.outcomes} == {ArchiveBusyError}
    assert str(os.getpid()) in str(report.outcomes[0].cause)


@pytest.mark.real
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk), rig(disk, {"acme": ("edge1", "edge2")}) as home:
        home.back_up()
        before = home.bench.history("edge1")[0].id
        home.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
        filler = disk / "filler"
        fill(filler)

        told = _told(home)

        assert "room" in told or "full" in told, told
        assert home.bench.history("edge1")[0].id == before
        filler.unlink()
        assert home.outcome("acme/edge1", home.back_up()).status == "changed"
        assert len(home.bench.history("edge1")) == 2


def _told(home: Rig) -> str:
    """What a run on a full disk says: of each device, or of itself where it cannot begin."""
    try:
        return str(home.outcome("acme/edge1", home.back_up()).cause)
    except (StoreError, ArchiveError) as error:
        return str(error)
