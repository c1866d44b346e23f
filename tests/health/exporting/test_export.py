"""All of netwb in one file and back: the new home answers as the old one did."""

from __future__ import annotations

import json
import stat
import subprocess
import tarfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from netwb.errors import (
    ExportError,
    HomeError,
    InputError,
    InventoryError,
    NotPermittedError,
    NumberGoneError,
)
from netwb.inventory.records import SecretSource
from netwb.notify.records import NewTarget
from netwb.roles import ALL_TENANTS
from netwb.store.models import DaemonRow, LeaseRow
from netwb.workbench import Workbench
from tests.benches import Rig
from tests.health.exporting.conftest import (
    ENVIRONMENT,
    ORIGIN,
    PASSWORD,
    SNIPPET,
    SOURCE,
    answers,
    quiet,
)
from tests.notify.receivers import receiving

Opens = Callable[..., Workbench]


def imported(file: Path, home: Path, **environment: str) -> None:
    Workbench.import_export(
        file,
        passphrase=SOURCE,
        home=home,
        environment={**ENVIRONMENT, **environment},
        told=quiet,
    )


def test_the_new_home_answers_as_the_old_one(
    full: Rig, exported: Path, tmp_path: Path, opened: Opens
) -> None:
    before = answers(full.bench)

    imported(exported, tmp_path / "new")

    bench = opened(tmp_path / "new")
    after = answers(bench)
    assert after.keys() == before.keys()
    for question, answer in before.items():
        assert after[question] == answer, question
    assert len(before["quarantine"]) == 1
    assert bench.quarantined_text("acme/edge2") == full.bench.quarantined_text("acme/edge2")
    assert bench.verify_audit().problems == ()
    secret = bench.log_in("ana", PASSWORD, origin=ORIGIN).secret
    assert bench.at_session(secret, origin=ORIGIN).me().name == "ana"


def test_the_new_home_goes_on(full: Rig, exported: Path, tmp_path: Path, opened: Opens) -> None:
    imported(exported, tmp_path / "new")
    bench = opened(tmp_path / "new")
    history = list(bench.history("acme/edge1"))

    device = bench.device("acme/edge1")
    bench._parts.archive.recover({device.tenant_id: device.tenant})
    bench._parts.archive.rebuild(device.tenant_id, device.tenant)
    bench.add_tenant("nordwind", name="Nordwind")
    bench.rename_device("acme/edge1", "edge9")

    assert list(bench.history("acme/edge9"))[-3:] == history
    assert bench.verify_audit().problems == ()
    assert [tenant.slug for tenant in full.bench.tenants()] == ["acme", "umbra"]


def test_samples_of_traffic_come_along_unless_they_are_left_out(
    full: Rig, exported: Path, tmp_path: Path, opened: Opens
) -> None:
    def rates(bench: Workbench) -> list[float]:
        until = full.clock()
        found = bench.traffic("acme/edge1", "xe-0", since=until - timedelta(hours=1), until=until)
        return list(found.frame()["in_mean_bps"].dropna())

    imported(exported, tmp_path / "new")
    left_out = full.bench.export(
        tmp_path / "less.netwb", passphrase=SOURCE, traffic="without", told=quiet
    )
    imported(tmp_path / "less.netwb", tmp_path / "less")

    assert 80e6 in rates(full.bench)
    assert rates(opened(tmp_path / "new")) == rates(full.bench)
    assert left_out.traffic == 0
    assert not (tmp_path / "less" / "metrics.db").exists()


def test_samples_that_cannot_be_copied_are_told_and_no_export_is_left(
    full: Rig, tmp_path: Path
) -> None:
    (full.bench.home / "metrics.db").write_bytes(b"no database" * 1000)

    with pytest.raises(ExportError, match="--without-traffic"):
        full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)

    assert not list(tmp_path.glob("all*"))


def test_an_export_is_no_part_of_the_home_that_it_is_of(full: Rig) -> None:
    with pytest.raises(InputError, match="lies in the home that it is to be a backup of"):
        full.bench.export(full.bench.home / "all.netwb", passphrase=SOURCE, told=quiet)


def test_an_import_is_the_next_link_of_the_chain(
    exported: Path, tmp_path: Path, opened: Opens
) -> None:
    imported(exported, tmp_path / "new")

    event = opened(tmp_path / "new").audit_events(limit=1)[0]
    assert (event.action, event.target) == ("import", exported.name)
    assert event.detail["made_at"].startswith("2026-11-23T02:00:00")


def test_files_of_the_home_and_their_modes_come_along(exported: Path, tmp_path: Path) -> None:
    imported(exported, tmp_path / "new")
    new = tmp_path / "new"

    assert (new / "rules" / "ntp rule.toml").read_text() == "# a rule\n"
    assert (new / "platforms.d" / "note.txt").read_text() == "a note\n"
    assert (new / "master.key").read_text() != ""
    assert (new / "telegraf.d/main/telegraf.d/mine.conf").read_text() == SNIPPET
    assert not (new / "telegraf.d/main/telegraf.d/netwb-acme.fra1.conf").exists()
    assert not (new / ".import").exists()
    loose = [path for path in (new, *new.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert loose == []
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600


def test_master_key_and_settings_are_in_it_sealed_alone(full: Rig, exported: Path) -> None:
    content = exported.read_bytes()
    key = (full.bench.home / "master.key").read_text().splitlines()[-1]

    assert key.encode() not in content
    assert bytes.fromhex(key) not in content
    assert b"busy_timeout_s" not in content
    assert b"My-Own-Token" not in content


def test_tar_and_git_read_it_without_netwb(exported: Path, tmp_path: Path) -> None:
    with tarfile.open(exported) as tar:
        tar.extractall(tmp_path / "plain")

    done = subprocess.run(
        ["git", "clone", "--quiet", "archive/acme.bundle", "acme"],
        cwd=tmp_path / "plain",
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert b"192.0.2.55" in (tmp_path / "plain/acme/fra1/edge1.cfg").read_bytes()


def test_nothing_is_written_over(full: Rig, exported: Path, tmp_path: Path) -> None:
    before = exported.read_bytes()
    with pytest.raises(InputError, match="there already and is never overwritten"):
        full.bench.export(exported, passphrase=SOURCE, told=quiet)
    assert exported.read_bytes() == before

    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(HomeError, match=r"not empty, it holds mine\.txt"):
        imported(exported, tmp_path / "other")
    with pytest.raises(HomeError, match="not empty"):
        imported(exported, full.bench.home)
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        (SecretSource(origin="env:NO_SUCH"), InventoryError, "NO_SUCH is not set"),
        (SecretSource(origin="hunter2"), InventoryError, "never taken from an argument"),
        (SecretSource(origin="prompt", answer="short"), InputError, "12 characters or more"),
    ],
    ids=["not-set", "argument", "short"],
)
def test_without_a_good_passphrase_nothing_is_exported(
    full: Rig, tmp_path: Path, source: SecretSource, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        full.bench.export(tmp_path / "no.netwb", passphrase=source, told=quiet)

    assert list(tmp_path.glob("no*")) == []


def test_an_export_tells_how_far_it_is(full: Rig, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []

    full.bench.export(
        tmp_path / "all.netwb",
        passphrase=SOURCE,
        told=lambda what, share: told.append((what, share)),
    )

    written = [share for what, share in told if what != "checking"]
    assert written == sorted(written)
    assert 0 <= written[0] < 1 == written[-1]
    assert len(set(written)) > 5
    assert {"archive of acme", "table audit", "checking"} <= {what for what, _ in told}


def test_only_who_runs_netwb_exports_it(full: Rig, tmp_path: Path) -> None:
    with pytest.raises(NotPermittedError):
        full.bench.acting_as("ana").export(tmp_path / "no.netwb", passphrase=SOURCE, told=quiet)


def test_an_export_is_audited_without_its_passphrase(full: Rig, exported: Path) -> None:
    event = full.bench.audit_events(limit=1, what="export")[0]

    assert (event.target, event.detail["bytes"]) == (exported.name, exported.stat().st_size)


def test_signs_of_life_of_the_old_machine_stay_behind(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    parts = full.bench._parts
    now = datetime.now(UTC)
    with parts.database.writing(ALL_TENANTS) as session:
        session.add(
            LeaseRow(name="server/old:1", holder="old:1", epoch=1, until=now + timedelta(days=1))
        )
        session.add(
            DaemonRow(holder="old:2", host="old", pid=2, version="1", started_at=now, beat_at=now)
        )
    full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)

    imported(tmp_path / "all.netwb", tmp_path / "new")

    new = opened(tmp_path / "new")
    with new._parts.database.reading(ALL_TENANTS) as session:
        assert list(session.scalars(select(LeaseRow.name))) == []
        assert list(session.scalars(select(DaemonRow.holder))) == []


def test_a_copy_that_an_erp_kept_is_not_carried_on_over_a_database_that_was_put_back(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    """What changed after the export is not in it: an old number would hide that."""
    tenant = next(iter(full.bench.tenants())).id
    before = full.bench.erp_standing(tenant)
    full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)

    imported(tmp_path / "all.netwb", tmp_path / "new")

    after = opened(tmp_path / "new").erp_standing(tenant)
    assert before.stand.epoch != after.stand.epoch
    assert before.stand.changes == after.stand.changes
    with pytest.raises(NumberGoneError, match="put back"):
        opened(tmp_path / "new").erp_inventory(after, limit=1, updated_since=before.sequence)


def test_a_webhook_is_told_first_that_its_database_was_put_back(
    full: Rig, tmp_path: Path, opened: Opens
) -> None:
    """What it was told after the export is not in it: the same numbers come for something else."""

    def change(bench: Workbench, contract: str) -> None:
        bench.set_device("acme/edge1", contract_ref=contract)
        bench.deliver_notices()

    with receiving() as receiver:
        url = SecretSource(origin="prompt", answer=receiver.url)
        new = NewTarget(name="erp", kind="feed", url=url, tenant="acme", inside=True)
        full.bench.add_event_feed(new)
        change(full.bench, "C-1")
        full.bench.export(tmp_path / "all.netwb", passphrase=SOURCE, told=quiet)
        change(full.bench, "C-2")
        imported(tmp_path / "all.netwb", tmp_path / "new")
        change(opened(tmp_path / "new"), "C-3")

        kept, lost, reset, after = (json.loads(body) for _, body in receiver.got)

    assert lost["sequence"] == after["sequence"] == kept["sequence"] + 1
    assert lost["epoch"] == kept["epoch"] != reset["epoch"] == after["epoch"]
    assert reset["kind"] == "feed.reset"
    assert after["detail"]["old"] == {"contract_ref": "C-1"}
