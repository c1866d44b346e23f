"""`kill -9` of an export or an import at a random moment: the next one needs no hand."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from netwb.errors import HomeError
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.conftest import FULL
from tests.health.exporting.conftest import ENVIRONMENT, SOURCE, quiet
from tests.health.exporting.working_child import work

POINTS = 50 if FULL else 3
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.real)]


def test_a_killed_export_leaves_no_file_and_the_next_one_is_whole(
    old: Rig, tmp_path: Path, dice: random.Random
) -> None:
    home, file = old.bench.home, tmp_path / "all.netwb"
    calls = work("export", home, tmp_path / "counted.netwb", ENVIRONMENT).calls
    for _ in range(POINTS):
        moment = dice.randrange(1, calls * 49 // 50)

        killed = work("export", home, file, ENVIRONMENT, kill_at=moment)

        assert killed.status == -signal.SIGKILL, (moment, killed)
        if file.exists():  # it had its name, and nothing was left to do
            checked(file)
            file.unlink()
        assert work("export", home, file, ENVIRONMENT).said == "", moment
        checked(file)
        file.unlink()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["counted.netwb"], moment


def checked(file: Path) -> None:
    found = Workbench.check_export(file, passphrase=SOURCE, environment=ENVIRONMENT, told=quiet)
    assert (found.devices, found.quarantine) == (3, 1)


@pytest.fixture(params=KINDS)
def new_environment(request: pytest.FixtureRequest) -> Callable[[], dict[str, str]]:
    if request.param == "sqlite":
        return dict
    cluster = request.getfixturevalue("postgresql")
    return lambda: {"NETWB_STORE__URL": cluster.new_database()}


def test_a_killed_import_leaves_no_home_and_the_next_one_makes_it_whole(
    old: Rig,
    export: Path,
    tmp_path: Path,
    dice: random.Random,
    new_environment: Callable[[], dict[str, str]],
) -> None:
    expected = list(old.bench.history("acme/edge1"))
    counted = work("import", tmp_path / "counted", export, {**ENVIRONMENT, **new_environment()})
    assert counted.said == ""
    for point in range(POINTS):
        calls = counted.calls
        moment = calls - 3 * point - 3 if point < 2 else dice.randrange(1, calls * 49 // 50)
        home, environment = tmp_path / f"home{point}", {**ENVIRONMENT, **new_environment()}

        killed = work("import", home, export, environment, kill_at=moment)

        assert killed.status == -signal.SIGKILL, (moment, calls, killed)
        if not (home / "netwb.toml").exists():
            with pytest.raises(HomeError, match=r"netwb (init|import)`"):
                Workbench.open(home, environment=environment)
            assert work("import", home, export, environment).said == "", moment
        with closing(Workbench.open(home, environment=environment)) as bench:
            assert list(bench.history("acme/edge1")) == expected, moment
            assert bench.verify_audit().problems == (), moment
            assert bench.quarantined_text("acme/edge2").count(b"hostname edge2") == 1
