"""The facade as an engineer in a notebook uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nornir_napalm.plugins.tasks import napalm_get

from netwb.access.principals import Fixed
from netwb.errors import InventoryError, NotPermittedError
from netwb.lab.fleet import Fleet
from netwb.lab.world import World
from netwb.roles import Actor, Role, Scope
from netwb.workbench import Workbench
from tests.benches import START, Rig, ios, rig
from tests.lab_homes import lab_devices, lab_home
from tests.stores import EACH_STORE

pytestmark = EACH_STORE


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"acme": ("edge1", "edge2"), "umbra": ("edge1",)}) as made:
        yield made


def acting_as(made: Rig, role: Role, *tenants: str) -> Workbench:
    ids = {tenant.slug: tenant.id for tenant in made.bench.tenants()}
    scope = Scope(frozenset(ids[slug] for slug in tenants))
    return Workbench(
        made.bench._parts, Fixed(Actor(name="x", role=role, scope=scope)), made.bench._where
    )


def test_narrowing_only_takes_devices_away(two: Rig) -> None:
    acme = two.bench.where(tenant="acme")

    assert [d.hostname for d in acme.devices()] == ["edge1", "edge2"]
    assert [d.hostname for d in acme.where(hostname="edge2").devices()] == ["edge2"]
    with pytest.raises(InventoryError, match="narrowed to tenant=acme"):
        acme.where(tenant="umbra")
    with pytest.raises(InventoryError, match="knows no rack"):
        acme.where(rack="7")


def test_a_report_is_a_frame_and_a_table_in_a_cell(two: Rig) -> None:
    report = two.back_up()

    assert len(report.outcomes) == 3
    shown = two.bench.back_up(on_outcome=lambda _: None)
    assert list(shown.frame().status) == ["unchanged"] * 3
    assert len(shown.unchanged) == 3
    assert "3 unchanged" in shown._repr_html_()


def test_a_backup_is_audited_for_each_tenant(two: Rig) -> None:
    two.back_up(note="CHG9")

    events = [event for event in two.bench.audit_events() if event.action == "backup.run"]

    assert sorted(event.detail["devices"] for event in events) == [1, 2]
    assert {event.detail["note"] for event in events} == {"CHG9"}


def test_a_tenants_person_sees_only_its_own(two: Rig) -> None:
    two.back_up()
    theirs = acting_as(two, Role.CUSTOMER, "umbra")

    assert [d.tenant for d in theirs.devices()] == ["umbra"]
    assert {c.tenant for c in theirs.changes(since="2026-01-01")} == {"umbra"}
    assert {h.tenant for h in theirs.search("hostname")} == {"umbra"}
    for foreign in ("acme/edge1", two.devices["acme/edge1"].id, "nosuch"):
        with pytest.raises(InventoryError, match=r"is unknown|no device|not") as caught:
            theirs.history(foreign)
        assert "acme" not in str(caught.value).replace(foreign, "")


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.VIEWER])
def test_who_may_look_may_not_change(two: Rig, role: Role) -> None:
    theirs = acting_as(two, role, "acme")

    with pytest.raises(NotPermittedError, match=r"lacks backup\.run"):
        theirs.back_up()
    with pytest.raises(NotPermittedError, match=r"lacks config\.reveal"):
        theirs.restore("edge1@latest", reason="x")
    with pytest.raises(NotPermittedError):
        theirs.set_device("edge1", role="pe")


def test_a_diff_takes_old_and_new_by_name_and_draws_itself(two: Rig) -> None:
    two.back_up()
    two.answer("acme/edge1", ios("edge1", ntp="192.0.2.99<script>", at=START))
    two.back_up()

    diff = two.bench.diff("acme/edge1", old="latest~1", new="latest")

    assert (diff.added, diff.removed) == (1, 1)
    assert "<script>" not in diff._repr_html_()
    assert "&lt;script&gt;" in diff._repr_html_()


def test_napalm_getters_run_on_a_nornir_over_these_devices(tmp_path: Path) -> None:
    world = World(lab_devices(2), seed="adhoc", first_night=START)
    with Fleet(world) as fleet:
        lab_home(tmp_path / "home", fleet)
        bench = Workbench.open(tmp_path / "home")

        result = bench.nornir().run(napalm_get, getters=["get_config"])

        bench.close()
    texts = [many[0].result["get_config"]["running"] for many in result.values()]
    assert sorted(text.partition("hostname ")[2][:2] for text in texts) == ["r1", "r2"]


def test_a_workbench_shows_home_actor_and_narrowing(two: Rig) -> None:
    shown = repr(two.bench.where(tenant="acme", status="active"))

    assert shown.startswith(f"<Workbench of {two.bench.home} as ")
    assert shown.endswith(", tenant=acme, status=active>")
