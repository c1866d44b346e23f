"""What people are told of a run: each change, each device that fails or comes right, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netwb.collect.replay import recorded
from netwb.errors import LoginRefusedError, UnreachableError
from netwb.inventory.records import Facts
from netwb.notify.records import Notice
from netwb.roles import ALL_TENANTS, Scope
from netwb.store.models import LeaseRow
from tests.benches import START, Rig, ios, rig
from tests.stores import KINDS, cluster_of

ADDRESS = "127.0.0.1:22 does not answer"


@pytest.fixture(params=KINDS)
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    with rig(
        tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}, cluster=cluster_of(request)
    ) as made:
        yield made


def told(made: Rig, *kinds: str, scope: Scope = ALL_TENANTS) -> list[Notice]:
    """What was told since the last asking."""
    found = made.bench._parts.notices.list(scope, since=made.clock.now, kinds=kinds)
    made.clock.advance(hours=24)
    return list(found)


def standing(made: Rig) -> list[tuple[str, str]]:
    return [(one.kind, one.label) for one in made.bench._parts.notices.standing(ALL_TENANTS)]


def test_a_change_is_told_with_its_author_and_a_first_text_is_none(two: Rig) -> None:
    two.back_up()
    assert told(two, "config.changed") == []
    two.answer("acme/edge1", ios("edge1", by="ben", ntp="192.0.2.99"))
    report = two.back_up(note="CHG2")

    (change,) = told(two, "config.changed")

    assert (change.label, change.severity, change.state) == ("acme/edge1", "info", "event")
    assert change.message == "ben changed acme/edge1: +1 -1"
    assert change.detail == {
        "author": "ben",
        "added": 1,
        "removed": 1,
        "revision": two.outcome("acme/edge1", report).revision,
        "number": 2,
        "kind": "running",
        "run_id": report.run_id,
    }


def test_a_device_that_fails_is_told_once_until_it_is_well_again(two: Rig) -> None:
    two.back_up()
    told(two)
    two.answer("acme/edge2", UnreachableError(f"edge2: {ADDRESS}"))
    two.back_up()
    (failed,) = told(two, "backup.failed")
    two.answer("acme/edge2", LoginRefusedError("edge2: login refused"))
    two.back_up()
    again = told(two, "backup.failed")
    two.answer("acme/edge2", ios("edge2"))
    two.back_up()
    (well,) = told(two, "backup.failed")

    assert (failed.state, failed.message) == ("wrong", "No answer: acme/edge2")
    assert failed.detail["cause"] == {"kind": "UnreachableError", "message": f"edge2: {ADDRESS}"}
    assert again == []
    assert (well.state, well.message) == ("recovered", "acme/edge2 is backed up again")
    assert well.since == failed.at
    assert standing(two) == []


def test_a_refused_text_is_told_apart_from_no_text(two: Rig) -> None:
    two.back_up()
    told(two)
    two.answer("acme/edge1", UnreachableError(f"edge1: {ADDRESS}"))
    two.back_up()
    told(two)
    two.answer("acme/edge1", recorded(b"", prompt=b"edge1#"))
    two.back_up()
    states = [(n.kind, n.state) for n in told(two, "backup.failed", "backup.rejected")]
    held = standing(two)
    two.answer("acme/edge1", UnreachableError(f"edge1: {ADDRESS}"))
    two.back_up()

    assert states == [("backup.failed", "recovered"), ("backup.rejected", "wrong")]
    assert held == [("backup.rejected", "acme/edge1")]
    assert standing(two) == [("backup.rejected", "acme/edge1"), ("backup.failed", "acme/edge1")]


def test_each_tenant_is_told_of_its_own_share_of_a_run(two: Rig) -> None:
    report = two.back_up()
    acme, umbra = told(two, "run.ended")

    assert acme.detail == {
        "run_id": report.run_id,
        "actor": two.bench.me().name,
        "devices": 2,
        "changed": 2,
    }
    assert acme.message == "The backup of acme ended: 2 changed"
    assert (umbra.label, umbra.detail["devices"], umbra.severity) == ("umbra", 1, "info")


def test_a_run_that_died_is_told_as_interrupted_and_accuses_no_device(two: Rig) -> None:
    parts = two.bench._parts
    targets = parts.credentials.targets(ALL_TENANTS, list(two.devices.values()))
    run_id, _ = parts.runs.start(targets, actor="system:scheduler", note="")
    with parts.database.writing(ALL_TENANTS) as session:
        lease = session.get_one(LeaseRow, f"backup-run/{run_id}")
        lease.until = START
    two.back_up()

    notices = told(two)

    assert [(n.kind, n.severity) for n in notices if n.subject == run_id] == [
        ("run.ended", "warning"),
        ("run.ended", "warning"),
    ]
    assert "was interrupted: 2 failed" in notices[0].message
    assert standing(two) == []


def test_no_address_stands_where_a_tenant_reads(two: Rig) -> None:
    for name in two.devices:
        two.answer(name, UnreachableError(f"{name}: {ADDRESS}"))
    two.back_up()

    for notice in told(two):
        open_part = {k: v for k, v in notice.detail.items() if k != "cause"}
        assert "127.0.0.1" not in f"{notice.message}{notice.label}{open_part}"


def test_an_accepted_text_ends_the_refusal_and_is_a_change(two: Rig) -> None:
    two.back_up()
    other = replace(ios("edge1", ntp="192.0.2.99"), facts=Facts(serial="SN-other"))
    two.answer("acme/edge1", other)
    two.back_up()
    told(two)

    two.bench.accept_quarantined("acme/edge1", reason="exchanged")

    assert [(n.kind, n.state) for n in told(two)] == [
        ("config.changed", "event"),
        ("backup.rejected", "recovered"),
    ]
    assert standing(two) == []


def test_secrets_that_were_looked_at_are_told_with_who_and_why(two: Rig) -> None:
    two.back_up()
    told(two)
    two.bench.reveal("acme/edge1", reason="CHG9")
    two.bench.restore("acme/edge1@latest", reason="CHG10")
    two.bench.restore("acme/edge1@latest", reason="CHG11", secrets="left out")

    seen = told(two)

    assert [(n.kind, n.detail["reason"]) for n in seen] == [
        ("config.reveal", "CHG9"),
        ("config.reveal", "CHG10"),
    ]
    assert "Pub1icRead" not in str(seen)
