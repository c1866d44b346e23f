"""The notify script's spool: private, bounded, shared by any number of calls, and never in the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.notify.receivers import GOOD, hang, receiving, status
from tests.real_components import require_real
from tests.small_disks import fill, small_disk
from tests.telegraf.fastnetmon.caller import BAN, UNBAN, Caller, arrived

NOBODY = "http://127.0.0.1:9"  # the port of `discard`, at which nothing listens


def ban(last: int) -> tuple[str, str, str, str]:
    return (f"203.0.113.{last}", "incoming", "3559", "ban")


def spooled(caller: Caller) -> list[tuple[str, str]]:
    """Address and action of what waits, in order."""
    found = [json.loads((caller.spool / name).read_bytes()) for name in caller.waiting()]
    return [(one["ip"], one["action"]) for one in found]


def test_it_is_its_owner_s_alone_whatever_the_umask(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY)
    before = os.umask(0)
    try:
        caller.call(*BAN)
    finally:
        os.umask(before)

    assert caller.spool.stat().st_mode & 0o777 == 0o700
    modes = {path.stat().st_mode & 0o777 for path in [*caller.spool.iterdir(), tmp_path / "log"]}
    assert modes == {0o600}


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720])
def test_a_folder_that_others_write_into_is_not_used_and_the_event_goes_all_the_same(
    mode: int, tmp_path: Path
) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        caller.spool.mkdir()
        caller.spool.chmod(mode)

        assert caller.call(*BAN) == 0

    assert list(caller.spool.iterdir()) == []
    assert len(receiver.got) == 1
    assert "not this user's alone" in caller.log()


def test_a_full_one_loses_details_first_and_then_the_oldest(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY, settings={"spool_events": "3"})
    for one in (ban(1), (*ban(2)[:3], "attack_details"), ban(3), ban(4)):
        caller.call(*one)
    assert spooled(caller) == [(f"203.0.113.{n}", "ban") for n in (1, 3, 4)]

    caller.call(*ban(5))

    assert [address for address, _ in spooled(caller)] == [f"203.0.113.{n}" for n in (3, 4, 5)]
    assert caller.log().count("the spool is full") == 2


def test_it_is_bounded_in_bytes_too(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY, settings={"spool_mb": "1"})
    caller.spool.mkdir(mode=0o700)
    for last in range(1, 41):
        event = {"ip": f"203.0.113.{last}", "action": "ban", "report": "x" * 30_000}
        name = f"{last:020d}-ban-msg_{last:024x}.json"
        (caller.spool / name).write_text(json.dumps(event))

    assert caller.call(*ban(77), stdin=b"x" * 200_000) == 1

    sizes = [path.stat().st_size for path in caller.spool.glob("*.json")]
    assert 900_000 < sum(sizes) <= 1_000_000
    assert spooled(caller)[0] != ("203.0.113.1", "ban")
    assert spooled(caller)[-2:] == [("203.0.113.40", "ban"), ("203.0.113.77", "ban")]


@pytest.mark.parametrize("moment", ["before", "in the middle"])
def test_a_call_that_is_killed_leaves_its_event_to_the_next_one(
    moment: str, tmp_path: Path
) -> None:
    with receiving(hang) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        with caller.begin(BAN) as process:
            assert process.stdin is not None
            process.stdin.close()
            receiver.await_one()
            process.send_signal(signal.SIGKILL)
        if moment == "before":
            caller.call(*ban(7), url=NOBODY)
        receiver.answer = GOOD

        assert caller.call(*UNBAN) == 0

    events = [arrived(one) for one in receiver.got]
    assert events[0].message_id == events[1].message_id, "netwb knows that it has it"
    last = [one.event.action for one in events if one.event][-1]
    assert last == "unban"
    assert caller.waiting() == []


def test_two_at_once_send_each_event_once(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        with ThreadPoolExecutor(8) as calls:
            done = list(calls.map(lambda last: caller.call(*ban(last)), range(1, 17)))

    assert set(done) == {0}
    assert len(receiver.ids()) == len(set(receiver.ids())) == 16
    assert caller.waiting() == []


def test_one_that_hangs_with_the_lock_is_waited_for_no_longer_than_it_may(tmp_path: Path) -> None:
    with receiving(hang) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"try_s": "60"})
        with caller.begin(BAN) as process:
            assert process.stdin is not None
            process.stdin.close()
            receiver.await_one()
            receiver.answer = GOOD

            assert caller.call(*ban(2)) == 0
            assert len(caller.waiting()) == 2, "the other one sends, as far as anybody knows"

            long_ago = caller.spool / ".sending.lock"
            os.utime(long_ago, (0, 0))
            assert caller.call(*ban(3)) == 0
            assert caller.waiting() == []
            process.kill()


def test_a_clock_that_was_put_back_does_not_change_the_order(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY)
    caller.call(*ban(1))
    (name,) = caller.waiting()
    ahead = f"{int(name[:20]) + 10**15:020d}{name[20:]}"
    (caller.spool / name).rename(caller.spool / ahead)

    caller.call(*ban(2))

    assert [address for address, _ in spooled(caller)] == ["203.0.113.1", "203.0.113.2"]


def test_what_a_dead_writer_left_is_cleared_and_strange_files_stay(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        caller.call(*BAN)
        half = caller.spool / f".{1:020d}-ban-msg_{'0' * 24}.json.new"
        own = caller.spool / "notes.txt"
        for path in (half, own):
            path.write_text('{"ip": "203')
            os.utime(path, (0, 0))

        assert caller.call(*UNBAN) == 0

    assert len(receiver.got) == 2
    assert (half.exists(), own.exists()) == (False, True)


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"{", b"[1]", b"x" * 70_000 + b"}"])
def test_a_file_that_is_no_event_goes_and_the_others_are_sent(
    content: bytes, tmp_path: Path
) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        caller.spool.mkdir(mode=0o700)
        (caller.spool / f"{1:020d}-ban-msg_{'0' * 24}.json").write_bytes(content)

        assert caller.call(*BAN) == 0

    assert caller.waiting() == []
    assert len(receiver.got) == 1
    assert "is no event and goes" in caller.log()


def test_a_link_and_a_pipe_in_it_are_not_followed(tmp_path: Path) -> None:
    with receiving() as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        caller.spool.mkdir(mode=0o700)
        secret = tmp_path / "secret"
        secret.write_text('{"ip": "secret"}')
        (caller.spool / f"{1:020d}-ban-msg_{'0' * 24}.json").symlink_to(secret)
        os.mkfifo(caller.spool / f"{2:020d}-ban-msg_{'1' * 24}.json")

        assert caller.call(*BAN) == 0

    assert len(receiver.got) == 1
    assert b"secret" not in receiver.got[0][1]
    assert caller.waiting() == []
    assert secret.exists()


@pytest.mark.real
def test_on_a_full_disk_the_event_is_sent_from_memory(tmp_path: Path) -> None:
    with receiving(status(503)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url, settings={"retry_s": "30"})
        caller.spool.mkdir(mode=0o700)
        with small_disk(caller.spool):
            fill(caller.spool / "full")
            receiver.answer = GOOD

            assert caller.call(*BAN) == 0

            assert [path.name for path in caller.spool.glob(".*.new")] == []
    assert len(receiver.got) == 1
    assert "No space left" in caller.log()


@pytest.mark.real
def test_on_a_full_disk_while_netwb_is_away_the_loss_is_told(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY, settings={"retry_s": "1"})
    caller.spool.mkdir(mode=0o700)
    with small_disk(caller.spool, read_only=True):
        assert caller.call(*BAN) == 1

    assert "is lost" in caller.log()


@pytest.mark.real
def test_what_cannot_be_taken_out_of_it_is_sent_once_a_call(tmp_path: Path) -> None:
    require_real("files that nobody may unlink (root)", os.geteuid() == 0)
    with receiving(status(503)) as receiver:
        caller = Caller(home=tmp_path, url=receiver.url)
        caller.call(*BAN)
        (name,) = caller.waiting()
        receiver.answer = GOOD
        path = caller.spool / name
        # A mount on a file is busy: it can be read, and not be unlinked.
        subprocess.run(["mount", "--bind", path, path], check=True)
        try:
            receiver.got.clear()

            assert caller.call("--drain") == 0
        finally:
            subprocess.run(["umount", path], check=True)

    assert len(receiver.got) == 1
    assert caller.waiting() == [name]


def test_a_process_of_another_user_finds_the_spool_closed(tmp_path: Path) -> None:
    caller = Caller(home=tmp_path, url=NOBODY)
    caller.call(*BAN)
    tmp_path.chmod(0o755)

    if os.geteuid() == 0:
        found = subprocess.run(
            ["ls", caller.spool], user=65534, capture_output=True, check=False, text=True
        )
        assert "Permission denied" in found.stderr
