"""A tenant that was purged is nowhere: not in a table, not in a file of the home."""

from __future__ import annotations

import random
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from netwb.collect.replay import recorded
from netwb.errors import (
    InputError,
    NotPermittedError,
    RunUnderWayError,
    StoreUnavailableError,
    UnknownNameError,
)
from netwb.health import purging
from netwb.health.diagnosis import Diagnosis
from netwb.roles import Role
from netwb.workbench import Workbench
from tests.benches import Rig, ios, ios_text, rig
from tests.conftest import FULL
from tests.health.exporting.working_child import work
from tests.stores import EACH_STORE
from tests.workbench.people import add, admitted

POINTS = 50 if FULL else 5
WORDS = (b"orkan", b"Acme", b"wolke7", b"nebel9", b"zoe-of-it")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    """orkan goes; umbra stays. Each has a history and a text that waits."""
    with rig(
        tmp_path, {"orkan": ("wolke7", "nebel9"), "umbra": ("core1", "core2")}, past=two_nights
    ) as made:
        yield made


def two_nights(made: Rig) -> None:
    made.back_up(note="CHG1")
    made.clock.advance(days=1)
    for tenant, hostname in (("orkan", "wolke7"), ("umbra", "core1")):
        made.answer(f"{tenant}/{hostname}", ios(hostname, ntp="192.0.2.99"))
    for tenant, hostname in (("orkan", "nebel9"), ("umbra", "core2")):
        half = ios_text(hostname)[:300]
        made.answer(f"{tenant}/{hostname}", recorded(half, prompt=f"{hostname}#".encode()))
    made.back_up()
    add(made, "zoe-of-it", Role.ENGINEER, "orkan")
    add(made, "ben", Role.ENGINEER, "orkan", "umbra")
    add(made, "ada", Role.ADMIN)
    admitted(made, "zoe-of-it")
    made.bench.start_backup(note="of both")


def found_in(home: Path) -> list[str]:
    """Files of the home that tell of it, by their names or by what they hold."""
    hits = []
    for path in sorted(home.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if any(word in content or word.decode() in path.name for word in WORDS):
            hits.append(str(path.relative_to(home)))
    return hits


@EACH_STORE
def test_no_file_of_the_home_tells_of_it(made: Rig) -> None:
    ids = [d.id.encode() for d in made.devices.values() if d.tenant == "orkan"]
    assert "archive/orkan.git" in found_in(made.bench.home)

    made.bench.purge_tenant("orkan", reason="contract ended")

    assert found_in(made.bench.home) == []
    files = [path for path in made.bench.home.rglob("*") if path.is_file()]
    assert [id_ for id_ in ids for path in files if id_ in path.read_bytes()] == []


@EACH_STORE
def test_the_key_that_a_killed_push_left_goes_too(made: Rig) -> None:
    left = made.bench.home / "archive" / "orkan.ssh"
    left.mkdir(mode=0o700)
    (left / "key").write_text("a private key")

    made.bench.purge_tenant("orkan", reason="contract ended")

    assert found_in(made.bench.home) == []


@EACH_STORE
def test_others_are_as_they_were(made: Rig) -> None:
    before = {name: list(made.bench.history(name)) for name in ("umbra/core1", "umbra/core2")}
    held = made.bench.quarantined_text("umbra/core2")
    secret = made.bench.restore("umbra/core1", reason="compare")

    made.bench.purge_tenant("orkan", reason="contract ended")

    assert {name: list(made.bench.history(name)) for name in before} == before
    assert made.bench.quarantined_text("umbra/core2") == held
    assert made.bench.restore("umbra/core1", reason="compare") == secret
    assert [user.name for user in made.bench.users()] == ["ada", "ben"]
    assert made.outcome("umbra/core1", made.back_up()).status == "unchanged"


@EACH_STORE
def test_the_audit_keeps_that_it_was_and_stays_whole(made: Rig) -> None:
    tenant_id = made.bench.tenant("orkan").id
    witness = made.bench._parts.audit.head()

    made.bench.purge_tenant("orkan", reason="contract ended")

    event = made.bench.audit_events(limit=1, what="purge")[0]
    assert (event.target, event.detail["reason"]) == (tenant_id, "contract ended")
    assert event.detail["devices"] == 2
    assert made.bench._parts.audit.verify([witness]).problems == ()


def test_its_slug_is_free_and_its_id_is_not_used_again(made: Rig) -> None:
    old = made.bench.tenant("orkan").id

    made.bench.purge_tenant("orkan", reason="contract ended")

    with pytest.raises(UnknownNameError):
        made.bench.tenant("orkan")
    assert made.bench.add_tenant("orkan", name="Orkan").id != old


def test_a_plan_tells_what_goes_and_changes_nothing(made: Rig) -> None:
    planned = made.bench.plan_tenant_purge("orkan")

    assert planned is not None
    assert planned.rows["device"] == 2
    assert planned.rows["revision"] == 3
    assert planned.users == 1
    assert planned.files > 0
    assert made.bench.tenant("orkan").status == "active"
    assert made.bench.purge_tenant("orkan", reason="contract ended").rows == planned.rows  # type: ignore[union-attr]


def test_it_is_refused_while_a_run_has_its_devices(made: Rig) -> None:
    def purge_meanwhile(_target: object) -> None:
        with pytest.raises(RunUnderWayError, match="tenant orkan has devices in a backup run"):
            made.bench.purge_tenant("orkan", reason="contract ended")

    made.gatherer._between = purge_meanwhile
    made.back_up("orkan/wolke7")

    made.bench.purge_tenant("orkan", reason="contract ended")


@EACH_STORE
@pytest.mark.parametrize("step", ["_end_its_work", "_remove_files", "finish"])
def test_killed_in_the_middle_the_same_call_does_the_rest(
    made: Rig, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(purging.Purging, step, killed)
        with pytest.raises(KeyboardInterrupt):
            made.bench.purge_tenant("orkan", reason="contract ended")

    planned = made.bench.plan_tenant_purge("orkan")
    done = made.bench.purge_tenant("orkan", reason="contract ended")

    assert (planned is None) == (done is None) == (step == "finish")
    assert found_in(made.bench.home) == []
    assert made.bench.verify_audit().problems == ()


@pytest.mark.parametrize(
    ("step", "where"), [("_remove_files", "the home"), ("finish", "the file of the database")]
)
def test_the_doctor_tells_of_one_that_was_cut_off_and_how_to_end_it(
    made: Rig, step: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    assert purge_found(made).verdict == "ok"
    name = made.bench.tenant("orkan").id if step == "finish" else "orkan"
    with monkeypatch.context() as patch:
        patch.setattr(purging.Purging, step, killed)
        with pytest.raises(KeyboardInterrupt):
            made.bench.purge_tenant("orkan", reason="contract ended")

    found = purge_found(made)
    assert found.verdict == "wrong"
    assert found.said.startswith(f"the purge of tenant {name} was begun, and has not ended: ")
    assert found.said.endswith(f"can be read in {where}")
    assert found.cure == f"do the rest with `netwb tenant purge {name} --reason TEXT`"

    made.bench.purge_tenant(name, reason="contract ended")
    assert purge_found(made).verdict == "ok"
    assert found_in(made.bench.home) == []


def purge_found(made: Rig) -> Diagnosis:
    return next(one for one in made.bench.examine_opened() if one.check == "purge")


def test_killed_at_a_random_moment_the_same_command_does_the_rest(
    made: Rig, tmp_path: Path, dice: random.Random
) -> None:
    before = list(made.bench.history("umbra/core1"))
    tenant = Path("orkan")
    calls = work("purge", copied(made, tmp_path / "counted"), tenant, {}).calls
    for point in range(POINTS):
        home = copied(made, tmp_path / f"home{point}")
        moment = dice.randrange(1, calls * 49 // 50)

        killed = work("purge", home, tenant, {}, kill_at=moment)

        assert killed.status == -signal.SIGKILL, (moment, killed)
        with closing(Workbench.open(home, environment={})) as bench:
            if found_in(home) or (home / "purge.open").exists():
                bench.purge_tenant("orkan", reason="contract ended")
            assert found_in(home) == [], moment
            assert not (home / "purge.open").exists()
            assert list(bench.history("umbra/core1")) == before
            assert bench.verify_audit().problems == (), moment


def copied(made: Rig, home: Path) -> Path:
    shutil.copytree(made.bench.home, home)
    return home


def test_who_reads_the_database_meanwhile_holds_the_last_step_up(made: Rig) -> None:
    made.bench._parts.database._busy_timeout_s = 0.1
    with (
        made.bench._parts.database.snapshot(),
        pytest.raises(StoreUnavailableError, match=r"wait for it|is locked"),
    ):
        made.bench.purge_tenant("orkan", reason="contract ended")

    assert made.bench.purge_tenant("orkan", reason="contract ended") is None
    assert found_in(made.bench.home) == []


def test_without_reason_or_right_nothing_goes(made: Rig) -> None:
    with pytest.raises(InputError, match="needs a reason"):
        made.bench.purge_tenant("orkan", reason=" ")
    with pytest.raises(NotPermittedError):
        made.bench.acting_as("ben").purge_tenant("orkan", reason="contract ended")
    with pytest.raises(UnknownNameError):
        made.bench.purge_tenant("orkann", reason="contract ended")

    assert made.bench.tenant("orkan").status == "active"


def test_copies_that_upgrades_left_are_named(made: Rig) -> None:
    (made.bench.home / "netwb-before-0.1.0.db").write_bytes(b"old")

    planned = made.bench.plan_tenant_purge("orkan")
    assert planned is not None
    left = planned.left

    assert any(re.search(r"netwb-before-0\.1\.0\.db", place) for place in left)
