"""Upkeep makes repositories small and quick, never in a writer's way, and can be killed at any time."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from netwb.archive.child import GitChildren
from netwb.archive.lock import is_awaited, writer_lock
from netwb.archive.upkeep import RepositoryUpkeep, Rhythm, Upkeep
from netwb.errors import ArchiveBusyError, ArchiveError
from netwb.inventory.records import Device
from tests.archive.world import World, contents, device
from tests.conftest import FULL

NIGHTS = 12
POINTS = 50 if FULL else 5
EDGE = device("edge1")
RHYTHMS: tuple[Rhythm, ...] = ("weekly", "monthly")


def text(night: int) -> str:
    lines = "".join(f"interface Gi0/{n}\n description port {n * 7919}\n" for n in range(200))
    return f"hostname edge1\n{lines}ntp server 192.0.2.{night}\n"


@pytest.fixture
def nights(world: World) -> list[str]:
    """Commits of a device's nights, oldest first."""
    return [world.store(EDGE, text(night)) for night in range(NIGHTS)]


def upkeep(world: World, pause: Callable[[float], None] = lambda _: None) -> Upkeep:
    return Upkeep(world.home / "archive", pause=pause)


def packs(world: World) -> int:
    return len(list((world.home / "archive/acme.git/objects/pack").glob("*.pack")))


def assert_whole(world: World, of: Device, count: int) -> None:
    assert world.git("fsck", "--strict", "--no-dangling") == ""
    assert [world.latest(of, f"latest~{n}") for n in range(count)] == [
        text(night).encode() for night in reversed(range(count))
    ]


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_upkeep_leaves_every_revision_in_fewer_and_smaller_packs(
    world: World, nights: list[str], rhythm: Rhythm
) -> None:
    before = packs(world)

    (kept,) = upkeep(world).keep(rhythm, ["acme", "bolt"])

    assert (kept.tenant, kept.status, kept.cause) == ("acme", "done", "")
    assert kept.bytes_after < kept.bytes_before
    assert before == NIGHTS
    assert packs(world) == 1
    assert_whole(world, EDGE, NIGHTS)
    assert world.git("rev-list", "main").split() == nights[::-1]


@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_the_graph_knows_which_paths_each_commit_changed(
    world: World, nights: list[str], rhythm: Rhythm
) -> None:
    upkeep(world).keep(rhythm, ["acme"])

    graphs = list((world.home / "archive/acme.git/objects/info/commit-graphs").glob("*.graph"))
    assert len(graphs) == 1
    assert b"BIDX" in graphs[0].read_bytes()
    assert world.git("log", "--format=%H", "main", "--", "fra1/edge1.cfg").split() == nights[::-1]


def test_weeks_and_months_follow_each_other(world: World) -> None:
    for night in range(NIGHTS):
        world.store(EDGE, text(night))
        (kept,) = upkeep(world).keep(RHYTHMS[night % 2], ["acme"])
        assert kept.status == "done", kept

    assert_whole(world, EDGE, NIGHTS)
    assert packs(world) == 1


@pytest.mark.usefixtures("nights")
def test_a_repository_that_is_written_is_left_alone_and_come_back_to(world: World) -> None:
    pauses: list[float] = []
    with ExitStack() as writer:
        writer.enter_context(writer_lock(world.home / "archive/acme.lock", timeout_s=0))

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                writer.close()

        (kept,) = upkeep(world, pause).keep("weekly", ["acme"])

    assert kept.status == "done"
    assert len(pauses) == 2


def test_one_that_is_written_all_the_time_is_busy_and_whole(
    world: World, nights: list[str]
) -> None:
    with writer_lock(world.home / "archive/acme.lock", timeout_s=0):
        (kept,) = upkeep(world).keep("weekly", ["acme"])

    assert kept.status == "busy"
    assert str(os.getpid()) in kept.cause
    assert packs(world) == len(nights)


def test_a_writer_that_waits_is_seen_and_one_that_gave_up_is_not(world: World) -> None:
    lock = world.home / "archive/acme.lock"
    seen = []

    def wait() -> None:
        with pytest.raises(ArchiveBusyError), writer_lock(lock, timeout_s=0.5):
            pass

    with writer_lock(lock, timeout_s=0):
        waiter = threading.Thread(target=wait)
        waiter.start()
        while waiter.is_alive():
            seen.append(is_awaited(lock))
        waiter.join()
        assert True in seen
        assert not is_awaited(lock)


def slow_git(folder: Path, marker: Path) -> str:
    """A PATH whose git, told to repack, says so and then takes an hour."""
    real = shutil.which("git")
    script = folder / "git"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *repack*) : > {marker}; sleep 3600 & wait;; esac\nexec {real} "$@"\n'
    )
    script.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_a_backup_gets_its_turn_at_once(
    world: World,
    nights: list[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("slow")
    began = folder / "began"
    monkeypatch.setenv("PATH", slow_git(folder, began))
    ended: list[RepositoryUpkeep] = []
    written = threading.Event()
    patient = upkeep(world, lambda _: wait_for(written.is_set))
    rounds = threading.Thread(target=lambda: ended.extend(patient.keep("monthly", ["acme"])))

    rounds.start()
    wait_for(began.exists)
    monkeypatch.setenv("PATH", os.environ["PATH"].partition(":")[2])
    began_at = time.monotonic()
    with writer_lock(world.home / "archive/acme.lock", timeout_s=30):
        waited_s = time.monotonic() - began_at
    written.set()
    rounds.join(30)

    assert waited_s < 20
    assert [kept.status for kept in ended] == ["done"]
    assert_whole(world, EDGE, len(nights))


def wait_for(seen: Callable[[], bool], limit_s: float = 30) -> None:
    until = time.monotonic() + limit_s
    while not seen():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)


@pytest.mark.usefixtures("nights")
def test_a_long_command_ends_with_the_process_that_began_it(
    world: World, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("slow")
    began = folder / "began"
    environment = {**os.environ, "PATH": slow_git(folder, began)}
    child = start_child(world.home, "monthly", environment)
    wait_for(began.exists)

    child.kill()
    child.wait()

    with writer_lock(world.home / "archive/acme.lock", timeout_s=10) as held:
        assert held.after_a_crash


def start_child(home: Path, rhythm: Rhythm, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.archive.upkeep_child", str(home), rhythm],
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == b"up\n"
    return child


@pytest.mark.parametrize("point", range(POINTS))
@pytest.mark.usefixtures("nights")
def test_upkeep_killed_at_any_moment_stops_no_writer_and_loses_nothing(
    world: World, dice: random.Random, point: int
) -> None:
    for _ in range(point):
        dice.random()  # another moment for each point
    child = start_child(world.home, RHYTHMS[point % 2], {**os.environ})
    time.sleep(dice.random() * 0.4)  # the moment is the subject: nothing can be awaited

    child.send_signal(signal.SIGKILL)
    child.wait()
    world.close()
    after = World(world.home)
    after.settings = world.settings
    wait_for(lambda: not is_held(world.home / "archive/acme.lock"))
    after.store(EDGE, text(NIGHTS))

    assert_whole(after, EDGE, NIGHTS + 1)
    left = [*(world.home / "archive/acme.git").rglob("*.lock")]
    left += (world.home / "archive/acme.git/objects").rglob("*tmp*")
    assert left == []
    before = contents(after)
    (kept,) = upkeep(after).keep("monthly", ["acme"])
    assert kept.status == "done"
    assert contents(after) == before
    after.close()


def is_held(lock: Path) -> bool:
    before = lock.read_bytes()
    try:
        with writer_lock(lock, timeout_s=0):
            return False
    except ArchiveBusyError:
        return True
    finally:
        lock.write_bytes(before)  # as the killed one left it


@pytest.mark.usefixtures("nights")
def test_a_damaged_repository_fails_alone(world: World) -> None:
    world.store(device("pe1", tenant="bolt"), text(0))
    for pack in (world.home / "archive/acme.git/objects/pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(b"nothing")

    acme, bolt = sorted(upkeep(world).keep("weekly", ["acme", "bolt"]), key=lambda k: k.tenant)

    assert acme.status == "failed"
    assert "acme.git" in acme.cause
    assert bolt.status == "done"


@pytest.mark.real
@pytest.mark.parametrize("rhythm", RHYTHMS)
def test_upkeep_without_room_changes_nothing(
    tmp_path: Path, small_folder: Path, rhythm: Rhythm
) -> None:
    made = World(tmp_path)
    for night in range(NIGHTS):
        made.store(EDGE, text(night))
    made.close()
    copy = shutil.copytree(tmp_path / "archive/acme.git", small_folder / "acme.git")
    room = shutil.disk_usage(small_folder).free
    (small_folder / "other").write_bytes(bytes(room - 20_000))
    before = sorted(path.name for path in (copy / "objects/pack").iterdir())

    (kept,) = Upkeep(small_folder).keep(rhythm, ["acme"])

    assert kept.status == "failed"
    assert "make room on the disk" in kept.cause
    assert sorted(path.name for path in (copy / "objects/pack").iterdir()) == before


@pytest.mark.usefixtures("nights")
def test_a_command_that_git_refuses_is_one_sentence(world: World) -> None:
    children = GitChildren(world.home / "archive/acme.git")

    with pytest.raises(ArchiveError, match=r"acme\.git"):
        children.leashed("repack", "--no-such-option", let_go=lambda: False)
