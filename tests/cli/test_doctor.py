"""netwb doctor: a sound home, and homes broken in each way, which it tells of without a trace."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest

from netwb.access.records import NewUser
from netwb.health import repositories
from netwb.roles import Role
from tests.benches import Rig, rig
from tests.cli.commands import Commands, Ran
from tests.postgresql import Cluster
from tests.small_disks import fill, small_disk
from tests.store.conftest import as_nobody


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2")}, past=a_night) as made:
        yield made


def a_night(made: Rig) -> None:
    made.clock.now = datetime.now(UTC) - timedelta(hours=1)
    made.back_up()


ROOT_PAGE = "select rootpage from sqlite_schema where name = ?"


@pytest.fixture
def netwb(home: Rig, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(home.bench.home, capsys)


def rows(ran: Ran) -> dict[str, dict[str, Any]]:
    """The worst row of each check."""
    order = ("ok", "advice", "unknown", "wrong")
    by_check = sorted(ran.json["items"], key=lambda row: order.index(row["verdict"]))
    return {row["check"]: row for row in by_check}


def test_a_sound_home_is_well_and_advice_is_no_failure(netwb: Commands) -> None:
    ran = netwb("doctor", "--json")

    found = rows(ran)
    assert ran.status == 0, [row for row in found.values() if row["verdict"] == "wrong"]
    assert found["repositories"]["said"] == (
        "1 can be read as far as their newest 20 commits go, and end where the index does"
    )
    assert found["key place"]["verdict"] == "advice"
    assert found["admins"]["verdict"] == "advice"
    assert all(row["cure"] for row in found.values() if row["verdict"] in ("advice", "wrong"))


def test_a_person_reads_the_worst_first_and_the_sum_at_the_end(netwb: Commands, home: Rig) -> None:
    shutil.rmtree(home.bench.home / "archive" / "acme.git")

    ran = netwb("doctor")

    lines = ran.out.splitlines()
    assert ran.status == 1
    assert lines[0].split()[:2] == ["verdict", "check"]
    assert lines[1].startswith("wrong")
    assert "1 wrong" in ran.err


def test_nothing_is_written_and_nothing_secret_is_told(netwb: Commands, home: Rig) -> None:
    def state() -> dict[str, str]:
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(home.bench.home.rglob("*"))
            if path.is_file() and not path.name.endswith(("-shm", "-wal"))
        }

    key = (home.bench.home / "master.key").read_text().split()[-1]
    events = len(home.bench.audit_events())
    before = state()

    ran = netwb("doctor", "--devices", "5", "--json")

    assert state() == before
    assert len(home.bench.audit_events()) == events
    assert key not in ran.out
    assert "Secret-Login-1" not in ran.out


def test_a_folder_that_is_no_home(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    ran = Commands(tmp_path / "none", capsys)("doctor", "--json")

    found = rows(ran)
    assert ran.status == 1
    assert (found["home"]["verdict"], found["git"]["verdict"]) == ("wrong", "ok")
    assert "netwb init" in found["home"]["cure"]


SPOILT: dict[str, tuple[str, bytes | None, str, str]] = {  # file, content, check, words
    "unknown-setting": ("netwb.toml", b"[collect]\nsesions = 5\n", "settings", "is unknown"),
    "no-toml": ("netwb.toml", b"[[[", "settings", "is not TOML"),
    "no-database": ("netwb.db", b"this is no database" * 100, "database", "netwb.db"),
    "empty-database": ("netwb.db", b"", "database", "holds no netwb"),
    "database-gone": ("netwb.db", None, "database", "is not there"),
    "key-gone": ("master.key", None, "opening", "is not there"),
    "wrong-key": ("master.key", b"ab" * 32 + b"\n", "opening", "not the one"),
    "spoilt-key": ("master.key", b"no key\n", "opening", "no key"),
    "spoilt-platform": ("platforms.d/own.toml", b"name = 5\n", "opening", "own.toml"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_home_that_does_not_open_is_told_of_in_words(
    netwb: Commands, home: Rig, how: str
) -> None:
    file, content, check, words = SPOILT[how]
    home.bench.close()
    path = home.bench.home / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)

    ran = netwb("doctor", "--json")

    found = rows(ran)
    assert ran.status == 1
    assert ran.err == ""
    assert found[check]["verdict"] == "wrong"
    assert words in found[check]["said"]
    assert found[check]["cure"]
    assert found["git"]["verdict"] == "ok"


def test_one_fault_is_told_once(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    (home.bench.home / "netwb.db").unlink()

    said = [row["said"] for row in netwb("doctor", "--json").json["items"]]

    assert sum("is not there" in one for one in said) == 1
    assert any("were not looked at" in one for one in said)


def test_a_database_without_keys_is_given_none(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    path = home.bench.home / "netwb.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("delete from key")

    found = rows(netwb("doctor", "--json"))

    assert (found["keys"]["verdict"], found["the rest"]["verdict"]) == ("wrong", "unknown")
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("select count(*) from key").fetchone() == (0,)


@pytest.mark.real
def test_a_home_that_this_login_may_not_look_into(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    with as_nobody():
        doctor, status = netwb("doctor", "--json"), netwb("status")

    assert (doctor.status, doctor.err) == (1, "")
    assert rows(doctor)["home"]["verdict"] in ("unknown", "wrong")
    assert (status.status, len(status.err.strip().splitlines())) == (5, 1)


@pytest.mark.real
@pytest.mark.parametrize("how", ["full", "read-only"])
def test_on_a_disk_that_takes_no_writes_both_answer(
    netwb: Commands, home: Rig, how: Literal["full", "read-only"]
) -> None:
    home.bench.close()
    with small_disk(home.bench.home, read_only=how == "read-only"):
        if how == "full":
            fill(home.bench.home / "filler")

        doctor, status = netwb("doctor", "--json"), netwb("status", "--json")

    check = "disk" if how == "full" else "home"
    assert rows(doctor)[check]["verdict"] == "wrong", doctor.out
    assert rows(doctor)["repositories"]["verdict"] == "ok"
    assert status.out, status.err
    assert status.json["headline"] == "All 2 devices have a fresh good backup."
    assert status.status == 1, "so small a disk is nearly full"


@pytest.mark.real
def test_a_home_on_postgresql_is_looked_at_too(
    tmp_path: Path,
    postgresql: Cluster,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with rig(tmp_path, {"acme": ("edge1",)}, cluster=postgresql) as made:
        monkeypatch.setenv("NETWB_STORE__URL", made.variables["NETWB_STORE__URL"])
        made.clock.now = datetime.now(UTC) - timedelta(hours=1)
        made.back_up()
        netwb = Commands(made.bench.home, capsys)

        doctor, status = netwb("doctor", "--json"), made.bench.status()

    found = rows(doctor)
    assert doctor.status == 0, [row for row in found.values() if row["verdict"] == "wrong"]
    assert found["clock"]["said"].startswith("this machine's clock and the database server's are")
    assert found["key place"]["verdict"] == "ok"
    assert status.headline == "The only device has a fresh good backup."


def test_a_database_server_that_is_gone(
    netwb: Commands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = f"postgresql+psycopg://netwb:Hidden-Word-1@/netwb?host={tmp_path}"
    monkeypatch.setenv("NETWB_STORE__URL", url)

    doctor, status = netwb("doctor", "--json"), netwb("status")

    assert (doctor.status, rows(doctor)["database"]["verdict"]) == (1, "wrong")
    assert (status.status, len(status.err.strip().splitlines())) == (5, 1)
    assert "Hidden-Word-1" not in doctor.out + status.err


def test_a_database_that_was_scribbled_over_is_found(netwb: Commands, home: Rig) -> None:
    home.bench.close()
    path = home.bench.home / "netwb.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma wal_checkpoint(truncate)")
        (size,) = database.execute("pragma page_size").fetchone()
        (page,) = database.execute(ROOT_PAGE, ("past_line",)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    found = rows(netwb("doctor", "--json"))

    assert found["soundness"]["verdict"] == "wrong", found["soundness"]


def test_a_repository_that_is_gone(netwb: Commands, home: Rig) -> None:
    shutil.rmtree(home.bench.home / "archive" / "acme.git")

    found = rows(netwb("doctor", "--json"))["repositories"]

    assert (found["verdict"], "is gone" in found["said"]) == ("wrong", True)


def test_a_repository_without_its_objects(netwb: Commands, home: Rig) -> None:
    for pack in (home.bench.home / "archive" / "acme.git" / "objects").rglob("*.pack"):
        pack.unlink()

    assert rows(netwb("doctor", "--json"))["repositories"]["verdict"] == "wrong"


@pytest.mark.parametrize("where", [0.2, 0.4, 0.6, 0.8])
def test_a_repository_in_which_one_byte_was_flipped(
    netwb: Commands, home: Rig, where: float
) -> None:
    objects = home.bench.home / "archive" / "acme.git" / "objects"
    pack = max(objects.rglob("*.pack"), key=lambda one: one.stat().st_size)
    spoilt = bytearray(pack.read_bytes())
    spoilt[int(len(spoilt) * where)] ^= 0x40
    pack.chmod(0o600)
    pack.write_bytes(spoilt)

    ran = netwb("doctor", "--json")

    found = rows(ran)["repositories"]
    assert (ran.status, found["verdict"]) == (1, "wrong"), found
    assert "acme.git is damaged" in found["said"]


def test_what_there_was_no_time_to_read_is_said(
    netwb: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repositories, "READING_S", -1.0)

    said = [
        row["said"] for row in netwb("doctor", "--json").json["items"] if "objects" in row["said"]
    ]

    assert len(said) == 1
    assert "were not read for want of time" in said[0]


def test_a_repository_that_lost_its_newest_commit(netwb: Commands, home: Rig) -> None:
    path = home.bench.home / "archive" / "acme.git"
    (path / "refs" / "heads" / "main").unlink()

    found = rows(netwb("doctor", "--json"))["repositories"]

    assert "lacks commit" in found["said"]


def test_a_repository_whose_head_was_moved(netwb: Commands, home: Rig) -> None:
    path = home.bench.home / "archive" / "acme.git"
    (path / "HEAD").write_text("ref: refs/heads/master\n")

    assert (
        "symbolic-ref HEAD refs/heads/main"
        in rows(netwb("doctor", "--json"))["repositories"]["cure"]
    )


def test_a_job_that_failed_last_is_wrong_wherever_one_looks(netwb: Commands, home: Rig) -> None:
    assert netwb("scheduler", "--run", "index-check-full").status == 0
    archive = home.bench.home / "archive"
    (archive / "acme.git").rename(archive / "aside")
    assert netwb("scheduler", "--run", "index-check-full").status == 1
    (archive / "aside").rename(archive / "acme.git")

    doctor, status = netwb("doctor", "--json"), netwb("status", "--json")

    assert (doctor.status, status.status) == (1, 1)
    for found in (doctor.json["items"], status.json["parts"]):
        (told,) = [one for one in found if one["check"] == "jobs" and one["verdict"] == "wrong"]
        assert told["said"].startswith("index-check-full fails since 20")
        assert "index check failed for 1 repository" in told["said"]

    assert netwb("scheduler", "--run", "index-check-full").status == 0
    assert netwb("doctor").status == 0


def test_a_lock_that_nobody_holds(netwb: Commands, home: Rig) -> None:
    lock = home.bench.home / "archive" / "acme.git" / "packed-refs.lock"
    lock.touch()
    assert rows(netwb("doctor", "--json"))["repositories"]["verdict"] == "ok"
    os.utime(lock, (1, 1))

    assert "packed-refs.lock" in rows(netwb("doctor", "--json"))["repositories"]["said"]


def test_a_repository_of_nobody_is_advice(netwb: Commands, home: Rig) -> None:
    (home.bench.home / "archive" / "gone.git").mkdir()

    assert "no tenant: gone" in rows(netwb("doctor", "--json"))["repositories"]["said"]


def test_a_clock_that_was_set_back(netwb: Commands, home: Rig) -> None:
    home.clock.now = datetime.now(UTC) + timedelta(hours=3)
    home.back_up()

    found = rows(netwb("doctor", "--json"))["clock"]

    assert (found["verdict"], "min ahead of this machine's clock" in found["said"]) == (
        "wrong",
        True,
    )


def test_devices_without_a_credential(netwb: Commands, home: Rig) -> None:
    home.bench.set_tenant("acme", credential=None)

    found = rows(netwb("doctor", "--json"))["credentials"]

    assert (found["verdict"], "acme/edge1, acme/edge2" in found["said"]) == ("wrong", True)


def test_an_admin_with_a_password_is_enough(netwb: Commands, home: Rig) -> None:
    home.bench.add_user(
        NewUser(name="ana", role=Role.ADMIN, tenants=None, password="four horses Ate 9 batteries")
    )

    assert rows(netwb("doctor", "--json"))["admins"]["verdict"] == "ok"


def test_some_devices_are_asked_for_a_connection(netwb: Commands, home: Rig) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        home.bench.set_device("acme/edge1", port=server.getsockname()[1])
        with socket.create_server(("127.0.0.1", 0)) as other:
            closed = other.getsockname()[1]
        home.bench.set_device("acme/edge2", port=closed)

        found = rows(netwb("doctor", "--devices", "9", "--json"))["reach"]

    assert found["said"].startswith("1 of 2 devices take no connection: acme/edge2 (")
    assert "reach" not in rows(netwb("doctor", "--json"))


def test_doctor_is_the_logins_own(netwb: Commands) -> None:
    ran = netwb("doctor", "--as", "ana")

    assert (ran.status, "leave --as out" in ran.err) == (2, True)
