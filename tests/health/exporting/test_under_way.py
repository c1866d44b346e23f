"""An export while netwb goes on is one moment: what it has is whole, what came later is not in it."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from netwb.health.exporting.writing import write_export
from netwb.lab.edits import Edit
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.roles import ALL_TENANTS
from netwb.store.models import CurrentRow, IndexedRow, RevisionRow
from netwb.workbench import Workbench
from tests.benches import Rig, ios
from tests.conftest import FULL
from tests.health.exporting.conftest import (
    ENVIRONMENT,
    PASSPHRASE,
    QUICK,
    SOURCE,
    answers,
    quiet,
)
from tests.lab_homes import lab_devices, lab_home

Opens = Callable[..., Workbench]
NIGHTS = 12 if FULL else 4
FIRST_NIGHT = datetime(2026, 9, 1, 2, tzinfo=UTC)
FAST = "[collect]\nlogins_per_s = 500.0\nper_site = 50\n[archive]\nbatch_devices = 2\n"


def imported(file: Path, home: Path) -> None:
    Workbench.import_export(
        file, passphrase=SOURCE, home=home, store="home", environment=ENVIRONMENT, told=quiet
    )


def is_whole(bench: Workbench) -> None:
    """Each revision has its secrets; the index is what Git gives; nothing is missing in Git."""
    found = answers(bench)
    for device in bench.devices():
        bench._parts.archive.recover({device.tenant_id: device.tenant})
        bench._parts.archive.rebuild(device.tenant_id, device.tenant)
    again = answers(bench)
    assert {question: again[question] for question in found} == found
    assert bench.verify_audit().problems == ()
    for repository in (bench.home / "archive").glob("*.git"):
        fsck = ["git", "-C", str(repository), "fsck", "--strict", "--no-dangling"]
        assert subprocess.check_output(fsck, stderr=subprocess.STDOUT) == b""


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    devices = lab_devices(6)
    edits = [
        Edit(
            key=device.key,
            night=night,
            at=FIRST_NIGHT.replace(hour=1),
            by="ana",
            kind="rotate_snmp",
            seed=f"{device.key}{night}",
        )
        for device in devices
        if device.platform != "frr"
        for night in range(1, NIGHTS + 1)
    ]
    with Fleet(World(devices, edits, seed="export", first_night=FIRST_NIGHT)) as made:
        yield made


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def store(request: pytest.FixtureRequest) -> str:
    """Settings of the database."""
    if request.param == "sqlite":
        return ""
    return f'[store]\nurl = "{request.getfixturevalue("postgresql").new_database()}"\n'


def test_exports_of_a_netwb_that_backs_up_all_the_while_are_whole(
    tmp_path: Path, fleet: Fleet, opened: Opens, store: str
) -> None:
    lab_home(tmp_path / "old", fleet, settings=FAST + store)
    bench = opened(tmp_path / "old")
    bench.back_up(on_outcome=lambda _: None)
    files: list[Path] = []
    ended = threading.Event()

    def nights() -> None:
        for night in range(1, NIGHTS + 1):
            fleet.set_night(night)
            bench.back_up(on_outcome=lambda _: None)
        ended.set()

    work = threading.Thread(target=nights)
    work.start()
    while not ended.is_set() or not files:
        file = tmp_path / f"{len(files)}.netwb"
        write_export(bench._sources(), file, PASSPHRASE, costs=QUICK)
        files.append(file)
    work.join()

    whole = {d.hostname: list(bench.history(d.hostname, limit=99)) for d in bench.devices()}
    for number in {0, len(files) // 2, len(files) - 1}:
        imported(files[number], tmp_path / f"new{number}")
        copy = opened(tmp_path / f"new{number}")
        for hostname, history in whole.items():
            mine = list(copy.history(hostname, limit=99))
            assert mine == history[len(history) - len(mine) :]
            assert mine != []
        is_whole(copy)


def test_commits_that_come_after_the_moment_are_left_out(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    before = answers(full.bench)
    seen: list[str] = []

    def told(what: str, _share: float) -> None:
        """A night falls while the first repository is written; the second one then has more."""
        if not seen:
            seen.append(what)
            for name in ("edge1", "edge2"):
                full.answer(f"acme/{name}", ios(name, ntp="198.51.100.1"))
            full.answer("umbra/core1", ios("core1", ntp="198.51.100.1", community="New1Secret"))
            full.back_up()

    write_export(full.bench._sources(), tmp_path / "all.netwb", PASSPHRASE, told=told, costs=QUICK)
    imported(tmp_path / "all.netwb", tmp_path / "new")

    copy = opened(tmp_path / "new")
    assert seen == ["archive of acme"]
    assert len(full.bench.history("umbra/core1")) == 4
    after = answers(copy)
    assert {question: after[question] for question in before} == before
    is_whole(copy)


def test_commits_that_the_index_has_not_taken_in_yet_come_along(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    repository = full.bench.home / "archive" / "acme.git"
    git = ["git", "--git-dir", str(repository), "-c", "user.name=x", "-c", "user.email=x@x"]
    tree = subprocess.check_output([*git, "rev-parse", "main^{tree}"], text=True).strip()
    foreign = subprocess.check_output(
        [*git, "commit-tree", tree, "-p", "main", "-m", "by hand"], text=True
    ).strip()
    subprocess.run([*git, "update-ref", "refs/heads/main", foreign], check=True)

    write_export(full.bench._sources(), tmp_path / "all.netwb", PASSPHRASE, costs=QUICK)
    imported(tmp_path / "all.netwb", tmp_path / "new")

    copy = ["git", "--git-dir", str(tmp_path / "new/archive/acme.git"), "rev-parse", "main"]
    assert subprocess.check_output(copy, text=True).strip() == foreign
    is_whole(opened(tmp_path / "new"))


def test_commits_whose_rows_were_still_to_come_have_them_after_an_import(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    before = answers(full.bench)
    with full.bench._parts.database.writing(ALL_TENANTS) as session:  # as amid a run
        session.execute(delete(RevisionRow).where(RevisionRow.number > 1))
        session.execute(delete(CurrentRow))
        session.execute(update(IndexedRow).values(commit=""))

    write_export(full.bench._sources(), tmp_path / "all.netwb", PASSPHRASE, costs=QUICK)
    imported(tmp_path / "all.netwb", tmp_path / "new")

    after = answers(opened(tmp_path / "new"))
    assert {question: after[question] for question in before} == before


def test_a_held_text_that_is_lost_is_named_and_holds_nothing_up(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    (held,) = (full.bench.home / "quarantine").iterdir()
    held.unlink()

    done = full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)
    imported(tmp_path / "all.netwb", tmp_path / "new")

    assert (done.quarantine, done.missing) == (0, 1)
    assert len(opened(tmp_path / "new").history("acme/edge1")) == 3


def test_a_master_key_that_is_renewed_opens_what_was_exported(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    full.bench.renew_master_key()

    write_export(full.bench._sources(), tmp_path / "all.netwb", PASSPHRASE, costs=QUICK)
    imported(tmp_path / "all.netwb", tmp_path / "new")

    is_whole(opened(tmp_path / "new"))
