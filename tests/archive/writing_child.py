"""A process that writes, for tests that need a second one: `writing_child HOME HOSTNAME...`.

`work` does the same in a process that is forked from one that is ready, and may let it kill itself.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from netwb.settings import ArchiveSettings
from tests.archive.world import World, device, entry
from tests.forked import forking

NIGHTS = 3
WAIT_S = 120
WATCHED = ("/netwb/archive/", "/netwb/store/", "/subprocess.py", "/git/cmd.py")


class Watch:
    """Counts calls, and ends everything at one of them."""

    def __init__(self, kill_at: int | None, *, watched: tuple[str, ...] = WATCHED) -> None:
        self.calls = 0
        self.kill_at = kill_at
        self.watched = watched

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event in {"call", "return"} and any(w in frame.f_code.co_filename for w in self.watched):
            self.calls += 1
            if self.calls == self.kill_at:
                os.killpg(0, signal.SIGKILL)


def write_nights(world: World, names: list[str]) -> None:
    for night in range(NIGHTS):
        entries = [
            entry(device(name), f"hostname {name}\nnight {night}\n", note=f"night {night}")
            for name in names
        ]
        world.archive.write(entries)


def work(home: Path, names: list[str], *, kill_at: int | None = None) -> tuple[int | None, int]:
    """How it ended, -9 where it killed itself and its Git children, and how many calls it had.

    kill_at   the number of a call of a function of the archive or the store
    """
    context = forking()
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, home, names, kill_at))
    process.start()
    theirs.close()
    try:
        calls = ours.recv() if ours.poll(WAIT_S) else 0
    except EOFError:
        calls = 0
    process.join(WAIT_S)
    return process.exitcode, calls


def _work(answers: Any, home: Path, names: list[str], kill_at: int | None) -> None:
    os.setsid()
    world, watch = _opened(home), Watch(kill_at)
    sys.setprofile(watch)
    write_nights(world, names)
    sys.setprofile(None)
    world.close()
    answers.send(watch.calls)


def _opened(home: Path) -> World:
    return World(home, settings=replace(ArchiveSettings(), lock_timeout_s=20))


def main(home: Path, names: list[str]) -> None:
    world = _opened(home)
    write_nights(world, names)
    world.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
