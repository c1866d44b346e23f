"""Keys: made once, opened by the right master key alone, wrapped anew in one step."""

from __future__ import annotations

import stat
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, event, select

from netwb.errors import KeyringError, StoreError
from netwb.roles import NO_TENANT
from netwb.store.database import Database
from netwb.store.keyring import CHECK, Keyring, MasterKey
from netwb.store.models import KeyRow
from netwb.store.sealing import context_bytes, seal, unseal
from tests.postgresql import Cluster
from tests.store.conftest import Clock, as_nobody
from tests.store.processes import at_once, make_key, renew_master

KEY = bytes(range(32))


@pytest.fixture
def master(tmp_path: Path) -> MasterKey:
    return MasterKey.create(tmp_path / "master.key")


@pytest.fixture
def keyring(database: Database, master: MasterKey, clock: Clock) -> Keyring:
    return Keyring(database, master, clock)


def wrapped_rows(database: Database) -> dict[str, bytes]:
    with database.reading(NO_TENANT) as session:
        return {row.purpose: row.wrapped for row in session.scalars(select(KeyRow))}


def test_a_created_master_key_is_read_back_and_is_the_owners_alone(tmp_path: Path) -> None:
    made = MasterKey.create(tmp_path / "master.key")

    assert MasterKey.read(tmp_path / "master.key") == made
    assert stat.S_IMODE((tmp_path / "master.key").stat().st_mode) == 0o600


def test_a_master_key_is_never_overwritten(tmp_path: Path, master: MasterKey) -> None:
    with pytest.raises(KeyringError, match="never overwritten"):
        MasterKey.create(tmp_path / "master.key")

    assert MasterKey.read(tmp_path / "master.key") == master


def test_a_master_key_never_shows_itself(master: MasterKey) -> None:
    assert master.keys[0].hex() not in repr(master)
    assert repr(master.keys[0]) not in repr(master)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644], ids=oct)
def test_a_master_key_that_others_can_read_is_refused_with_the_cure(
    tmp_path: Path, master: MasterKey, mode: int
) -> None:
    (tmp_path / "master.key").chmod(mode)

    with pytest.raises(KeyringError, match="chmod 600"):
        MasterKey.read(tmp_path / "master.key")
    assert master.keys


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"", "holds no key"),
        (b"# only a note\n\n", "holds no key"),
        (b"00" * 31 + b"\n", "line 1 is no key"),
        (b"# note\n" + b"00" * 32 + b"\nxyz\n", "line 3 is no key"),
        (b"\xff\xfe\x00" * 30, "line 1 is no key"),
    ],
    ids=["empty", "notes", "short", "bad-second", "binary"],
)
def test_a_damaged_master_key_is_refused_without_showing_it(
    tmp_path: Path, content: bytes, cure: str
) -> None:
    file = tmp_path / "master.key"
    file.write_bytes(content)
    file.chmod(0o600)

    with pytest.raises(KeyringError, match=cure) as refused:
        MasterKey.read(file)
    assert "xyz" not in str(refused.value)


def test_a_missing_and_an_unreadable_master_key_say_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o700)

    with pytest.raises(KeyringError, match=r"is not there.*keys\.master_file"):
        MasterKey.read(tmp_path / "absent")
    with pytest.raises(KeyringError, match="is unreadable"):
        MasterKey.read(tmp_path / "folder")


@pytest.mark.real
def test_a_master_key_of_another_user_is_named(tmp_path: Path, master: MasterKey) -> None:
    with as_nobody(), pytest.raises(KeyringError, match="unreadable: Permission denied; check its"):
        MasterKey.read(tmp_path / "master.key")

    assert MasterKey.read(tmp_path / "master.key") == master


def test_a_master_key_without_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="cannot be written: No such file"):
        MasterKey.create(tmp_path / "absent/master.key")


def test_a_key_is_random_and_the_same_ever_after(
    database: Database, keyring: Keyring, master: MasterKey, clock: Clock
) -> None:
    key = keyring.key("vault", "t-a")

    assert len(key) == 32
    assert keyring.key("vault", "t-a") == key
    assert Keyring(database, master, clock).key("vault", "t-a") == key
    assert len({key, keyring.key("vault", "t-b"), keyring.key("redact", "t-a")}) == 3


def test_no_key_stands_in_the_database_as_it_is(database: Database, keyring: Keyring) -> None:
    key = keyring.key("audit")

    assert key not in wrapped_rows(database)["audit"]


def test_another_master_key_is_told_at_once(
    database: Database, keyring: Keyring, tmp_path: Path, clock: Clock
) -> None:
    keyring.key("audit")
    other = MasterKey.create(tmp_path / "other.key")

    with pytest.raises(KeyringError, match=r"other\.key is not the one"):
        Keyring(database, other, clock)


def test_a_lost_check_value_is_not_made_anew_under_any_key(
    database: Database, keyring: Keyring, tmp_path: Path, clock: Clock
) -> None:
    keyring.key("audit")
    with database.writing(NO_TENANT) as session:
        session.execute(delete(KeyRow).where(KeyRow.purpose == CHECK))

    with pytest.raises(KeyringError, match="lost their check value"):
        Keyring(database, MasterKey.create(tmp_path / "other.key"), clock)
    with pytest.raises(KeyringError, match="lost their check value"):
        keyring.key("new")


def test_an_older_line_of_the_file_still_opens(
    database: Database, keyring: Keyring, master: MasterKey, clock: Clock
) -> None:
    key = keyring.key("audit")

    assert Keyring(database, master.renewed(), clock).key("audit") == key


def test_sealed_bytes_open_in_their_own_place_alone(keyring: Keyring) -> None:
    sealed = keyring.seal("vault", "t-a", "token-1", b"Pa55")

    assert keyring.open("vault", "t-a", "token-1", sealed) == b"Pa55"
    assert b"Pa55" not in sealed
    for place in [
        ("vault", "t-b", "token-1"),
        ("vault", "t-a", "token-2"),
        ("x", "t-a", "token-1"),
    ]:
        with pytest.raises(KeyringError, match="changed or moved"):
            keyring.open(*place, sealed)


def test_rekey_wraps_every_key_anew_and_changes_none(
    database: Database, keyring: Keyring, master: MasterKey, clock: Clock, tmp_path: Path
) -> None:
    sealed = keyring.seal("vault", "t-a", "x", b"kept")
    before, new = wrapped_rows(database), master.renewed()
    new.write(tmp_path / "master.key")

    keyring.rekey(MasterKey.read(tmp_path / "master.key"))

    new.newest().write(tmp_path / "master.key")
    after = wrapped_rows(database)
    assert set(after) == {CHECK, "vault"}
    assert all(after[purpose] != before[purpose] for purpose in after)
    fresh = Keyring(database, MasterKey.read(tmp_path / "master.key"), clock)
    assert fresh.open("vault", "t-a", "x", sealed) == b"kept"
    with pytest.raises(KeyringError):
        Keyring(database, master, clock)


def test_rekey_with_one_damaged_row_changes_nothing(
    database: Database, keyring: Keyring, master: MasterKey
) -> None:
    keyring.key("audit")
    with database.writing(NO_TENANT) as session:
        session.scalars(select(KeyRow).where(KeyRow.purpose == "audit")).one().wrapped = b"\x01bad"
    before = wrapped_rows(database)

    with pytest.raises(KeyringError):
        keyring.rekey(master.renewed())

    assert wrapped_rows(database) == before


def test_a_process_with_the_old_file_keeps_its_keys_and_makes_none(
    database: Database, keyring: Keyring, master: MasterKey, clock: Clock
) -> None:
    sleeper = Keyring(database, master, clock)
    known = sleeper.key("audit")

    keyring.rekey(master.renewed())

    assert sleeper.key("audit") == known
    with pytest.raises(KeyringError, match="is not the one"):
        sleeper.key("made-too-late")


def test_a_new_key_inside_a_write_transaction_is_refused_at_once(
    database: Database, keyring: Keyring
) -> None:
    known = keyring.key("known")

    with database.writing(NO_TENANT):
        assert keyring.key("known") == known
        with pytest.raises(StoreError, match="already open in this thread"):
            keyring.key("new")

    assert len(keyring.key("new")) == 32


def test_processes_that_ask_for_a_new_key_at_once_get_the_same(
    url: str, tmp_path: Path, database: Database
) -> None:
    master = MasterKey.create(tmp_path / "master.key")

    keys = at_once(3, make_key, url, master, "audit")

    assert len(set(keys)) == 1
    assert set(wrapped_rows(database)) == {CHECK, "audit"}


@pytest.mark.real
@pytest.mark.parametrize("statement", range(1, 5))
def test_a_first_opening_that_another_process_overtakes_takes_its_keys(
    postgresql: Cluster, postgresql_template: str, master: MasterKey, clock: Clock, statement: int
) -> None:
    """Before each statement up to its own INSERT, after which the other one waits for it."""
    url = postgresql.new_database(template=postgresql_template)
    others: list[bytes] = []
    counted = count(1)

    def overtake(*_event: object) -> None:
        if next(counted) == statement:
            with closing(Database(url)) as another:
                others.append(Keyring(another, master, clock).key("audit"))

    with closing(Database(url)) as database:
        event.listen(database._engine, "before_cursor_execute", overtake)
        mine = Keyring(database, master, clock).key("audit")

    assert others == [mine]


def test_renewals_at_once_leave_a_key_that_opens(
    database: Database, url: str, keyring: Keyring, master: MasterKey, clock: Clock
) -> None:
    key, file = keyring.key("vault"), Path(master.source)

    at_once(3, renew_master, url, file)

    left = MasterKey.read(file)
    assert len(left.keys) == 1
    assert left.keys != master.keys
    assert Keyring(database, left, clock).key("vault") == key


def test_a_renewal_reads_the_key_that_another_one_left(
    database: Database, keyring: Keyring, master: MasterKey, clock: Clock, tmp_path: Path
) -> None:
    key, file = keyring.key("vault"), tmp_path / "master.key"
    Keyring(database, master, clock).renew_master(file)

    keyring.renew_master(file)

    assert Keyring(database, MasterKey.read(file), clock).key("vault") == key
    assert keyring.key("audit") == Keyring(database, MasterKey.read(file), clock).key("audit")


def test_a_renewal_with_a_wrong_file_leaves_it_alone(
    database: Database, keyring: Keyring, tmp_path: Path
) -> None:
    wrong = MasterKey.create(tmp_path / "wrong.key")
    rows = wrapped_rows(database)

    with pytest.raises(KeyringError, match="not the one that this database was made with"):
        keyring.renew_master(tmp_path / "wrong.key")

    assert MasterKey.read(tmp_path / "wrong.key") == wrong
    assert wrapped_rows(database) == rows


def test_a_symlinked_master_key_stays_one(
    database: Database, keyring: Keyring, master: MasterKey, clock: Clock, tmp_path: Path
) -> None:
    (tmp_path / "stick").mkdir()
    kept, link = tmp_path / "stick/kept.key", tmp_path / "master.key"
    link.rename(kept)
    link.symlink_to(kept)
    key = keyring.key("vault")

    keyring.renew_master(link)

    assert link.readlink() == kept
    assert MasterKey.read(kept).keys != master.keys
    assert Keyring(database, MasterKey.read(link), clock).key("vault") == key
    assert {path.name for path in kept.parent.iterdir()} == {"kept.key", "kept.key.lock"}


def test_a_key_in_a_folder_that_takes_no_file_says_so(keyring: Keyring, tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="cannot be written"):
        keyring.renew_master(tmp_path / "nowhere/master.key")


def test_the_file_is_replaced_in_one_step(tmp_path: Path, master: MasterKey) -> None:
    leftover = tmp_path / "master.key.new"  # of a crash
    leftover.write_text("half")

    master.renewed().write(tmp_path / "master.key")

    assert MasterKey.read(tmp_path / "master.key").keys[1:] == master.keys
    assert not leftover.exists()


@given(plain=st.binary(max_size=200), context=st.text(max_size=20), at=st.integers(0, 500))
def test_a_changed_byte_never_opens(plain: bytes, context: str, at: int) -> None:
    place = context_bytes(context)
    sealed = bytearray(seal(KEY, place, plain))

    assert unseal(KEY, place, bytes(sealed)) == plain
    sealed[at % len(sealed)] ^= 1
    assert unseal(KEY, place, bytes(sealed)) is None


@given(st.lists(st.text()), st.lists(st.text()))
def test_two_contexts_are_the_same_bytes_only_when_they_are_equal(
    one: list[str], other: list[str]
) -> None:
    assert (context_bytes(*one) == context_bytes(*other)) == (one == other)
