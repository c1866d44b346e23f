"""The notebooks, run cell by cell on one fresh demo home and compared with what they have stored.

In the order of their numbers by nbval, in one process, but each in a kernel and a folder of its own;
the kernel's clock shows the demo's day. `python -m tests.notebooks.store` stores anew what a change of
netwb makes them show.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.notebooks.ground import (
    DRILL,
    NBVAL,
    NOTEBOOKS,
    SANITIZED,
    demo,
    kernel_environment,
)

LONG_S = 600
NAMES = sorted(one.name for one in NOTEBOOKS.glob("*.ipynb") if one.name != DRILL)


@dataclass(frozen=True)
class Compared:
    """What nbval said: of each notebook how many cells it ran, and how what is not as stored differs."""

    said: str
    cells: Mapping[str, int]
    faults: Mapping[str, list[str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo") / "home"
    with demo(folder):
        yield folder


@pytest.fixture(scope="module")
def compared(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    folder = tmp_path_factory.mktemp("run")
    copies = [folder / Path(name).stem / name for name in NAMES]
    for copy in copies:
        copy.parent.mkdir()
        copy.write_bytes((NOTEBOOKS / copy.name).read_bytes())
    report = folder / "report.xml"
    own = ["-c", os.devnull, "--rootdir", str(folder), "--nbval-sanitize-with", str(SANITIZED)]
    written = [f"--junitxml={report}", "-o", "junit_family=xunit1"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *NBVAL, *own, *written, *map(str, copies)],
        capture_output=True,
        text=True,
        timeout=LONG_S,
        check=False,
        env=kernel_environment(home, folder),
    )
    assert report.exists(), ran.stdout + ran.stderr
    return _read(report, ran.stdout)


def _read(report: Path, said: str) -> Compared:
    cells = dict.fromkeys(NAMES, 0)
    faults: dict[str, list[str]] = {name: [] for name in NAMES}
    for case in ET.parse(report).iter("testcase"):
        name = Path(case.get("file", "")).name
        cells[name] += 1
        faults[name] += [one.text or one.get("message") or one.tag for one in case]
    return Compared(said, cells, faults)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_what_it_has_stored(name: str, compared: Compared) -> None:
    assert compared.cells[name], compared.said
    assert not compared.faults[name], "\n".join(compared.faults[name])
