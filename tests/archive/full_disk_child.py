"""A process whose archive lies on a disk that is full: `full_disk_child HOME`, in a mount namespace.

Prints the sentence that the writer gave, then makes room and writes again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from netwb.errors import ArchiveError
from tests.archive.world import World, device, entry

EDGE = device("edge1")


def mount(folder: Path, *, size: str, how: str = "") -> None:
    options = f"{how}size={size},mode=700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)


def main(home: Path) -> None:
    world = World(home)
    mount(home / "archive", size="300k")
    world.store(EDGE, "small\n")
    before = world.git("rev-parse", "main")
    try:
        world.archive.write(
            [
                entry(
                    EDGE,
                    b"".join(
                        b"%d %b\n" % (n, os.urandom(30).hex().encode()) for n in range(20_000)
                    ),
                )
            ]
        )
    except ArchiveError as error:
        sys.stdout.write(f"{type(error).__name__}: {error}\n")
    assert world.git("rev-parse", "main") == before
    assert [r.number for r in world.revisions(EDGE)] == [1]
    mount(home / "archive", size="20m", how="remount,")
    world.store(EDGE, "small\nagain\n")
    assert world.latest(EDGE) == b"small\nagain\n"
    assert world.git("fsck", "--strict", "--no-dangling") == ""
    world.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
