"""A process that writes, for tests that need a second one: `writing_child HOME HOSTNAME...`.

With NETWB_KILL_AT=N it kills itself and its Git children at the N-th call of a function of the
archive or the store; with NETWB_COUNT it prints how many calls there were.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import FrameType

from netwb.settings import ArchiveSettings
from tests.archive.world import World, device, entry

NIGHTS = 3
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


def main(home: Path, names: list[str]) -> None:
    kill_at = os.environ.get("NETWB_KILL_AT")
    world = World(home, settings=replace(ArchiveSettings(), lock_timeout_s=20))
    watch = Watch(int(kill_at) if kill_at else None)
    if kill_at or "NETWB_COUNT" in os.environ:
        sys.setprofile(watch)
    write_nights(world, names)
    sys.setprofile(None)
    if "NETWB_COUNT" in os.environ:
        sys.stdout.write(f"{watch.calls}\n")
    world.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
