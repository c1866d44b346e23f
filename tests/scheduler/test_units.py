"""The systemd units that come with netwb: systemd takes them, and they let through what is needed only."""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from netwb.loading import share
from tests.real_components import require_real

PROGRAM = "/opt/netwb/bin/netwb"
UNITS = ("netwb-scheduler", "netwb-serve", "netwb-api", "netwb-poll")
STARTS = {
    "netwb-scheduler": f"{PROGRAM} scheduler",
    "netwb-serve": f"{PROGRAM} serve",
    "netwb-api": f"{PROGRAM} serve --api-only --port 5007",
    "netwb-poll": f"{PROGRAM} poll",
}
MOST_EXPOSED = 20  # in tenths, as systemd counts: 10.0 is no protection at all


def unit(name: str) -> Path:
    return share() / "scheduler" / f"{name}.service"


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("systemd-analyze")
    require_real("systemd-analyze", program is not None)
    assert program is not None
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.real
@pytest.mark.parametrize("name", UNITS)
def test_systemd_takes_the_unit_without_a_word(name: str, tmp_path: Path) -> None:
    here = tmp_path / f"{name}.service"  # where a program stands that is there
    here.write_text(unit(name).read_text().replace(PROGRAM, sys.executable))

    done = analyze("verify", "--man=no", str(here))

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.real
@pytest.mark.parametrize("name", UNITS)
def test_the_unit_is_as_shut_as_systemd_can_tell(name: str) -> None:
    done = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(unit(name)))

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", UNITS)
def test_the_unit_starts_what_it_is_for_and_waits_until_that_has_ended(name: str) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]  # configparser's own way
    parsed.read(unit(name))

    service = parsed["Service"]
    assert service["ExecStart"] == STARTS[name]
    assert service["Restart"] == "always"
    assert int(service["TimeoutStopSec"]) > (30 if name == "netwb-scheduler" else 5)
    assert service["UMask"] == "0077"
    assert "ProtectProc" not in service, "a lease's holder is looked for among all processes"
