"""One writer at a time; nobody waits for ever, and nobody's texts are lost."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from netwb.archive.lock import writer_lock
from netwb.archive.writer import Archive
from netwb.errors import ArchiveBusyError, ArchiveError
from netwb.settings import ArchiveSettings
from tests.archive.world import NOON, Clock, World, commit_by_hand, device, entry


def test_a_repository_in_use_is_busy_and_its_holder_named(world: World) -> None:
    edge = device("edge1")
    with (
        writer_lock(world.home / "archive" / "acme.lock", timeout_s=0),
        pytest.raises(ArchiveBusyError, match=rf"process {os.getpid()};.*try again"),
    ):
        world.store(edge, "a\n")

    assert world.store(edge, "a\n")


def test_the_lock_lasts_as_long_as_a_child_that_inherited_it(tmp_path: Path) -> None:
    path = tmp_path / "acme.lock"
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; print('up', flush=True); sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(descriptor := os.open(path, os.O_RDWR | os.O_CREAT),),
    )
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.close(descriptor)

    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        with pytest.raises(ArchiveBusyError), writer_lock(path, timeout_s=0.05):
            pass
        child.communicate()

    with writer_lock(path, timeout_s=0) as held:
        assert not held.after_a_crash


def test_a_writer_that_failed_is_known_to_the_next(tmp_path: Path) -> None:
    path = tmp_path / "acme.lock"
    with pytest.raises(RuntimeError), writer_lock(path, timeout_s=0):
        raise RuntimeError

    with writer_lock(path, timeout_s=0) as second:
        assert second.after_a_crash
    with writer_lock(path, timeout_s=0) as third:
        assert not third.after_a_crash


def test_a_lock_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(ArchiveError, match=r"acme\.lock"),
        writer_lock(tmp_path / "gone" / "acme.lock", timeout_s=0),
    ):
        pass


def test_two_processes_that_write_at_once_lose_nothing(home: Path) -> None:
    world = World(home)
    names = [[f"a{n}" for n in range(6)], [f"b{n}" for n in range(6)]]
    children = [
        subprocess.Popen([sys.executable, "-m", "tests.archive.writing_child", str(home), *mine])
        for mine in names
    ]

    assert [child.wait() for child in children] == [0, 0]

    for name in (*names[0], *names[1]):
        assert world.latest(device(name)) == f"hostname {name}\nnight 2\n".encode()
        assert len(world.revisions(device(name))) == 3
    assert world.git("rev-list", "--count", "main").strip() == "36"
    world.close()


def test_threads_of_one_process_write_and_read_at_once(home: Path) -> None:
    world = World(home, settings=replace(ArchiveSettings(), lock_timeout_s=20))
    failed: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for night in range(4):
                world.archive.write([entry(device(name), f"hostname {name}\nnight {night}\n")])
                assert world.latest(device(name)).endswith(b"night %d\n" % night)
        except BaseException as error:  # noqa: BLE001 - carried to the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=work, args=(f"sw{n}",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert world.git("rev-list", "--count", "main").strip() == "12"
    world.close()


class Meddler(Clock):
    """A clock at whose second reading somebody moves `main`: after planning began, before the swap."""

    def __init__(self, world: World, times: int) -> None:
        super().__init__()
        self.world = world
        self.left = times
        self.reads = 0

    def __call__(self) -> datetime:
        self.reads += 1
        if self.reads >= 2 and self.left:
            self.left -= 1
            commit_by_hand(self.world, "fra1/edge1.cfg", b"by hand %d\n" % self.left)
        return super().__call__()


def meddled(world: World, times: int) -> Archive:
    return Archive(
        folder=world.home / "archive",
        database=world.database,
        keyring=world.keyring,
        clock=Meddler(world, times),
        settings=world.settings,
        audit_head=lambda: "",
        platforms={},
    )


def test_a_batch_is_planned_anew_when_somebody_moved_main(world: World) -> None:
    edge = device("edge1")
    world.store(edge, "a\n")

    (written,) = meddled(world, 1).write([entry(edge, "b\n", author="ben")])

    assert world.revisions(edge)[0].id == written.revision
    assert [r.author for r in world.revisions(edge)] == ["ben", "Eve", "ana"]
    assert world.latest(edge) == b"b\n"
    assert world.git("for-each-ref", "refs/netwb") == ""


def test_somebody_who_moves_main_again_and_again_is_given_way_to(world: World) -> None:
    edge = device("edge1")
    world.store(edge, "a\n")

    with pytest.raises(ArchiveBusyError, match="somebody else"):
        meddled(world, 9).write([entry(edge, "b\n")])

    assert world.store(edge, "b\n", at=NOON + timedelta(hours=1))
