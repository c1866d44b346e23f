"""Upkeep on the facade: for admins, audited by tenant, and told in counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from netwb.collect.replay import recorded
from netwb.errors import ArchiveError, AuditBrokenError, NotPermittedError
from netwb.roles import ALL_TENANTS, NO_TENANT, Role
from netwb.store.models import (
    AuditHeadRow,
    AuditRow,
    BackupRunRow,
    CurrentTextRow,
    LoginSessionRow,
    RevisionRow,
)
from netwb.workbench.upkeep import Swept
from tests.benches import Rig, ios, rig
from tests.stores import EACH_STORE
from tests.workbench.people import add, logged_in

pytestmark = EACH_STORE


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}, past=four_nights) as made:
        yield made


def four_nights(made: Rig) -> None:
    for night in range(4):
        for name in made.devices:
            made.answer(name, ios(name.partition("/")[2], ntp=f"192.0.2.{night}"))
        made.back_up()
        made.clock.advance(days=1)


def test_both_rhythms_tell_what_they_did(made: Rig) -> None:
    weekly = made.bench.maintain_weekly()
    monthly = made.bench.maintain_monthly()

    assert (weekly.repositories, weekly.busy) == (2, ())
    assert weekly.bytes_after < weekly.bytes_before
    assert monthly.repositories == 2
    assert monthly.seconds > 0
    assert len(made.bench.history("acme/edge1")) == 4


def test_each_tenant_sees_its_own_upkeep_in_its_audit(made: Rig) -> None:
    made.bench.maintain_weekly()

    for tenant in ("acme", "umbra"):
        (event,) = made.bench.audit_events(what="archive.upkeep", tenant=tenant)
        assert event.target == tenant
        assert event.detail["status"] == "done"
        assert event.detail["rhythm"] == "weekly"


def test_a_narrowed_workbench_keeps_that_tenants_repository_alone(made: Rig) -> None:
    assert made.bench.where(tenant="umbra").maintain_weekly().repositories == 1
    assert made.bench.audit_count(what="archive.upkeep", tenant="acme") == 0


def test_a_damaged_repository_is_named_after_the_others_are_done(made: Rig) -> None:
    for pack in (made.bench.home / "archive/acme.git/objects/pack").glob("*.pack"):
        pack.chmod(0o600)
        pack.write_bytes(b"nothing")

    with pytest.raises(ArchiveError, match=r"upkeep failed for 1 repository.*acme\.git"):
        made.bench.maintain_weekly()

    (event,) = made.bench.audit_events(what="archive.upkeep", tenant="umbra")
    assert event.detail["status"] == "done"


def told(made: Rig, kind: str) -> list[tuple[str, str]]:
    """State and severity of what was told, in its order."""
    notices = made.bench._parts.notices
    found = notices.list(ALL_TENANTS, since=made.clock.now.replace(year=2020), kinds=[kind])
    return [(one.state, one.severity) for one in found]


def change(made: Rig, *statements: Any) -> None:
    with made.bench._parts.database.writing(ALL_TENANTS) as session:
        for statement in statements:
            session.execute(statement)


def test_an_index_that_fits_is_told_to_nobody(made: Rig) -> None:
    glance, whole = made.bench.check_index(), made.bench.check_index_fully()

    assert (glance.tenants, glance.rebuilt, glance.busy) == (2, (), ())
    assert whole == glance
    assert told(made, "index.check") == []
    events = made.bench.audit_events(what="index.check", tenant="acme")
    assert [event.detail["outcome"] for event in events] == ["fits", "fits"]


def test_an_index_that_differed_is_repaired_and_told(made: Rig) -> None:
    device = made.devices["acme/edge1"]
    change(
        made, update(CurrentTextRow).where(CurrentTextRow.device_id == device.id).values(text=b"")
    )

    done = made.bench.check_index_fully()

    assert done.rebuilt == ("acme",)
    assert told(made, "index.check") == [("event", "warning")]
    assert made.bench.search("hostname edge1")


def test_a_repository_that_lost_commits_stands_wrong_until_it_is_put_back(made: Rig) -> None:
    archive = made.bench.home / "archive"
    (archive / "acme.git").rename(archive / "aside")

    for _ in range(2):
        with pytest.raises(ArchiveError, match=r"index check failed for 1 repository.*acme\.git"):
            made.bench.check_index()
    assert told(made, "index.check") == [("wrong", "critical")]

    (archive / "aside").rename(archive / "acme.git")
    made.bench.check_index()
    assert told(made, "index.check") == [("wrong", "critical"), ("recovered", "critical")]


def test_a_whole_audit_chain_is_held_against_gits_heads(made: Rig) -> None:
    found = made.bench.check_audit()

    assert found.witnesses > 1
    assert found.links == int(found.head.partition(":")[0])
    assert told(made, "audit.chain") == []


def test_an_audit_chain_that_was_cut_shows_by_the_commits_since(made: Rig) -> None:
    """The forger puts the head back to match, which the chain alone cannot show."""
    change(made, delete(AuditRow).where(AuditRow.seq > 3))
    with made.bench._parts.database.writing(NO_TENANT) as session:
        last = session.scalars(select(AuditRow).where(AuditRow.seq == 3)).one()
        session.execute(update(AuditHeadRow).values(seq=3, mac=last.mac))

    for _ in range(2):
        with pytest.raises(AuditBrokenError, match="was noted elsewhere and is not in the chain"):
            made.bench.check_audit()

    assert told(made, "audit.chain") == [("wrong", "critical")]
    assert {problem.kind for problem in made.bench.verify_audit().problems} == {"unwitnessed"}


def test_a_repository_that_cannot_be_read_hides_no_chain(made: Rig) -> None:
    (made.bench.home / "archive/acme.git/HEAD").unlink()

    assert made.bench.check_audit().witnesses >= 1


def test_a_sweep_takes_what_is_old_and_leaves_every_revision(made: Rig) -> None:
    made.clock.advance(days=500)
    made.back_up("acme/edge1")
    before = made.bench.plan_sweep()

    done = made.bench.sweep()

    assert before == done == Swept(held_texts=0, jobs=0, runs=3, outcomes=7, events=10)
    assert len(made.bench.history("acme/edge1")) == 4
    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        assert len(session.scalars(select(BackupRunRow.id)).all()) == 2
    (event,) = made.bench.audit_events(what="retention.sweep")
    assert event.detail == {
        "held_texts": 0,
        "jobs": 0,
        "runs": 3,
        "outcomes": 7,
        "bill_windows": 0,
        "attacks": 0,
        "events": 10,
        "snapshots": 0,
        "compliance": 0,
        "runs_before": (made.clock.now - timedelta(days=400)).isoformat(),
    }
    assert made.bench.sweep() == Swept(held_texts=0, jobs=0, runs=0, outcomes=0)
    assert made.bench.audit_count(what="retention.sweep") == 1


def test_a_held_text_goes_when_nobody_wanted_it_for_half_a_year(made: Rig) -> None:
    made.answer("acme/edge1", recorded(b"half", prompt=b"edge1#"))
    made.back_up("acme/edge1")
    assert len(made.bench.quarantine()) == 1

    made.clock.advance(days=179)
    assert made.bench.sweep().held_texts == 0
    made.clock.advance(days=2)
    assert made.bench.sweep().held_texts == 1

    assert len(made.bench.quarantine()) == 0
    assert len(made.bench.history("acme/edge1")) == 4


def test_long_ended_logins_go(made: Rig) -> None:
    add(made, "eng", Role.ENGINEER)
    logged_in(made, "eng")
    made.clock.advance(days=60)

    assert made.bench.clean_access().sessions == 1

    with made.bench._parts.database.reading(ALL_TENANTS) as session:
        assert session.scalars(select(LoginSessionRow.id)).all() == []
    (event,) = made.bench.audit_events(what="access.clean")
    assert event.detail["sessions"] == 1


def test_a_quiet_night_adds_no_commit(made: Rig) -> None:
    bench = made.bench
    with bench._parts.database.reading(ALL_TENANTS) as session:
        before = set(session.scalars(select(RevisionRow.commit)))

    for upkeep in (bench.check_index, bench.sweep, bench.check_audit, bench.clean_access):
        upkeep()
    made.back_up()

    with bench._parts.database.reading(ALL_TENANTS) as session:
        assert set(session.scalars(select(RevisionRow.commit))) == before


def test_the_next_commit_carries_the_newest_link_of_the_chain(made: Rig) -> None:
    head = made.bench.check_audit()
    made.answer("acme/edge1", ios("edge1", ntp="192.0.2.99"))
    made.back_up("acme/edge1")

    found = made.bench.check_audit()

    assert found.witnesses == head.witnesses + 1


def test_an_engineer_may_not(made: Rig) -> None:
    add(made, "eng", Role.ENGINEER)
    bench = logged_in(made, "eng")

    for upkeep in (
        bench.maintain_weekly,
        bench.maintain_monthly,
        bench.check_index,
        bench.check_index_fully,
        bench.plan_sweep,
        bench.sweep,
        bench.check_audit,
        bench.clean_access,
    ):
        with pytest.raises(NotPermittedError, match=r"lacks system\.manage"):
            upkeep()


def test_what_concerns_all_tenants_is_for_who_sees_all(made: Rig) -> None:
    add(made, "boss", Role.ADMIN, "acme")
    bench = logged_in(made, "boss")

    assert bench.check_index().tenants == 1
    for upkeep in (bench.sweep, bench.plan_sweep, bench.check_audit, bench.clean_access):
        with pytest.raises(NotPermittedError, match="scope of all tenants"):
            upkeep()
