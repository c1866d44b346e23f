"""The notebooks, run cell by cell as they stand in the folder, and compared with what they show there.

Each runs offline on a home of its own with simulated routers behind it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from netwb.access.records import NewUser
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.loading import share
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.lab_homes import lab_devices, lab_home
from tests.notebooks.ground import NBVAL

NOTEBOOKS = share() / "notebooks"
LONG_S = 300
PASSWORD = "Long-Enough-For-Nobody-77"


def compared(notebook: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """By nbval, in a process and a folder without the project's own settings of pytest."""
    folder.mkdir()
    (folder / notebook).write_bytes((NOTEBOOKS / notebook).read_bytes())
    own = ("-c", os.devnull, "--rootdir", str(folder))
    return subprocess.run(
        [sys.executable, "-m", "pytest", *NBVAL, *own, str(folder / notebook)],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
        env={**os.environ, "NETWB_HOME": str(home), "IPYTHONDIR": str(folder / "ipython")},
    )


@contextmanager
def drill_ground(home: Path) -> Iterator[Workbench]:
    """As in the demo: a trigger, an edge that hears it, people, and who ends blackholes."""
    world = World(lab_devices(3), seed="drill", first_night=datetime(2026, 11, 1, 2, tzinfo=UTC))
    with Fleet(world) as fleet:
        lab_home(home, fleet)
        with closing(Workbench.open(home, environment={"PASSWORD": "unused"})) as bench:
            for name, role in (("ada", Role.ADMIN), ("ben", Role.OPERATOR)):
                bench.add_user(NewUser(name=name, role=role, tenants=None, password=PASSWORD))
            bench.add_prefix("acme", "203.0.113.48/28", mode="approve")
            bench.add_trigger("acme/r3")
            bench.add_edge("acme/r1")
            worker = bench.blackhole_worker()
            worker.start()
            try:
                yield bench
            finally:
                worker.stop()


def test_the_drill_shows_what_it_says(tmp_path: Path) -> None:
    with drill_ground(tmp_path / "home") as bench:
        ran = compared("50-blackhole-drill.ipynb", tmp_path / "run", tmp_path / "home")

        assert ran.returncode == 0, ran.stdout
        (one,) = bench.blackholes()
        assert one.state == "withdrawn"
        stood = {on.router.hostname: on.state for on in one.routers}
        assert stood["r3"] == "withdrawn"
