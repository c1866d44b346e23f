"""What Prometheus is told, read by its own parser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from netwb.errors import UnreachableError
from netwb.roles import Role
from netwb.web.metrics import lines_of
from netwb.workbench import Workbench
from tests.benches import Rig, ios, rig
from tests.long_texts import long_ios
from tests.stores import KINDS, cluster_of
from tests.views.people import log_in

Labels = tuple[tuple[str, str], ...]


@pytest.fixture(params=KINDS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """acme/edge1 is held, acme/edge2 failed at last, umbra is well; nobody tried acme/edge3."""
    names = {"acme": ("edge1", "edge2", "edge3"), "umbra": ("edge1",)}
    with rig(tmp_path, names, cluster=cluster_of(request), past=two_rounds) as one:
        yield one


def two_rounds(one: Rig) -> None:
    tried = ("acme/edge1", "acme/edge2", "umbra/edge1")
    one.answer("acme/edge1", long_ios("edge1", 200))
    one.back_up(*tried)
    one.clock.advance(hours=1)
    one.answer("acme/edge1", ios("edge1"))
    one.answer("acme/edge2", UnreachableError("no answer"))
    one.back_up(*tried)
    one.clock.advance(minutes=30)


def told(bench: Workbench) -> dict[str, dict[Labels, float]]:
    """Name of a sample -> its labels -> value."""
    found: dict[str, dict[Labels, float]] = {}
    text = "".join(f"{line}\n" for line in lines_of(bench.figures()))
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in found.get(sample.name, {}), f"{sample.name} {labels} is told twice"
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def labelled(**labels: str) -> Labels:
    return tuple(sorted(labels.items()))


def test_each_figure_is_typed_helped_and_named_as_prometheus_wants(made: Rig) -> None:
    text = "".join(f"{line}\n" for line in lines_of(made.bench.figures()))
    families = list(text_string_to_metric_families(text))

    assert len(families) == len({one.name for one in families}) > 30
    for one in families:
        assert one.name.startswith("netwb_")
        assert one.documentation.endswith(".")
        assert one.type in {"gauge", "counter", "histogram"}
        assert not one.name.endswith(("_ms", "_minutes", "_hours", "_kb", "_mb"))


def test_the_age_of_each_newest_good_backup_is_told(made: Rig) -> None:
    ages = told(made.bench)["netwb_device_backup_age_seconds"]

    by_name = {
        (dict(labels)["tenant"], dict(labels)["hostname"]): age for labels, age in ages.items()
    }
    assert by_name == {("acme", "edge1"): 5400, ("acme", "edge2"): 5400, ("umbra", "edge1"): 1800}
    ids = {dict(labels)["device_id"] for labels in ages}
    assert ids < {device.id for device in made.devices.values()}


def test_devices_are_counted_by_how_their_backup_stands(made: Rig) -> None:
    stands = told(made.bench)["netwb_devices_backup"]

    assert {labels for labels, count in stands.items() if count} == {
        labelled(tenant="acme", state="rejected"),
        labelled(tenant="acme", state="failed"),
        labelled(tenant="acme", state="never"),
        labelled(tenant="umbra", state="fresh"),
    }
    assert len(stands) == 10, "a state that nothing has is 0, and no gap in a curve"


def test_attempts_and_lengths_of_runs_are_counters(made: Rig) -> None:
    found = told(made.bench)

    attempts = found["netwb_backup_attempts_total"]
    assert attempts[labelled(tenant="acme", outcome="changed")] == 2
    assert attempts[labelled(tenant="acme", outcome="rejected")] == 1
    assert attempts[labelled(tenant="acme", outcome="failed")] == 1
    assert found["netwb_backup_run_duration_seconds_count"][()] == 2
    buckets = found["netwb_backup_run_duration_seconds_bucket"]
    assert [value for _, value in sorted(buckets.items())] == [2] * len(buckets)
    assert found["netwb_backup_last_run_devices"][()] == 3
    assert found["netwb_backup_last_run_age_seconds"][()] == 1800


def test_the_quarantine_the_archive_and_the_disk_have_their_sizes(made: Rig) -> None:
    found = told(made.bench)

    assert found["netwb_quarantine_texts"] == {labelled(tenant="acme"): 1}
    assert found["netwb_quarantine_bytes"][labelled(tenant="acme")] > 100
    assert set(found["netwb_repository_bytes"]) == {labelled(tenant=t) for t in ("acme", "umbra")}
    assert min(found["netwb_repository_bytes"].values()) > 1000
    assert found["netwb_disk_bytes"][()] > found["netwb_disk_free_bytes"][()] > 0


def test_the_queue_and_what_hangs_in_it(made: Rig) -> None:
    made.bench.start_backup()
    made.clock.advance(minutes=5)
    waiting = told(made.bench)
    assert waiting["netwb_queue_age_seconds"][()] == 300
    assert waiting["netwb_queue_jobs"][()] == 1
    assert set(waiting["netwb_workers_stuck"].values()) == {0}

    made.bench._parts.jobs.claim(["backup"])
    made.clock.advance(minutes=5)

    hanging = told(made.bench)
    assert hanging["netwb_workers_stuck"][labelled(kind="job")] == 1
    assert hanging["netwb_queue_age_seconds"][()] == 0


def test_a_run_whose_process_died_hangs(made: Rig) -> None:
    made.bench._parts.runs.start([], actor="test", note="")
    assert told(made.bench)["netwb_workers_stuck"][labelled(kind="run")] == 0
    assert told(made.bench)["netwb_backup_runs_running"][()] == 1

    made.clock.advance(hours=1)

    assert told(made.bench)["netwb_workers_stuck"][labelled(kind="run")] == 1


def test_devices_messages_are_counted_by_what_became_of_them(made: Rig) -> None:
    made.bench._parts.bursts.count({"change": 3, "lost": 2})

    found = told(made.bench)["netwb_syslog_messages_total"]

    assert found == {labelled(fate="change"): 3, labelled(fate="lost"): 2}


def test_daemon_and_server_are_alive_or_not(made: Rig) -> None:
    found = told(made.bench)
    assert (found["netwb_daemon_alive"][()], found["netwb_servers"][()]) == (0, 0)
    assert "netwb_daemon_beat_age_seconds" not in found

    made.bench.note_serving()

    assert told(made.bench)["netwb_servers"][()] == 1


def test_a_tenants_operator_is_told_of_that_tenant_alone(made: Rig) -> None:
    operator = log_in(made, "olga", Role.OPERATOR, ("umbra",))

    found = told(operator)

    tenants = {
        dict(labels)["tenant"]
        for samples in found.values()
        for labels in samples
        if "tenant" in dict(labels)
    }
    assert tenants == {"umbra"}
    assert not [name for name in found if "disk" in name or "run" in name or "queue" in name]


def test_what_was_never_saved_has_no_age_and_an_empty_home_is_told_too(tmp_path: Path) -> None:
    with rig(tmp_path, {}) as made:
        found = told(made.bench)

    assert "netwb_device_backup_age_seconds" not in found
    assert "netwb_backup_last_run_age_seconds" not in found
    assert found["netwb_backup_run_duration_seconds_count"][()] == 0


def test_large_counts_are_exact(made: Rig) -> None:
    made.clock.advance(days=400)
    made.back_up("acme/edge3")
    made.clock.advance(days=400, seconds=1)

    ages = told(made.bench)["netwb_device_backup_age_seconds"].values()

    assert timedelta(days=400, seconds=1).total_seconds() in ages
