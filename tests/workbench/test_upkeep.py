"""Upkeep on the facade: for admins, audited by tenant, and told in counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from netwb.errors import ArchiveError, NotPermittedError
from netwb.roles import Role
from tests.benches import Rig, ios, rig
from tests.workbench.people import add, logged_in


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1",), "umbra": ("pe1",)}) as made:
        for night in range(4):
            for name in made.devices:
                made.answer(name, ios(name.partition("/")[2], ntp=f"192.0.2.{night}"))
            made.back_up()
        yield made


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

    with pytest.raises(ArchiveError, match=r"1 of 2 repositories.*acme\.git"):
        made.bench.maintain_weekly()

    (event,) = made.bench.audit_events(what="archive.upkeep", tenant="umbra")
    assert event.detail["status"] == "done"


def test_an_engineer_may_not(made: Rig) -> None:
    add(made, "eng", Role.ENGINEER)
    bench = logged_in(made, "eng")

    for upkeep in (bench.maintain_weekly, bench.maintain_monthly):
        with pytest.raises(NotPermittedError, match=r"lacks system\.manage"):
            upkeep()
