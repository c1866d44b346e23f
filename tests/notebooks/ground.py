"""The demo that the notebooks of this folder's tests run on: of one day, one seed, built once.

Its commits and devices have ids of their own each time, as in any home; all else is the same each
time, so that what a notebook shows can be compared with what it has stored. The kernel's clock
shows that same day.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from netwb.cli.demo.playing import played
from netwb.cli.demo.state import new_state
from netwb.lab.size import DEVICES
from netwb.loading import share

NOTEBOOKS = share() / "notebooks"
DRILL = "50-blackhole-drill.ipynb"  # has a ground of its own: test_drill.py
SANITIZED = Path(__file__).with_name("sanitized.cfg")
# nbval alone of the plugins that are installed: each takes a process a second to import.
WITHOUT = ("schemathesis", "hypothesispytest", "anyio", "xdist", "xdist.looponfail", "pytest_cov")
NBVAL = (
    *("--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider"),
    *(word for name in WITHOUT for word in ("-p", f"no:{name}")),
)
NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)  # a Thursday
SEED = "notebooks"
PASSWORD = "Lab-Of-The-Notebooks-77"
LATER = timedelta(minutes=5)  # that it was built, when the notebooks run
CLOCK = """\
# The kernel's clock stands in the day of the demo that the tests of the notebooks have built.
from datetime import datetime

from netwb import Workbench

_at = datetime.fromisoformat({now!r})
Workbench.open.__func__.__kwdefaults__["clock"] = lambda: _at
"""


def clock_of_the_day() -> datetime:
    """Goes on from there, as the demo's own does."""
    return NOW + timedelta(seconds=monotonic() - _BEGAN)


_BEGAN = monotonic()


@contextmanager
def demo(home: Path, *, devices: int = DEVICES) -> Iterator[None]:
    """Built, its network answering while the context lasts."""
    home.mkdir(mode=0o700)
    state = replace(
        new_state(NOW, devices=devices), seed=SEED, login=PASSWORD, enable=PASSWORD, jump=PASSWORD
    )
    with played(home, state, clock=clock_of_the_day) as (bench, _):
        bench.close()
        yield


def kernel_environment(home: Path, folder: Path) -> dict[str, str]:
    """A kernel's own folder of settings, in which its clock is set, and the home."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-clock.py").write_text(CLOCK.format(now=(NOW + LATER).isoformat()))
    known = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}
    return {**known, "NETWB_HOME": str(home), "IPYTHONDIR": str(folder / "ipython")}


if (
    __name__ == "__main__"
):  # HOME DEVICES: build it and end, for who cannot have its loops in one's own
    with demo(Path(sys.argv[1]), devices=int(sys.argv[2])):
        pass
