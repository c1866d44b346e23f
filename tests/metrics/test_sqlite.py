"""The embedded store: the contract, and what a file on a disk can meet."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from netwb.errors import MetricsUnavailableError
from netwb.metrics.sqlite.file import FORM
from netwb.metrics.sqlite.store import SqliteStore
from tests.metrics.contract import StoreContract, rows
from tests.metrics.files import opened
from tests.metrics.points import NOON, key, octets, question
from tests.small_disks import fill, small_disk

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = opened(tmp_path)
    yield made
    made.close()


class TestSqliteStore(StoreContract):
    """The contract."""


def test_the_file_is_its_owners_alone(store: SqliteStore, tmp_path: Path) -> None:
    store.write([octets(NOON, 1)])

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"metrics.db": 0o600, "metrics.db-wal": 0o600, "metrics.db-shm": 0o600}


def test_nothing_is_opened_before_it_is_used(tmp_path: Path) -> None:
    opened(tmp_path).close()

    assert list(tmp_path.iterdir()) == []


def test_what_one_store_writes_another_one_reads(store: SqliteStore, tmp_path: Path) -> None:
    other = opened(tmp_path)
    assert other.read([key()], question(NOON, NOON + 60)) == {}

    store.write([octets(NOON, 1)])

    with closing(other):
        assert rows(other.read([key()], question(NOON, NOON + 60))[key()]) == [(NOON, 1)]


def test_a_file_that_is_taken_away_is_begun_anew(store: SqliteStore, tmp_path: Path) -> None:
    store.write([octets(NOON, 1)])
    (tmp_path / "away").mkdir()
    for path in tmp_path.glob("metrics.db*"):
        path.rename(tmp_path / "away" / path.name)

    store.write([octets(NOON + 60, 2)])

    assert rows(store.read([key()], question(NOON, NOON + 300))[key()]) == [(NOON + 60, 2)]
    with closing(opened(tmp_path / "away")) as old:
        assert rows(old.read([key()], question(NOON, NOON + 300))[key()]) == [(NOON, 1)]


def test_many_processes_make_and_write_one_file(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.metrics.files import opened\n"
        "from tests.metrics.points import NOON, key, octets\n"
        "own = int(sys.argv[2])\n"
        "store = opened(Path(sys.argv[1]))\n"
        "for n in range(20):\n"
        "    store.write([octets(NOON + n, own, of=key(f'eth{own}', device_id=f'd{own % 2}'))])\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(n)], cwd=ROOT) for n in range(4)]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 4

    keys = [key(f"eth{n}", device_id=f"d{n % 2}") for n in range(4)]
    with closing(opened(tmp_path)) as store:
        found = store.read(keys, question(NOON, NOON + 60))
    assert {k.name: rows(samples) for k, samples in found.items()} == {
        f"eth{n}": [(NOON + at, n) for at in range(20)] for n in range(4)
    }


def test_threads_share_a_store(store: SqliteStore) -> None:
    def work(own: int) -> int:
        for n in range(20):
            store.write([octets(NOON + n, n, of=key(f"eth{own}"))])
        return len(store.read([key(f"eth{own}")], question(NOON, NOON + 60))[key(f"eth{own}")])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [20] * 4


def test_threads_may_make_the_file_at_once(tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        with closing(opened(folder)) as store, ThreadPoolExecutor(8) as pool:
            points = [[octets(NOON, 1, of=key(f"eth{own}"))] for own in range(8)]
            list(pool.map(store.write, points))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no database at all" * 100, "is not a database; move it away"),
        (None, "cannot be opened: Is a directory; check the file and its folder"),
    ],
    ids=["text", "folder"],
)
def test_another_thing_in_the_files_place_is_named(
    store: SqliteStore, tmp_path: Path, content: bytes | None, said: str
) -> None:
    path = tmp_path / "metrics.db"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)

    for use in (lambda: store.write([octets(NOON, 1)]), store.health):
        with pytest.raises(MetricsUnavailableError, match=said):
            use()


def test_another_database_is_left_alone(store: SqliteStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "metrics.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
    before = (tmp_path / "metrics.db").read_bytes()

    with pytest.raises(MetricsUnavailableError, match="is no file of netwb's samples; move it"):
        store.write([octets(NOON, 1)])

    assert (tmp_path / "metrics.db").read_bytes() == before


def test_a_file_of_a_newer_netwb_is_left_alone(store: SqliteStore, tmp_path: Path) -> None:
    store.write([octets(NOON, 1)])
    with closing(sqlite3.connect(tmp_path / "metrics.db")) as newer:
        newer.execute(f"PRAGMA user_version={FORM + 1}")

    for again in (store, opened(tmp_path)):
        with closing(again), pytest.raises(MetricsUnavailableError, match="by a newer netwb; run"):
            again.write([octets(NOON + 60, 1)])


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    store = opened(tmp_path / "gone")

    with pytest.raises(MetricsUnavailableError, match="No such file or directory; check the file"):
        store.health()


def test_a_damaged_file_is_named(store: SqliteStore, tmp_path: Path) -> None:
    store.write(octets(NOON + n, n, of=key(f"eth{n}")) for n in range(2000))
    store.close()
    path = tmp_path / "metrics.db"
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)

    with pytest.raises(MetricsUnavailableError, match="is damaged; put back a copy of it, or move"):
        store.read([key()], question(NOON, NOON + 60))


def test_a_row_that_nobody_can_read_is_damage_too(store: SqliteStore, tmp_path: Path) -> None:
    store.write([octets(NOON, 1)])
    with closing(sqlite3.connect(tmp_path / "metrics.db")) as other, other:
        other.execute("UPDATE poll SET sample = x'0102030405'")

    with pytest.raises(MetricsUnavailableError, match="is damaged"):
        store.read([key()], question(NOON, NOON + 60))


def test_another_writer_is_waited_for_and_then_named(tmp_path: Path) -> None:
    store = opened(tmp_path, busy_timeout_s=0.2)
    store.write([octets(NOON, 1)])
    with closing(sqlite3.connect(tmp_path / "metrics.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(MetricsUnavailableError, match="is locked by another process; wait"):
            store.write([octets(NOON + 60, 2)])
        assert store.read([key()], question(NOON, NOON + 120)).keys() == {key()}
        other.execute("ROLLBACK")

    store.write([octets(NOON + 60, 2)])
    assert len(store.read([key()], question(NOON, NOON + 120))[key()]) == 2
    store.close()


@pytest.mark.real
def test_a_full_disk_is_named_and_no_poll_is_half_written(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk"), closing(opened(tmp_path / "disk")) as store:
        keys = [key(f"eth{n}", device_id=f"d{n % 8}") for n in range(800)]
        store.write(octets(NOON, 1, of=own) for own in keys)
        fill(tmp_path / "disk" / "ballast")
        at = NOON

        def write_on() -> None:
            nonlocal at
            while True:
                at += 60
                store.write(octets(at, 1, of=own) for own in keys)

        with pytest.raises(MetricsUnavailableError, match="the disk is full; free some space"):
            write_on()

        found = store.read(keys, question(NOON, at + 60))
        assert {samples.at[-1] for samples in found.values()} == {at - 60}
        (tmp_path / "disk" / "ballast").unlink()
        store.write(octets(at, 1, of=own) for own in keys)
        assert store.health().newest == at
